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
//! | hit-pinned | 10K | 1 | 4.9 | 8.3 | 10.3 | 16.9 | 4.7 | 16.0 | 9.9 | 8.9 |
//! | hit-pinned | 10K | 2 | 5.5 | 8.4 | 30.3 | 18.9 | 5.5 | 20.2 | 54.1 | 9.4 |
//! | hit-pinned | 1M | 1 | 65.5 | 56.0 | 41.9 | 82.9 | 60.6 | 198.4 | 43.1 | 44.5 |
//! | hit-pinned | 1M | 2 | 66.5 | 59.1 | 60.0 | 78.7 | 44.9 | 187.2 | 61.7 | 46.1 |
//! | many | 10K | 1 | 8.2 | 10.1 | 10.5 | 17.3 | 5.7 | 14.7 | 11.5 | 10.7 |
//! | many | 10K | 2 | 8.7 | 10.4 | 31.6 | 21.5 | 5.7 | 15.0 | 55.7 | 12.9 |
//! | many | 1M | 1 | 32.5 | 54.0 | 41.3 | 86.4 | 48.2 | 159.8 | 43.6 | 45.9 |
//! | many | 1M | 2 | 30.4 | 53.2 | 51.3 | 76.2 | 40.5 | 162.3 | 60.3 | 42.9 |
//! | hit | 10K | 1 | 8.9 | 10.7 | 11.9 | 16.3 | 8.1 | 23.8 | 9.8 | 8.7 |
//! | hit | 10K | 2 | 10.5 | 10.9 | 30.7 | 17.7 | 8.2 | 24.7 | 50.0 | 8.9 |
//! | hit | 1M | 1 | 81.3 | 79.2 | 45.4 | 93.9 | 67.7 | 252.1 | 35.5 | 39.6 |
//! | hit | 1M | 2 | 84.4 | 70.5 | 54.3 | 82.8 | 59.3 | 262.2 | 56.7 | 42.7 |
//! | miss | 10K | 1 | 8.3 | 14.8 | 11.5 | 15.9 | 7.8 | 21.1 | 9.9 | 10.1 |
//! | miss | 10K | 2 | 9.1 | 15.2 | 32.2 | 17.0 | 7.9 | 21.6 | 39.6 | 10.6 |
//! | miss | 1M | 1 | 29.4 | 18.4 | 18.1 | 25.3 | 16.5 | 137.5 | 16.0 | 39.8 |
//! | miss | 1M | 2 | 43.6 | 19.0 | 75.9 | 60.3 | 19.1 | 139.1 | 42.2 | 42.4 |
//! | fill | 10K | 1 | 21.8 | 20.4 | 12.8 | 18.4 | 19.8 | 46.7 | 11.6 | 13.3 |
//! | fill | 10K | 2 | 105.3 | 88.7 | 129.3 | 72.2 | 84.8 | 247.5 | 104.2 | 54.6 |
//! | fill | 1M | 1 | 74.6 | 56.3 | 47.2 | 66.8 | 70.2 | 196.0 | 39.4 | 75.9 |
//! | fill | 1M | 2 | 113.0 | 85.6 | 148.2 | 103.9 | 104.3 | 330.2 | 206.1 | 120.3 |
//! | grow | 10K | 1 | 28.2 | 49.8 | 19.7 | 26.5 | 29.4 | 86.6 | 18.6 | 44.1 |
//! | grow | 10K | 2 | 164.2 | 268.6 | 172.9 | 113.3 | 123.3 | 529.8 | 115.3 | 179.2 |
//! | grow | 1M | 1 | 84.3 | 148.5 | 49.9 | 73.1 | 74.9 | 439.8 | 42.0 | 97.1 |
//! | grow | 1M | 2 | 99.9 | 121.4 | 91.0 | 66.0 | 72.9 | 734.8 | 104.8 | 170.5 |
//! | update | 10K | 1 | 24.7 | 39.0 | 10.6 | 18.9 | 55.4 | 45.0 | 10.7 | 9.5 |
//! | update | 10K | 2 | 44.5 | 568.8 | 38.3 | 21.4 | 70.9 | 88.8 | 30.8 | 13.7 |
//! | update | 1M | 1 | 159.1 | 191.3 | 42.0 | 87.8 | 218.2 | 396.5 | 38.1 | 44.9 |
//! | update | 1M | 2 | 180.5 | 696.6 | 69.3 | 80.4 | 233.2 | 447.4 | 95.3 | 42.9 |
//! | churn | 10K | 1 | 29.4 | 39.7 | 14.9 | 19.3 | 27.5 | 47.8 | 13.7 | 31.0 |
//! | churn | 10K | 2 | 47.4 | 294.1 | 46.2 | 23.0 | 31.7 | 106.2 | 39.2 | 77.7! |
//! | churn | 1M | 1 | 168.4 | 189.1 | 53.3 | 82.7 | 105.1 | 217.9 | 45.0 | 71.2 |
//! | churn | 1M | 2 | 190.6 | 421.1 | 82.2 | 89.7 | 101.1 | 236.3 | 111.5 | 68.9 |
//! | read-mostly | 10K | 1 | 19.3 | 19.0 | 16.0 | 18.0 | 15.7 | 30.5 | 13.8 | 16.7 |
//! | read-mostly | 10K | 2 | 21.0 | 30.1 | 33.6 | 22.1 | 17.2 | 32.6 | 60.6 | 17.0 |
//! | read-mostly | 1M | 1 | 82.8 | 85.3 | 45.5 | 58.8 | 60.8 | 225.1 | 40.0 | 54.7 |
//! | read-mostly | 1M | 2 | 80.5 | 88.4 | 67.4 | 64.3 | 56.7 | 227.6 | 69.5 | 55.0 |
//! | exchange | 10K | 1 | 35.1 | 42.2 | 19.3 | 21.0 | 37.0 | 48.8 | 18.4 | 22.2 |
//! | exchange | 10K | 2 | 48.8 | 270.7 | 47.2 | 28.9 | 46.6 | 93.4 | 56.7 | 25.8! |
//! | exchange | 1M | 1 | 146.0 | 152.6 | 60.4 | 96.3 | 142.2 | 340.3 | 49.6 | 81.1 |
//! | exchange | 1M | 2 | 150.6 | 386.5 | 89.2 | 76.9 | 134.5 | 389.3 | 139.8 | 284.8 |
//! | rapid-grow | 10K | 1 | 28.8 | 49.4 | 20.6 | 26.0 | 32.7 | 79.4 | 19.2 | 43.7 |
//! | rapid-grow | 10K | 2 | 54.8 | 145.5 | 58.3 | 37.1 | 47.5 | 154.6 | 62.6 | 58.7 |
//! | rapid-grow | 1M | 1 | 111.3 | 148.8 | 62.3 | 81.6 | 103.6 | 443.9 | 52.3 | 123.5 |
//! | rapid-grow | 1M | 2 | 101.0 | 177.8 | 101.5 | 71.5 | 89.9 | 590.8 | 147.3 | 112.7 |
//!
//! `leapfrog` keeps keys and values of 8 bytes in place, without an allocation; `rwlock` is hashbrown's map behind one lock of
//! `parking_lot`.
//!
//! In words: ahead of papaya, whose interface and guarantees are the nearest, at all that writes but `fill` and, with one thread, mixtures that mostly
//! read (there they are level), and at look-ups in cache; behind it by up to a fifth at hits in memory, and by half at misses there. Level with scc's `HashIndex` at look-ups in
//! cache, and behind where it stores entries in place. Behind dashmap with one thread, and in cache level with it at two where
//! something is written. While it grows, its slowest operation takes less than that of any other:
//!
//! | insert, 10 M from empty, one thread | half within | 99 % | 99.9 % | 99.99 % | all |
//! |---|--:|--:|--:|--:|--:|
//! | evacmap | 180 ns | 1.0 µs | 2.3 µs | 22 µs | 6.8 ms |
//! | papaya | 200 ns | 11 µs | 12 µs | 45 µs | 327 ms |
//! | dashmap | 301 ns | 0.6 µs | 0.7 µs | 22 µs | 91 ms |
//! | scc map | 311 ns | 0.6 µs | 2.7 µs | 33 µs | 9.5 ms |
//! | scc index | 320 ns | 0.6 µs | 2.9 µs | 37 µs | 9.4 ms |
//! | flurry | 291 ns | 1.1 µs | 1.7 µs | 38 µs | 1,737 ms |
//! | rwlock | 300 ns | 0.6 µs | 0.7 µs | 19 µs | 213 ms |
//! | leapfrog | 190 ns | 0.5 µs | 0.6 µs | 2.6 µs | 537 ms |
//! | as many fresh pages, and nothing else | 20 ns | 1.2 µs | 1.6 µs | 55 µs | 0.4 ms |
//!
//! Bytes per entry, by an allocator that counts, grown from empty (at rest, and at the peak of the growth): at 1 M evacmap 41.5 and 43.9, papaya 53.8
//! and 53.8, dashmap 35.7 and 37.9, scc 37.7 and 57.6, flurry 137, leapfrog 109. A map of up to 8 entries: 985 bytes with its entries; papaya 18,121,
//! dashmap 1,312, scc 1,162.
//!
//! # Work, where time tells little
//!
//! The most that any one of so many operations did (`cargo bench --bench work --features _counters`):
//!
//! | | n | groups evacuated | buckets visited | bytes cleared | bytes freed | entries dropped |
//! |---|--:|--:|--:|--:|--:|--:|
//! | insert, from empty | 10 K | 5 | 76 | 32,832 | 40,448 | 0 |
//! | insert, from empty | 1 M | 5 | 77 | 32,832 | 150,848 | 0 |
//! | look-up meanwhile | 1 M | 0 | 4 | 0 | 40,448 | 0 |
//! | churn | 10 K | 5 | 49 | 16,384 | 69,120 | 64 |
//! | churn | 1 M | 5 | 53 | 20,416 | 73,152 | 64 |
//! | removal of all, shrinking | 10 K | 4 | 34 | 32,832 | 86,784 | 128 |
//! | removal of all, shrinking | 1 M | 2 | 27 | 65,600 | 115,008 | 128 |
//!
//! No column grows with the map, with the system's allocator, which this runs with. With another one a growth frees its old bucket array in
//! one call, of whatever size; what that does is the allocator's: mimalloc takes 1 to 13 µs for 128 MiB, and gives the pages back later.
//!
//! # Against what was aimed at
//!
//! | aim | reached | what bounds it |
//! |---|---|---|
//! | pinned hits 1.3 times as fast as the best peer | 0.95 to 1.00 at 10 K, 0.64 to 0.68 at 1 M | two misses of which neither fits a shared cache; peers that store entries in place have one, and their tags fit. In a pointer chase the two cost 19 ns with many in flight, 282 ns one after the other: a look-up is some 85 instructions, so that five fit the processor's window |
//! | hits with a pin for each at least as fast | 0.78 to 0.91 at 10 K, 0.44 to 0.51 at 1 M | as above, and one locked instruction (4.7 ns) of the 6.3 ns that a pin takes |
//! | misses at least as fast | 0.87 to 0.95, 0.44 to 0.55 | one line of 64 bytes for 3.8 entries; peers read one or two bytes for each |
//! | `get_many` 1.4 times a loop under one guard | 2.0 to 2.2 at 1 M; 0.6 at 10 K | in cache there is nothing to wait for |
//! | `fill` as fast as scc's index, ahead of all with two threads | 0.91 to 0.94 with one thread; 0.52 to 0.76 of the best with two | the bucket's miss, 76 % of an insert's time at 1 M |
//! | growing as fast as scc's index | 0.89 to 1.04 with one thread; 0.66 to 0.69 of the best with two | as above; 48 bytes of fresh memory for each entry |
//! | update, churn, exchange 1.5 times as fast as papaya | 1.6 to 13 at 10 K but churn and exchange with one thread (1.2 to 1.35); at 1 M 1.0 to 1.2 with one thread, 2.2 to 3.9 with two | an entry is never changed in place, so that each write makes a line more dirty |
//! | 98/1/1 ahead of all with two threads | 0.68 to 0.81 of the best, ahead of papaya | as with hits |
//! | growth tail: 99 % within 1 µs, 99.9 % within 2 µs, the maximum not above the best peer's | 1.0 µs, 2.3 µs, 6.8 ms (the best peer: 9.4) | fresh pages alone: 1.2 µs, 1.6 µs |
//! | fewer bytes per entry than papaya | 41.5 against 53.8 | |
//! | a small map under 1 KiB beside its entries | 920 bytes for one of 4 | |
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
//! | inserting, ten growths | 0.15 to 0.16 µs | 2.0 to 4.9 µs | 0.45 to 0.82 ms |
//! | removing, three shrinks | 0.16 µs | 2.0 µs | 0.23 to 1.6 ms |
//!
//! So a removal may take longer than any insert: the array that the first shrink gives back is twice as large as the last one that a
//! growth does. That was with shares four times as large as now, and tables cleared at once, and with two readings of the clock in each. The slowest operations are not those that move entries, which the third column has,
//! but single calls of the allocator and the kernel: tables of up to 16 MiB come and go.
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
