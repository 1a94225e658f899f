//! The slots of a bucket: an array whose length is the layout's.

/// An array of slots.
pub(crate) trait Row<S>: Sized {
    /// How many there are.
    const LEN: usize;

    fn slots(&self) -> &[S];

    /// A row of new ones.
    #[cfg(evacmap_loom)]
    fn of(make: impl FnMut() -> S) -> Self;
}

impl<S, const N: usize> Row<S> for [S; N] {
    const LEN: usize = N;

    #[inline(always)]
    fn slots(&self) -> &[S] {
        self
    }

    #[cfg(evacmap_loom)]
    fn of(mut make: impl FnMut() -> S) -> Self {
        core::array::from_fn(|_| make())
    }
}
