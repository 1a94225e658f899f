//! How much an operation does, in numbers: what its bound is about, where time only tells of the
//! machine.
//!
//! Without the private feature `_counters` every call here is empty and costs nothing.

/// What a thread has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
#[non_exhaustive]
pub struct Work {
    /// Groups of a resize evacuated.
    pub groups: usize,
    /// Buckets looked at, the same one again counted again.
    pub buckets: usize,
    /// Bytes of buckets asked for as zeros.
    pub bytes_cleared: usize,
    /// Bytes given back to the allocator.
    pub bytes_freed: usize,
    /// Retired entries dropped.
    pub entries_dropped: usize,
    /// Names of a wheel that came up.
    pub names: usize,
}

#[cfg(feature = "_counters")]
pub use imp::take;
// Under the models some of the callers have a stand-in.
#[cfg(feature = "expiring")]
pub(crate) use imp::named;
#[cfg_attr(evacmap_loom, allow(unused_imports))]
pub(crate) use imp::{cleared, dropped, freed, group, walked};

#[cfg(feature = "_counters")]
#[cfg_attr(evacmap_loom, allow(dead_code))]
mod imp {
    use super::Work;
    use std::cell::Cell;

    thread_local! {
        static WORK: Cell<Work> = const {
            Cell::new(Work { groups: 0, buckets: 0, bytes_cleared: 0, bytes_freed: 0, entries_dropped: 0, names: 0 })
        };
    }

    fn add(change: impl FnOnce(&mut Work)) {
        WORK.with(|work| {
            let mut now = work.get();
            change(&mut now);
            work.set(now);
        });
    }

    /// What this thread has done since it last asked.
    pub fn take() -> Work {
        WORK.take()
    }

    pub(crate) fn group() {
        add(|work| work.groups += 1);
    }

    pub(crate) fn walked<B>(bucket: B) -> B {
        add(|work| work.buckets += 1);
        bucket
    }

    pub(crate) fn cleared(bytes: usize) {
        add(|work| work.bytes_cleared += bytes);
    }

    pub(crate) fn freed(bytes: usize) {
        add(|work| work.bytes_freed += bytes);
    }

    pub(crate) fn dropped(entries: usize) {
        add(|work| work.entries_dropped += entries);
    }

    #[cfg(feature = "expiring")]
    pub(crate) fn named() {
        add(|work| work.names += 1);
    }
}

#[cfg(not(feature = "_counters"))]
#[cfg_attr(evacmap_loom, allow(dead_code))]
mod imp {
    #[inline(always)]
    pub(crate) fn group() {}

    #[inline(always)]
    pub(crate) fn walked<B>(bucket: B) -> B {
        bucket
    }

    #[inline(always)]
    pub(crate) fn cleared(_: usize) {}

    #[inline(always)]
    pub(crate) fn freed(_: usize) {}

    #[inline(always)]
    pub(crate) fn dropped(_: usize) {}

    #[cfg(feature = "expiring")]
    #[inline(always)]
    pub(crate) fn named() {}
}
