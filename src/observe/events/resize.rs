//! The start and the end of each resize (Go's `mapdebug`, in kind): two events rather than a span,
//! since one thread begins a resize and another ends it.

#[cfg(all(feature = "tracing", not(evacmap_loom)))]
pub(crate) use told::Watch;
#[cfg(not(all(feature = "tracing", not(evacmap_loom))))]
pub(crate) use untold::Watch;

/// What is told of a map.
#[cfg_attr(not(all(feature = "tracing", not(evacmap_loom))), allow(dead_code))]
pub(crate) struct Facts {
    /// Buckets of the old table, and of the new one.
    pub(crate) from: usize,
    pub(crate) to: usize,
    /// Entries, and entries per bucket.
    pub(crate) len: usize,
    pub(crate) load: f64,
    pub(crate) overflow: usize,
    pub(crate) map: *const (),
    /// Of the key, and of the value.
    pub(crate) types: (&'static str, &'static str),
}

#[cfg(all(feature = "tracing", not(evacmap_loom)))]
mod told {
    use std::time::Instant;

    use super::Facts;
    use crate::observe::events::tell::tell;
    use crate::sync::{AtomicUsize, Relaxed};

    /// What is known of the resize that fills a table, beside its cursors. Nothing, for a map's
    /// first table.
    pub(crate) struct Watch {
        begun: Option<Begun>,
        /// Threads that have evacuated a group, or found that others were at it.
        helpers: AtomicUsize,
    }

    /// What its beginning leaves for its end to tell.
    #[derive(Clone, Copy)]
    pub(crate) struct Begun {
        /// By which the two events are known to belong together.
        number: usize,
        kind: &'static str,
        at: Instant,
    }

    /// How many resizes of any map have been numbered.
    static NUMBERED: AtomicUsize = AtomicUsize::new(0);

    impl Watch {
        pub(crate) const fn new() -> Self {
            Watch { begun: None, helpers: AtomicUsize::new(0) }
        }

        /// Before the new table is published.
        pub(crate) fn begin(&mut self, kind: &'static str) -> Begun {
            // ORDERING: Relaxed: only that no two get the same number matters.
            let number = NUMBERED.fetch_add(1, Relaxed) + 1;
            *self.begun.insert(Begun { number, kind, at: Instant::now() })
        }

        /// A thread helps: counted once, with one write that others see. `joins` says whether it is
        /// the first time for the resize of that number.
        pub(crate) fn helped(&self, joins: impl FnOnce(usize) -> bool) {
            if self.begun.is_some_and(|begun| joins(begun.number)) {
                // ORDERING: Relaxed: a statistic; that of whoever has counted heads is seen by
                // whoever promotes (P14).
                self.helpers.fetch_add(1, Relaxed);
            }
        }

        /// The new table has been filled, and the old one unlinked by this thread.
        pub(crate) fn ended(&self, facts: impl FnOnce() -> Facts) {
            let Some(Begun { number, kind, at }) = self.begun else { return };
            tell(|| {
                let Facts { from, to, len, load, overflow, map, types } = facts();
                tracing::debug!(
                    target: "evacmap::resize",
                    resize = number,
                    kind,
                    from,
                    to,
                    len,
                    load,
                    overflow,
                    micros = u64::try_from(at.elapsed().as_micros()).unwrap_or(u64::MAX),
                    // ORDERING: Relaxed: a statistic.
                    helpers = self.helpers.load(Relaxed),
                    map = ?map,
                    key = types.0,
                    value = types.1,
                    "resize ended"
                );
            });
        }
    }

    impl Begun {
        /// The new table has been published.
        pub(crate) fn started(self, facts: impl FnOnce() -> Facts) {
            tell(|| {
                let Facts { from, to, len, load, overflow, map, types } = facts();
                tracing::debug!(
                    target: "evacmap::resize",
                    resize = self.number,
                    kind = self.kind,
                    from,
                    to,
                    len,
                    load,
                    overflow,
                    map = ?map,
                    key = types.0,
                    value = types.1,
                    "resize begun"
                );
            });
        }
    }
}

#[cfg(not(all(feature = "tracing", not(evacmap_loom))))]
mod untold {
    use super::Facts;

    pub(crate) struct Watch;

    pub(crate) struct Begun;

    impl Watch {
        pub(crate) const fn new() -> Self {
            Watch
        }

        #[inline(always)]
        pub(crate) fn begin(&mut self, _: &'static str) -> Begun {
            Begun
        }

        #[inline(always)]
        pub(crate) fn helped(&self, _: impl FnOnce(usize) -> bool) {}

        #[inline(always)]
        pub(crate) fn ended(&self, _: impl FnOnce() -> Facts) {}
    }

    impl Begun {
        #[inline(always)]
        pub(crate) fn started(self, _: impl FnOnce() -> Facts) {}
    }
}
