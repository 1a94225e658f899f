//! The kinds of resize, and how many of each a map has begun.

use crate::sync::{AtomicUsize, Relaxed};

/// Why a table gets a successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// More buckets.
    Grow,
    /// As many, without the DEAD slots (Go: sameSizeGrow).
    Rebuild,
    /// Fewer buckets.
    Shrink,
    /// As many, without any entry.
    Clear,
}

impl Kind {
    /// Its name in events.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::Grow => "growth",
            Kind::Rebuild => "rebuild",
            Kind::Shrink => "shrink",
            Kind::Clear => "clear",
        }
    }
}

#[derive(Default)]
pub(super) struct Tally {
    growths: AtomicUsize,
    rebuilds: AtomicUsize,
    shrinks: AtomicUsize,
    clears: AtomicUsize,
}

/// A copy of the counts.
pub(crate) struct Counts {
    pub(crate) growths: usize,
    pub(crate) rebuilds: usize,
    pub(crate) shrinks: usize,
    pub(crate) clears: usize,
}

impl Tally {
    pub(super) fn count(&self, kind: Kind) {
        let counter = match kind {
            Kind::Grow => &self.growths,
            Kind::Rebuild => &self.rebuilds,
            Kind::Shrink => &self.shrinks,
            Kind::Clear => &self.clears,
        };
        // ORDERING: Relaxed: a statistic.
        counter.fetch_add(1, Relaxed);
    }

    pub(crate) fn counts(&self) -> Counts {
        // ORDERING: Relaxed: statistics.
        let of = |counter: &AtomicUsize| counter.load(Relaxed);
        Counts {
            growths: of(&self.growths),
            rebuilds: of(&self.rebuilds),
            shrinks: of(&self.shrinks),
            clears: of(&self.clears),
        }
    }
}
