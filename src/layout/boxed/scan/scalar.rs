//! The reference: seven relaxed atomic loads, and masks without a branch. What the models and the
//! sanitizers run, and all platforms without a scan of their own. Elsewhere tests alone call it.

#![allow(dead_code)]

use crate::layout::boxed::slot::{DEAD, FROZEN, Slot};
use crate::layout::mask::{Mask, Survey};
use crate::layout::tag::{TAG_MASK, Tag};
use crate::sizes::SLOTS;

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
    Mask::which(&unsafe { words(line) }, |word| word & TAG_MASK == tag.bits())
}

/// # Safety
///
/// As for [`candidates`].
#[inline]
pub(super) unsafe fn survey<K, V>(line: *const Slot<K, V>, tag: Tag) -> Survey {
    // SAFETY: the caller's promise is the same.
    let words = unsafe { words(line) };
    Survey {
        candidates: Mask::which(&words, |word| word & TAG_MASK == tag.bits()),
        vacant: Mask::which(&words, |word| word & !FROZEN == 0),
        dead: Mask::which(&words, |word| word & DEAD != 0),
    }
}
