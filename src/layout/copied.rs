//! Entries that are copies: a hash, which stands for the key, and the bits of a value.

use super::boxed::{self, Boxed, Entry};
use super::hash::Hash;
use super::{Draft, Keyed};
use crate::garbage::LocalRef;

/// What is read of such an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Copied {
    /// From a [`Bijection`](super::bijection::Bijection): no other key has it.
    pub(crate) hash: Hash,
    pub(crate) value: u64,
}

/// What is left of one that has been unlinked.
#[derive(Debug)]
pub(crate) enum Nothing {}

/// A layout for entries that are copies.
pub(crate) trait Copies: Keyed<Retired: Send> {
    /// An entry that is about to be put in.
    type Draft<'h>: Draft<Self>;

    /// An entry of `hash` without a value, to be put in by the thread that has `local`.
    fn draft<'h>(local: LocalRef<'h, Self::Retired>, hash: Hash) -> Self::Draft<'h>;

    /// Sets the value that the next link puts in.
    fn set(draft: &mut Self::Draft<'_>, value: u64);

    /// What an operation sees, as a copy.
    fn copied<'g>(view: Self::View<'g>) -> Copied
    where
        Self: 'g;
}

/// A word that holds all of its entry.
pub(crate) trait Whole: Copy {
    /// The word of a live entry.
    fn live(entry: Copied) -> Self;
}

/// The draft of every layout that keeps all of an entry in its slot: no memory, until it is linked.
pub(crate) struct Inline<'h> {
    pub(super) local: LocalRef<'h, Nothing>,
    pub(super) entry: Copied,
}

impl<'h> Inline<'h> {
    #[inline]
    pub(crate) fn new(local: LocalRef<'h, Nothing>, hash: Hash) -> Self {
        Inline { local, entry: Copied { hash, value: 0 } }
    }

    #[inline]
    pub(crate) fn set(&mut self, value: u64) {
        self.entry.value = value;
    }
}

/// What is the same for all layouts whose words hold all of their entries.
macro_rules! inline_entries {
    ([$($parameter:tt)*] $layout:ty) => {
        impl<$($parameter)*> $crate::layout::Draft<$layout> for $crate::layout::copied::Inline<'_> {
            #[inline]
            fn hash(&self) -> $crate::layout::hash::Hash {
                self.entry.hash
            }

            #[inline]
            fn is_key_of<'g>(&self, view: $crate::layout::copied::Copied) -> bool
            where
                $layout: 'g,
            {
                view.hash == self.entry.hash
            }

            #[inline]
            fn word<'g>(
                &mut self,
                _probe: <$layout as $crate::layout::Layout>::Probe,
                _guard: &'g $crate::memory::Guard,
            ) -> <$layout as $crate::layout::Layout>::Word<'g> {
                $crate::layout::copied::Whole::live(self.entry)
            }

            #[inline]
            unsafe fn linked<'g>(
                &mut self,
                _guard: &'g $crate::memory::Guard,
            ) -> $crate::layout::copied::Copied
            where
                $layout: 'g,
            {
                self.entry
            }

            #[inline]
            fn local(&self) -> &$crate::garbage::LocalRef<'_, $crate::layout::copied::Nothing> {
                &self.local
            }
        }

        impl<$($parameter)*> $crate::layout::Keyed for $layout {
            fn same_key<'g>(
                one: $crate::layout::copied::Copied,
                other: $crate::layout::copied::Copied,
            ) -> bool
            where
                Self: 'g,
            {
                one.hash == other.hash
            }

            fn is_same<'g>(
                one: $crate::layout::copied::Copied,
                other: $crate::layout::copied::Copied,
            ) -> bool
            where
                Self: 'g,
            {
                one == other
            }
        }

        impl<$($parameter)*> $crate::layout::copied::Copies for $layout {
            type Draft<'h> = $crate::layout::copied::Inline<'h>;

            #[inline]
            fn draft<'h>(
                local: $crate::garbage::LocalRef<'h, $crate::layout::copied::Nothing>,
                hash: $crate::layout::hash::Hash,
            ) -> Self::Draft<'h> {
                $crate::layout::copied::Inline::new(local, hash)
            }

            #[inline]
            fn set(draft: &mut Self::Draft<'_>, value: u64) {
                draft.set(value);
            }

            #[inline(always)]
            fn copied<'g>(view: $crate::layout::copied::Copied) -> $crate::layout::copied::Copied
            where
                Self: 'g,
            {
                view
            }
        }
    };
}
pub(super) use inline_entries;

/// In heap nodes, where no slot can hold them.
impl Copies for Boxed<Hash, u64> {
    type Draft<'h> = boxed::Draft<'h, Hash, u64>;

    fn draft<'h>(local: LocalRef<'h, Entry<Hash, u64>>, hash: Hash) -> Self::Draft<'h> {
        boxed::Draft::new(local, hash, hash, None)
    }

    fn set(draft: &mut Self::Draft<'_>, value: u64) {
        draft.set_value(value);
    }

    fn copied<'g>(view: &'g Entry<Hash, u64>) -> Copied
    where
        Self: 'g,
    {
        Copied { hash: view.key, value: view.value }
    }
}
