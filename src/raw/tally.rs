//! How many resizes of each kind a map has begun.

use super::grow::Kind;
use crate::sync::{AtomicUsize, Relaxed};

#[derive(Default)]
pub(crate) struct Tally {
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
