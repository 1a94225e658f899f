//! Leases: pins without a locked instruction.
//!
//! A thread does not unpin when it leaves an operation. It keeps its participant pinned (leased)
//! and says with plain stores whether it is inside an operation. Whoever wants the epoch to go on,
//! and finds an idle thread in the way, takes the participant from it. The price of order is paid
//! by whoever takes: one `membarrier` for all leases at once, instead of a fence in each pin.
//!
//! ```text
//!            .---(revoker: the owner is inside)---.
//!            v                                    |
//!         LEASED --(revoker: CAS)--> REVOKING ----+--(revoker: the owner is idle)--> FREE
//!            ^                                                                        |
//!            '-------------------(owner: enters, pins its participant)----------------'
//!
//!  enter (owner)                                 revoke (anybody)
//!    n = active; active = n + 1                    CAS state LEASED -> REVOKING
//!    n > 0: nested, done                           heavy fence     once for all leases to be taken
//!    light fence                                   active == 0? (Acquire)
//!    state (Acquire) is                              yes: unpin the participant; state = FREE
//!      LEASED    done                                no:  state = LEASED
//!      FREE      pin the leased participant; LEASED
//!      else      pin a participant of its own
//!  leave (owner)
//!    active = active - 1 (Release); at the end of a pin of its own: unpin that
//! ```
//!
//! In a process with ordinary pins the state is ORDINARY for ever, so that each outermost pin takes
//! the last of the three ways.
//!
//! # Why a pin protects: Dekker's argument with an asymmetric pair of fences
//!
//! The owner stores `active` and then loads `state`; the revoker stores `state` and then loads
//! `active`. *At least one of the two sees the other's store.* By the promise of the heavy fence
//! (`barrier.rs`) the owner has a point in its program order, somewhere within the revoker's call,
//! with a full fence. The light fence keeps the compiler from exchanging the owner's two accesses,
//! so the point falls in one of three places:
//!
//! - *Before the owner's store.* Then the load of `state` comes behind the point too, and sees
//!   REVOKING or what came later: what the revoker did before its call is visible behind the point.
//! - *Between the store and the load.* The same, and the revoker sees `active` > 0 as well.
//! - *Behind the load.* The store stands before the point, so the revoker, whose load of `active`
//!   follows its call, sees it, or what the owner stored later.
//!
//! Hence:
//!
//! - **A.** *If the owner sees LEASED, then a revoker that has begun since, or begins while the
//!   owner is inside, reads an `active` that is not 0, or is 0 because the owner has left.* It
//!   leaves the participant alone, which stays pinned. That pin was made long ago, by crossbeam,
//!   with a full fence, and on this very thread or by the owners before it, whose accesses happen
//!   before (see "Records" below). So crossbeam's argument is as it was.
//! - **B.** *If the revoker reads 0 and takes the participant, all that was read under it happened
//!   before*: `active` is decremented with Release and read with Acquire. And an owner that enters
//!   now does not see LEASED, until it has pinned the participant itself.
//! - **C.** *An owner that sees REVOKING relies on the lease in no way*: it may be taken at any
//!   moment. It pins a participant of its own, with crossbeam's fence, and until its last guard is
//!   gone.
//! - **D.** *The cells of the leased participant have one user at a time.* In FREE the owner. In
//!   REVOKING the revoker, once it has read 0. Else the owner, while it is inside, having seen
//!   LEASED (or having come from FREE): by A no revoker reads 0 then, so it never touches them;
//!   that holds even if the state reads REVOKING meanwhile. The hand-overs are ordered: owner to
//!   revoker by `active` (Release, Acquire), back by FREE (Release, Acquire).
//!
//! Nothing rests on two light fences, nor on a light one and one of crossbeam's.
//!
//! Why the ordering of the state in the other direction is enough: a LEASED that the revoker puts
//! back after having found the owner inside publishes nothing, since it changed nothing.
//!
//! # Records
//!
//! A [`Lease`] is a record in a list that only grows. A thread claims one when it first pins, and
//! lets go of it when it ends; the next thread claims it again. None is freed, so that a walk may
//! meet any. A record may be claimed when nobody owns it and `active` is 0 (Acquire: what the
//! former owner did comes before). A guard that was leaked, or that lives in a thread-local which
//! is destroyed later than ours, keeps `active` from being 0, and the record for itself.
//!
//! A thread that ends takes its lease back by the same steps as a revoker, without a heavy fence,
//! for it knows itself whether it is inside. If a revoker is at it, it leaves the rest to that one.
//!
//! # Who may touch what
//!
//! | field | read by | written by |
//! |---|---|---|
//! | `active` | anybody | the owner; the last guard that outlives it |
//! | `state` | anybody | a revoker, from LEASED; the owner, from FREE |
//! | `due`, `brief` | the owner | the owner |
//! | `leased` | by D | by D |
//! | `own` | the owner | the owner; the last guard that outlives it |
//! | `owned` | anybody | whoever claims it; then the owner |
//!
//! # Nothing waits
//!
//! A revoker that stops between REVOKING and its end makes the owner use pins of its own. The
//! participant stays pinned, as that of any thread that stops inside an operation.

