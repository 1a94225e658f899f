//! Where the time goes, what was tried, and what it came to.
//!
//! `cargo bench --bench compare -- --table` measures this map and six others in turns, on the same work, with the same hasher and
//! allocator; `--help` lists its options. Absolute figures differ between machines, and on a virtual machine between hours;
//! ratios within one run are what can be compared.
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
//! Lengths, garbage and spare memory are kept by each thread for itself, with plain stores. One write in eight does a share of a
//! running resize: 16 groups of buckets, one after the other, for which no entry is touched. One retired entry in 64
//! hands a batch to the collector and drops at most two that have come of age.
//!
//! # A run
//!
//! Thread-nanoseconds per operation, medians of five rounds in turns, `u64` to `u64`, mimalloc, two cores of an AMD EPYC (Zen 5) in a
//! virtual machine. On that day the machine's memory was slow: a pointer chase took 39 ns in 8 MiB and 117 ns in 16 MiB, so
//! that with a million entries it is the misses that are measured.
//!
//! | workload | n | threads | evacmap | papaya | dashmap | scc map | scc index | flurry | rwlock |
//! |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
//! | hit-pinned | 10K | 1 | 8.7 | 11.0 | 13.0 | 19.4 | 5.8 | 18.8 | 12.1 |
//! | hit-pinned | 10K | 2 | 9.4 | 12.0 | 33.0 | 28.5 | 8.3 | 26.1 | 66.2 |
//! | hit-pinned | 1M | 1 | 95.1 | 83.8 | 73.8 | 168.5 | 120.8 | 263.5 | 57.7 |
//! | hit-pinned | 1M | 2 | 101.5 | 82.0 | 98.1 | 185.0 | 101.5 | 337.9 | 88.3 |
//! | hit | 10K | 1 | 14.6 | 16.8 | 15.1 | 21.6 | 13.5 | 36.7 | 12.3 |
//! | hit | 10K | 2 | 20.2 | 18.8 | 33.4 | 58.8 | 13.0 | 37.3 | 46.9 |
//! | hit | 1M | 1 | 99.6 | 106.2 | 69.1 | 181.4 | 145.9 | 379.1 | 57.8 |
//! | hit | 1M | 2 | 125.2 | 170.3 | 99.4 | 164.4 | 139.7 | 371.3 | 80.1 |
//! | miss | 10K | 1 | 12.1 | 23.4 | 14.9 | 21.5 | 12.4 | 30.9 | 12.5 |
//! | miss | 10K | 2 | 13.7 | 26.5 | 33.1 | 26.8 | 12.7 | 33.4 | 57.5 |
//! | miss | 1M | 1 | 68.6 | 37.5 | 31.2 | 85.5 | 74.8 | 206.5 | 27.9 |
//! | miss | 1M | 2 | 74.8 | 32.8 | 45.4 | 86.3 | 51.7 | 218.6 | 60.4 |
//! | fill | 10K | 1 | 30.5 | 30.1 | 15.9 | 24.7 | 24.6 | 73.7 | 15.2 |
//! | fill | 10K | 2 | 49.3 | 41.3 | 48.4 | 29.6 | 28.8 | 146.3 | 57.1 |
//! | fill | 1M | 1 | 113.5 | 75.3 | 61.7 | 104.5 | 114.8 | 262.8 | 60.7 |
//! | fill | 1M | 2 | 91.9 | 66.8 | 83.4 | 94.2 | 98.3 | 287.8 | 171.4 |
//! | grow | 10K | 1 | 33.0 | 58.5 | 22.4 | 28.6 | 29.8 | 87.6 | 21.9 |
//! | grow | 10K | 2 | 56.9 | 100.6 | 66.2 | 38.2 | 39.8 | 205.4 | 70.4 |
//! | grow | 1M | 1 | 99.3 | 138.8 | 46.8 | 76.1 | 85.7 | 510.3 | 47.2 |
//! | grow | 1M | 2 | 118.8 | 147.0 | 106.5 | 88.6 | 87.1 | 789.2 | 157.3 |
//! | update | 10K | 1 | 28.1 | 50.6 | 12.6 | 21.6 | 45.9 | 53.1 | 12.3 |
//! | update | 10K | 2 | 49.5 | 836.0 | 42.6 | 29.3 | 72.4 | 164.9 | 36.7 |
//! | update | 1M | 1 | 215.8 | 260.5 | 53.0 | 143.2 | 192.6 | 548.1 | 52.7 |
//! | update | 1M | 2 | 280.2 | 1013.0 | 101.5 | 172.6 | 258.5 | 744.1 | 122.7 |
//! | churn | 10K | 1 | 44.4 | 56.6 | 21.6 | 24.5 | 32.5 | 65.6 | 18.5 |
//! | churn | 10K | 2 | 70.0 | 426.2 | 55.2 | 32.2 | 44.4 | 130.9 | 61.7 |
//! | churn | 1M | 1 | 162.1 | 244.5 | 76.2 | 144.1 | 132.1 | 265.9 | 93.5 |
//! | churn | 1M | 2 | 190.2 | 701.3 | 118.0 | 162.4 | 167.7 | 333.6 | 233.9 |
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
//! - **Batches of bare memory as they are** (magazines) instead of a list threaded through the entries: replacing at 10 K went from
//!   26 to 24 ns; nothing at 1 M. It also leaves entries alone whose types need no drop.
