//! What `Pair` provides to the engine.

use super::kind::Pair;
use super::slot::{Slot, Word};
use crate::garbage::LocalRef;
use crate::layout::copied::{Copied, Copies, Inline, Nothing, inline_drafts};
use crate::layout::hash::Hash;
use crate::layout::mask::{Mask, Survey};
use crate::layout::tag::Tag;
use crate::layout::{Keyed, Layout};

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
        mask(slots, |slot| slot.peek().carries(probe))
    }

    #[inline(always)]
    unsafe fn survey(line: *const Slot, probe: u64) -> Survey {
        // SAFETY: as in `candidates`.
        let slots = unsafe { &*line.cast::<[Slot; SLOTS]>() };
        let keys: [_; SLOTS] = core::array::from_fn(|at| slots[at].peek());
        Survey {
            candidates: mask(&keys, |key| key.carries(probe)),
            vacant: mask(&keys, |key| key.is_empty()),
            dead: mask(&keys, |key| key.is_dead()),
        }
    }
}

#[inline(always)]
fn mask<T>(slots: &[T; SLOTS], holds: impl Fn(&T) -> bool) -> Mask {
    let bit = |(at, slot)| u32::from(holds(slot)) << at;
    Mask::of(slots.iter().enumerate().map(bit).fold(0, |mask, bit| mask | bit))
}

impl Keyed for Pair {
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

inline_drafts!([] Pair);

impl Copies for Pair {
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
