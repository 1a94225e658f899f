//! The start and the end of each resize, much as Go's `mapdebug` prints them. They are two events
//! rather than a span, because one thread begins a resize and another may end it.

#[cfg(all(feature = "tracing", not(evacmap_loom)))]
pub(crate) use told::Watch;
#[cfg(not(all(feature = "tracing", not(evacmap_loom))))]
pub(crate) use untold::Watch;

#[cfg(all(feature = "tracing", not(evacmap_loom)))]
mod told {
    use std::any::type_name;
    use std::time::Instant;

    use crate::raw::{Kind, RawMap, Table};
    use crate::reclaim::LocalRef;
    use crate::sync::{AtomicUsize, Relaxed};
    use crate::trace::tell::tell;

    /// What is known of the resize that fills a table, besides its cursors. For a map's first table
    /// it is nothing.
    pub(crate) struct Watch {
        begun: Option<Begun>,
        /// Threads that have evacuated a group, or found that others were at it.
        helpers: AtomicUsize,
    }

    /// What the start of a resize leaves for its end to report.
    #[derive(Clone, Copy)]
    pub(crate) struct Begun {
        /// The number that the two events share.
        number: usize,
        kind: Kind,
        at: Instant,
    }

    /// How many resizes of any map have been numbered.
    static NUMBERED: AtomicUsize = AtomicUsize::new(0);

    impl Watch {
        pub(crate) const fn new() -> Self {
            Watch { begun: None, helpers: AtomicUsize::new(0) }
        }

        /// Before the new table is published.
        pub(crate) fn begin(&mut self, kind: Kind) -> Begun {
            // ORDERING: Relaxed: only that no two get the same number matters.
            let number = NUMBERED.fetch_add(1, Relaxed) + 1;
            *self.begun.insert(Begun { number, kind, at: Instant::now() })
        }

        /// A thread helps. It is counted once, with one write that others see.
        pub(crate) fn helped<K, V>(&self, local: &LocalRef<'_, K, V>) {
            if self.begun.is_some_and(|begun| local.joins(begun.number)) {
                // ORDERING: Relaxed: a statistic. The thread that promotes sees those of all
                // threads that have counted heads (P14).
                self.helpers.fetch_add(1, Relaxed);
            }
        }

        /// `new` has been filled from `old`, which has been unlinked by this thread.
        pub(crate) fn ended<K, V>(&self, map: &RawMap<K, V>, old: &Table<K, V>, new: &Table<K, V>) {
            let Some(Begun { number, kind, at }) = self.begun else { return };
            tell(|| {
                tracing::debug!(
                    target: "evacmap::resize",
                    resize = number,
                    kind = kind.name(),
                    from = old.buckets(),
                    to = new.buckets(),
                    len = map.heap.len(new.era),
                    load = load(map, new),
                    overflow = new.overflow.linked(),
                    micros = u64::try_from(at.elapsed().as_micros()).unwrap_or(u64::MAX),
                    // ORDERING: Relaxed: a statistic.
                    helpers = self.helpers.load(Relaxed),
                    map = ?core::ptr::from_ref(map),
                    key = type_name::<K>(),
                    value = type_name::<V>(),
                    "resize ended"
                );
            });
        }
    }

    impl Begun {
        /// The table that will be filled from `old` has been published.
        pub(crate) fn started<K, V>(self, map: &RawMap<K, V>, old: &Table<K, V>, to: usize) {
            tell(|| {
                tracing::debug!(
                    target: "evacmap::resize",
                    resize = self.number,
                    kind = self.kind.name(),
                    from = old.buckets(),
                    to,
                    len = map.heap.len(old.era),
                    load = load(map, old),
                    overflow = old.overflow.linked(),
                    map = ?core::ptr::from_ref(map),
                    key = type_name::<K>(),
                    value = type_name::<V>(),
                    "resize begun"
                );
            });
        }
    }

    impl Kind {
        fn name(self) -> &'static str {
            match self {
                Kind::Grow => "growth",
                Kind::Rebuild => "rebuild",
                Kind::Shrink => "shrink",
                Kind::Clear => "clear",
            }
        }
    }

    /// Entries per bucket.
    fn load<K, V>(map: &RawMap<K, V>, table: &Table<K, V>) -> f64 {
        map.heap.len(table.era) as f64 / table.buckets() as f64
    }
}

#[cfg(not(all(feature = "tracing", not(evacmap_loom))))]
mod untold {
    use crate::raw::{Kind, RawMap, Table};
    use crate::reclaim::LocalRef;

    pub(crate) struct Watch;

    pub(crate) struct Begun;

    impl Watch {
        pub(crate) const fn new() -> Self {
            Watch
        }

        #[inline(always)]
        pub(crate) fn begin(&mut self, _: Kind) -> Begun {
            Begun
        }

        #[inline(always)]
        pub(crate) fn helped<K, V>(&self, _: &LocalRef<'_, K, V>) {}

        #[inline(always)]
        pub(crate) fn ended<K, V>(&self, _: &RawMap<K, V>, _: &Table<K, V>, _: &Table<K, V>) {}
    }

    impl Begun {
        #[inline(always)]
        pub(crate) fn started<K, V>(self, _: &RawMap<K, V>, _: &Table<K, V>, _: usize) {}
    }
}
