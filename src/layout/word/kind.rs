//! The type that stands for the layout, and where its bits are.

use core::marker::PhantomData;

use crate::layout::bits::{Bits, low};

/// An entry is a part of one word, in the slot itself: for keys and values of together up to 64
/// bits. A reader gets a copy.
pub(crate) struct Packed<K, V>(PhantomData<(K, V)>);

/// Flags in a word; see `slot.rs`.
pub(super) const FLAGS: u32 = 3;

impl<K: Bits, V: Bits> Packed<K, V> {
    /// Whether keys and values are narrow enough.
    pub(crate) const FITS: bool =
        K::WIDTH.saturating_add(V::WIDTH) <= u64::BITS && V::WIDTH <= u64::BITS - FLAGS;

    /// Bits of a hash for which there is no room beside the value and the flags.
    pub(super) const IMPLIED: u32 =
        if Self::FITS { (K::WIDTH + V::WIDTH + FLAGS).saturating_sub(u64::BITS) } else { 0 };

    /// The bits of the value, and of the flags.
    pub(super) const REST: u64 = low(u64::MAX, V::WIDTH.saturating_add(FLAGS));
}

/// What a scan compares: the bits of a word that count, and what they have to be.
#[derive(Clone, Copy)]
pub(super) struct Sought {
    pub(super) mask: u64,
    pub(super) bits: u64,
}
