//! A warning of guards that are held for too long, in debug builds.
//!
//! Garbage measures how long is too long, not time: an idle program may sleep with a guard in hand
//! and do no harm. A guard that is alive while [`LONG`](told::LONG) entries are retired, by
//! whatever threads and from whatever maps, keeps all of them in memory. That is noticed when a
//! removal or replacement under the guard fills the thread's bag, and when the guard lets go.
//! Nobody looks at another thread's guard. A guard that neither ends nor is written under gets no
//! warning; it shows in `Stats::retired`.

#[cfg(all(feature = "tracing", debug_assertions, not(evacmap_loom)))]
pub(crate) use told::Held;
#[cfg(not(all(feature = "tracing", debug_assertions, not(evacmap_loom))))]
pub(crate) use untold::Held;

#[cfg(all(feature = "tracing", debug_assertions, not(evacmap_loom)))]
mod told {
    use std::panic::Location;
    use std::thread;
    use std::time::Instant;

    use crate::observe::events::tell::tell;
    use crate::sizes::BATCH;
    use crate::sync::{AtomicBool, AtomicUsize, Relaxed};

    /// This number of entries retired under one guard is worth a warning: megabytes, in most maps.
    pub(super) const LONG: usize = 1 << 16;

    /// Entries that have been retired in full bags, from all maps.
    static RETIRED: AtomicUsize = AtomicUsize::new(0);

    /// Where and when a guard was taken.
    pub(crate) struct Held {
        by: &'static Location<'static>,
        at: Instant,
        retired_before: usize,
        told: AtomicBool,
    }

    impl Held {
        #[track_caller]
        pub(crate) fn new() -> Self {
            // ORDERING: Relaxed: a statistic.
            let retired_before = RETIRED.load(Relaxed);
            Held {
                by: Location::caller(),
                at: Instant::now(),
                retired_before,
                told: AtomicBool::new(false),
            }
        }

        /// The guard is pinned anew.
        #[track_caller]
        pub(crate) fn renew(&mut self) {
            // The old one warns of its own time as it is dropped.
            *self = Self::new();
        }

        /// A thread has filled a bag under the guard.
        pub(crate) fn bag_filled(&self) {
            // ORDERING: Relaxed: a statistic.
            RETIRED.fetch_add(BATCH, Relaxed);
            self.check();
        }

        /// Warns if the guard has been held for long, once.
        fn check(&self) {
            // ORDERING: Relaxed: a statistic.
            let retired = RETIRED.load(Relaxed).wrapping_sub(self.retired_before);
            // ORDERING: Relaxed: only that one finds it false matters.
            if retired < LONG || self.told.swap(true, Relaxed) {
                return;
            }
            tell(|| {
                let thread = thread::current();
                tracing::warn!(
                    target: "evacmap::guard",
                    thread = thread.name().unwrap_or("unnamed"),
                    id = ?thread.id(),
                    taken = %self.by,
                    retired,
                    millis = u64::try_from(self.at.elapsed().as_millis()).unwrap_or(u64::MAX),
                    "a guard is held for long, and keeps garbage from being freed"
                );
            });
        }
    }

    impl Drop for Held {
        fn drop(&mut self) {
            self.check();
        }
    }
}

#[cfg(not(all(feature = "tracing", debug_assertions, not(evacmap_loom))))]
mod untold {
    pub(crate) struct Held;

    impl Held {
        #[inline(always)]
        pub(crate) fn new() -> Self {
            Held
        }

        #[inline(always)]
        pub(crate) fn renew(&mut self) {}

        #[inline(always)]
        pub(crate) fn bag_filled(&self) {}
    }
}
