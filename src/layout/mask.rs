//! Sets of slots, as the scan of a bucket finds them.

/// A set of slots of one bucket, bit `i` for slot `i`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mask(u32);

impl Mask {
    #[allow(dead_code)] // by the vector scans alone
    #[inline]
    pub(super) fn of(slots: u32) -> Self {
        Mask(slots)
    }

    /// The slots of which that holds, without a branch.
    #[inline(always)]
    pub(super) fn which<T, const N: usize>(slots: &[T; N], holds: impl Fn(&T) -> bool) -> Self {
        let bit = |(at, slot)| u32::from(holds(slot)) << at;
        Mask(slots.iter().enumerate().map(bit).fold(0, |mask, bit| mask | bit))
    }

    /// The lowest slot of the set.
    #[inline]
    pub(crate) fn lowest(self) -> Option<usize> {
        if self.0 == 0 { None } else { Some(self.0.trailing_zeros() as usize) }
    }
}

impl Iterator for Mask {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let slot = self.lowest()?;
        self.0 &= self.0 - 1;
        Some(slot)
    }
}

/// What a writer has to know of a bucket. The sets are of ONE snapshot: a slot that is not vacant
/// in it was used when its tag was compared. Two scans, one after the other, would let a key slip
/// in between them and be inserted twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Survey {
    /// The slots whose word carries the tag.
    pub(crate) candidates: Mask,
    /// The EMPTY slots, frozen or not. The lowest is the end of the chain's content (ordered fill).
    pub(crate) vacant: Mask,
    /// The DEAD slots, frozen or not.
    pub(crate) dead: Mask,
}
