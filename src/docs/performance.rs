//! What an operation touches, how this map compares with others, and what bounds it.
//!
//! `cargo xtask bench` measures this map and seven others in turns, on the same work, with the same
//! hasher and allocator. It writes `benches/results/results.json`, which every figure below is from
//! unless another file is named. `benches/results/NOTES.md` names the machine and the date, and
//! tells what was tried and what it brought. Absolute figures differ between machines, and on a
//! virtual machine between hours. Only ratios within one run can be compared.
//!
//! | part (`--only`) | what it measures |
//! |---|---|
//! | `floor` | what no map can go below: the two misses of a look-up, a locked instruction, the pin |
//! | `throughput` | thread-nanoseconds per operation, and the ratio to the best other map: look-ups, writes, mixtures; numbers, strings, values of 256 bytes |
//! | `tail` | quantiles of every insert while a map grows from empty, of every look-up beside it, and of touching as many fresh pages |
//! | `memory`, `small` | bytes per entry at rest and at the peak of a growth; bytes and nanoseconds of maps of 0 to 8 entries |
//!
//! Last, the command counts the most that any single operation did, in a build with the private
//! feature `_counters`: groups evacuated, buckets visited, bytes zeroed and freed, entries dropped.
//! It writes the counts to `benches/results/work.json`.
//!
//! # What an operation touches
//!
//! The table holds for a map at rest, and leaves out hashing and comparing. Only cache lines that
//! differ from key to key are counted. The headers of the map and of its table are two more; all
//! threads read them, and only resizes write them.
//!
//! | | allocations | cache lines | locked instructions |
//! |---|---|---|---|
//! | a pin, [`Leased`](crate::Pinning::Leased) | none | the thread's own | none: two plain stores and a count |
//! | a pin, [`Ordinary`](crate::Pinning::Ordinary) | none | the thread's own | one (x86-64), elsewhere a fence |
//! | a pin within another | none | the thread's own | none |
//! | an owned guard | none, now and then an anchor for many of them | one that all owned guards share | two to make it, one to drop it |
//! | a look-up that finds its key | none | the bucket, the entry | none |
//! | a look-up that does not | none | the bucket | none |
//! | inserting a new key | the entry, unless the thread has spare memory | the bucket, the entry | one |
//! | replacing, `update` | as inserting | the bucket, both entries | one |
//! | removing | none | the bucket, the entry | one |
//! | a write that changes nothing (`try_insert` of a key that is there, …) | none | as a look-up | none |
//! | `len` | none | one or two for each thread that has written | none, except for an `Ordinary` pin |
//!
//! - A chain with overflow buckets has one more line for each.
//! - A write also touches the thread's own slot in the map. Lengths, garbage and spare memory are
//!   kept there, with plain stores.
//! - While a resize is under way, a look-up may touch two lines more. Every other write of a thread
//!   evacuates some buckets: 4 when growing, 8 when shrinking. That takes two locked instructions
//!   for each entry and a few for each bucket. It reads the entries themselves only once in eight
//!   doublings.
//! - All threads of the process share the collector: its clock and its queue. No pin that is not
//!   the 128th writes to either.
//! - Every 64th removal or replacement of a thread makes a batch, gives it the clock's number, has
//!   the collector go on by a step, and drops the entries of up to two batches that have become
//!   free. That is a handful of locked instructions, some of them on those shared words. Every 64th
//!   batch in the process looks whether the clock stands still. If it does, that takes the leases
//!   of idle threads: one `membarrier`.
//! - Every 128th pin of a thread that is not within another pins anew, with a fence, and lets the
//!   collector advance.
//! - A thread's first pin makes a record for it, or takes over that of an ended thread.
//! - An iteration allocates one small buffer.
//!
//! # Beside other maps
//!
//! Thread-nanoseconds per operation by two threads on two cores, keys and values `u64`, mimalloc.
//! Less is better. In `hit-pinned` one guard serves many look-ups; the writes take a guard each.
//! `churn` removes the oldest key and inserts a new one, which counts as two operations.
//!
//! The run is older than the present pins: each guard cost a locked instruction then. So look-ups
//! with a guard each, whose time was mostly that, are left out until they are drawn anew, and the
//! writes are as they were with such a pin.
//!
//! | workload | entries | evacmap | papaya | dashmap | scc's index | scc's map | flurry |
//! |---|--:|--:|--:|--:|--:|--:|--:|
//! | hit-pinned | 10 K | 5.8 | 9.7 | 32.6 | 5.4 | 19.9 | 23.7 |
//! | hit-pinned | 1 M | 80.2 | 72.2 | 119.1 | 69.8 | 117.7 | 206.8 |
//! | grow | 1 M | 107.6 | 175.0 | 115.0 | 79.2 | 72.7 | 876.6 |
//! | update | 10 K | 40.7 | 645.0 | 38.1 | 71.7 | 22.0 | 80.4 |
//! | update | 1 M | 261.5 | 813.2 | 71.8 | 230.3 | 100.3 | 442.0 |
//! | churn | 10 K | 43.9 | 403.1 | 96.2 | 69.1 | 52.3 | 210.8 |
//! | churn | 1 M | 110.7 | 474.2 | 90.9 | 115.9 | 101.7 | 246.6 |
//!
//! - **papaya** has the nearest interface and guarantees. evacmap is ahead of it at hits in cache
//!   and at everything that writes except `fill`, where it reaches 0.6 to 0.9 of papaya's speed. At
//!   a million entries it is behind by up to a tenth at hits under one guard, and further at
//!   misses.
//! - **scc's index** is a little faster at hits in cache (evacmap reaches 0.9 of its speed under
//!   one guard), and further ahead at misses in memory. Churn is 1.0 to 1.6 times as fast here,
//!   update 0.9 to 2.2 times.
//! - **dashmap** and the maps behind one lock keep small values in place. They are faster at
//!   replacing them, and with one thread at most writes.
//! - **With larger entries evacmap grows faster than any other**, by a fifth to four fifths: a
//!   resize moves one word for each entry, and no shard stops the others while it grows. With
//!   strings it is also the fastest where keys come and go.
//! - **`get_many`** takes about half the time of look-ups one by one at a million entries. In cache
//!   there is nothing to wait for, and it takes half as long again.
//!
//! # While it grows
//!
//! The time of each of 10 million inserts into an empty map, by one thread:
//!
//! | | half within | 99 % | 99.9 % | 99.99 % | all |
//! |---|--:|--:|--:|--:|--:|
//! | evacmap | 190 ns | 1.0 µs | 2.3 µs | 28 µs | 5.0 ms |
//! | papaya | 240 ns | 11.5 µs | 13 µs | 60 µs | 370 ms |
//! | dashmap | 330 ns | 0.7 µs | 0.9 µs | 40 µs | 101 ms |
//! | scc's map | 330 ns | 0.6 µs | 3.5 µs | 35 µs | 9.9 ms |
//! | scc's index | 330 ns | 0.6 µs | 4.4 µs | 41 µs | 10 ms |
//! | flurry | 331 ns | 1.2 µs | 2.1 µs | 63 µs | 1,974 ms |
//! | hashbrown behind one lock | 330 ns | 0.6 µs | 0.8 µs | 31 µs | 60 ms |
//! | leapfrog | 201 ns | 0.6 µs | 0.8 µs | 5.7 µs | 1,180 ms |
//! | as many fresh pages, and nothing else | 20 ns | 1.1 µs | 1.6 µs | 52 µs | 0.5 ms |
//!
//! The most that any single operation did (`benches/results/work.json`):
//!
//! | | entries | groups evacuated | buckets visited | bytes cleared | bytes freed | entries dropped |
//! |---|--:|--:|--:|--:|--:|--:|
//! | insert, from empty | 10 K | 5 | 75 | 32,832 | 40,448 | 0 |
//! | insert, from empty | 10 M | 5 | 77 | 32,832 | 16,777,472 | 0 |
//! | churn | 10 K | 5 | 56 | 20,416 | 101,376 | 64 |
//! | churn | 10 M | 5 | 60 | 20,416 | 117,504 | 64 |
//! | removal of all, shrinking | 10 K | 2 | 28 | 65,600 | 106,944 | 64 |
//! | removal of all, shrinking | 10 M | 2 | 29 | 65,600 | 115,008 | 128 |
//!
//! One figure grows with the map. A growth frees its old bucket array in one call of the allocator,
//! unless the allocator is glibc's and the array is a mapping of its own. What that call does is
//! the allocator's business.
//!
//! # Memory
//!
//! Bytes per entry of a map that was grown from empty to a million entries of two `u64`, as an
//! allocator counts them:
//!
//! | | evacmap | papaya | dashmap | scc's map | flurry | leapfrog |
//! |---|--:|--:|--:|--:|--:|--:|
//! | at rest | 41.5 | 53.8 | 35.7 | 37.7 | 137.2 | 109.1 |
//! | at the peak of the growth | 44.0 | 53.8 | 37.9 | 57.4 | 137.2 | 109.1 |
//!
//! A map of up to 8 entries takes 1,021 bytes, its entries included; papaya's takes 18,121,
//! dashmap's 1,312, scc's 1,162.
//!
//! # What bounds it
//!
//! | operation | what bounds it |
//! |---|---|
//! | hits | two lines that miss, one after the other: the bucket and the entry. Maps that keep entries in place have one, and a line of tags that fits a cache. |
//! | hits with a pin each | the same, and the pin: a locked instruction or a fence if pins are `Ordinary`, next to nothing if they are `Leased` |
//! | misses | the bucket's line of 64 bytes for seven slots. Other maps read one or two bytes for each entry. |
//! | inserting | the bucket's line, a fresh line for the entry, and two locked instructions |
//! | growing | the same, and at each doubling two locked instructions for each entry: one freezes its word, one places it |
//! | replacing | three lines, of which two become dirty, and two locked instructions. An entry is never changed in place. |
//! | the slowest insert of a growth | the pages of the new entries, which come from the allocator |
