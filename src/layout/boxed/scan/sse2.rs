//! For x86-64: one load of the line, then SSE2, which every such processor has.

use core::arch::x86_64::*;

use crate::layout::boxed::slot::{DEAD, FROZEN, Slot};
use crate::layout::mask::{Mask, Survey};
use crate::layout::sse2::load;
use crate::layout::tag::Tag;
use crate::sizes::SLOTS;

const _: () = assert!(SLOTS == 7 && (Tag::WIDTH == 16 || Tag::WIDTH == 0));
const SLOT_BITS: u32 = (1 << SLOTS) - 1;

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
    Mask::of(_mm_movemask_epi8(_mm_packs_epi16(words, _mm_setzero_si128())) as u32 & SLOT_BITS)
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

/// The flag, brought to where the sign is.
#[inline]
#[target_feature(enable = "sse2")]
fn dead(a: __m128i, b: __m128i) -> __m128i {
    _mm_slli_epi32::<{ DEAD.leading_zeros().cast_signed() - 32 }>(halves::<LOW>(a, b))
}

/// # Safety
///
/// As for `load`.
#[inline]
#[target_feature(enable = "sse2")]
pub(super) unsafe fn candidates<K, V>(line: *const Slot<K, V>, tag: Tag) -> Mask {
    // SAFETY: the caller's promise is the same.
    tagged(unsafe { load(line) }, tag)
}

/// # Safety
///
/// As for `load`.
#[inline]
#[target_feature(enable = "sse2")]
pub(super) unsafe fn survey<K, V>(line: *const Slot<K, V>, tag: Tag) -> Survey {
    // SAFETY: the caller's promise is the same.
    let line = unsafe { load(line) };
    let [a, b, c, d] = line;
    let vacant = slots(_mm_packs_epi32(empty(a, b), empty(c, d)));
    let dead = slots(_mm_packs_epi32(dead(a, b), dead(c, d)));
    Survey { candidates: tagged(line, tag), vacant, dead }
}