use core::cell::Cell;

use crossbeam_epoch::Guard;

use super::barrier;
use super::participant::Participant;
use super::records::Lease;
use super::world::world;
use crate::memory::pinning::Pinning;
use crate::observe::faults::{fault, unless_relaxed};
use crate::sync::{
    AcqRel, Acquire, AtomicBool, AtomicUsize, Relaxed, Release, UnsafeCell, light_fence,
};

/// See the module's text.
const LEASED: usize = 0;
const REVOKING: usize = 1;
const FREE: usize = 2;
const ORDINARY: usize = 3;

/// In `active`: the guards rely on the owner's own participant, not on the lease.
const OWN: usize = 1 << (usize::BITS - 1);

/// The rest of `active`: the number of guards.
const COUNT: usize = OWN - 1;

/// More guards than this are leaked ones, of which there may be any number; the count must not get
/// into the bit above.
const MANY: usize = COUNT / 2;

/// Outermost pins between two renewals of a lease: as often as crossbeam has a participant collect.
/// A busy thread holds up the epoch for no longer than so many operations.
#[cfg(not(evacmap_loom))]
const RENEWED_EVERY: usize = 128;
/// In the models it is said when.
#[cfg(evacmap_loom)]
const RENEWED_EVERY: usize = 1000;

/// What the owner does.
impl Lease {
    /// Begins an operation, or one within another. Only the owner calls this.
    #[inline]
    pub(super) fn enter(&self) {
        // ORDERING: Relaxed, both: the owner alone stores it. That others see it is the matter of
        // the fence below.
        let n = self.active.load(Relaxed);
        self.active.store(n + 1, Relaxed);
        if n > 0 {
            return check_count(n);
        }
        if !fault!("lease_no_light_fence") {
            light_fence();
        }
        // ORDERING: Acquire, P19: the last owner's pin, which LEASED may stand for, happened
        // before.
        let state = self.state.load(Acquire);
        let due = self.due.get();
        self.due.set(due.wrapping_sub(1));
        if (state != LEASED && !fault!("lease_state_ignored")) || due == 0 {
            self.enter_slow(state);
        }
    }

    /// `active` is 1. Not cold: with ordinary pins it is the way of each.
    #[inline(never)]
    fn enter_slow(&self, state: usize) {
        match state {
            LEASED => self.renew(),
            FREE => {
                // SAFETY: the owner, in FREE (D).
                self.leased.with_mut(|leased| unsafe { &mut *leased }.pin(world().collector()));
                self.due.set(RENEWED_EVERY);
                // ORDERING: Release, P19: with the Acquire of a revoker's exchange: it finds the
                // participant as we have left it.
                self.state.store(LEASED, Release);
            }
            _ => self.enter_on_own(),
        }
    }

    /// Pins the owner's own participant, until the last guard is gone.
    fn enter_on_own(&self) {
        self.due.set(RENEWED_EVERY);
        if fault!("lease_relied_on_while_revoked") {
            return;
        }
        // SAFETY: the owner.
        self.own.with_mut(|own| unsafe { &mut *own }.pin(world().collector()));
        // ORDERING: Relaxed: as in `enter`. A revoker that sees it leaves the lease alone, which is
        // as well.
        self.active.store(OWN | 1, Relaxed);
    }

    /// Ends an operation; guards may end in any order. Only the owner calls this, or the thread
    /// that was it, for a guard that outlives the record.
    #[inline]
    pub(super) fn leave(&self) {
        // ORDERING: Relaxed: this thread alone stores it.
        let n = self.active.load(Relaxed).wrapping_sub(1);
        // ORDERING: Release, P18: with the Acquire in `finish_revoking` and in `try_claim`: all
        // that was read under the guard comes before (B).
        self.active.store(n, unless_relaxed!("lease_left_relaxed", Release));
        if n.cast_signed() < 0 {
            self.leave_own(n);
        }
    }

    /// A guard on the owner's own participant is gone. Not cold, as `enter_slow`.
    #[inline(never)]
    fn leave_own(&self, n: usize) {
        if n != OWN {
            return;
        }
        let brief = self.brief.replace(false);
        self.own.with_mut(|own| {
            // SAFETY: the owner, or the last guard that outlives it: `active` is not 0 yet, so
            // nobody claims the record.
            let own = unsafe { &mut *own };
            if brief { end(own) } else { own.unpin() }
        });
        // ORDERING: Release, P18: as in `leave`.
        self.active.store(0, Release);
        if brief {
            // ORDERING: Release, P20: with the Acquire in `try_claim`.
            self.owned.store(false, Release);
        }
    }

