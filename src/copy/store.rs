//! Where the entries are: which layout a map has follows from the widths of its keys and values,
//! when the program is compiled, and from the processor.

use crate::engine::{RawMap, Tour};
use crate::layout::bits::Bits;
use crate::layout::copied::Copied;
use crate::layout::hash::Hash;
use crate::layout::{Boxed, Packed, Pair};
use crate::sync::AtomicPair;

/// The engine's map, over one of the layouts.
pub(super) enum Store<K: Bits, V: Bits> {
    /// If key and value together have at most 64 bits.
    Packed(RawMap<Packed<K, V>>),
    Pair(RawMap<Pair>),
    /// Where a processor cannot exchange 16 bytes at once.
    Boxed(RawMap<Boxed<Hash, u64>>),
}

impl<K: Bits, V: Bits> Store<K, V> {
    /// Whether all maps of these types are `Packed`; no other map is.
    pub(super) const PACKED: bool = Packed::<K, V>::FITS
        && cfg!(all(target_pointer_width = "64", not(feature = "_boxed_copies")));

    pub(super) fn new() -> Self {
        if Self::PACKED {
            Store::Packed(RawMap::new())
        } else if AtomicPair::is_supported() {
            Store::Pair(RawMap::new())
        } else {
            Store::Boxed(RawMap::new())
        }
    }

    /// Bytes of what an entry takes outside of the table.
    pub(super) fn apart(&self) -> usize {
        match self {
            Store::Packed(_) | Store::Pair(_) => 0,
            Store::Boxed(_) => size_of::<crate::layout::boxed::Entry<Hash, u64>>(),
        }
    }

    pub(super) fn tour(&self) -> Entries<'_, K, V> {
        match self {
            Store::Packed(raw) => Entries::Packed(raw.tour()),
            Store::Pair(raw) => Entries::Pair(raw.tour()),
            Store::Boxed(raw) => Entries::Boxed(raw.tour()),
        }
    }
}

/// Does the same with the map of whichever layout it is, in a method of a type of `K` and `V`. What
/// cannot be is left out when the program is compiled.
macro_rules! on {
    ($store:expr, $raw:ident => $what:expr) => {
        match $store {
            $crate::copy::store::Store::Packed($raw) => {
                if $crate::copy::store::Store::<K, V>::PACKED {
                    $what
                } else {
                    unreachable!("no map of wide entries is packed")
                }
            }
            $crate::copy::store::Store::Pair($raw) => {
                if $crate::copy::store::Store::<K, V>::PACKED {
                    unreachable!("every map of narrow entries is packed")
                } else {
                    $what
                }
            }
            $crate::copy::store::Store::Boxed($raw) => {
                if $crate::copy::store::Store::<K, V>::PACKED {
                    unreachable!("every map of narrow entries is packed")
                } else {
                    $what
                }
            }
        }
    };
}
pub(super) use on;

/// The entries of a map, each once.
pub(super) enum Entries<'m, K: Bits, V: Bits> {
    Packed(Tour<'m, Packed<K, V>>),
    Pair(Tour<'m, Pair>),
    Boxed(Tour<'m, Boxed<Hash, u64>>),
}

impl<K: Bits, V: Bits> Iterator for Entries<'_, K, V> {
    type Item = Copied;

    fn next(&mut self) -> Option<Copied> {
        match self {
            Entries::Packed(tour) => tour.next(),
            Entries::Pair(tour) => tour.next(),
            Entries::Boxed(tour) => tour.next(),
        }
    }
}
