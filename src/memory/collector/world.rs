//! The statics of this layer, in one place: a model makes them anew for each execution.

use core::ptr;

use crossbeam_epoch::Collector;
use crossbeam_utils::CachePadded;

use super::barrier;
use super::records::{Anchor, Clock, Lease};
use crate::memory::pinning::Pinning;
use crate::sync::{AcqRel, Acquire, AtomicBool, AtomicPtr, AtomicUsize, Relaxed};

/// What all threads share.
pub(super) struct World {
    /// Ours alone: made by whoever comes first, and never freed.
    collector: AtomicPtr<Collector>,
    /// Which [`Pinning`] there is, or that nobody has asked yet.
    pinning: AtomicUsize,
    /// All records that there are, the newest first. None is ever freed.
    pub(super) leases: AtomicPtr<Lease>,
    /// The same of anchors, and the one that owned guards join.
    pub(super) anchors: AtomicPtr<Anchor>,
    pub(super) newest_anchor: CachePadded<AtomicPtr<Anchor>>,
    pub(super) clock: Clock,
    /// Bags on the collector's queue, at most, other than those of the clock: of closures, and of
    /// threads that have ended.
    pub(super) bags: AtomicUsize,
    /// Calls of `membarrier`, ever.
    pub(super) barriers: AtomicUsize,
}

const UNKNOWN: usize = 0;
const LEASED: usize = 1;
const ORDINARY: usize = 2;

/// Pushes, which are batches handed on, between two looks for idle threads: with 64 entries to a
/// batch no more than one `membarrier` to 4096 retired entries.
#[cfg(not(evacmap_loom))]
pub(super) const PATIENCE: usize = 64;
#[cfg(evacmap_loom)]
pub(super) const PATIENCE: usize = 4;

/// A world of its own. A macro, since it has to be constant but in the models.
macro_rules! new_world {
    () => {
        World {
            collector: AtomicPtr::new(ptr::null_mut()),
            pinning: AtomicUsize::new(UNKNOWN),
            leases: AtomicPtr::new(ptr::null_mut()),
            anchors: AtomicPtr::new(ptr::null_mut()),
            newest_anchor: CachePadded::new(AtomicPtr::new(ptr::null_mut())),
            clock: Clock {
                now: CachePadded::new(AtomicUsize::new(0)),
                in_flight: AtomicBool::new(false),
                wanted: AtomicUsize::new(0),
                pushes: AtomicUsize::new(0),
                seen: AtomicUsize::new(0),
                looked: AtomicUsize::new(0_usize.wrapping_sub(PATIENCE)),
            },
            bags: AtomicUsize::new(0),
            barriers: AtomicUsize::new(0),
        }
    };
}

#[cfg(not(evacmap_loom))]
static WORLD: World = new_world!();

// In a model the statics end with the main thread, whose thread-locals, and those of others, are
// dropped later. Each thread's `End` (`local.rs`) keeps the world for as long as it needs it.
#[cfg(evacmap_loom)]
crate::sync::global! {
    static WORLD: crate::sync::Arc<World> = crate::sync::Arc::new(new_world!());
}

#[inline]
pub(super) fn world() -> &'static World {
    &WORLD
}

/// Keeps the world.
#[cfg(evacmap_loom)]
pub(super) fn keep() -> crate::sync::Arc<World> {
    WORLD.clone()
}

impl World {
    /// Ours. Not crossbeam's default one: a lease of an idle thread would hold up all others who
    /// use that, and their closures, which may panic, would run in our pins.
    #[inline]
    pub(super) fn collector(&self) -> &Collector {
        // ORDERING: Acquire, P21: sees the collector that `make_collector` published.
        let collector = self.collector.load(Acquire);
        if collector.is_null() {
            return self.make_collector();
        }
        // SAFETY: published by `make_collector`, and never freed while anybody can ask.
        unsafe { &*collector }
    }

    #[cold]
    fn make_collector(&self) -> &Collector {
        let ours = Box::into_raw(Box::new(Collector::new()));
        // ORDERING: AcqRel, P21: publishes ours, or sees that of another thread.
        let made = self.collector.compare_exchange(ptr::null_mut(), ours, AcqRel, Acquire);
        let collector = match made {
            Ok(_) => ours,
            Err(theirs) => {
                // SAFETY: not published, so ours alone, and without a participant.
                drop(unsafe { Box::from_raw(ours) });
                theirs
            }
        };
        // SAFETY: as in `collector`.
        unsafe { &*collector }
    }

    /// See [`Pinning`].
    pub(super) fn pinning(&self) -> Pinning {
        // ORDERING: Relaxed: a number, and nothing behind it.
        let mut chosen = self.pinning.load(Relaxed);
        if chosen == UNKNOWN {
            let ours = if barrier::register() { LEASED } else { ORDINARY };
            // ORDERING: Relaxed, both: as above. Whoever comes second takes what the first chose.
            chosen = match self.pinning.compare_exchange(UNKNOWN, ours, Relaxed, Relaxed) {
                Ok(_) => ours,
                Err(theirs) => theirs,
            };
        }
        if chosen == LEASED { Pinning::Leased } else { Pinning::Ordinary }
    }
}

/// The end of an execution of a model: no participant is left.
#[cfg(evacmap_loom)]
impl Drop for World {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access.
        let mut next = self.leases.load(Relaxed);
        while !next.is_null() {
            // SAFETY: a record, from a box, and nobody else's any more.
            let lease = unsafe { Box::from_raw(next) };
            // SAFETY: ours alone.
            lease.leased.with_mut(|leased| _ = unsafe { &mut *leased }.end());
            // SAFETY: as above.
            lease.own.with_mut(|own| _ = unsafe { &mut *own }.end());
            next = lease.next;
        }
        // ORDERING: Relaxed: exclusive access.
        let mut next = self.anchors.load(Relaxed);
        while !next.is_null() {
            // SAFETY: a record, from a box, and nobody else's any more.
            let anchor = unsafe { Box::from_raw(next) };
            // SAFETY: ours alone.
            anchor.participant.with_mut(|participant| _ = unsafe { &mut *participant }.end());
            next = anchor.next;
        }
        // ORDERING: Relaxed: exclusive access.
        let collector = self.collector.load(Relaxed);
        if !collector.is_null() {
            // SAFETY: from a box; all participants have ended, and nobody can ask any more.
            drop(unsafe { Box::from_raw(collector) });
        }
    }
}
