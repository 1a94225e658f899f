//! Where the time goes, what was tried, and what it came to.
//!
//! `cargo xtask bench` measures this map and seven others in turns, on the same work, with the same hasher and
//! allocator; `cargo xtask bench -- --help` lists what can be asked for by itself. Absolute figures differ between machines, and on a virtual machine between hours;
//! ratios within one run are what can be compared.
//!
//! | part (`--only`) | what it says |
//! |---|---|
//! | `floor` | what no map can go below: the two misses of a look-up, a locked instruction, the pin |
//! | `throughput` | thread-nanoseconds per operation and the ratio to the best other map: look-ups, writes, mixtures; numbers, strings, values of 256 bytes |
//! | `tail` | quantiles of every insert of a growth from empty, of every look-up beside it, and of touching as many fresh pages |
//! | `memory`, `small` | bytes per entry at rest and at the peak of a growth; bytes and nanoseconds of maps of 0 to 8 entries |
//!
//! At its end the command counts, in a build with the private feature `_counters`, the most that any single operation did: groups
//! evacuated, buckets visited, bytes zeroed and freed, entries dropped.
//!
//! # What an operation touches
//!
//! | operation | cache lines that may miss | locked instructions |
//! |---|---|---|
//! | look-up, found | the bucket, the entry | none, or one for a guard of its own |
//! | look-up, not found | the bucket | the same |
//! | insert | the bucket, a new entry | the slot's compare-and-swap, and the guard's |
//! | replace, update | the bucket, the old entry, a new entry | the same |
//! | remove | the bucket, the entry | the same |
//!
//! Lengths, garbage and spare memory are kept by each thread for itself, with plain stores. One write in two does a share of a
//! running resize: 4 buckets when growing, 8 when shrinking, for which no entry is touched but once in eight doublings. One
//! retired entry in 64
//! hands a batch to the collector and drops at most two that have come of age.
//!
//! # A run
//!
//! Thread-nanoseconds per operation, medians of three rounds in turns, `u64` to `u64`, mimalloc, two cores of an AMD EPYC (Zen 5) in a
//! virtual machine. Nominally the third-level cache has 32 MiB, but others have their share: from 16 MiB on a dependent load took 115 to
//! 150 ns that hour, so that with a million entries (48 MB here) it is the misses that are measured. `!`: a peer that gave wrong answers.
//!
//! | workload | n | threads | evacmap | papaya | dashmap | scc map | scc index | flurry | rwlock | leapfrog |
//! |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
//! | hit-pinned | 10K | 1 | 5.0 | 8.2 | 10.4 | 16.9 | 4.7 | 15.8 | 9.9 | 9.0 |
//! | hit-pinned | 10K | 2 | 5.2 | 8.2 | 28.5 | 18.2 | 4.6 | 17.2 | 51.5 | 9.7 |
//! | hit-pinned | 1M | 1 | 61.5 | 52.1 | 41.1 | 83.8 | 49.7 | 194.4 | 41.8 | 43.4 |
//! | hit-pinned | 1M | 2 | 62.0 | 57.3 | 103.7 | 106.2 | 51.8 | 186.1 | 61.4 | 43.1 |
//! | many | 10K | 1 | 8.2 | 10.2 | 10.4 | 17.1 | 5.8 | 14.5 | 11.4 | 10.9 |
//! | many | 10K | 2 | 8.7 | 11.1 | 50.4 | 48.5 | 5.8 | 14.9 | 41.3 | 11.0 |
//! | many | 1M | 1 | 32.0 | 55.6 | 40.0 | 78.8 | 44.6 | 160.4 | 40.7 | 44.7 |
//! | many | 1M | 2 | 32.4 | 61.2 | 108.3 | 106.9 | 49.2 | 167.6 | 68.6 | 51.4 |
//! | hit | 10K | 1 | 9.0 | 11.2 | 12.0 | 16.5 | 8.1 | 25.5 | 9.7 | 8.8 |
//! | hit | 10K | 2 | 9.9 | 11.3 | 29.6 | 17.7 | 8.8 | 26.3 | 50.7 | 9.7 |
//! | hit | 1M | 1 | 89.9 | 77.7 | 46.6 | 82.6 | 71.5 | 260.5 | 44.5 | 50.6 |
//! | hit | 1M | 2 | 91.7 | 83.4 | 112.0 | 103.0 | 77.9 | 281.9 | 61.3 | 50.2 |
//! | miss | 10K | 1 | 8.2 | 15.9 | 11.3 | 15.6 | 7.6 | 21.4 | 9.6 | 10.0 |
//! | miss | 10K | 2 | 12.4 | 15.3 | 58.9 | 51.9 | 8.3 | 22.1 | 40.8 | 10.4 |
//! | miss | 1M | 1 | 28.2 | 18.5 | 17.9 | 23.2 | 15.0 | 126.5 | 15.7 | 39.7 |
//! | miss | 1M | 2 | 43.3 | 18.6 | 75.5 | 64.1 | 15.4 | 134.2 | 41.8 | 42.6 |
//! | fill | 10K | 1 | 22.3 | 20.1 | 12.7 | 18.2 | 19.6 | 50.1 | 11.5 | 13.2 |
//! | fill | 10K | 2 | 107.4 | 87.3 | 132.7 | 73.3 | 81.2 | 254.8 | 101.6 | 52.3 |
//! | fill | 1M | 1 | 59.3 | 55.0 | 45.5 | 76.2 | 81.3 | 206.2 | 38.6 | 77.9 |
//! | fill | 1M | 2 | 102.3 | 79.9 | 141.2 | 98.8 | 112.5 | 368.7 | 173.3 | 120.7 |
//! | grow | 10K | 1 | 29.1 | 51.4 | 20.0 | 25.5 | 28.4 | 92.0 | 18.8 | 44.1 |
//! | grow | 10K | 2 | 48.8 | 89.4 | 60.5 | 33.5 | 37.7 | 221.5 | 60.7 | 65.8 |
//! | grow | 1M | 1 | 77.4 | 102.8 | 39.8 | 66.8 | 74.9 | 427.6 | 39.3 | 93.7 |
//! | grow | 1M | 2 | 84.9 | 102.6 | 88.7 | 66.2 | 77.7 | 654.4 | 150.1 | 144.1 |
//! | update | 10K | 1 | 24.8 | 39.5 | 10.7 | 18.9 | 56.3 | 50.1 | 10.7 | 10.0 |
//! | update | 10K | 2 | 39.0 | 463.4 | 38.3 | 22.3 | 70.6 | 82.3 | 31.0 | 14.6 |
//! | update | 1M | 1 | 158.8 | 173.9 | 42.1 | 79.3 | 204.1 | 507.8 | 36.9 | 45.0 |
//! | update | 1M | 2 | 198.8 | 826.2 | 124.4 | 114.0 | 233.6 | 662.8 | 139.3 | 52.3 |
//! | churn | 10K | 1 | 28.7 | 39.3 | 14.7 | 19.0 | 27.3 | 50.1 | 13.7 | 73.0 |
//! | churn | 10K | 2 | 155.9 | 369.0 | 137.5 | 72.8 | 96.3 | 290.6 | 85.5 | 119.8 |
//! | churn | 1M | 1 | 145.0 | 146.3 | 48.7 | 70.4 | 89.7 | 199.2 | 44.2 | 68.0 |
//! | churn | 1M | 2 | 152.5 | 413.1 | 83.5 | 57.4 | 87.1 | 226.7 | 114.6 | 69.0 |
//! | read-mostly | 10K | 1 | 19.4 | 20.3 | 17.3 | 18.2 | 15.8 | 31.4 | 15.6 | 16.5 |
//! | read-mostly | 10K | 2 | 20.7 | 28.2 | 35.4 | 22.9 | 18.2 | 34.1 | 57.9 | 17.0 |
//! | read-mostly | 1M | 1 | 84.8 | 84.7 | 49.9 | 67.4 | 64.1 | 221.0 | 40.6 | 56.1 |
//! | read-mostly | 1M | 2 | 78.5 | 87.3 | 65.1 | 55.5 | 59.1 | 230.8 | 67.9 | 55.2 |
//! | exchange | 10K | 1 | 35.7 | 43.2 | 18.8 | 21.4 | 38.2 | 50.8 | 17.8 | 22.4 |
//! | exchange | 10K | 2 | 48.3 | 262.9 | 45.2 | 27.4 | 48.7 | 96.1 | 55.2 | 25.9! |
//! | exchange | 1M | 1 | 136.3 | 148.1 | 55.2 | 75.6 | 129.9 | 359.6 | 49.1 | 81.1 |
//! | exchange | 1M | 2 | 153.2 | 373.1 | 83.9 | 70.2 | 114.3 | 387.8 | 121.9 | 278.7! |
//! | rapid-grow | 10K | 1 | 29.5 | 50.8 | 20.5 | 25.0 | 31.0 | 82.7 | 19.3 | 43.8 |
//! | rapid-grow | 10K | 2 | 46.3 | 117.7 | 57.0 | 34.3 | 44.4 | 167.3 | 63.3 | 58.1 |
//! | rapid-grow | 1M | 1 | 96.8 | 122.0 | 49.4 | 67.2 | 84.3 | 423.7 | 46.4 | 94.3 |
//! | rapid-grow | 1M | 2 | 123.9 | 177.2 | 87.0 | 64.5 | 73.7 | 562.3 | 100.5 | 114.8 |
//!
//! `leapfrog` keeps keys and values of 8 bytes in place, without an allocation; `rwlock` is hashbrown's map behind one lock of
//! `parking_lot`.
//!
//! In words: ahead of papaya, whose interface and guarantees are the nearest, at all that writes but `fill` (0.8 to 0.9 of its speed) and at
//! look-ups in cache; behind it by up to a seventh at hits in memory, and by a third to a little more than a half at misses there. Level with
//! scc's `HashIndex` where a map grows with one thread, within an eighth of it at most look-ups in cache, and behind where it stores
//! entries in place. Behind dashmap with one thread but at look-ups in cache; with two ahead of it at look-ups, `fill` and growth, and about level
//! in cache where something is written. With 10 million entries and two threads: pinned hits 73.8 ns (papaya 70.5, dashmap 73.0, scc index 82.3),
//! `get_many` 45.1 (a loop of `get`: 73.8), hits 119 (109, 92, 94), misses 61 (29, 45, 46), growing 148 (375, 139, 151), update 235 (792, 105,
//! 325), churn 171 (395, 129, 138), in one round. While it grows, its slowest operation takes less than that of any other:
//!
//! | insert, 10 M from empty, one thread | half within | 99 % | 99.9 % | 99.99 % | all |
//! |---|--:|--:|--:|--:|--:|
//! | evacmap | 171 ns | 0.9 µs | 2.1 µs | 10 µs | 4.9 ms |
//! | papaya | 181 ns | 10.5 µs | 12 µs | 29 µs | 11 ms |
//! | dashmap | 260 ns | 0.5 µs | 0.7 µs | 10 µs | 7.5 ms |
//! | scc map | 300 ns | 0.5 µs | 2.2 µs | 23 µs | 9.2 ms |
//! | scc index | 300 ns | 0.5 µs | 2.2 µs | 28 µs | 11 ms |
//! | flurry | 241 ns | 1.0 µs | 1.4 µs | 46 µs | 1,602 ms |
//! | rwlock | 230 ns | 0.5 µs | 0.6 µs | 2.5 µs | 57 ms |
//! | leapfrog | 181 ns | 0.5 µs | 0.6 µs | 2.0 µs | 650 ms |
//! | as many fresh pages, and nothing else | 20 ns | 1.2 µs | 1.5 µs | 46 µs | 0.5 ms |
//!
//! (Medians of three rounds. dashmap's maximum was 91 ms in another run; beside a reader it is 88 ms here, papaya's 347, scc's 27 to 29, evacmap's 9.)
//!
//! Bytes per entry, by an allocator that counts, grown from empty (at rest, and at the peak of the growth): at 1 M evacmap 41.5 and 43.9, papaya 53.8
//! and 53.8, dashmap 35.7 and 37.9, scc 37.7 and 58, flurry 137, leapfrog 109. A map of up to 8 entries: 1,021 bytes with its entries; papaya 18,121,
//! dashmap 1,311, scc 1,162.
//!
//! # Work, where time tells little
//!
//! The most that any one of so many operations did (`cargo bench --bench work --features _counters`):
//!
//! | | n | groups evacuated | buckets visited | bytes cleared | bytes freed | entries dropped |
//! |---|--:|--:|--:|--:|--:|--:|
//! | insert, from empty | 10 K | 5 | 76 | 32,832 | 40,448 | 0 |
//! | insert, from empty | 1 M | 5 | 77 | 32,832 | 150,848 | 0 |
//! | insert, from empty | 10 M | 5 | 76 | 32,832 | 16,817,152 | 0 |
//! | look-up meanwhile | 1 M | 0 | 4 | 0 | 40,448 | 0 |
//! | churn | 10 K | 5 | 49 | 16,384 | 69,120 | 64 |
//! | churn | 1 M | 5 | 53 | 20,416 | 73,152 | 64 |
//! | churn | 10 M | 5 | 56 | 20,416 | 109,440 | 64 |
//! | removal of all, shrinking | 10 K | 4 | 34 | 32,832 | 86,784 | 128 |
//! | removal of all, shrinking | 1 M | 2 | 27 | 65,600 | 115,008 | 128 |
//! | removal of all, shrinking | 10 M | 4 | 34 | 32,832 | 90,816 | 128 |
//!
//! One figure grows with the map: a growth frees its old bucket array in one call of the allocator, unless that is glibc's and the array
//! a mapping of its own. (This runs with glibc's, which from its second large block on takes those of up to 32 MiB from its heap; so the
//! array of 16 MiB here, of which only the pages at the heap's end go back.) What the call does is the allocator's: mimalloc takes 1
//! to 13 µs for 128 MiB, and gives the pages back later. Everything else is the same at 10 K as at 10 M.
//!
//! # Against what was aimed at
//!
//! Each with what it comes to in cache lines and locked instructions (the table above), and what was tried.
//!
//! | aim | reached | what bounds it |
//! |---|---|---|
//! | pinned hits 1.3 times as fast as the best peer | 0.88 to 0.94 at 10 K, 0.67 to 0.84 at 1 M, 0.91 to 0.96 at 10 M | two lines that miss, one after the other, of 16.8 and 32 MB at 1 M, and no locked instruction; peers that store entries in place have one, and a line of tags that fits a cache. In a pointer chase the two cost 15 ns with many in flight, 273 ns one after the other: a look-up is some 80 instructions, 25 of them the benchmark's, so that four fit the processor's window. Tried: huge pages, fewer instructions, entries packed at 24 bytes, no hash comparison (nothing); no hash in the entry (7 to 11 %, and growths would have to run `Hash`) |
//! | hits with a pin for each at least as fast | 0.89 to 0.90 at 10 K, 0.52 to 0.85 at 1 M | as above, and one locked instruction (4.8 ns) of the 6.4 ns that a pin takes. Tried: the bucket fetched before the pin (nothing) |
//! | misses at least as fast | 0.67 to 0.93, 0.36 to 0.53 | one line of 64 bytes for 3.8 entries, which is 16.8 MB at 1 M; peers read one or two bytes for each, 1 to 2 MB. Tried: a scan of two instructions fewer (nothing) |
//! | `get_many` 1.4 times a loop under one guard | 1.9 at 1 M, 1.6 to 1.8 at 10 M; 0.6 at 10 K | in cache there is nothing to wait for |
//! | `fill` as fast as scc's index, ahead of all with two threads | 0.88 at 10 K and 1.37 at 1 M with one thread; 0.68 to 0.78 of the best with two | the bucket's line that misses (76 % of an insert's time at 1 M), a new line for the entry, two locked instructions. Tried: `prefetchw` (nothing) |
//! | growing as fast as scc's index | 0.97 to 0.98 with one thread; 0.69 to 0.78 of the best with two, ahead of dashmap | as above; 48 bytes of fresh memory for each entry, and at each doubling two locked instructions for each entry, to freeze and to place it |
//! | update, churn, exchange 1.5 times as fast as papaya | 1.4 to 12 at 10 K but exchange with one thread (1.2); at 1 M 1.0 to 1.1 with one thread, 2.4 to 4.2 with two | three lines (bucket, old entry, new one), of which two become dirty, and two locked instructions: an entry is never changed in place. Tried: magazines, spare entries fetched ahead (8 % in cache), one list of slots (9 % of churn) |
//! | those with two threads within 1.2 times of scc's index, and faster than dashmap | 0.6 to 1.8 of the index's speed; 0.55 to 0.98 of dashmap's | as above; dashmap changes a value in place, one line and one locked instruction |
//! | 98/1/1 ahead of all with two threads | 0.71 to 0.88 of the best, ahead of papaya | as with hits |
//! | growth tail: 99 % within 1 µs, 99.9 % within 2 µs, the maximum not above the best peer's | 0.9 µs, 2.1 µs, 4.9 ms (the best peer: 7.5) | fresh pages alone: 1.2 µs, 1.5 µs, 0.5 ms. The maximum is ten times that of the control loop: the entries' pages come from mimalloc |
//! | a reader beside a growth: 99.99 % within twice what it takes at rest, and below every peer | 18.7 µs against 20.5 at rest; below all peers but dashmap (17.6) and leapfrog (2.4) | stalls of the machine, at rest as well |
//! | the work of an operation bounded by a constant | all but the size of the block that one call of the allocator frees when a growth has ended; the same counts at 10 K as at 10 M otherwise | that block goes back page by page where the allocator would unmap it; elsewhere that made growth a quarter slower (below) |
//! | fewer bytes per entry than papaya | 41.5 against 53.8 | |
//! | a small map under 1 KiB beside its entries | under 1,024 bytes for one of 4 (`tests/allocation.rs`) | |
//!
//! # What was learned
//!
//! Each was measured side by side with what it was to replace, in runs that took turns.
//!
//! - **Look-ups in memory are bound by how many of them the processor has in flight**, which is the size of its reorder buffer divided by
//!   the instructions of one. Deciding out of line which table has the truth during a resize, which took some ten
//!   instructions out of a look-up at rest, made pinned hits 8 % faster at 1 M and changed nothing in cache.
//! - A bare program with the same buckets, and nothing else of the map, takes 41 to 50 ns for a hit at 1 M where the map takes 48 to 56.
//! - **Prefetching the bucket before the guard is pinned** brought nothing (-5 to +0 %): this processor has loads in flight across
//!   locked instructions. It may on others.
//! - **Huge pages** for buckets and entries, and entries packed at 24 bytes rather than 32, brought nothing to hits at 1 M.
//! - **A scan of two instructions fewer** (tags compared where they stand, beside the upper pointer bits) brought nothing either: independent
//!   loads from 32 MiB take 14 to 15 ns each on this machine however many are in flight, so that two lines bound a hit by some 30.
//! - **Leaving out the comparison of hashes** where tags have matched brought nothing. It stays, for `Eq` may be dear.
//! - **Clearing a new table in pieces** before it is published: mimalloc clears a block that it has had before in one go, and the insert that
//!   began a growth took 9 to 15 ms at 10 M entries; the slowest that has to do with growing now takes less than touching fresh
//!   pages at times does here (5 ms). Pages of the map's own (`mmap`) for large tables, given back 64 KiB at a time, did away with that too, but
//!   each page comes back from the machine's host at 1 to 40 µs: 99.9 % of inserts within 6 to 36 µs, not 2.2.
//! - **Giving an old bucket array back in pieces**, 64 KiB (`madvise`) by each write that fills a bag, finds its chain full or shares a
//!   resize. For all arrays, with mimalloc: growing to 1 M took 74 to 93 ns an entry where it had taken 65 to 68, and 99.9 % of inserts 2.4 µs
//!   where it had been 2.1; the allocator would have used those pages again. For those alone which the allocator unmaps when they
//!   are freed (glibc's large blocks: they start 16 bytes into a page), and those that a shrink leaves: mimalloc as before, and with
//!   the system's allocator the slowest of 10 M inserts takes 0.3 to 1.1 ms where it had taken 4.4 to 5.0, the slowest of 990,000
//!   removals under `ShrinkPolicy::Auto` some 60 µs where it had been 1.4 ms.
//! - **A new table cleared by whoever comes**, not by one thread that prepares it: with 32 threads that empty a map each the shrinks
//!   never began, for each of them came too seldom to clear its table.
//! - **Fetching entries ahead** in the growths that read their hashes (one in eight doublings): 99.9 % of inserts within 2.6 µs,
//!   where it had been 15.
//! - **Shares a quarter as large**, four times as often: 99 % of inserts within 1.0 µs, where it had been 1.5; growth takes as long as before.
//! - **`prefetchw`** of the bucket and of the next spare entry, for what another core has written: nothing, with two threads.
//! - **Entries without the hash** (16 bytes instead of 24, which mimalloc makes 32) would make pinned hits at 1 M 7 to 11 % faster, and
//!   three times as fast where they make the map fit the cache (400 K). But a growth beyond eight doublings, or after a
//!   shrink, needs bits that the tag does not have, and must not run the user's `Hash`; so the hash stays.
//! - **One list of the threads' slots** instead of an iterator over `thread_local`'s buckets: churn at 10 K went from 31.9 to 28.9 ns,
//!   since each insert into a full chain asks for the length.
//! - **Batches of bare memory as they are** (magazines) instead of a list threaded through the entries: replacing at 10 K went from
//!   26 to 24 ns; nothing at 1 M. It also leaves entries alone whose types need no drop.
//!
//! # Growing and shrinking, operation by operation
//!
//! `cargo test --release --test shrink_by_itself -- --ignored --nocapture` takes the time of each of a million inserts into
//! an empty map, and of the removals of 99 % of them under [`ShrinkPolicy::Auto`](crate::ShrinkPolicy::Auto), one thread, three
//! rounds:
//!
//! | | half within | 99.9 % within | all within |
//! |---|--:|--:|--:|
//! | inserting, ten growths | 0.09 to 0.16 µs | 6.2 to 6.4 µs | 40 to 423 µs |
//! | removing, three shrinks | 0.16 µs | 2.0 to 2.1 µs | 37 to 76 µs in 10 of 12 rounds; 182 and 1,004 µs in the others |
//!
//! That is four runs of the command, 12 rounds, with the system's allocator and two readings of the clock in each. Before tables were given
//! back in pieces, a removal took up to 1.4 ms in the first round of each run, every time. No operation of either kind does
//! more than what the table of counts says; what is left are page faults and the machine.
//!
//! # Size of a program
//!
//! `cargo xtask size` builds one small program for each map (it counts words on a second thread), optimised and stripped,
//! without link-time optimisation, and compares it with one that has no map. rustc 1.95, x86-64 Linux:
//!
//! | | KiB | more than without a map |
//! |---|--:|--:|
//! | std's map in a `Mutex` | 376.7 | 12.1 |
//! | dashmap 6.2 | 409.4 | 44.8 |
//! | evacmap | 417.0 | 52.4 |
//! | papaya 0.2.5 | 431.3 | 66.7 |