    /// Pins the leased participant anew, and has the collector go on. The owner is inside, having
    /// seen LEASED, and nothing has been read since that is still used.
    #[cold]
    fn renew(&self) {
        self.due.set(RENEWED_EVERY);
        self.leased.with_mut(|leased| {
            // SAFETY: the owner, inside (D).
            let leased = unsafe { &mut *leased };
            leased.renew(world().collector());
            world().clock.go_on(leased.pin(world().collector()));
        });
    }

    /// Unpins and pins again, if this thread has no other guard; whether that is so.
    pub(super) fn repin(&self) -> bool {
        // ORDERING: Relaxed: this thread alone stores it.
        let n = self.active.load(Relaxed);
        if n & COUNT != 1 {
            return false;
        }
        // SAFETY: this thread is inside, on the one or on the other (D).
        self.holding().with_mut(|held| unsafe { &mut *held }.renew(world().collector()));
        true
    }

    /// The participant that the guards of this thread rely on. It is inside.
    fn holding(&self) -> &UnsafeCell<Participant> {
        // ORDERING: Relaxed: this thread alone stores it.
        if self.active.load(Relaxed) & OWN == 0 { &self.leased } else { &self.own }
    }

    /// Runs `f` with what the owner's guards rely on. It is inside; `f` pins nothing.
    pub(super) fn with_guard<R>(&self, f: impl FnOnce(&Guard) -> R) -> R {
        // SAFETY: this thread is inside, on the one or on the other (D), and `f` does not come back
        // here.
        self.holding().with_mut(|held| f(unsafe { &mut *held }.pin(world().collector())))
    }

    /// Has the next outermost pin renew the lease.
    pub(super) fn renew_soon(&self) {
        self.due.set(0);
    }
}

/// A count of guards beyond all bounds ends the process, as with reference counts.
#[inline]
fn check_count(n: usize) {
    if n & COUNT > MANY {
        too_many();
    }
}

#[cold]
fn too_many() -> ! {
    std::process::abort()
}

/// What is done to leases of idle threads.
impl Lease {
    /// Takes the leases of all threads that are idle, with one heavy fence for all of them. Without
    /// one, if there is none to take.
    /// That of the caller is none of those in the way: it pins anew.
    pub(super) fn revoke_idle(own: Option<&Lease>) {
        let others = Self::all().filter(|lease| own.is_none_or(|own| !core::ptr::eq(own, *lease)));
        let begun: Vec<&Lease> = others.filter(|lease| lease.begin_revoking()).collect();
        if begun.is_empty() {
            return;
        }
        // ORDERING: Relaxed: a statistic.
        world().barriers.fetch_add(1, Relaxed);
        let fenced = barrier::heavy_fence();
        for lease in begun {
            if fenced {
                lease.finish_revoking();
            } else {
                lease.put_back();
            }
        }
    }

    /// The first half: LEASED to REVOKING, unless the owner is seen to be inside anyway.
    fn begin_revoking(&self) -> bool {
        // ORDERING: Relaxed: to save work; what counts is read in `finish_revoking`.
        if self.active.load(Relaxed) != 0 {
            return false;
        }
        // ORDERING: AcqRel, P19: Acquire: with the Release in `enter_slow`: finds the participant
        // as its owner left it. Release: for the heavy fence and what follows nothing is needed of
        // it. A failure is not looked into.
        self.state.compare_exchange(LEASED, REVOKING, AcqRel, Relaxed).is_ok()
    }

    /// The second half, behind the heavy fence.
    fn finish_revoking(&self) {
        // ORDERING: Acquire, P18: with the Release in `leave` (B).
        if self.active.load(Acquire) != 0 && !fault!("lease_taken_while_inside") {
            return self.put_back();
        }
        // ORDERING: Relaxed: to save work. Who claims it now meets REVOKING.
        let owned = self.owned.load(Relaxed);
        self.give_up(owned);
    }

    fn put_back(&self) {
        // ORDERING: Release, P19: nothing was changed; it keeps the former owner's release going.
        self.state.store(LEASED, Release);
    }

    /// Unpins the leased participant and hands it to the owner, or to the next one.
    fn give_up(&self, owned: bool) {
        self.leased.with_mut(|leased| {
            // SAFETY: in REVOKING, and the owner is not inside, or is the caller (D).
            let leased = unsafe { &mut *leased };
            if owned { leased.unpin() } else { end(leased) }
        });
        // ORDERING: Release, P19: with the Acquire in `enter` (D).
        self.state.store(FREE, unless_relaxed!("lease_freed_relaxed", Release));
    }

