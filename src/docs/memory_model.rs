//! Every ordering in the crate: each release with the acquire that it pairs with.
//!
//! The crate has no `SeqCst` and no fence. It relies on two things besides the pairs below:
//!
//! - the total order of the modifications of each single word;
//! - the collector's promise. What is retired is freed when every guard held at that moment is
//!   gone, and a thread that pins after it was freed has seen everything that came before it was
//!   retired. The collector is crossbeam-epoch, which has fences of its own.
//!
//! A guard also protects what other threads read under it. `src/memory/guard.rs` argues why.
//!
//! | pair | released by | acquired by | what becomes visible |
//! |---|---|---|---|
//! | P1 | a slot's CAS: `publish`, `replace`, `place` | `Slot::load`, `freeze` | the entry |
//! | P2 | `Bucket::append` | `Bucket::next`, `freeze_end` | the appended bucket and what it holds already |
//! | P3 | `Slot::freeze`, `Bucket::freeze_end` | `Slot::load`, `Bucket::next` | the new table at the root: a writer that is turned away finds a way on |
//! | P5 | `Bucket::declare_evacuated` | `Bucket::is_evacuated` | all that was placed in the chain, by whichever helper |
//! | P6 | a slab's publication | the load of the newest slab | its buckets |
//! | P7 | the CAS on the root | `RawMap::root` (and `Table::old`) | a table's header, and the old table behind it |
//! | P8 | `Table::unlink` | `Table::old` that finds null | every chain of the table, without a look at its flag |
//! | P9 | a batch's or grave's `Ripeness`: the collector's closure, the map's drop | the other's CAS, `is_ripe` | whose the entries or the table and the node are; that every guard is done with them |
//! | P10 | a thread's era | `Local::counted` | the count that belongs to it |
//! | P12 | a slot's `claimed` and its link | the claim, the walk | what the last holder did |
//! | P13 | the creation of a map's slots | `Heap::slots` | the slots |
//! | P14 | additions to `evacuated` | the same, by the one that promotes | every EVACUATED flag that was counted or found set, and with it P5: what promotion (P8) vouches for |
//! | P15 | a slot's `reaping`, a graveyard's `giving` | the CAS that sets it | what the last to have the batches, or the graves, did |
//! | P16 | the CAS that adds a grave | the swap that takes all of them | the graves |
//! | P17 | the CAS that puts a table back that is being prepared | the CAS or swap that takes it | what of it is cleared |
//!
//! There is no P4. It stood for the failed CAS of a helper that sets EVACUATED on the strength of
//! another helper's `place`. Coherence does that work: the helper has read the other's word, and
//! P5 passes on that nobody after it reads an older one. The models run to exhaustion with that
//! failure relaxed. There is no P11 either; what it was for is gone.
//!
//! # Why relaxed is enough elsewhere
//!
//! - `Slot::peek` (the scan of a bucket) compares bits only. A used slot keeps its key and so its
//!   tag (I1), which makes a mismatch final. A match is loaded again with Acquire. A stale EMPTY
//!   makes a writer's CAS fail. For a reader it is a moment in the past of a key that nobody has
//!   told it of.
//! - `Slot::freeze` looks for DEAD first. DEAD is final, names nothing and turns nobody away, so
//!   there is nothing to release or acquire.
//! - `nevacuate` hands out numbers. If two helpers act on the same number, the words settle it.
//! - `swept` is moved only by threads that add to `evacuated` in between, even if they add nothing.
//!   P14 orders them (`Resize::account`).
//! - `Overflow::linked`, the tallies, and the bounds on spare memory are hints and statistics.
//! - Only a thread itself stores its own `count` and `retired`. Their sum is exact for a thread
//!   that has synchronised with the writers in some other way, such as joining them.
