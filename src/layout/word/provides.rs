//! What `Packed` provides to the engine.

use super::kind::Packed;
use super::scan;
use super::slot::{Slot, Word};
use crate::garbage::LocalRef;
use crate::layout::bits::Bits;
use crate::layout::copied::{Copied, Copies, Inline, Nothing, inline_drafts};
use crate::layout::hash::Hash;
use crate::layout::mask::{Mask, Survey};
use crate::layout::tag::Tag;
use crate::layout::{Keyed, Layout};
use crate::sizes::{LOAD, MIN_BITS, OVERDUE_LOAD, SLOTS};

impl<K: Bits, V: Bits> Layout for Packed<K, V> {
    type Slot = Slot;
    type Slots = [Slot; SLOTS];
    type Word<'g> = Word<K, V>;
    type View<'g>
        = Copied
    where
        Self: 'g;
    type Retired = Nothing;
    type Probe = u64;

    const LOAD: usize = LOAD;
    const OVERDUE_LOAD: usize = OVERDUE_LOAD;
    const MIN_BITS: u32 = if Self::IMPLIED > MIN_BITS { Self::IMPLIED } else { MIN_BITS };
    const IMPLIED_BITS: u32 = Self::IMPLIED;
    const APART: bool = false;

    #[inline(always)]
    fn probe(hash: Hash, _tag: Tag) -> u64 {
        Word::<K, V>::probe(hash)
    }

    #[inline(always)]
    fn hash<'g>(view: Copied) -> Hash
    where
        Self: 'g,
    {
        view.hash
    }

    fn types() -> (&'static str, &'static str) {
        (core::any::type_name::<K>(), core::any::type_name::<V>())
    }

    #[inline(always)]
    unsafe fn candidates(line: *const Slot, probe: u64) -> Mask {
        // SAFETY: the caller's promise is the same; and x86-64 has SSE2.
        unsafe { scan::candidates(line, Word::<K, V>::sought(probe)) }
    }

    #[inline(always)]
    unsafe fn survey(line: *const Slot, probe: u64) -> Survey {
        // SAFETY: as in `candidates`.
        unsafe { scan::survey(line, Word::<K, V>::sought(probe), Word::<K, V>::STATES) }
    }
}

impl<K: Bits, V: Bits> Keyed for Packed<K, V> {
    fn same_key<'g>(one: Copied, other: Copied) -> bool
    where
        Self: 'g,
    {
        one.hash == other.hash
    }

    fn is_same<'g>(one: Copied, other: Copied) -> bool
    where
        Self: 'g,
    {
        one == other
    }
}

inline_drafts!([K: Bits, V: Bits] Packed<K, V>);

impl<K: Bits, V: Bits> Copies for Packed<K, V> {
    type Draft<'h> = Inline<'h>;

    #[inline]
    fn draft<'h>(local: LocalRef<'h, Nothing>, hash: Hash) -> Inline<'h> {
        Inline::new(local, hash)
    }

    #[inline]
    fn set(draft: &mut Inline<'_>, value: u64) {
        draft.set(value);
    }

    #[inline(always)]
    fn copied<'g>(view: Copied) -> Copied
    where
        Self: 'g,
    {
        view
    }
}
