//! Where the entries are: which layout a map has follows from the widths of its keys and values,
//! when the program is compiled, and from the processor.

use crate::engine::{RawMap, Tour};
use crate::layout::copied::Copied;
use crate::layout::hash::Hash;
use crate::layout::{Boxed, Pair};
use crate::sync::AtomicPair;

/// The engine's map, over one of the layouts.
pub(super) enum Store {
    Pair(RawMap<Pair>),
    /// Where a processor cannot exchange 16 bytes at once.
    Boxed(RawMap<Boxed<Hash, u64>>),
}

impl Store {
    pub(super) fn new() -> Self {
        if AtomicPair::is_supported() {
            Store::Pair(RawMap::new())
        } else {
            Store::Boxed(RawMap::new())
        }
    }

    /// Bytes of what an entry takes outside of the table.
    pub(super) fn apart(&self) -> usize {
        match self {
            Store::Pair(_) => 0,
            Store::Boxed(_) => size_of::<crate::layout::boxed::Entry<Hash, u64>>(),
        }
    }

    pub(super) fn tour(&self) -> Entries<'_> {
        match self {
            Store::Pair(raw) => Entries::Pair(raw.tour()),
            Store::Boxed(raw) => Entries::Boxed(raw.tour()),
        }
    }
}

/// Does the same with the map of whichever layout it is.
macro_rules! on {
    ($store:expr, $raw:ident => $what:expr) => {
        match $store {
            $crate::copy::store::Store::Pair($raw) => $what,
            $crate::copy::store::Store::Boxed($raw) => $what,
        }
    };
}
pub(super) use on;

/// The entries of a map, each once.
pub(super) enum Entries<'m> {
    Pair(Tour<'m, Pair>),
    Boxed(Tour<'m, Boxed<Hash, u64>>),
}

impl Iterator for Entries<'_> {
    type Item = Copied;

    fn next(&mut self) -> Option<Copied> {
        match self {
            Entries::Pair(tour) => tour.next(),
            Entries::Boxed(tour) => tour.next(),
        }
    }
}
