//! What `Boxed` provides to the engine.

use super::entry::Entry;
use super::kind::Boxed;
use super::scan;
use super::slot::{Slot, Word};
use crate::layout::hash::Hash;
use crate::layout::mask::{Mask, Survey};
use crate::layout::tag::Tag;
use crate::layout::{Keyed, Layout};

impl<K, V> Layout for Boxed<K, V> {
    type Slot = Slot<K, V>;
    type Word<'g> = Word<'g, K, V>;
    type View<'g>
        = &'g Entry<K, V>
    where
        Self: 'g;
    type Retired = Entry<K, V>;

    const RETIRES: bool = true;

    #[inline]
    fn hash<'g>(view: &'g Entry<K, V>) -> Hash
    where
        Self: 'g,
    {
        view.hash
    }

    fn types() -> (&'static str, &'static str) {
        (core::any::type_name::<K>(), core::any::type_name::<V>())
    }

    #[inline(always)]
    unsafe fn candidates(line: *const Slot<K, V>, tag: Tag) -> Mask {
        // SAFETY: the caller's promise is the same.
        unsafe { scan::candidates(line, tag) }
    }

    #[inline(always)]
    unsafe fn survey(line: *const Slot<K, V>, tag: Tag) -> Survey {
        // SAFETY: the caller's promise is the same.
        unsafe { scan::survey(line, tag) }
    }
}

impl<K: Eq, V> Keyed for Boxed<K, V> {
    #[inline]
    fn same_key<'g>(one: &'g Entry<K, V>, other: &'g Entry<K, V>) -> bool
    where
        Self: 'g,
    {
        one.key == other.key
    }

    fn is_same<'g>(one: &'g Entry<K, V>, other: &'g Entry<K, V>) -> bool
    where
        Self: 'g,
    {
        core::ptr::eq(one, other)
    }
}
