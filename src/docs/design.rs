//! How the map works: an overview for a reader who has not seen it before.
//!
//! The exact version is in the sources, which stand in floors; the arrows between them go down only
//! (`cargo xtask house` checks that). The front page has [the list](crate#where-things-are).
//! `src/engine/mod.rs` has the terms, the numbered invariants and the table of who may touch which
//! word. Each section below names the file that has the details.
//! [`memory_model`](super::memory_model) lists every ordering, and
//! [`verification`](super::verification) the evidence.
//!
//! # The picture
//!
//! ```text
//!  map --> table N (new)                         a bucket: one cache line
//!          |- bucket 0  EVACUATED                +------+------+-- --+------+----------+
//!          |- bucket 1  EVACUATED                | slot | slot | ... | slot | overflow |--> bucket
//!          |- bucket 2                           +--|---+------+-- --+------+----------+
//!          |- bucket 3                              |
//!          `- oldbuckets --> table O (old)          `--> entry: hash, key, value
//!                            |- bucket 0  frozen: its entries are in 0 and 1
//!                            `- bucket 1  still the truth for 2 and 3
//! ```
//!
//! At rest there is one table: an array of buckets, indexed by the high bits of the hash. A bucket
//! has seven slots and a link to an overflow bucket. A bucket and its overflow buckets are a
//! *chain*. A slot names an entry. An entry is allocated once, never moves, and does not change
//! while the map is shared. So a reference to a value stays valid while the slots that lead to it
//! come and go.
//!
//! # The slot word (`src/layout/boxed/slot.rs`)
//!
//! A slot is one machine word: the entry's address, some bits of its hash (the *tag*; Go calls it
//! tophash), and two flags. A slot starts EMPTY. It becomes LIVE, may become LIVE with another
//! entry of the same key, and becomes DEAD when that is removed. At any time it may be *frozen*,
//! which is final. Each step is one atomic operation, and that operation is the moment at which an
//! insert, a replacement or a removal takes effect.
//!
//! The engine and the tables know a slot by these steps alone, not by what it holds. That seam is
//! `src/layout/mod.rs`. `Boxed`, a tag and the address of an entry, is its one instance.
//!
//! One compare-and-swap is enough because of the order in which slots fill. The slots of a chain
//! are used from the first on, without gaps, and no slot is ever EMPTY again. A writer that has
//! walked the chain to its first EMPTY slot has seen every place where its key could be. If it wins
//! that slot, nobody else can have inserted the key. If it loses the slot, it looks again.
//!
//! # Renewing a chain (`src/engine/renew.rs`)
//!
//! A removed slot is DEAD, and stays so. Where one key comes and goes, its chain would grow until
//! it alone proves that the whole table is worth a rebuild. So a write that finds a chain full,
//! three buckets long and at most half alive *renews* it: it freezes the chain, as an evacuation
//! does, copies what lives to a block of new buckets, and publishes the block by one
//! compare-and-swap of the link in the chain's head. That link has a flag then that says so, and
//! what is left in the head are copies. Readers look at it only where they meet a frozen word.
//!
//! # Removed slots (`src/engine/reuse.rs`)
//!
//! With the private feature `_reuse` they are used again. A DEAD slot then says since when it is
//! so, by a clock that counts grace periods. An insert that finds no EMPTY slot takes the one that
//! has been DEAD for longest, if that is three steps of the clock. By then nobody is left who saw
//! what was in it. Two inserts of one key differ by one step at most in what they hold for old
//! enough; what is at that limit is stamped anew before a bucket is appended, so that they meet. It
//! is proved and modelled, saves most rebuilds, and has not been faster so far, so the library as
//! it is built does without.
//!
//! # Growing (`src/engine/resize.rs`)
//!
//! An insert may find its chain full. If the table is then full on average, or more than half full
//! with many DEAD slots, the insert allocates a larger table. The new table's `oldbuckets` leads to
//! the present one. Then one pointer is swapped, so nobody sees the one table without the other.
//!
//! A table of more than 64 KiB is cleared before it is published (`src/table/unready.rs`). Each
//! write that finds its chain full clears 16 KiB; meanwhile chains grow by overflow buckets. One
//! write at a time has the unpublished table in hand. If its thread stops, the table is overdue
//! once the present one has seven entries or two overflow buckets to a bucket, and a few more
//! overflow buckets have been added since. Then another thread makes a table at once.
//!
//! From the swap on, every other write of each thread takes the next few groups from a counter and
//! evacuates them. A *group* is an old bucket and the new buckets to which its entries can go.
//! Those are neighbours, because the index is the high bits of the hash.
//!
//! # Evacuating (`src/engine/evacuate.rs`)
//!
//! 1. **Freeze** every word of the old chain with a fetch-or, which also reads it. A later helper
//!    freezes nothing and reads the same words, so all helpers of a group see the same chain.
//! 2. **Place** each live word at the next free position of its destination. All helpers compute
//!    the same positions, and fill each with a compare-and-swap from EMPTY. A helper that was
//!    asleep for a year finds the positions used and changes nothing: a position that was filled is
//!    never EMPTY again.
//! 3. **Mark** the destination EVACUATED. Before that, the old chain is the truth, and readers read
//!    it through its frozen words. After that, the new chain is the truth.
//!
//! So nothing is locked and nobody waits. A writer that meets a frozen slot evacuates that group
//! itself and goes on. No `Hash`, `Eq` or `Clone` runs. The tag has the bits that decide between
//! the destinations. Once in eight doublings those bits are used up, and the hash is read from the
//! entry.
//!
//! # Promoting and sweeping
//!
//! A thread that marks destinations adds them to a count. The thread that completes the count
//! *promotes*: it cuts the link to the old table and hands that table to the collector.
//!
//! A thread may stop for ever with a group half evacuated, or with a destination marked and not yet
//! counted. So once all groups are handed out, writers *sweep*. They go through the groups again
//! and evacuate what is left. A thread that reaches the end promotes as well. A stopped thread
//! costs the others some work; it never holds up the resize.
//!
//! # One routine for every resize
//!
//! With fewer buckets, a group has many old chains and one new one: a **shrink**. With as many
//! buckets, a group has one of each: a **rebuild**. A rebuild leaves the DEAD slots behind, as
//! every resize does. If nothing is moved and everything is retired, that is a **clear**; it takes
//! effect when the empty table is swapped in. One routine moves, one discards, and one driver runs
//! both.
//!
//! # Memory (`src/garbage/`, `src/memory/`)
//!
//! What has been unlinked may still be read. It is put aside, and becomes free when every guard
//! that was held at that moment is gone. crossbeam-epoch decides when that is: a collector of the
//! crate's own, which all maps of the process share and nobody else can reach
//! (`src/memory/collector/mod.rs`).
//!
//! - **A pin is a lease** (`src/memory/collector/lease.rs`). A thread stays known to the collector
//!   between its operations, and says with plain stores whether it is inside one. Whoever wants the
//!   collector to go on takes the leases of idle threads, with one system call for all of them.
//!   Where that call (`membarrier`) is missing, each pin executes a fence.
//!   [`pinning`](crate::pinning) tells which of the two it is.
//! - **Owned guards share an anchor** (`src/memory/collector/anchor.rs`): one pin with a count. So
//!   any number of owned guards costs the collector no more than a few threads would.
//! - **A clock counts grace periods** (`src/memory/collector/clock.rs`). What waits carries the
//!   number of the clock, and is ripe two moves later. One closure at a time moves the clock, for
//!   everything that waits.
//! - **Entries** wait in batches of 64. The collector knows of no batch. Later operations on the
//!   map drop the ripe ones, or the map's drop does. So a key's or value's `Drop` never runs when
//!   the map is not borrowed, which is why keys and values need not be `'static`. The memory is
//!   used again for the next entries.
//! - **Large tables** wait in the same way. Later writes give them back in pieces: a few slabs of
//!   overflow buckets each, or the pages of 64 KiB of the array. So few calls of the allocator give
//!   back much at once.
//! - **Small tables** are freed by the collector, with a closure each.
//!
//! # Why not something else
//!
//! - **A lock for each bucket or shard** (dashmap, and Java's `ConcurrentHashMap` for writes) is
//!   simple, and fast until its holder is preempted. Then everybody who wants that bucket waits. A
//!   closure that runs under the lock must not use the map. A resize of a shard stops the shard.
//! - **Open addressing** (Click, papaya, Go since 1.24) is denser and needs no overflow buckets.
//!   But a key may then move far. The table is copied key by key, or in windows that do not match
//!   those of the new table. Here a chain is a unit, and one flag covers all of it. Buckets of one
//!   cache line also bound a search without a probe limit.
//! - **A mark in each slot that says *being moved*** (papaya, and Java's forwarding nodes for a
//!   bucket) makes others wait or help for that slot. In papaya's incremental mode a reader may
//!   have to look at both tables, and a writer that meets a key which another thread has begun to
//!   copy waits for the copy. Freezing makes the source immutable first. Then anybody can do all of
//!   the copying, and a reader needs one of the two tables.
//! - **Split-ordered lists** (Shalev and Shavit) never move anything: growing adds shortcuts into
//!   one long sorted list. Each node on the way is a cache miss.
//! - **Values in the table** save a miss for small values. But then a value moves when the table
//!   grows, no `&V` can be given out, and a change is more than one word.
//! - **Hazard pointers** instead of epochs bound the garbage behind a guard that is held. They
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
//!   interface of pins and guards, which this crate follows. Its reclamation is
//!   [seize](https://docs.rs/seize), after Hyaline (Nikolaev and Ravindran,
//!   [arXiv:1905.07903](https://arxiv.org/abs/1905.07903)).
//! - Ori Shalev and Nir Shavit, *Split-Ordered Lists: Lock-Free Extensible Hash Tables*, Journal of
//!   the ACM 53(3), 2006.
//! - Keir Fraser, *Practical lock-freedom*,
//!   [UCAM-CL-TR-579](https://www.cl.cam.ac.uk/techreports/UCAM-CL-TR-579.html), 2004: epochs. This
//!   crate uses [crossbeam-epoch](https://docs.rs/crossbeam-epoch).
//! - Asymmetric fences, with a cheap half and one that the kernel executes for all threads:
//!   [`membarrier(2)`](https://man7.org/linux/man-pages/man2/membarrier.2.html).
//! - Jeff Bonwick and Jonathan Adams, *Magazines and Vmem*, USENIX 2001: the threads' spare memory
//!   (`src/garbage/spare.rs`).
//! - Donald Knuth, *The Art of Computer Programming* 3, 6.4: multiplication by the golden ratio
//!   (`src/layout/hash.rs`).
