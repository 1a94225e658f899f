//! The scan of one bucket: which slots may hold a tag, and which are vacant.
//!
//! The portable scan is seven relaxed atomic loads and branch-free masks; it is the reference, and what the models and the
//! sanitizers run. On x86-64 one `asm!` block loads the line in four instructions. The vector loads stand for seven
//! relaxed loads of seven atomics: x86-64 never tears an aligned 8-byte half of a 16-byte load, nothing is dereferenced on
//! the strength of what they return, and going through `asm!` keeps them out of reach of the compiler's assumptions
//! about data races, which a plain vector load would invite. A test below holds the two equal for every kind of word.

use super::bucket::Bucket;
use super::sizes::SLOTS;
use super::slot::{TAG_MASK, Tag};

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

/// What a writer has to know of a bucket. Both sets are of ONE snapshot: a slot that is not vacant in it was used when its
/// tag was compared. Two scans, one after the other, would let a key slip in between them and be inserted twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Survey {
    /// As [`candidates`].
    pub(crate) candidates: Mask,
    /// The EMPTY slots, frozen or not. The lowest is the end of the chain's content (ordered fill).
    pub(crate) vacant: Mask,
}

/// The portable scans. Where the vector ones are used, tests alone call these.
#[allow(dead_code)]
mod scalar {
    use super::*;

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
}

#[cfg(all(target_arch = "x86_64", target_pointer_width = "64", not(feature = "_scalar"), not(evacmap_loom)))]
mod vector {
    use super::*;
    use core::arch::asm;
    use core::arch::x86_64::*;

    const _: () = assert!(SLOTS == 7 && (Tag::WIDTH == 16 || Tag::WIDTH == 0));
    const SLOT_BITS: u32 = (1 << SLOTS) - 1;

    /// The bucket's line, two words to a vector.
    #[inline(always)]
    fn load<K, V>(bucket: &Bucket<K, V>) -> [__m128i; 4] {
        let (a, b, c, d);
        // SAFETY: reads the 64 bytes of a bucket, which is 64-aligned, and writes nothing. See the module's text for why
        // racing writers are no concern.
        unsafe {
            asm!(
                "movdqa {a}, [{line}]",
                "movdqa {b}, [{line} + 16]",
                "movdqa {c}, [{line} + 32]",
                "movdqa {d}, [{line} + 48]",
                line = in(reg) core::ptr::from_ref(bucket),
                a = out(xmm_reg) a,
                b = out(xmm_reg) b,
                c = out(xmm_reg) c,
                d = out(xmm_reg) d,
                options(nostack, preserves_flags, readonly)
            );
        }
        [a, b, c, d]
    }

    /// The high (or low) 32-bit halves of four words.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn halves<const PICK: i32>(a: __m128i, b: __m128i) -> __m128i {
        _mm_castps_si128(_mm_shuffle_ps::<PICK>(_mm_castsi128_ps(a), _mm_castsi128_ps(b)))
    }
    const HIGH: i32 = 0b11_01_11_01;
    const LOW: i32 = 0b10_00_10_00;

    #[inline]
    #[target_feature(enable = "sse2")]
    fn slots(words: __m128i) -> Mask {
        Mask(_mm_movemask_epi8(_mm_packs_epi16(words, _mm_setzero_si128())) as u32 & SLOT_BITS)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn tagged([a, b, c, d]: [__m128i; 4], tag: Tag) -> Mask {
        let first = _mm_srai_epi32::<16>(halves::<HIGH>(a, b));
        let second = _mm_srai_epi32::<16>(halves::<HIGH>(c, d));
        slots(_mm_cmpeq_epi16(_mm_packs_epi32(first, second), _mm_set1_epi16(tag.as_u16() as i16)))
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    fn empty(a: __m128i, b: __m128i) -> __m128i {
        let low = _mm_andnot_si128(_mm_set1_epi32(FROZEN as i32), halves::<LOW>(a, b));
        _mm_cmpeq_epi32(_mm_or_si128(low, halves::<HIGH>(a, b)), _mm_setzero_si128())
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub(super) fn candidates<K, V>(bucket: &Bucket<K, V>, tag: Tag) -> Mask {
        tagged(load(bucket), tag)
    }

    #[inline]
    #[target_feature(enable = "sse2")]
    pub(super) fn survey<K, V>(bucket: &Bucket<K, V>, tag: Tag) -> Survey {
        let line = load(bucket);
        let [a, b, c, d] = line;
        let vacant = slots(_mm_packs_epi32(empty(a, b), empty(c, d)));
        Survey { candidates: tagged(line, tag), vacant }
    }
}

#[cfg(all(target_arch = "x86_64", target_pointer_width = "64", not(feature = "_scalar"), not(evacmap_loom)))]
use vector as best;

#[cfg(not(all(
    target_arch = "x86_64",
    target_pointer_width = "64",
    not(feature = "_scalar"),
    not(evacmap_loom)
)))]
use scalar as best;

/// The slots whose word carries the tag: the key's own, if it is here, and now and then another's, or a DEAD or EMPTY one
/// when the tag is zero.
#[inline(always)]
pub(crate) fn candidates<K, V>(bucket: &Bucket<K, V>, tag: Tag) -> Mask {
    if Tag::WIDTH == 0 {
        return scalar::candidates(bucket, tag);
    }
    // SAFETY: x86-64 has SSE2; the portable scan asks for nothing.
    #[allow(unused_unsafe)]
    unsafe {
        best::candidates(bucket, tag)
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
        best::survey(bucket, tag)
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;
    use crate::raw::slot::Word;
    use core::ptr::NonNull;

    /// Every state of a word, with tags that share bytes with each other, in every slot.
    #[test]
    fn the_vector_scan_equals_the_portable_one() {
        let guard = crate::pin();
        let tags = [0, 1, 0x7fff, 0x8000, 0xff00, 0x00ff, 0xffff].map(|t: usize| Tag::new(t.rotate_right(16)));
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
