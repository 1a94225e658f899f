//! Every ordering in the crate, as pairs of a release and the acquire that it is for.
//!
//! There is no `SeqCst` and no fence in the crate. The only total order that anything relies on is
//! that of one word's modifications, and the collector's promise (crossbeam-epoch's, which does use
//! fences of its own): what is retired is freed when every guard held at that moment is gone, and
//! whoever pins after it was freed has seen what came before it was retired. That a guard also
//! protects what other threads read under it is argued where guards are defined, in `src/guard.rs`.
//!
//! | pair | released by | acquired by | what becomes visible |
//! |---|---|---|---|
//! | P1 | a slot's CAS: `publish`, `replace`, `place` | `Slot::load`, `freeze` | the entry |
//! | P2 | `Bucket::append` | `Bucket::next`, `freeze_end` | the appended bucket and what it holds already |
//! | P3 | `Slot::freeze`, `Bucket::freeze_end` | `Slot::load`, `Bucket::next` | the new table at the root: a writer that is turned away finds a way on |
//! | P5 | `Bucket::initialise` | `Bucket::is_initialised` | all that was placed in the chain, by whichever helper |
//! | P6 | a slab's publication | the load of the newest slab | its buckets |
//! | P7 | the CAS on the root | `RawMap::root` (and `Table::old`) | a table's header, and the old table behind it |
//! | P8 | `Table::unlink` | `Table::old` that finds null | every chain of the table, without a look at its flag |
//! | P9 | a batch's or grave's `Ripeness`: the collector's closure, the map's drop | the other's CAS, `is_ripe` | whose the entries or the table and the node are; that every guard is done with them |
//! | P10 | a thread's era | `Local::counted` | the count that belongs to it |
//! | P12 | a slot's `claimed` and its link | the claim, the walk | what the last holder did |
//! | P13 | the creation of a map's slots | `Heap::slots` | the slots |
//! | P14 | additions to `evacuated` | the same, by the one that promotes | every INITIALISED flag that was counted or found set, and with it P5: what promotion (P8) vouches for |
//! | P15 | a slot's `reaping`, a graveyard's `giving` | the CAS that sets it | what the last to have the batches, or the graves, did |
//! | P16 | the CAS that adds a grave | the swap that takes all of them | the graves |
//! | P17 | the CAS that puts a table back that is being prepared | the CAS or swap that takes it | what of it is cleared |
//!
//! (There is no P4 any more: it stood for the failed CAS of a helper that sets INITIALISED on the
//! strength of another's `place`. Coherence gives that: having read the other's word, it passes on
//! by P5 that nobody after it reads an older one. The models run to exhaustion with that failure
//! relaxed. P11 went with what it was for.)
//!
//! # Why relaxed is enough elsewhere
//!
//! - `Slot::peek` (the scan of a bucket): only bits are compared. A used slot keeps its key and so
//!   its tag (I1), so a mismatch is final; a match is loaded again with Acquire; an EMPTY that is
//!   stale makes a CAS fail, or is, for a reader, a moment in the past of a key that nobody has
//!   told it of.
//! - `Slot::freeze` looks for DEAD first: that is final, names nothing, and nobody is turned away
//!   by it, so that there is nothing to release or acquire.
//! - `nevacuate` hands out numbers. What two helpers do with the same number is settled by the
//!   words.
//! - `swept` is moved by those alone who add to `evacuated` in between, be it nothing: P14 orders
//!   them (`RawMap::account`).
//! - `Overflow::linked`, the tallies, and the bounds on spare memory are hints and statistics.
//! - A thread's own `count` and `retired` are stored by that thread alone. Their sum is exact for
//!   whoever has synchronised with the writers in some other way, such as joining them.
