//! The scan of a bucket of one-word slots: which words carry what is looked for, and which are
//! vacant. As the scans of `Boxed` (`layout/boxed/scan.rs`, which says why the line may be read
//! so): one for every platform, and one for x86-64, where four loads in one `asm!` block stand for
//! seven relaxed loads of seven atomics.

use super::kind::Sought;
use super::slot::Slot;
use crate::layout::mask::{Mask, Survey};
use crate::sizes::SLOTS;

/// Seven relaxed atomic loads.
#[cfg_attr(
    all(target_arch = "x86_64", not(any(feature = "_scalar", evacmap_loom, miri, test))),
    allow(dead_code)
)]
pub(super) mod scalar {
    use super::*;

    #[inline(always)]
    fn mask(words: &[u64; SLOTS], of: Sought) -> Mask {
        Mask::which(words, |word| word & of.mask == of.bits)
    }

    /// # Safety
    ///
    /// `line` points to the `SLOTS` slots of a bucket.
    #[inline(always)]
    unsafe fn words(line: *const Slot) -> [u64; SLOTS] {
        // SAFETY: the caller promises that `line` points to the slots of a bucket.
        let slots = unsafe { &*line.cast::<[Slot; SLOTS]>() };
        core::array::from_fn(|at| slots[at].bits())
    }

    /// # Safety
    ///
    /// As for `words`.
    #[inline(always)]
    pub(in crate::layout::word) unsafe fn candidates(line: *const Slot, of: Sought) -> Mask {
        // SAFETY: the caller's promise is the same.
        mask(&unsafe { words(line) }, of)
    }

    /// # Safety
    ///
    /// As for `words`.
    #[inline(always)]
    pub(in crate::layout::word) unsafe fn survey(
        line: *const Slot,
        of: Sought,
        [empty, dead]: [Sought; 2],
    ) -> Survey {
        // SAFETY: the caller's promise is the same.
        let words = unsafe { words(line) };
        Survey {
            candidates: mask(&words, of),
            vacant: mask(&words, empty),
            dead: mask(&words, dead),
        }
    }
}

#[cfg(all(
    target_arch = "x86_64",
    target_pointer_width = "64",
    not(any(feature = "_scalar", evacmap_loom, miri))
))]
mod sse2 {
    use core::arch::x86_64::*;

    use super::*;
    use crate::layout::sse2::load;

    const _: () = assert!(SLOTS == 7);
    const SLOT_BITS: u32 = (1 << SLOTS) - 1;

    /// Bit `i` for each word `i` whose bits are those: both halves of it are compared, each by
    /// itself, and put together at the end.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn mask([a, b, c, d]: [__m128i; 4], of: Sought) -> Mask {
        let (mask, bits) = (_mm_set1_epi64x(of.mask as i64), _mm_set1_epi64x(of.bits as i64));
        let same = |words| _mm_cmpeq_epi32(_mm_and_si128(words, mask), bits);
        // Halves to 16 bits, and to 8: two bytes for each word, all ones where its halves are
        // equal.
        let (first, second) =
            (_mm_packs_epi32(same(a), same(b)), _mm_packs_epi32(same(c), same(d)));
        let whole = |halves| _mm_cmpeq_epi32(halves, _mm_set1_epi32(-1));
        let words = _mm_packs_epi32(whole(first), whole(second));
        let bytes = _mm_packs_epi16(words, _mm_setzero_si128());
        Mask::of(_mm_movemask_epi8(bytes) as u32 & SLOT_BITS)
    }

    /// # Safety
    ///
    /// As for `load`.
    #[inline]
    #[target_feature(enable = "sse2")]
    pub(in crate::layout::word) unsafe fn candidates(line: *const Slot, of: Sought) -> Mask {
        // SAFETY: the caller's promise is the same.
        mask(unsafe { load(line) }, of)
    }

    /// # Safety
    ///
    /// As for `load`.
    #[inline]
    #[target_feature(enable = "sse2")]
    pub(in crate::layout::word) unsafe fn survey(
        line: *const Slot,
        of: Sought,
        [empty, dead]: [Sought; 2],
    ) -> Survey {
        // SAFETY: the caller's promise is the same.
        let line = unsafe { load(line) };
        Survey { candidates: mask(line, of), vacant: mask(line, empty), dead: mask(line, dead) }
    }
}

#[cfg(not(all(
    target_arch = "x86_64",
    target_pointer_width = "64",
    not(any(feature = "_scalar", evacmap_loom, miri))
)))]
pub(super) use scalar::{candidates, survey};
#[cfg(all(
    target_arch = "x86_64",
    target_pointer_width = "64",
    not(any(feature = "_scalar", evacmap_loom, miri))
))]
pub(super) use sse2::{candidates, survey};

#[cfg(all(test, not(evacmap_loom), target_pointer_width = "64"))]
mod tests {
    use super::*;

    /// A bucket's slots, and the word behind them.
    #[repr(C, align(64))]
    struct Line([Slot; SLOTS], usize);

    /// Words that agree with what is sought in one half, in both, or in none, in every slot.
    #[test]
    fn the_vector_scan_equals_the_portable_one() {
        let bits = 0x8000_0001_7FFF_FFF2_u64;
        let states = [Sought { mask: !1, bits: 0 }, Sought { mask: 4, bits: 4 }];
        for mask in [u64::MAX, !1, 0xFFFF_FFFF_0000_0006, !0 << 32 | 7, 6] {
            let of = Sought { mask, bits: bits & mask };
            let others = [0, 1, bits, bits | 1, bits ^ 1 << 63, bits ^ 1 << 31, !bits, 4, 5];
            for pattern in 0..others.len().pow(3) {
                for shift in 0..SLOTS {
                    let word = |slot: usize| match (slot + SLOTS - shift) % SLOTS {
                        at @ 0..3 => others[pattern / others.len().pow(at as u32) % others.len()],
                        at => at as u64,
                    };
                    let line = Line(core::array::from_fn(|slot| Slot::of_bits(word(slot))), 1);
                    let at: *const Slot = (&raw const line).cast();
                    // SAFETY: `line` is laid out and aligned as a bucket.
                    let here = unsafe { candidates(at, of) };
                    // SAFETY: as above.
                    assert_eq!(here, unsafe { scalar::candidates(at, of) });
                    // SAFETY: as above.
                    let there = unsafe { survey(at, of, states) };
                    // SAFETY: as above.
                    assert_eq!(there, unsafe { scalar::survey(at, of, states) });
                }
            }
        }
    }
}
