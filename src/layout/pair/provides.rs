//! What `Pair` provides to the engine.

use super::kind::Pair;
use super::slot::{Slot, Word};
use crate::layout::Layout;
use crate::layout::copied::{Copied, Nothing, inline_entries};
use crate::layout::hash::Hash;
use crate::layout::mask::{Mask, Survey};
use crate::layout::tag::Tag;

/// Slots in a bucket. For the models as few as the other layouts have.
const SLOTS: usize = if cfg!(evacmap_loom) { 2 } else { 3 };

impl Layout for Pair {
    type Slot = Slot;
    type Slots = [Slot; SLOTS];
    type Word<'g> = Word;
    type View<'g> = Copied;
    type Retired = Nothing;
    type Probe = u64;

    /// With a good hash a bucket of an average of 2 overflows its 3 slots with probability 14 %
    /// (Poisson), as one of `Boxed` its 7 slots at an average of 5.
    const LOAD: usize = if cfg!(evacmap_loom) { 1 } else { 2 };
    const OVERDUE_LOAD: usize = Self::LOAD + 1;
    const MIN_BITS: u32 = 3;
    const IMPLIED_BITS: u32 = Word::IMPLIED_BITS;
    const APART: bool = false;

    #[inline(always)]
    fn probe(hash: Hash, _tag: Tag) -> u64 {
        Word::probe(hash)
    }

    #[inline(always)]
    fn hash<'g>(view: Copied) -> Hash
    where
        Self: 'g,
    {
        view.hash
    }

    fn types() -> (&'static str, &'static str) {
        ("a copy", "a copy")
    }

    #[inline(always)]
    unsafe fn candidates(line: *const Slot, probe: u64) -> Mask {
        // SAFETY: the caller promises that `line` points to the slots of a bucket.
        let slots = unsafe { &*line.cast::<[Slot; SLOTS]>() };
        Mask::which(slots, |slot| slot.peek().carries(probe))
    }

    #[inline(always)]
    unsafe fn survey(line: *const Slot, probe: u64) -> Survey {
        // SAFETY: as in `candidates`.
        let slots = unsafe { &*line.cast::<[Slot; SLOTS]>() };
        let keys: [_; SLOTS] = core::array::from_fn(|at| slots[at].peek());
        Survey {
            candidates: Mask::which(&keys, |key| key.carries(probe)),
            vacant: Mask::which(&keys, |key| key.is_empty()),
            dead: Mask::which(&keys, |key| key.is_dead()),
        }
    }
}

inline_entries!([] Pair);
