//! Where the time goes, what was tried, and what it came to.
//!
//! `cargo xtask bench` measures this map and seven others in turns, on the same work, with the same
//! hasher and allocator; `cargo xtask bench -- --help` lists what can be asked for by itself.
//! Absolute figures differ between machines, and on a virtual machine between hours; ratios within
//! one run are what can be compared.
//!
//! | part (`--only`) | what it says |
//! |---|---|
//! | `floor` | what no map can go below: the two misses of a look-up, a locked instruction, the pin |
//! | `throughput` | thread-nanoseconds per operation and the ratio to the best other map: look-ups, writes, mixtures; numbers, strings, values of 256 bytes |
//! | `tail` | quantiles of every insert of a growth from empty, of every look-up beside it, and of touching as many fresh pages |
//! | `memory`, `small` | bytes per entry at rest and at the peak of a growth; bytes and nanoseconds of maps of 0 to 8 entries |
//!
//! At its end the command counts, in a build with the private feature `_counters`, the most that
//! any single operation did: groups evacuated, buckets visited, bytes zeroed and freed, entries
//! dropped.
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
//! Lengths, garbage and spare memory are kept by each thread for itself, with plain stores. One
//! write in two does a share of a running resize: 4 buckets when growing, 8 when shrinking, for
//! which no entry is touched but once in eight doublings. One retired entry in 64 hands a batch to
//! the collector and drops at most two that have come of age.
//!
//! # A run
//!
//! Thread-nanoseconds per operation, medians of two rounds in turns, `u64` to `u64`, mimalloc, two
//! cores of an AMD EPYC (Zen 5) in a virtual machine. Nominally the third-level cache has 32 MiB,
//! but others have their share: a dependent load took 140 to 150 ns that hour, so that with a
//! million entries (48 MB here) it is the misses that are measured. `!`: a peer that gave wrong
//! answers.
//!
//! | workload | n | threads | evacmap | papaya | dashmap | scc map | scc index | flurry | rwlock | leapfrog |
//! |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
//! | hit-pinned | 10K | 1 | 6.3 | 8.8 | 11.2 | 18.4 | 5.4 | 18.9 | 10.9 | 9.5 |
//! | hit-pinned | 10K | 2 | 5.8 | 9.7 | 32.6 | 19.9 | 5.4 | 23.7 | 51.8 | 10.1 |
//! | hit-pinned | 1M | 1 | 69.8 | 65.9 | 56.2 | 119.5 | 79.0 | 221.2 | 54.2 | 54.1 |
//! | hit-pinned | 1M | 2 | 80.2 | 72.2 | 119.1 | 117.7 | 69.8 | 206.8 | 77.3 | 52.9 |
//! | many | 10K | 1 | 9.3 | 10.7 | 11.3 | 18.5 | 6.1 | 15.5 | 12.1 | 11.6 |
//! | many | 10K | 2 | 9.4 | 11.0 | 32.2 | 22.5 | 6.2 | 15.8 | 59.4 | 11.9 |
//! | many | 1M | 1 | 37.3 | 60.6 | 46.1 | 118.3 | 58.8 | 272.8 | 45.9 | 54.6 |
//! | many | 1M | 2 | 33.7 | 55.5 | 57.4 | 90.5 | 46.7 | 162.5 | 67.1 | 45.5 |
//! | hit | 10K | 1 | 10.5 | 12.0 | 13.2 | 18.1 | 9.0 | 26.5 | 10.8 | 10.1 |
//! | hit | 10K | 2 | 13.1 | 14.2 | 33.9 | 20.4 | 9.1 | 28.2 | 55.3 | 11.1 |
//! | hit | 1M | 1 | 105.9 | 88.9 | 74.9 | 124.9 | 104.9 | 416.0 | 50.4 | 61.0 |
//! | hit | 1M | 2 | 140.3 | 127.8 | 87.9 | 128.7 | 97.5 | 366.7 | 78.6 | 85.2 |
//! | miss | 10K | 1 | 9.1 | 17.4 | 12.8 | 17.7 | 9.3 | 23.3 | 10.8 | 11.1 |
//! | miss | 10K | 2 | 11.0 | 16.9 | 36.8 | 18.9 | 8.7 | 23.8 | 59.4 | 11.7 |
//! | miss | 1M | 1 | 46.1 | 21.5 | 20.9 | 42.5 | 25.4 | 150.8 | 17.3 | 60.8 |
//! | miss | 1M | 2 | 47.4 | 22.5 | 38.4 | 31.2 | 20.0 | 181.2 | 53.8 | 41.1 |
//! | fill | 10K | 1 | 24.2 | 22.3 | 13.5 | 19.5 | 21.0 | 50.2 | 12.3 | 14.6 |
//! | fill | 10K | 2 | 40.4 | 30.1 | 44.5 | 22.6 | 23.1 | 132.5 | 47.7 | 19.2 |
//! | fill | 1M | 1 | 92.0 | 67.5 | 51.8 | 92.3 | 87.8 | 224.9 | 46.6 | 87.6 |
//! | fill | 1M | 2 | 125.8 | 74.7 | 91.5 | 90.6 | 101.5 | 272.1 | 147.6 | 173.6 |
//! | grow | 10K | 1 | 31.9 | 60.7 | 21.5 | 29.0 | 31.1 | 95.9 | 20.2 | 50.6 |
//! | grow | 10K | 2 | 172.6 | 267.6 | 167.8 | 111.4 | 117.6 | 572.7 | 108.4 | 183.9 |
//! | grow | 1M | 1 | 107.7 | 189.4 | 53.2 | 85.2 | 95.8 | 479.4 | 51.0 | 110.2 |
//! | grow | 1M | 2 | 107.6 | 175.0 | 115.0 | 72.7 | 79.2 | 876.6 | 108.3 | 119.9 |
//! | update | 10K | 1 | 25.7 | 41.4 | 10.9 | 19.3 | 56.6 | 46.0 | 10.9 | 10.0 |
//! | update | 10K | 2 | 40.7 | 645.0 | 38.1 | 22.0 | 71.7 | 80.4 | 30.8 | 14.3 |
//! | update | 1M | 1 | 193.3 | 220.3 | 48.3 | 110.9 | 243.1 | 424.8 | 42.4 | 52.6 |
//! | update | 1M | 2 | 261.5 | 813.2 | 71.8 | 100.3 | 230.3 | 442.0 | 122.3 | 48.8 |
//! | churn | 10K | 1 | 27.1 | 42.5 | 15.6 | 20.2 | 28.7 | 56.3 | 14.8 | 70.4 |
//! | churn | 10K | 2 | 43.9 | 403.1 | 96.2 | 52.3 | 69.1 | 210.8 | 66.0 | 102.1 |
//! | churn | 1M | 1 | 106.9 | 175.1 | 53.5 | 87.3 | 107.3 | 217.3 | 46.5 | 149.1 |
//! | churn | 1M | 2 | 110.7 | 474.2 | 90.9 | 101.7 | 115.9 | 246.6 | 130.8 | 176.4 |
//! | read-mostly | 10K | 1 | 18.2 | 20.9 | 17.7 | 18.9 | 17.0 | 32.4 | 16.2 | 17.3 |
//! | read-mostly | 10K | 2 | 20.1 | 29.8 | 35.7 | 23.2 | 17.9 | 34.5 | 62.6 | 17.3 |
//! | read-mostly | 1M | 1 | 100.0 | 113.6 | 59.1 | 99.1 | 95.4 | 260.7 | 48.5 | 62.7 |
//! | read-mostly | 1M | 2 | 95.4 | 99.8 | 68.1 | 73.4 | 74.1 | 269.2 | 74.6 | 59.0 |
//! | exchange | 10K | 1 | 35.4 | 42.9 | 19.6 | 21.6 | 38.9 | 50.2 | 18.3 | 22.7 |
//! | exchange | 10K | 2 | 46.7 | 339.2 | 47.3 | 29.0 | 49.8 | 94.0 | 57.4 | 27.1! |
//! | exchange | 1M | 1 | 189.8 | 278.7 | 77.2 | 101.3 | 168.0 | 342.9 | 55.1 | 143.1 |
//! | exchange | 1M | 2 | 242.4 | 527.5 | 99.4 | 98.9 | 147.6 | 433.4 | 145.0 | 230.0 |
//! | rapid-grow | 10K | 1 | 31.0 | 53.6 | 22.0 | 27.2 | 33.2 | 84.7 | 20.9 | 47.5 |
//! | rapid-grow | 10K | 2 | 54.2 | 124.3 | 60.6 | 35.9 | 45.5 | 166.6 | 64.5 | 62.7 |
//! | rapid-grow | 1M | 1 | 122.4 | 195.6 | 65.7 | 86.2 | 112.7 | 479.1 | 88.8 | 118.5 |
//! | rapid-grow | 1M | 2 | 149.2 | 212.0 | 106.4 | 76.1 | 89.0 | 655.9 | 157.3 | 236.5 |
//!
//! `leapfrog` keeps keys and values of 8 bytes in place, without an allocation; `rwlock` is
//! hashbrown's map behind one lock of `parking_lot`.
//!
//! With larger entries, a million of them (keys of 8 to 40 bytes in `String`s, or values of 256
//! bytes):
//!
//! | content | workload | threads | evacmap | papaya | dashmap | scc map | scc index | flurry | rwlock |
//! |---|---|--:|--:|--:|--:|--:|--:|--:|--:|
//! | strings | hit | 1 | 443.0 | 438.2 | 396.8 | 439.0 | 477.3 | 592.6 | 421.8 |
//! | strings | hit | 2 | 463.7 | 421.3 | 480.2 | 455.3 | 472.0 | 578.3 | 400.3 |
//! | strings | grow | 1 | 208.1 | 392.6 | 316.4 | 374.3 | 340.1 | 630.3 | 335.0 |
//! | strings | grow | 2 | 164.4 | 365.6 | 477.6 | 297.5 | 313.0 | 903.7 | 889.0 |
//! | strings | update | 1 | 639.3 | 655.0 | 411.7 | 482.0 | 523.6 | 637.0 | 354.9 |
//! | strings | update | 2 | 619.6 | 1335.4 | 435.7 | 405.2 | 504.1 | 663.7 | 1055.0 |
//! | strings | churn | 1 | 247.0 | 380.9 | 289.5 | 319.9 | 413.0 | 339.3 | 264.7 |
//! | strings | churn | 2 | 266.8 | 761.5 | 366.2 | 373.5 | 452.4 | 523.0 | 785.6 |
//! | 256 bytes | hit | 1 | 132.5 | 107.1 | 89.9 | 133.5 | 119.8 | 310.6 | 71.3 |
//! | 256 bytes | hit | 2 | 128.3 | 171.3 | 98.5 | 125.4 | 110.8 | 332.3 | 83.9 |
//! | 256 bytes | grow | 1 | 180.7 | 284.7 | 375.7 | 248.0 | 269.7 | 558.1 | 213.1 |
//! | 256 bytes | grow | 2 | 219.5 | 353.6 | 606.3 | 362.6 | 354.5 | 819.5 | 576.2 |
//! | 256 bytes | update | 1 | 276.6 | 614.6 | 72.9 | 135.2 | 344.6 | 906.6 | 72.4 |
//! | 256 bytes | update | 2 | 259.9 | 1259.0 | 103.8 | 123.9 | 348.5 | 875.5 | 190.6 |
//! | 256 bytes | churn | 1 | 151.3 | 312.2 | 149.6 | 157.7 | 223.9 | 310.9 | 112.7 |
//! | 256 bytes | churn | 2 | 243.1 | 666.5 | 196.5 | 269.4 | 255.0 | 351.8 | 446.7 |
//!
//! In words: ahead of papaya, whose interface and guarantees are the nearest, at all that writes
//! but `fill` (0.6 to 0.9 of its speed) and at look-ups in cache; behind it by up to a sixth at
//! hits in memory, and by half at misses there. Of the speed of scc's `HashIndex`: churn 1.0 to
//! 1.6, update 0.9 to 2.2, exchange 0.6 to 1.1, growth 0.7 to 1.0, hits 0.7 to 1.1, misses 0.4 to
//! 1.0, `fill` 0.6 to 0.95. Of dashmap's: with one thread 0.3 to 0.8, at look-ups in cache 1.2 to
//! 1.8; with two in cache 0.9 to 5.6, at a million entries 0.3 (update) to 1.5 (pinned hits).
//! **With larger entries it grows faster than any other**, by a fifth to four fifths, and with
//! strings it is also the fastest where keys come and go: what a resize moves is a word for each
//! entry, and there is no shard whose growth all others wait for.
//!
//! With 10 million entries, one round, one and two threads:
//!
//! | workload | evacmap | papaya | dashmap | scc map | scc index |
//! |---|--:|--:|--:|--:|--:|
//! | hit-pinned | 79.8, 118.7 | 79.2, 79.6 | 76.4, 97.4 | 180.3, 147.2 | 102.0, 82.3 |
//! | many | 51.7, 54.4 | 113.5, 106.4 | 148.3, 135.0 | 132.7, 167.6 | 82.9, 108.4 |
//! | hit | 112.0, 158.1 | 162.4, 172.4 | 138.3, 157.0 | 132.8, 170.9 | 103.2, 167.1 |
//! | miss | 58.2, 101.7 | 72.0, 83.8 | 59.6, 65.5 | 76.7, 70.9 | 60.7, 51.8 |
//! | fill | 142.4, 161.1 | 92.2, 148.0 | 96.2, 186.0 | 161.5, 200.0 | 151.6, 207.3 |
//! | grow | 174.7, 299.5 | 483.1, 480.3 | 119.9, 176.5 | 168.0, 227.2 | 248.0, 214.4 |
//! | update | 211.1, 457.5 | 392.0, 1163.6 | 79.4, 177.5 | 132.8, 212.8 | 280.7, 361.1 |
//! | churn | 193.8, 219.0 | 308.2, 685.4 | 118.2, 159.1 | 151.4, 131.6 | 192.4, 149.4 |
//! | read-mostly | 139.2, 146.1 | 188.0, 211.2 | 98.6, 149.3 | 136.4, 193.8 | 124.3, 187.5 |
//! | exchange | 268.8, 247.6 | 415.4, 730.5 | 108.3, 177.1 | 122.9, 137.1 | 213.3, 227.5 |
//! | rapid-grow | 168.5, 236.5 | 489.5, 628.4 | 142.9, 212.2 | 171.8, 224.6 | 211.1, 199.0 |
//!
//! With glibc's allocator (`--allocator system`; `results-system.json`) all maps that allocate for
//! each entry are slower: at a million entries and one thread growth takes 195 ns (papaya 354,
//! dashmap 84, scc 116 to 121), update 313 (317, 55, 102 to 244), churn 139 (260, 88, 143 to 151).
//!
//! While it grows, its slowest operation takes less than that of any other:
//!
//! | insert, 10 M from empty, one thread | half within | 99 % | 99.9 % | 99.99 % | all |
//! |---|--:|--:|--:|--:|--:|
//! | evacmap | 190 ns | 1.0 µs | 2.3 µs | 28 µs | 5.0 ms |
//! | papaya | 240 ns | 11.5 µs | 13 µs | 60 µs | 370 ms |
//! | dashmap | 330 ns | 0.7 µs | 0.9 µs | 40 µs | 101 ms |
//! | scc map | 330 ns | 0.6 µs | 3.5 µs | 35 µs | 9.9 ms |
//! | scc index | 330 ns | 0.6 µs | 4.4 µs | 41 µs | 10 ms |
//! | flurry | 331 ns | 1.2 µs | 2.1 µs | 63 µs | 1,974 ms |
//! | rwlock | 330 ns | 0.6 µs | 0.8 µs | 31 µs | 60 ms |
//! | leapfrog | 201 ns | 0.6 µs | 0.8 µs | 5.7 µs | 1,180 ms |
//! | as many fresh pages, and nothing else | 20 ns | 1.1 µs | 1.6 µs | 52 µs | 0.5 ms |
//!
//! (Medians of three rounds. In another run evacmap's maximum was 4.9 ms, dashmap's 7.5, scc's 9 to 11.
//! Beside a reader: evacmap 20 ms, scc 19 to 29, dashmap 102, papaya 419; in that other run evacmap
//! 9.)
//!
//! Bytes per entry, by an allocator that counts, grown from empty (at rest, and at the peak of the
//! growth): at 1 M evacmap 41.5 and 44.0, papaya 53.8 and 53.8, dashmap 35.7 and 37.9, scc 37.7 and
//! 58, flurry 137, leapfrog 109. A map of up to 8 entries: 1,021 bytes with its entries; papaya
//! 18,121, dashmap 1,311, scc 1,162.
//!
//! # Work, where time tells little
//!
//! The most that any one of so many operations did (`cargo bench --bench work --features
//! _counters`):
//!
//! | | n | groups evacuated | buckets visited | bytes cleared | bytes freed | entries dropped |
//! |---|--:|--:|--:|--:|--:|--:|
//! | insert, from empty | 10 K | 5 | 75 | 32,832 | 40,448 | 0 |
//! | insert, from empty | 1 M | 5 | 78 | 32,832 | 150,848 | 0 |
//! | insert, from empty | 10 M | 5 | 77 | 32,832 | 16,777,472 | 0 |
//! | look-up meanwhile | 1 M | 0 | 4 | 0 | 40,448 | 0 |
//! | churn | 10 K | 5 | 56 | 20,416 | 101,376 | 64 |
//! | churn | 1 M | 5 | 58 | 20,416 | 69,120 | 64 |
//! | churn | 10 M | 5 | 60 | 20,416 | 117,504 | 64 |
//! | removal of all, shrinking | 10 K | 2 | 28 | 65,600 | 106,944 | 64 |
//! | removal of all, shrinking | 1 M | 4 | 34 | 32,832 | 115,008 | 128 |
//! | removal of all, shrinking | 10 M | 2 | 29 | 65,600 | 115,008 | 128 |
//!
//! One figure grows with the map: a growth frees its old bucket array in one call of the allocator,
//! unless that is glibc's and the array a mapping of its own. (This runs with glibc's, which from
//! its second large block on takes those of up to 32 MiB from its heap; so the array of 16 MiB
//! here, of which only the pages at the heap's end go back.) What the call does is the allocator's:
//! mimalloc takes 1 to 13 µs for 128 MiB, and gives the pages back later. Everything else is the
//! same at 10 K as at 10 M.
//!
//! # Against what was aimed at
//!
//! Each with what it comes to in cache lines and locked instructions (the table above), and what
//! was tried.
//!
//! | aim | reached | what bounds it |
//! |---|---|---|
//! | pinned hits 1.3 times as fast as the best peer | 0.86 to 0.93 at 10 K, 0.66 to 0.78 at 1 M (0.67 to 0.84 in an hour with faster memory), 0.67 to 0.96 at 10 M | two lines that miss, one after the other, of 16.8 and 32 MB at 1 M, and no locked instruction; peers that store entries in place have one, and a line of tags that fits a cache. In a pointer chase the two cost 15 ns with many in flight, 273 ns one after the other: a look-up is some 80 instructions, 25 of them the benchmark's, so that four fit the processor's window. Tried: huge pages, fewer instructions, entries packed at 24 bytes, no hash comparison (nothing); no hash in the entry (7 to 11 %, and growths would have to run `Hash`) |
//! | hits with a pin for each at least as fast | 0.70 to 0.86 at 10 K, 0.48 to 0.56 at 1 M | as above, and one locked instruction (4.8 ns) of the 6.4 ns that a pin takes. Tried: the bucket fetched before the pin (nothing) |
//! | misses at least as fast | 0.79 to 1.02 at 10 K, 0.37 to 0.42 at 1 M | one line of 64 bytes for 3.8 entries, which is 16.8 MB at 1 M; peers read one or two bytes for each, 1 to 2 MB. Tried: a scan of two instructions fewer (nothing) |
//! | `get_many` 1.4 times a loop under one guard | 1.9 to 2.4 at 1 M, 1.5 to 2.2 at 10 M; 0.6 to 0.7 at 10 K | in cache there is nothing to wait for |
//! | `fill` as fast as scc's index, ahead of all with two threads | 0.87 at 10 K and 0.95 at 1 M with one thread (1.37 in another run); 0.48 to 0.59 of the best with two | the bucket's line that misses (76 % of an insert's time at 1 M), a new line for the entry, two locked instructions. Tried: `prefetchw` (nothing) |
//! | growing as fast as scc's index | 0.89 to 0.98 with one thread; 0.63 to 0.68 of the best with two, level with dashmap | as above; 48 bytes of fresh memory for each entry, and at each doubling two locked instructions for each entry, to freeze and to place it |
//! | update, churn, exchange 1.5 times as fast as papaya | 1.6 to 16 at 10 K but exchange with one thread (1.2); at 1 M update 1.1, exchange 1.5, churn 1.6 with one thread, 2.2 to 4.3 with two | three lines (bucket, old entry, new one), of which two become dirty, and two locked instructions: an entry is never changed in place. Tried: magazines, spare entries fetched ahead (8 % in cache), one list of slots (9 % of churn), DEAD words left unfrozen and earlier rebuilds (a third of churn) |
//! | those with two threads within 1.2 times of scc's index, and faster than dashmap | of the index's speed: update 1.8 and 0.9 (10 K and 1 M), churn 1.6 and 1.05, exchange 1.07 and 0.61; of dashmap's: 0.9 and 0.3, 2.2 and 0.8, 1.0 and 0.4 | as above; dashmap changes a value in place, one line and one locked instruction |
//! | 98/1/1 ahead of all with two threads | 0.62 to 0.86 of the best, ahead of papaya | as with hits |
//! | growth tail: 99 % within 1 µs, 99.9 % within 2 µs, the maximum not above the best peer's | 1.0 µs, 2.3 µs, 5.0 ms (the best peer: 9.9) | fresh pages alone: 1.1 µs, 1.6 µs, 0.5 ms. The maximum is ten times that of the control loop: the entries' pages come from mimalloc |
//! | a reader beside a growth: 99.99 % within twice what it takes at rest, and below every peer | 32 µs against 33 at rest; below all peers but dashmap (29) and leapfrog (3.4) | stalls of the machine, at rest as well |
//! | the work of an operation bounded by a constant | all but the size of the block that one call of the allocator frees when a growth has ended; the same counts at 10 K as at 10 M otherwise | that block goes back page by page where the allocator would unmap it; elsewhere that made growth a quarter slower (below) |
//! | fewer bytes per entry than papaya | 41.5 against 53.8 | |
//! | a small map under 1 KiB beside its entries | under 1,024 bytes for one of 4 (`tests/allocation.rs`) | |
//!
//! # What was learned
//!
//! Each was measured side by side with what it was to replace, in runs that took turns.
//!
//! - **Look-ups in memory are bound by how many of them the processor has in flight**, which is the
//!   size of its reorder buffer divided by the instructions of one. Deciding out of line which
//!   table has the truth during a resize, which took some ten instructions out of a look-up at
//!   rest, made pinned hits 8 % faster at 1 M and changed nothing in cache.
//! - A bare program with the same buckets, and nothing else of the map, takes 41 to 50 ns for a hit
//!   at 1 M where the map takes 48 to 56.
//! - **Prefetching the bucket before the guard is pinned** brought nothing (-5 to +0 %): this
//!   processor has loads in flight across locked instructions. It may on others.
//! - **Huge pages** for buckets and entries, and entries packed at 24 bytes rather than 32, brought
//!   nothing to hits at 1 M.
//! - **A scan of two instructions fewer** (tags compared where they stand, beside the upper pointer
//!   bits) brought nothing either: independent loads from 32 MiB take 14 to 15 ns each on this
//!   machine however many are in flight, so that two lines bound a hit by some 30.
//! - **Leaving out the comparison of hashes** where tags have matched brought nothing. It stays,
//!   for `Eq` may be dear.
//! - **Clearing a new table in pieces** before it is published: mimalloc clears a block that it has
//!   had before in one go, and the insert that began a growth took 9 to 15 ms at 10 M entries; the
//!   slowest that has to do with growing now takes less than touching fresh pages at times does
//!   here (5 ms). Pages of the map's own (`mmap`) for large tables, given back 64 KiB at a time,
//!   did away with that too, but each page comes back from the machine's host at 1 to 40 µs: 99.9 %
//!   of inserts within 6 to 36 µs, not 2.2.
//! - **Giving an old bucket array back in pieces**, 64 KiB (`madvise`) by each write that fills a
//!   bag, finds its chain full or shares a resize. For all arrays, with mimalloc: growing to 1 M
//!   took 74 to 93 ns an entry where it had taken 65 to 68, and 99.9 % of inserts 2.4 µs where it
//!   had been 2.1; the allocator would have used those pages again. For those alone which the
//!   allocator unmaps when they are freed (glibc's large blocks: they start 16 bytes into a page),
//!   and those that a shrink leaves: mimalloc as before, and with the system's allocator the
//!   slowest of 10 M inserts takes 0.3 to 1.1 ms where it had taken 4.4 to 5.0, the slowest of
//!   990,000 removals under `ShrinkPolicy::Auto` some 60 µs where it had been 1.4 ms.
//! - **A new table cleared by whoever comes**, not by one thread that prepares it: with 32 threads
//!   that empty a map each the shrinks never began, for each of them came too seldom to clear its
//!   table.
//! - **Fetching entries ahead** in the growths that read their hashes (one in eight doublings):
//!   99.9 % of inserts within 2.6 µs, where it had been 15.
//! - **Shares a quarter as large**, four times as often: 99 % of inserts within 1.0 µs, where it
//!   had been 1.5; growth takes as long as before.
//! - **`prefetchw`** of the bucket and of the next spare entry, for what another core has written:
//!   nothing, with two threads.
//! - **Entries without the hash** (16 bytes instead of 24, which mimalloc makes 32) would make
//!   pinned hits at 1 M 7 to 11 % faster, and three times as fast where they make the map fit the
//!   cache (400 K). But a growth beyond eight doublings, or after a shrink, needs bits that the tag
//!   does not have, and must not run the user's `Hash`; so the hash stays.
//! - **DEAD words left unfrozen**: they are final as they are. Where keys come and go more than
//!   half the words of a source are DEAD, and each was a locked instruction: churn at 10 K went
//!   from 38–56 to 28–29 ns, at 1 M from 186–212 to 176–184.
//! - **Leaving DEAD slots behind sooner**, and for a table of twice the size where more than half
//!   is in use. With as many overflow buckets as buckets, which was the limit (Go's), most chains
//!   have two lines, and in memory the second is a miss. Churn, with 1.5 s a cell and one thread:
//!   127–140 to 107–121 ns at 1 M, 120–127 to 100–105 at 700 K, 28 to 25 at 10 K; exchange 186–206
//!   to 154–158 at 1 M. A limit of a fixed share of overflow buckets, a quarter, is as fast, and
//!   would rebuild for ever where all keys have one hash; the present one counts the DEAD slots
//!   that the overflow buckets prove. Waiting for as many as half or all of the buckets: 3 to 10 %
//!   slower.
//! - **Five entries to a bucket** before a growth: with four, look-ups in cache take 4 % less,
//!   growth 8 % more, misses at 1 M 40 to 70 % more; with six, look-ups take as long or up to 12 %
//!   more, growth 2 to 14 % more. (Geometric means over four sizes around 8 K and 800 K.)
//! - **Growing fourfold below 16 K buckets**: twofold from the start took 39–40 ns an entry up to
//!   10 K where it is 28–30 (one thread); fourfold at all sizes brought nothing at 1 M.
//! - **The source of an evacuation fetched** eight groups ahead: 135–142 ns an entry up to 10 M,
//!   134–148 without, 135–140 at 24 groups; nothing at 1 M.
//! - **A NEON scan and prefetch on AArch64**: a whole look-up is 82 instructions, 102 with the
//!   portable scan (rustc 1.97). How long either takes is not known: it was run under emulation
//!   alone.
//! - **One list of the threads' slots** instead of an iterator over `thread_local`'s buckets: churn
//!   at 10 K went from 31.9 to 28.9 ns, since each insert into a full chain asks for the length.
//! - **Batches of bare memory as they are** (magazines) instead of a list threaded through the
//!   entries: replacing at 10 K went from 26 to 24 ns; nothing at 1 M. It also leaves entries alone
//!   whose types need no drop.
//!
//! # Growing and shrinking, operation by operation
//!
//! `cargo test --release --test shrink_by_itself -- --ignored --nocapture` takes the time of each
//! of a million inserts into an empty map, and of the removals of 99 % of them under
//! [`ShrinkPolicy::Auto`](crate::ShrinkPolicy::Auto), one thread, three rounds:
//!
//! | | half within | 99.9 % within | all within |
//! |---|--:|--:|--:|
//! | inserting, ten growths | 0.09 to 0.16 µs | 6.2 to 6.4 µs | 40 to 423 µs |
//! | removing, three shrinks | 0.16 µs | 2.0 to 2.1 µs | 37 to 76 µs in 10 of 12 rounds; 182 and 1,004 µs in the others |
//!
//! That is four runs of the command, 12 rounds, with the system's allocator and two readings of the
//! clock in each. Before tables were given back in pieces, a removal took up to 1.4 ms in the first
//! round of each run, every time. No operation of either kind does more than what the table of
//! counts says; what is left are page faults and the machine.
//!
//! # Size of a program
//!
//! `cargo xtask size` builds one small program for each map (it counts words on a second thread),
//! optimised and stripped, without link-time optimisation, and compares it with one that has no
//! map. rustc 1.95, x86-64 Linux:
//!
//! | | KiB | more than without a map |
//! |---|--:|--:|
//! | std's map in a `Mutex` | 376.7 | 12.1 |
//! | dashmap 6.2 | 409.4 | 44.8 |
//! | evacmap | 417.0 | 52.4 |
//! | papaya 0.2.5 | 431.3 | 66.7 |
