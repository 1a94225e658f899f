//! Anchors: what owned guards hold on to.
//!
//! An owned guard belongs to no thread. If each had a participant, each collection would go through
//! all of them. So they share: an anchor is a participant that stays pinned as long as any of its
//! guards lives, with a count of them. To make a guard is to join the newest anchor, which is one
//! increment; the last guard of an anchor unpins it.
//!
//! # Why that protects
//!
//! The anchor's pinning, with its fence X, happens before every guard's joining: the count is
//! published with Release, joined by a read-modify-write with Acquire, and each in between
//! continues the release. So X happens before all that is read under any of its guards, and by the
//! argument of `src/memory/guard.rs` the participant protects that, on whatever thread. A guard
//! leaves with AcqRel, so the unpinning happens after all that was read under all of them.
//!
//! Joining is "increment unless 0": at 0 the last guard is about to unpin, or has done so. A guard
//! that is late and increments from 1 is still in time, for the last one is then not the last.
//!
//! # How many there are
//!
//! A pinned anchor lets the clock move once (`clock.rs`, 4), so each that is alive was made at the
//! clock's number or at the one before. Guards join the newest while that has the clock's number.
//! That alone would not do: guards that come and go, always at least one alive, could keep an
//! anchor for ever, and that would keep the clock from moving. So an anchor takes a limited number
//! of guards, [`FIRST`] if it is the first of its number, and each next one of that number twice as
//! many: with n guards made at one number there are about log2(n) anchors, and if that number
//! lasted for n of them because of something else, the guards that hold it up need at most as many
//! again to have come and gone.
//!
//! # Who may touch what
//!
//! | field | read by | written by |
//! |---|---|---|
//! | `guards` | anybody | whoever joins and leaves; from 0, its maker |
//! | `number`, `joined`, `limit` | anybody, to choose by | the maker; `joined`: whoever joins |
//! | `participant` | its maker; the last guard | the same |
//! | `claimed` | anybody | whoever makes it; the last guard |

use core::ptr::{self, NonNull};

use super::participant::Participant;
use super::records::Anchor;
use super::world::world;
use crate::observe::faults::{fault, unless_relaxed};
use crate::sync::{AcqRel, Acquire, AtomicBool, AtomicUsize, Relaxed, Release, UnsafeCell};

/// Guards of the first anchor of a number: enough for a program that makes one at a time never to
/// see a second.
#[cfg(not(evacmap_loom))]
const FIRST: usize = 16;
#[cfg(evacmap_loom)]
const FIRST: usize = 2;

/// More guards than this are leaked ones.
const MANY: usize = usize::MAX / 2;

