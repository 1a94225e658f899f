//! How the map works, for a reader who has not seen it before.
//!
//! The exact version, with numbered invariants and who may touch which word, is the text of
//! `src/raw/mod.rs`; each step below names the file in which it is done. Every ordering is in
//! [`memory_model`](super::memory_model), the evidence in [`verification`](super::verification).
//!
//! # The picture
//!
//! ```text
//!  map --> table N (new)                         a bucket: one cache line
//!          |- bucket 0  INITIALISED              +------+------+-- --+------+----------+
//!          |- bucket 1  INITIALISED              | slot | slot | ... | slot | overflow |--> bucket
//!          |- bucket 2                           +--|---+------+-- --+------+----------+
//!          |- bucket 3                              |
//!          `- oldbuckets --> table O (old)          `--> entry: hash, key, value
//!                            |- bucket 0  frozen: moved to 0 and 1
//!                            `- bucket 1  still the truth for 2 and 3
//! ```
//!
//! At rest there is one table: an array of buckets, chosen by the high bits of the hash. A bucket
//! has seven slots and a link to an overflow bucket; together they are a chain. A slot names an
//! entry, which is allocated once, never moves and never changes. So a reference to a value stays
//! good while the slots that lead to it come and go.
//!
//! # The slot word (`src/raw/slot.rs`)
//!
//! All of a slot is one machine word: the entry's address, some bits of its hash (the *tag*; Go:
//! tophash), and two flags. It goes EMPTY, LIVE, perhaps LIVE with another entry of the same key,
//! DEAD, which is final; and before that it may be *frozen*, which is final, too. Each of these
//! steps is one atomic operation, and is the moment at which an insert, a replacement or a removal
//! takes effect.
//!
//! What makes one compare-and-swap enough is the order of filling. The slots of a chain are used
//! from the first on, without gaps, and none is ever used again for another key. A writer that has
//! walked the chain to its first EMPTY slot has therefore seen every place at which its key could
//! be. Either it wins that slot, and then nobody else can have inserted the key; or the slot is
//! taken, and it looks again.
//!
//! # Growing (`src/raw/grow.rs`)
//!
//! When an insert finds its chain full and the table is full on average, or more than half full
//! with many DEAD slots, it allocates a larger table, lets its `oldbuckets` lead to the present
//! one, and swaps it in: one pointer, so nobody sees the one without the other. A table of more
//! than 64 KiB is cleared before that, 16 KiB by each write that finds its chain full, while chains
//! grow by overflow buckets (`src/raw/unready.rs`). One write at a time has that table in its
//! hands. If its thread stops, another makes one at once when there are seven entries, or two
//! overflow buckets, to a bucket, and some more have been appended since. From then on every other
//! write of each thread takes the next few groups from a counter and evacuates them. A *group* is
//! an old bucket and the new ones that its entries can go to, which are neighbours, since the index
//! is the high bits of the hash.
//!
//! # Evacuating (`src/raw/evacuate.rs`)
//!
//! 1. **Freeze** every word of the old chain with a fetch-or, and read it in the same step. Whoever
//!    comes later freezes nothing and reads the same, so all helpers of a group see the same chain.
//!    DEAD words are as they are for good, and are left out.
//! 2. **Place** each live word at the next free position of its destination. All helpers compute
//!    the same positions, and fill each by a compare-and-swap from EMPTY. A helper that was asleep
//!    for a year finds the positions used, and changes nothing: a position that was filled is never
//!    EMPTY again.
//! 3. **Declare** the destination INITIALISED. Until then the old chain is the truth, also for
//!    readers, who read through the frozen words; from then on the new one is.
//!
//! So nothing is locked and nobody waits. A writer that meets a frozen slot evacuates that group
//! itself and goes on. No `Hash`, `Eq` or `Clone` is run: the tag has the bits that decide between
//! the destinations, and once in eight doublings, when they are used up, the hash is read from the
//! entry.
//!
//! # Promoting and sweeping
//!
//! Who sets a flag adds it to a count; who completes the count *promotes*: it cuts the link to the
//! old table and hands that to the collector. A thread may stop for ever with a group half done, or
//! between setting a flag and counting it. So once all groups are handed out, writers *sweep*: they
//! go through the groups again, do what is not done, and whoever arrives at the end promotes as
//! well. A stopped thread costs the others some work, and never the resize.
//!
//! # One routine for every resize
//!
//! Fewer buckets, and a group has many old chains and one new one: a **shrink**. As many, and it
//! has one of each: a **rebuild**, which leaves the DEAD slots behind, as they all do. As many, and
//! nothing is moved but everything retired: a **clear**, which takes effect when the empty table is
//! swapped in. There is one routine for moving, one for discarding, and one driver for both.
//!
//! # Memory (`src/reclaim/`)
//!
//! What is unlinked may still be read. It is put aside, and freed when every guard that was held at
//! that moment is gone: epochs, from crossbeam. Small tables are freed by the collector. Entries
//! are not: it only marks a batch of them as ripe, and they are dropped by later operations on the
//! map, or by its drop. Neither are large tables: they are marked, too, and later writes give back
//! a few slabs of overflow buckets each, or the pages of 64 KiB of the array, so that no call of
//! the allocator gives back much at once. So no `Drop` of a key or value runs when the map is not
//! borrowed, which is why they need not be `'static`; and their memory is used again for the next
//! entries.
//!
//! # Why not something else
//!
//! - **A lock for each bucket or shard** (dashmap, Java's `ConcurrentHashMap` for writes). Simple,
//!   and fast until the holder is preempted; then all who want that bucket wait. A closure that
//!   runs under the lock must not use the map. A resize of a shard stops the shard.
//! - **Open addressing** (Click, papaya, Go since 1.24). Denser, and without overflow buckets. But
//!   a key may then move far, so that a table is copied key by key or in windows that do not match
//!   the new table's; here a chain is a unit, and its INITIALISED flag is one bit for all of it.
//!   Buckets of one cache line also bound a search without a probe limit.
//! - **A mark in each slot that says *is being moved*, and waiting or helping for that slot**
//!   (papaya, and Java's forwarding nodes for a bucket). In papaya's incremental mode a reader may
//!   have to look at both tables, and a writer that meets a key which another has begun to copy
//!   waits until it is copied. Freezing makes the source immutable first, so that anybody can do
//!   all of the copying and a reader needs one of the two tables.
//! - **Split-ordered lists** (Shalev and Shavit). Nothing ever moves, and growing is a matter of
//!   adding shortcuts into one long sorted list. The price is a cache miss for each node on the
//!   way.
//! - **Values in the table.** Saves a miss for small values, but then a value moves when the table
//!   grows, no `&V` can be given out, and a change is more than one word.
//! - **Hazard pointers** instead of epochs. They bound the garbage behind a guard that is held, and
//!   charge a fence for each pointer that a reader follows.
//!
//! # Ancestry
//!
//! - Go's runtime map, up to 1.23: buckets, tophash, overflow, `oldbuckets`, `nevacuate`,
//!   `growWork`, `evacuate`, the same-size grow.
//!   [`runtime/map.go`](https://github.com/golang/go/blob/go1.23.0/src/runtime/map.go),
//!   BSD-3-Clause. (Since 1.24 it is a [Swiss table](https://go.dev/blog/swisstable).) It permits
//!   one writer at a time, and has a garbage collector.
//! - Cliff Click, *A Lock-Free Hash Table*, Google Tech Talk, 2007: one compare-and-swap for each
//!   change of a slot that never changes its key, and copying by whoever comes along.
//! - Yujie Liu, Kunlong Zhang and Michael Spear, *Dynamic-Sized Nonblocking Hash Tables*, PODC
//!   2014: freezing a bucket before it is copied into those of a new table.
//! - Doug Lea's `java.util.concurrent.ConcurrentHashMap` (Java 8): strides of buckets handed out
//!   from a counter. flurry is a [port of it](https://docs.rs/flurry).
//! - [papaya](https://docs.rs/papaya) by Ibraheem Ahmed: entries behind tagged pointers, and an
//!   interface of pins and guards, which is followed here. Its reclamation is
//!   [seize](https://docs.rs/seize), after Hyaline (Nikolaev and Ravindran,
//!   [arXiv:1905.07903](https://arxiv.org/abs/1905.07903)).
//! - Ori Shalev and Nir Shavit, *Split-Ordered Lists: Lock-Free Extensible Hash Tables*, Journal of
//!   the ACM 53(3), 2006.
//! - Keir Fraser, *Practical lock-freedom*,
//!   [UCAM-CL-TR-579](https://www.cl.cam.ac.uk/techreports/UCAM-CL-TR-579.html), 2004: epochs.
//!   [crossbeam-epoch](https://docs.rs/crossbeam-epoch) is what is used.
//! - Jeff Bonwick and Jonathan Adams, *Magazines and Vmem*, USENIX 2001: the threads' spare memory
//!   (`src/reclaim/spare.rs`).
//! - Donald Knuth, *The Art of Computer Programming* 3, 6.4: multiplication by the golden ratio
//!   (`src/raw/hash.rs`).
