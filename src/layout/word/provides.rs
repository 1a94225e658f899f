//! What `Packed` provides to the engine.

use super::kind::Packed;
use super::scan;
use super::slot::{Slot, Word};
use crate::layout::Layout;
use crate::layout::bits::Bits;
use crate::layout::copied::{Copied, Nothing, inline_entries};
use crate::layout::hash::Hash;
use crate::layout::mask::{Mask, Survey};
use crate::layout::tag::Tag;
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

inline_entries!([K: Bits, V: Bits] Packed<K, V>);
