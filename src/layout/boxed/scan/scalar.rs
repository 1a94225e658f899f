//! The reference: seven relaxed atomic loads, and masks without a branch. What the models and the
//! sanitizers run, and all platforms without a scan of their own. Elsewhere tests alone call it.

#![allow(dead_code)]

use crate::layout::boxed::slot::{DEAD, FROZEN, Slot};
use crate::layout::mask::{Mask, Survey};
use crate::layout::tag::{TAG_MASK, Tag};
use crate::sizes::SLOTS;

#[inline]
fn mask(words: &[usize; SLOTS], holds: impl Fn(usize) -> bool) -> Mask {
    Mask::of(
        words.iter().enumerate().fold(0, |mask, (i, word)| mask | u32::from(holds(*word)) << i),
    )
}

/// # Safety
///
/// As for [`candidates`].
#[inline]
unsafe fn words<K, V>(line: *const Slot<K, V>) -> [usize; SLOTS] {
    // SAFETY: the caller promises that `line` points to the slots of a bucket.
    let slots = unsafe { &*line.cast::<[Slot<K, V>; SLOTS]>() };
    core::array::from_fn(|i| slots[i].peek())
}

/// # Safety
///
/// `line` points to the `SLOTS` slots of a bucket.
#[inline]
pub(super) unsafe fn candidates<K, V>(line: *const Slot<K, V>, tag: Tag) -> Mask {
    // SAFETY: the caller's promise is the same.
    mask(&unsafe { words(line) }, |word| word & TAG_MASK == tag.bits())
}

/// # Safety
///
/// As for [`candidates`].
#[inline]
pub(super) unsafe fn survey<K, V>(line: *const Slot<K, V>, tag: Tag) -> Survey {
    // SAFETY: the caller's promise is the same.
    let words = unsafe { words(line) };
    Survey {
        candidates: mask(&words, |word| word & TAG_MASK == tag.bits()),
        vacant: mask(&words, |word| word & !FROZEN == 0),
        dead: mask(&words, |word| word & DEAD != 0),
    }
}
