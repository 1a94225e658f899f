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
//! virtual machine. The machine's memory was slow then: a pointer chase took 39 ns in 8 MiB and 117 ns in 16 MiB, so
//! that with a million entries it is the misses that are measured.
//!
//! | workload | n | threads | evacmap | papaya | dashmap | scc map | scc index | flurry | rwlock |
//! |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
//! | hit-pinned | 10K | 1 | 5.2 | 8.4 | 10.6 | 17.6 | 4.6 | 15.3 | 10.2 |
//! | hit-pinned | 10K | 2 | 5.2 | 8.7 | 31.3 | 19.0 | 4.7 | 15.9 | 54.4 |
//! | hit-pinned | 1M | 1 | 67.6 | 59.2 | 50.0 | 107.7 | 63.7 | 215.2 | 42.0 |
//! | hit-pinned | 1M | 2 | 57.1 | 46.5 | 53.0 | 64.4 | 38.6 | 202.6 | 57.3 |
//! | hit | 10K | 1 | 9.4 | 11.9 | 12.2 | 17.6 | 9.4 | 23.0 | 9.9 |
//! | hit | 10K | 2 | 9.9 | 14.9 | 30.3 | 18.9 | 9.6 | 23.8 | 54.8 |
//! | hit | 1M | 1 | 91.3 | 97.5 | 55.2 | 111.7 | 108.9 | 286.9 | 42.7 |
//! | hit | 1M | 2 | 93.2 | 97.3 | 126.1 | 118.4 | 108.0 | 308.5 | 69.6 |
//! | miss | 10K | 1 | 8.9 | 16.6 | 12.0 | 17.7 | 9.2 | 20.0 | 10.4 |
//! | miss | 10K | 2 | 13.1 | 17.6 | 60.9 | 53.3 | 9.2 | 20.8 | 38.5 |
//! | miss | 1M | 1 | 47.6 | 22.3 | 20.2 | 49.2 | 39.3 | 132.6 | 17.4 |
//! | miss | 1M | 2 | 38.4 | 21.3 | 38.2 | 26.4 | 17.6 | 138.1 | 55.5 |
//! | fill | 10K | 1 | 23.2 | 23.4 | 12.7 | 18.9 | 18.9 | 45.6 | 12.0 |
//! | fill | 10K | 2 | 34.4 | 28.6 | 40.3 | 20.1 | 20.0 | 121.9 | 38.0 |
//! | fill | 1M | 1 | 88.5 | 59.1 | 48.5 | 91.7 | 85.3 | 219.8 | 40.8 |
//! | fill | 1M | 2 | 80.1 | 59.3 | 86.1 | 77.6 | 77.8 | 321.1 | 162.1 |
//! | grow | 10K | 1 | 30.2 | 53.2 | 19.9 | 26.4 | 28.1 | 79.5 | 19.5 |
//! | grow | 10K | 2 | 56.7 | 96.0 | 59.1 | 34.0 | 35.0 | 185.4 | 58.6 |
//! | grow | 1M | 1 | 99.4 | 164.1 | 48.9 | 90.3 | 74.9 | 462.5 | 42.8 |
//! | grow | 1M | 2 | 99.2 | 151.0 | 90.6 | 68.3 | 72.3 | 723.0 | 145.3 |
//! | update | 10K | 1 | 22.2 | 38.8 | 10.9 | 18.4 | 39.4 | 43.8 | 10.6 |
//! | update | 10K | 2 | 43.1 | 574.0 | 39.6 | 21.1 | 49.2 | 78.4 | 29.7 |
//! | update | 1M | 1 | 174.7 | 204.2 | 44.7 | 107.0 | 153.2 | 414.4 | 38.9 |
//! | update | 1M | 2 | 171.0 | 714.0 | 73.0 | 85.6 | 150.4 | 457.0 | 96.4 |
//! | churn | 10K | 1 | 33.6 | 41.9 | 14.8 | 18.8 | 26.4 | 50.9 | 14.6 |
//! | churn | 10K | 2 | 49.1 | 302.4 | 45.2 | 21.1 | 30.5 | 109.3 | 42.3 |
//! | churn | 1M | 1 | 137.5 | 187.2 | 53.2 | 92.2 | 106.1 | 214.4 | 49.8 |
//! | churn | 1M | 2 | 118.0 | 430.7 | 81.7 | 69.7 | 78.3 | 246.6 | 122.2 |
//!
//! So it is ahead of papaya, whose interface it shares, wherever something is written, but for `fill`; behind maps that store
//! entries in place (dashmap, and a lock around hashbrown) where a single thread writes or where every line misses; and not
//! ahead of scc's `HashIndex` at look-ups in cache.
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
//! That is with two readings of the clock in each. The slowest operations are not those that move entries, which the third column has,
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
