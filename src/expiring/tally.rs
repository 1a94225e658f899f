//! What has happened in a map, counted by each thread for itself.

use core::array;

use crate::sync::{AtomicU64, Relaxed};

/// What is counted.
#[derive(Clone, Copy)]
pub(super) enum Event {
    Hit,
    Miss,
    Expired,
    Replaced,
    Removed,
    Filed,
    /// A name has come up, whatever became of it.
    CameUp,
    /// It named no entry that there is.
    Stale,
    /// A share of what is due was done that had something to do.
    Share,
}

const EVENTS: usize = Event::Share as usize + 1;

/// One thread's counts. It alone adds to them.
struct Counts([AtomicU64; EVENTS]);

impl Counts {
    fn new() -> Self {
        Counts(array::from_fn(|_| AtomicU64::new(0)))
    }

    #[cfg_attr(evacmap_loom, allow(dead_code))]
    fn add(&self, event: Event) {
        let count = &self.0[event as usize];
        // ORDERING: Relaxed, both: one writer; a statistic to all others.
        count.store(count.load(Relaxed).wrapping_add(1), Relaxed);
    }

    fn get(&self, event: Event) -> u64 {
        // ORDERING: Relaxed: a statistic.
        self.0[event as usize].load(Relaxed)
    }
}

pub(super) use imp::Tally;

#[cfg(not(evacmap_loom))]
mod imp {
    use crossbeam_utils::CachePadded;

    use super::{Counts, Event};
    use crate::sync::ThreadLocal;

    pub(in super::super) struct Tally(ThreadLocal<CachePadded<Counts>>);

    impl Tally {
        pub(in super::super) fn new() -> Self {
            Tally(ThreadLocal::new())
        }

        #[inline]
        pub(in super::super) fn count(&self, event: Event) {
            self.0.get_or(|| CachePadded::new(Counts::new())).add(event);
        }

        pub(in super::super) fn sum(&self, event: Event) -> u64 {
            self.0.iter().map(|counts| counts.get(event)).sum()
        }
    }
}

/// The models run one thread at a time, and are not about counts.
#[cfg(evacmap_loom)]
mod imp {
    use super::{Counts, Event};

    pub(in super::super) struct Tally(Counts);

    impl Tally {
        pub(in super::super) fn new() -> Self {
            Tally(Counts::new())
        }

        pub(in super::super) fn count(&self, _: Event) {}

        pub(in super::super) fn sum(&self, event: Event) -> u64 {
            self.0.get(event)
        }
    }
}
