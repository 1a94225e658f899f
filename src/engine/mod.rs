//! The engine: a lock-free hash map with incremental, cooperative rehash.
//!
//! # Why not the obvious thing
//!
//! A lock per map, shard or bucket makes every writer wait for whichever thread the scheduler has
//! put to sleep inside it, and a resize under a lock stops everybody for milliseconds. Open
//! addressing without locks needs either two words changed at once or a version per group. Chains
//! of nodes cost a cache miss per link. What is left is what Go's runtime had until 1.24: an array
//! of small buckets, a second array while growing, and a counter that says how far the move has
//! come. Go's map refuses concurrent use; this is what it takes to allow it.
//!
//! Ancestry: Go's `runtime/map.go` (`hmap`, `bmap`, `tophash`, `oldbuckets`, `nevacuate`,
//! `growWork`, `evacuate`, `sameSizeGrow`). What differs: many writers and no lock; no garbage
//! collector, but epochs; entries behind pointers, so that a reader's `&V` stays where it is while
//! its entry moves between tables; index by the high bits of the hash, so that a bucket splits into
//! adjacent ones.
//!
//! # Terms
//!
//! | term | meaning |
//! |---|---|
//! | table | one bucket array with its immutable header, and the words that change while it is filled |
//! | bucket | one cache line: 7 slots and the link to an overflow bucket (`table/bucket.rs`) |
//! | chain | a bucket and its overflow buckets |
//! | position | a slot's place in its chain: the head's slots first, then the first overflow's, and so on |
//! | slot word | tag, pointer to an entry, flags, in one word (`layout/boxed/slot.rs`) |
//! | tag | hash bits just below the index bits (Go: tophash) |
//! | entry | heap node of hash, key and value; never moves, never changes once published (`layout/boxed/entry.rs`) |
//! | group | old buckets and new buckets with a common index prefix: the unit of evacuation ([`evacuate`]) |
//! | renew | leave the DEAD slots of one chain behind ([`renew`]) |
//! | promote | drop the link to the old table once every group is evacuated ([`resize`]) |
//! | retire | put something unreachable aside until no guard can see it ([`crate::garbage`]) |
//!
//! # Picture
//!
//! ```text
//!  at rest       RawMap -- table --> Table N { oldbuckets = null }
//!  resizing      RawMap -- table --> Table N { oldbuckets --> Table O, nevacuate, evacuated }
//! ```
//!
//! One pointer publishes everything: the old table hangs off the new one, so that no reader can see
//! one without the other.
//!
//! # Ordered fill
//!
//! The slots of a chain fill strictly in position order: an insert walks from position 0 and tries
//! `EMPTY -> LIVE` at the first EMPTY; if that fails it looks again. A chain that is full gets a
//! bucket appended by CAS on its last overflow word. A slot is never EMPTY again. A removed one is
//! DEAD. With the feature `_reuse` it says since when, and an insert that finds its chain full
//! takes one that has been so for long enough (`reuse`); the invariants hold with it and without.
//! What copies the live ones leaves the DEAD ones behind: an evacuation into a fresh table, or the
//! renewal of the one chain.
//!
//! # Renewal
//!
//! Where one key comes and goes, its chain alone would grow, up to what is worth a rebuild of all
//! the table. So a long chain most of which is DEAD is *renewed*: frozen, what lives in it copied
//! to a block of new buckets, and the block published by one CAS of the head's overflow word, with
//! the flag RENEWED. The chain's *generations* follow each other so. RENEWED means that the head's
//! own words are copies. [`renew`] has the protocol.
//!
//! # Invariants
//!
//! A generation of a chain is its head and what is linked behind it, or a block and what is linked
//! behind that. Of each chain one is the last.
//!
//! - **I1.** A slot, while LIVE, belongs to one key. Replacement keeps the key. DEAD it belongs to
//!   nobody, and is taken by rule 2 of `reuse` alone, when no guard is left under which its former
//!   content was seen. So a slot that was seen LIVE under a guard belongs to that key for as long
//!   as the guard lasts, or is DEAD.
//! - **I2.** A key has at most one LIVE slot in the last generations of a table. The inserter that
//!   wins an EMPTY position *g* has seen every position before *g* used by another key, which
//!   stands by I1, or DEAD; and *g* and all after it were EMPTY. Nobody who inserts the same key
//!   beside it takes one of those DEAD slots without being found out: `reuse` has the proof. One
//!   CAS, no version, and a second look only at old DEAD words in earlier buckets. Nor is the key
//!   in another generation: until a word is frozen no later one holds anything, and the winner's
//!   was not; a later generation begins as a copy of one that is frozen as a whole (I3).
//! - **I3.** A generation is immutable once each of its words is frozen or, where removed slots are
//!   not used again, DEAD; and its end is frozen (but for `discard`, which turns LIVE into DEAD in
//!   the last one of a source).
//! - **I4.** Until some head of a group is EVACUATED only helpers write to its destinations, and
//!   all of them write the same words to the same positions.
//! - **I5.** A destination position that was filled is never EMPTY again, whether it is used for
//!   other keys since or not: a helper that slept through everything fails every CAS. It can
//!   neither resurrect a removed key nor overwrite a newer value. That is so of heads and of slabs'
//!   buckets, which live as long as their table. Blocks have positions that are EMPTY, and are out
//!   of its reach: it goes by the links of the first generation, and a head that is RENEWED is
//!   where it stops.
//! - **I6.** Evacuation runs no user code: the hash is in the entry.
//! - **I7.** An entry is retired by the one thread that won the transition which unlinked it from
//!   the chain that was the truth. Words of superseded chains and generations may go on naming it;
//!   who may still follow those is said in I9.
//! - **I8.** What is retired is freed when every guard that was held at that moment is gone.
//!   Overflow buckets from slabs live as long as their table. Those of blocks stand alone: they are
//!   retired by whoever has led the head to the next block, and the last ones are freed with their
//!   table.
//! - **I9.** An entry may be looked at through a LIVE word that was the truth for its key at a
//!   moment since the guard was pinned. It was unlinked later than that, if at all, so it was
//!   retired after the guard was pinned (I7), and is not freed before the guard ends (I8). A chain
//!   that `chain` has chosen under the guard is the truth for its hash; so are the words of its tag
//!   in a source of which some, but not all, heads are EVACUATED ([`evacuate`], "Half-set groups").
//!   Of such a chain these are the truth: a word of the head that is not frozen; one that is, if
//!   the head is found not to be RENEWED after it was read; any in a bucket that was found by way
//!   of the head, under the guard.
//!
//! [`RawMap::validate`] is their executable form.
//!
//! # Who may touch what
//!
//! | word | written by | when | ordering |
//! |---|---|---|---|
//! | `RawMap::table` | whoever starts a resize or installs the first table | the table it replaces is at rest | CAS AcqRel, P7 |
//! | `Table::oldbuckets` | set before publication; nulled by the one that promotes | every destination EVACUATED | CAS AcqRel, P8 |
//! | `nevacuate`, `swept` | any writer | a resize is running | Relaxed |
//! | `evacuated` | any writer | a resize is running | AcqRel, P14 |
//! | `watch` (feature `tracing`) | any writer, once | a resize is running | Relaxed |
//! | slot words | see the truth table in `layout/boxed/slot.rs` | | AcqRel, P1 |
//! | overflow words | see `table/bucket.rs` | | AcqRel, P2, P5, P28 |
//! | everything else in a table | its maker | before publication | P7 |
//!
//! The pairs P1 to P28 are listed in [`crate::docs::memory_model`].
//!
//! # Where things are
//!
//! | file | what is in it |
//! |---|---|
//! | `raw` | the map, and its root: the only way in |
//! | `lookup` | the walk along a chain; which chain is the truth |
//! | `assign`, `delete` | what a write does to a slot |
//! | `reuse` | what an insert may do with slots that were removed; why two inserts of a key meet |
//! | `writer` | a thread that writes: map, record, guard |
//! | `policy` | when a table gets a successor, and how large that is |
//! | `begin` | the beginning of a resize, by itself or on request |
//! | `resize` | the sharing of its work, and its end |
//! | `evacuate` | the move of one group |
//! | `renew` | the renewal of one chain |
//! | `freeze` | what both begin with |
//! | `iterate`, `validate`, `teardown` | iteration; the invariants, executable; the end of a map |
//! | `prefetch`, `tally` | lines asked for ahead of look-ups; how many resizes there were |
//! | `boxed` | what takes keys and values themselves |
//! | `copies` | what maps of small copies do, under guards of their own |
//!
//! # Progress
//!
//! Reading is wait-free: it never helps, never retries, writes nothing shared. Everything else is
//! lock-free, during a resize too: with any thread stopped at any instruction all others go on, and
//! complete that resize and the next.

mod assign;
mod begin;
mod boxed;
mod copies;
mod delete;
mod evacuate;
mod freeze;
mod iterate;
mod lookup;
mod policy;
mod prefetch;
mod raw;
mod renew;
mod resize;
mod reuse;
mod tally;
mod teardown;
mod validate;
mod writer;

pub(crate) use assign::{Outcome, Step};
pub(crate) use boxed::EntriesMut;
pub(crate) use copies::{Change, Tour};
pub(crate) use delete::Deleted;
pub(crate) use iterate::Walk;
pub(crate) use prefetch::LOOKAHEAD;
pub(crate) use raw::RawMap;
pub(crate) use teardown::Remains;
