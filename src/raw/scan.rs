//! The scan of one bucket: which slots may hold a tag, and which are vacant.
//!
//! There is one for every platform ([`scalar`]), and one each for x86-64 (`sse2`) and AArch64
//! (`neon`), which load the line in one `asm!` block. Such a load stands for seven relaxed loads of
//! seven atomics: the hardware never tears an aligned word of it, nothing is dereferenced on the
//! strength of what it returns, and going through `asm!` keeps it out of reach of the compiler's
//! assumptions about data races, which a plain vector load would invite. A test below holds it
//! equal to the portable scan for every kind of word.

use super::bucket::Bucket;
use super::slot::Tag;

mod scalar;

#[cfg(all(
    target_arch = "x86_64",
    target_pointer_width = "64",
    not(any(feature = "_scalar", evacmap_loom, miri))
))]
#[path = "scan/sse2.rs"]
mod vector;

#[cfg(all(
    target_arch = "aarch64",
    target_pointer_width = "64",
    target_endian = "little",
    not(any(feature = "_scalar", evacmap_loom, miri))
))]
#[path = "scan/neon.rs"]
mod vector;

#[cfg(any(
    not(any(
        all(target_arch = "x86_64", target_pointer_width = "64"),
        all(target_arch = "aarch64", target_pointer_width = "64", target_endian = "little")
    )),
    feature = "_scalar",
    evacmap_loom,
    miri
))]
use scalar as vector;

/// A set of slots of one bucket, bit `i` for slot `i`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mask(u32);

impl Mask {
    /// The lowest slot of the set.
    #[inline]
    pub(crate) fn lowest(self) -> Option<usize> {
        if self.0 == 0 { None } else { Some(self.0.trailing_zeros() as usize) }
    }
}

impl Iterator for Mask {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let slot = self.lowest()?;
        self.0 &= self.0 - 1;
        Some(slot)
    }
}

const FROZEN: usize = 1;

/// What a writer has to know of a bucket. Both sets are of ONE snapshot: a slot that is not vacant
/// in it was used when its tag was compared. Two scans, one after the other, would let a key slip
/// in between them and be inserted twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Survey {
    /// As [`candidates`].
    pub(crate) candidates: Mask,
    /// The EMPTY slots, frozen or not. The lowest is the end of the chain's content (ordered fill).
    pub(crate) vacant: Mask,
}

/// The slots whose word carries the tag: the key's own, if it is here, and now and then another's,
/// or a DEAD or EMPTY one when the tag is zero.
#[inline(always)]
pub(crate) fn candidates<K, V>(bucket: &Bucket<K, V>, tag: Tag) -> Mask {
    if Tag::WIDTH == 0 {
        return scalar::candidates(bucket, tag);
    }
    // SAFETY: x86-64 has SSE2, and AArch64 NEON; the portable scan asks for nothing.
    #[allow(unused_unsafe)]
    unsafe {
        vector::candidates(bucket, tag)
    }
}

/// Both sets that a writer needs.
#[inline(always)]
pub(crate) fn survey<K, V>(bucket: &Bucket<K, V>, tag: Tag) -> Survey {
    if Tag::WIDTH == 0 {
        return scalar::survey(bucket, tag);
    }
    // SAFETY: as in `candidates`.
    #[allow(unused_unsafe)]
    unsafe {
        vector::survey(bucket, tag)
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;
    use crate::raw::sizes::SLOTS;
    use crate::raw::slot::Word;
    use core::ptr::NonNull;

    /// Every state of a word but DEAD and frozen, with tags that share bytes with each other, in
    /// every slot.
    #[test]
    fn the_vector_scan_equals_the_portable_one() {
        let guard = crate::pin();
        let tags = [0, 1, 0x7fff, 0x8000, 0xff00, 0x00ff, 0xffff]
            .map(|t: usize| Tag::new(t.rotate_right(16)));
        let states = 2 + 2 + tags.len();
        for pattern in 0..states.pow(3) {
            for shift in 0..SLOTS {
                let bucket = Bucket::<u64, u64>::empty();
                for i in 0..3 {
                    let slot = bucket.slot((i + shift) % SLOTS);
                    let state = pattern / states.pow(i as u32) % states;
                    let tag = tags[state.saturating_sub(4)];
                    // SAFETY: dangling, and never dereferenced: only bits are compared here.
                    let word = unsafe { Word::live(NonNull::dangling(), tag) };
                    match state {
                        0 => {}
                        1 => drop(slot.freeze(&guard)),
                        2 => assert!(slot.publish(word) && slot.kill(word)),
                        3 => assert!(slot.publish(word) && !slot.freeze(&guard).is_frozen()),
                        _ => assert!(slot.publish(word)),
                    }
                }
                for tag in tags {
                    assert_eq!(candidates(&bucket, tag), scalar::candidates(&bucket, tag));
                    assert_eq!(survey(&bucket, tag), scalar::survey(&bucket, tag));
                }
            }
        }
    }
}
