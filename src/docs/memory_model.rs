//! Every ordering in the crate: each release with the acquire that it pairs with.
//!
//! No access in the crate is `SeqCst`. Three things stand beside the pairs below:
//!
//! - the total order of the modifications of each single word;
//! - **one pair of fences**, in which a cheap half meets a dear one. A thread that begins an
//!   operation executes the light half (`crate::sync::light_fence`), which binds the compiler and
//!   costs nothing. Whoever takes the leases of idle threads executes the heavy half, the system
//!   call `membarrier` (`src/memory/collector/barrier.rs`). Only leases use the pair;
//!   `src/memory/collector/lease.rs` has the argument. Nothing rests on two light halves;
//! - **crossbeam-epoch's promise**, with fences of its own. A closure that was deferred to the
//!   collector runs when every participant that was pinned then has been unpinned since. The clock
//!   (`src/memory/collector/clock.rs`) makes a number of that: what was retired at n can be seen by
//!   nobody any more when the clock stands at n + 2. Its text has the proofs.
//!
//! A guard also protects what other threads read under it. `src/memory/guard.rs` argues why.
//!
//! # The map
//!
//! | pair | released by | acquired by | what becomes visible |
//! |---|---|---|---|
//! | P1 | a slot's CAS: `publish`, `replace`, `reuse`, `place` | `Slot::load`, `freeze` | the entry |
//! | P2 | `Bucket::append` | `Bucket::next`, `lead`, `freeze_end`, `close` | the appended bucket and what it holds already |
//! | P3 | `Slot::freeze`, `Bucket::freeze_end`, `close` | `Slot::load`, `Bucket::next` | the new table at the root: a writer that is turned away finds a way on |
//! | P5 | `Bucket::declare_evacuated` | `Bucket::is_evacuated` | all that was placed in the chain, by whichever helper |
//! | P6 | the publication of a slab, or of the note of a renewed head | the load of the newest | the slab's buckets; the note |
//! | P7 | the CAS on the root | `RawMap::root` (and `Table::old`) | a table's header, and the old table behind it |
//! | P8 | `Table::unlink` | `Table::old` that finds null | every chain of the table, without a look at its flag |
//! | P10 | a thread's era | `Local::counted` | the count that belongs to it |
//! | P12 | a record's `claimed` and its link | the claim, the walk | what the last holder did to the record |
//! | P13 | the creation of a map's records, and of its workshop | `Locals::shared`, `Workshop::present` | the records, the workshop |
//! | P14 | additions to `evacuated` | the same, by the one that promotes | every EVACUATED flag that was counted or found set, and with it P5: what promotion (P8) vouches for |
//! | P15 | a record's `reaping`, a graveyard's `giving` | the CAS that sets it | what the last to have the batches, or the graves, did |
//! | P16 | the CAS that adds a grave | the swap that takes all of them | the graves |
//! | P17 | the CAS that puts a table back that is being prepared | the CAS or swap that takes it | what of it is cleared |
//! | P28 | `Bucket::renew` | `Bucket::lead`, `next`, `close` | the buckets of the next generation, and the words in them; that every word of the one before is frozen, so that whoever comes from there finds a head's words to be copies |
//!
//! There is no P4. It stood for the failed CAS of a helper that sets EVACUATED on the strength of
//! another helper's `place`. Coherence does that work: the helper has read the other's word, and
//! P5 passes on that nobody after it reads an older one. The models run to exhaustion with that
//! failure relaxed. There is no P9 and no P11 either; what they were for is gone.
//!
//! # The collector
//!
//! All in `src/memory/collector/`. Letters and numbers in brackets are those of the arguments at
//! the head of the file.
//!
//! | pair | released by | acquired by | what becomes visible |
//! |---|---|---|---|
//! | P18 | a lease's `active`: `leave` | `finish_revoking`, `try_claim` | all that was read under the guard comes before whoever unpins, or has the record next (B) |
//! | P19 | a lease's `state`: FREE from `give_up`, LEASED from `enter_slow` and `put_back` | `enter`, `end_idle`, `begin_revoking` | the participant as the last to have it left it; behind LEASED the pin, with its fence (D) |
//! | P20 | a lease's `owned`: `end`, and the end of a brief claim | `try_claim` | what the former owner did to the record |
//! | P21 | the CAS that adds a lease or an anchor; `make_collector`; the store of the newest anchor | the walks along the lists, `collector`, `newest` | the record, the collector |
//! | P22 | an anchor's `guards`: the store of 1 in `make` | `try_join` | the anchor's pin, with its fence |
//! | P23 | an anchor's `guards`: each `leave` | the last `leave` | all that was read under any of its guards comes before the unpinning |
//! | P24 | an anchor's `claimed`: the last `leave` | `try_claim` | the participant as the last guard left it |
//! | P25 | the clock's `now`: `stamp` | `tick` | the unlinking of what got the stamp (2, 3) |
//! | P26 | the clock's `now`: `tick` | `is_ripe`, `now` | the end of every pin that the move has waited for (2, 5), and so what was written under it |
//! | P27 | the clock's `in_flight`: `tick` | `advance` | the move before; so the next closure is deferred after it (1) |
//!
//! # The wheel of the map with deadlines
//!
//! All in `src/expiring/wheel/`.
//!
//! | pair | released by | acquired by | what becomes visible |
//! |---|---|---|---|
//! | P28 | a spot's `number`: the swap of `file` | the swap of `take` | the hash beside it |
//! | P29 | the CAS on a slot: push, pop, pass | `Slot::load` | the block on top; for a slot that has been passed, the hands as whoever passed it saw them |
//! | P30 | the CAS that moves a hand | `Wheel::hand` | the lower hand that allowed it |
//!
//! An entry's deadline stands for itself: its accesses are relaxed, and coherence keeps a death
//! from being unlearned.
//!
//! # Seeded faults
//!
//! `cargo xtask teeth` relaxes one half of a pair and expects a model to fail: P1
//! (`publish_relaxed`), P2 (`append_relaxed`), P28 (`renewal_relaxed`), P3 (`freeze_relaxed`), P5
//! (`flag_relaxed`), P7 (`root_relaxed`), P8 (`unlink_relaxed`), P14 (`evacuated_relaxed`), P15
//! (`reaping_relaxed`, `giving_relaxed`), P17 (`prepared_relaxed`), P18 (`lease_left_relaxed`), P19
//! (`lease_freed_relaxed`), P23 (`anchor_left_relaxed`), P28 (`name_relaxed`), P29
//! (`block_relaxed`). It also leaves out either half of the pair of fences (`lease_no_light_fence`,
//! `lease_no_heavy_fence`). The list in `xtask/src/teeth.rs` names the model that is asked first.
//! The other pairs have no fault of their own.
//!
//! # Why relaxed is enough elsewhere
//!
//! - `Slot::peek` (the scan of a bucket) compares bits only. A LIVE slot keeps its key and so its
//!   tag for as long as it is seen (I1), so a mismatch stands. A match, and for an insert a DEAD
//!   word, is loaded again with Acquire. A stale EMPTY makes a writer's CAS fail. For a reader it
//!   is a moment in the past of a key that nobody has told it of. The argument of `reuse` uses of
//!   the scan no more than coherence.
//! - `Slot::freeze` looks for DEAD and FROZEN first. That is final, names nothing and turns nobody
//!   away, so there is nothing to release or acquire.
//! - `nevacuate` hands out numbers. If two helpers act on the same number, the words settle it.
//! - `swept` is moved only by threads that add to `evacuated` in between, even if they add nothing.
//!   P14 orders them (`Resize::account`).
//! - `Overflow::linked` and `spare`, the tallies, and the bounds on spare memory are hints and
//!   statistics.
//! - Only a thread itself stores its own `count` and `retired`. Their sum is exact for a thread
//!   that has synchronised with the writers in some other way, such as joining them.
//! - Which anchor an owned guard joins, and when idle threads are looked for (`pushes`, `seen`),
//!   are choices that are right either way.
//! - A thread stores its own `active` with Relaxed when it enters: that others see it in time is
//!   the matter of the pair of fences.