impl Anchor {
    /// An anchor, pinned, of which the caller is a guard.
    pub(super) fn join() -> &'static Anchor {
        let newest = Self::newest();
        if let Some(newest) = newest
            && newest.takes_more()
            && newest.try_join()
        {
            return newest;
        }
        Self::make(newest)
    }

    fn newest() -> Option<&'static Anchor> {
        // ORDERING: Acquire, P21: sees the record, which was published here or in the list before.
        let newest = world().newest_anchor.load(Acquire);
        // SAFETY: a published record, never freed.
        unsafe { newest.as_ref() }
    }

    /// Whether guards should join it: to choose by, and no more.
    fn takes_more(&self) -> bool {
        // ORDERING: Relaxed, all: whichever anchor a guard joins, it is protected.
        let now = world().clock.now.load(Relaxed);
        let (number, joined) = (self.number.load(Relaxed), self.joined.load(Relaxed));
        // ORDERING: Relaxed, as just said.
        number == now && joined < self.limit.load(Relaxed)
    }

    /// Increments the guards unless there are none.
    fn try_join(&self) -> bool {
        // ORDERING: Relaxed: to begin with.
        let mut guards = self.guards.load(Relaxed);
        loop {
            if guards == 0 && !fault!("anchor_joined_at_zero") {
                return false;
            }
            if guards > MANY {
                std::process::abort();
            }
            // ORDERING: Acquire, P22: with the Release in `make`: the anchor was pinned before. A
            // failure is only compared.
            match self.guards.compare_exchange(guards, guards + 1, Acquire, Relaxed) {
                Ok(_) => break,
                Err(now) => guards = now,
            }
        }
        // ORDERING: Relaxed: a statistic to choose by.
        self.joined.fetch_add(1, Relaxed);
        true
    }

    /// A new one, for the caller and those who come next.
    #[cold]
    fn make(before: Option<&'static Anchor>) -> &'static Anchor {
        let anchor = Self::all().find(|anchor| anchor.try_claim()).unwrap_or_else(Self::add);
        // SAFETY: we have claimed it, and nobody joins at 0.
        anchor
            .participant
            .with_mut(|participant| unsafe { &mut *participant }.pin(world().collector()));
        // ORDERING: Relaxed, all: to choose by.
        let now = world().clock.now.load(Relaxed);
        let limit = match before {
            // ORDERING: Relaxed, as just said.
            Some(before) if before.number.load(Relaxed) == now => {
                before.limit.load(Relaxed).saturating_mul(2)
            }
            _ => FIRST,
        };
        // ORDERING: Relaxed, all, as just said.
        anchor.number.store(now, Relaxed);
        anchor.joined.store(1, Relaxed);
        anchor.limit.store(limit, Relaxed);
        // ORDERING: Release, P22: with the Acquire in `try_join`.
        anchor.guards.store(1, Release);
        let seen = before.map_or(ptr::null_mut(), |before| ptr::from_ref(before).cast_mut());
        let this = ptr::from_ref(anchor).cast_mut();
        // ORDERING: Release, P21: with the Acquire in `newest`. If another thread was first, all
        // others join its anchor.
        _ = world().newest_anchor.compare_exchange(seen, this, Release, Relaxed);
        anchor
    }

    /// A guard is gone.
    pub(super) fn leave(&self) {
        // ORDERING: AcqRel, P23: Release: what was read under the guard comes before the unpinning.
        // Acquire: what was read under the others.
        if self.guards.fetch_sub(1, unless_relaxed!("anchor_left_relaxed", AcqRel)) > 1
            && !fault!("anchor_unpinned_early")
        {
            return;
        }
        // SAFETY: the last guard, and nobody joins at 0.
        self.participant.with_mut(|participant| unsafe { &mut *participant }.unpin());
        // ORDERING: Release, P24: with the Acquire in `try_claim`.
        self.claimed.store(false, Release);
    }

    fn try_claim(&self) -> bool {
        // ORDERING: Relaxed: to save work.
        if self.claimed.load(Relaxed) {
            return false;
        }
        // ORDERING: Acquire, P24: with the Release in `leave`. A failure is not looked into.
        self.claimed.compare_exchange(false, true, Acquire, Relaxed).is_ok()
    }

    fn all() -> impl Iterator<Item = &'static Anchor> {
        // ORDERING: Acquire, P21: sees the records that were published.
        let mut next = NonNull::new(world().anchors.load(Acquire));
        core::iter::from_fn(move || {
            // SAFETY: a published record, never freed.
            let anchor: &'static Anchor = unsafe { next?.as_ref() };
            next = NonNull::new(anchor.next);
            Some(anchor)
        })
    }

    fn add() -> &'static Anchor {
        let anchor = Box::into_raw(Box::new(Anchor {
            guards: AtomicUsize::new(0),
            number: AtomicUsize::new(0),
            joined: AtomicUsize::new(0),
            limit: AtomicUsize::new(0),
            claimed: AtomicBool::new(true),
            participant: UnsafeCell::new(Participant::NEW),
            next: ptr::null_mut(),
        }));
        // ORDERING: Relaxed: only compared and passed on, as with leases.
        let mut seen = world().anchors.load(Relaxed);
        loop {
            // SAFETY: not published yet, so ours alone.
            unsafe { (*anchor).next = seen };
            // ORDERING: AcqRel, P21: publishes the record. A failure is only compared.
            match world().anchors.compare_exchange(seen, anchor, AcqRel, Relaxed) {
                // SAFETY: never freed.
                Ok(_) => return unsafe { &*anchor },
                Err(now) => seen = now,
            }
        }
    }

    /// How many have ever been needed at the same time.
    #[cfg(feature = "_hooks")]
    pub(super) fn made() -> usize {
        Self::all().count()
    }
}