    fn all() -> impl Iterator<Item = &'static Lease> {
        // ORDERING: Acquire, P21: sees the records that were published.
        let mut next = world().leases.load(Acquire);
        core::iter::from_fn(move || {
            // SAFETY: a published record, never freed.
            let lease = unsafe { next.as_ref() }?;
            next = lease.next;
            Some(lease)
        })
    }
}

/// How records go from thread to thread.
impl Lease {
    /// A record for this thread: one that nobody has, or a new one.
    pub(super) fn claim() -> &'static Lease {
        Self::all().find(|lease| lease.try_claim()).unwrap_or_else(Self::add)
    }

    /// A record for one pin, which is already begun: of a thread that is past having one.
    #[cold]
    pub(super) fn claim_briefly() -> &'static Lease {
        let lease = Self::claim();
        lease.brief.set(true);
        // ORDERING: Relaxed, as in `enter`: so that a revoker leaves the lease alone. What protects
        // is the participant below.
        lease.active.store(1, Relaxed);
        lease.enter_on_own();
        lease
    }

    fn try_claim(&self) -> bool {
        // ORDERING: Relaxed: to save work.
        if self.owned.load(Relaxed) {
            return false;
        }
        // ORDERING: Acquire, P20: with the Release of whoever let go. A failure is not looked into.
        if self.owned.compare_exchange(false, true, Acquire, Relaxed).is_err() {
            return false;
        }
        // ORDERING: Acquire, P18: with the Release in `leave`: the last guard that outlived the
        // owner is done with the record.
        if self.active.load(Acquire) == 0 {
            return true;
        }
        // ORDERING: Release, P20: nothing was changed; it keeps the former owner's release going.
        self.owned.store(false, Release);
        false
    }

    fn add() -> &'static Lease {
        let state = match world().pinning() {
            Pinning::Leased => FREE,
            Pinning::Ordinary => ORDINARY,
        };
        let lease = Box::into_raw(Box::new(Lease {
            active: AtomicUsize::new(0),
            state: AtomicUsize::new(state),
            due: Cell::new(RENEWED_EVERY),
            brief: Cell::new(false),
            owned: AtomicBool::new(true),
            leased: UnsafeCell::new(Participant::NEW),
            own: UnsafeCell::new(Participant::NEW),
            next: core::ptr::null_mut(),
        }));
        // ORDERING: Relaxed: only compared and passed on; the exchanges since continue the releases
        // of those who published what is behind it.
        let mut seen = world().leases.load(Relaxed);
        loop {
            // SAFETY: not published yet, so ours alone.
            unsafe { (*lease).next = seen };
            // ORDERING: AcqRel, P21: publishes the record. A failure is only compared.
            match world().leases.compare_exchange(seen, lease, AcqRel, Relaxed) {
                // SAFETY: never freed.
                Ok(_) => return unsafe { &*lease },
                Err(now) => seen = now,
            }
        }
    }

    /// The owner's thread ends. Guards that live on keep the record, and their participant.
    pub(super) fn end(&self) {
        // ORDERING: Relaxed: this thread alone stores it.
        if self.active.load(Relaxed) == 0 {
            self.end_idle();
        }
        // ORDERING: Release, P20: with the Acquire in `try_claim`.
        self.owned.store(false, Release);
    }

    fn end_idle(&self) {
        // ORDERING: Relaxed: as in `enter`.
        self.active.store(1, Relaxed);
        light_fence();
        // ORDERING: Acquire, P19: as in `enter`.
        match self.state.load(Acquire) {
            // ORDERING: AcqRel, P19: as in `begin_revoking`. From LEASED, and inside: ours by D, as
            // long as no revoker puts LEASED back when we have given it up.
            LEASED if self.state.compare_exchange(LEASED, REVOKING, AcqRel, Relaxed).is_ok() => {
                self.give_up(false);
            }
            // SAFETY: the owner, in FREE (D).
            FREE => self.leased.with_mut(|leased| end(unsafe { &mut *leased })),
            // A revoker is at it, and will find us gone or give it back: then the next one takes
            // it.
            _ => {}
        }
        // SAFETY: the owner, without a guard.
        self.own.with_mut(|own| end(unsafe { &mut *own }));
        // ORDERING: Release, P18: as in `leave`.
        self.active.store(0, Release);
    }
}

/// Takes a participant off the collector's list.
fn end(participant: &mut Participant) {
    // (In a model the statics may have ended before.)
    if participant.end() && cfg!(not(evacmap_loom)) {
        // ORDERING: Relaxed: a bound on how long a `drive` takes.
        world().bags.fetch_add(1, Relaxed);
    }
}
