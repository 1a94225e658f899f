//! The reference: seven relaxed atomic loads, and masks without a branch. What the models and the
//! sanitizers run, and all platforms without a scan of their own. Elsewhere tests alone call it.

#![allow(dead_code)]

use super::{FROZEN, Mask, Survey};
use crate::raw::bucket::Bucket;
use crate::raw::sizes::SLOTS;
use crate::raw::slot::{TAG_MASK, Tag};

#[inline]
fn mask(words: &[usize; SLOTS], holds: impl Fn(usize) -> bool) -> Mask {
    Mask(words.iter().enumerate().fold(0, |mask, (i, word)| mask | u32::from(holds(*word)) << i))
}

#[inline]
fn words<K, V>(bucket: &Bucket<K, V>) -> [usize; SLOTS] {
    core::array::from_fn(|i| bucket.slot(i).peek())
}

#[inline]
pub(super) fn candidates<K, V>(bucket: &Bucket<K, V>, tag: Tag) -> Mask {
    mask(&words(bucket), |word| word & TAG_MASK == tag.bits())
}

#[inline]
pub(super) fn survey<K, V>(bucket: &Bucket<K, V>, tag: Tag) -> Survey {
    let words = words(bucket);
    Survey {
        candidates: mask(&words, |word| word & TAG_MASK == tag.bits()),
        vacant: mask(&words, |word| word & !FROZEN == 0),
    }
}
