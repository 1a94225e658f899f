//! For AArch64, whose every processor has NEON: one load of four vectors in an `asm!` block. The
//! architecture reads each aligned element of an `LD1` of doublewords in one piece (Arm ARM,
//! B2.2.1).

use core::arch::aarch64::*;
use core::arch::asm;

use crate::layout::boxed::slot::{DEAD, FROZEN, Slot};
use crate::layout::mask::{Mask, Survey};
use crate::layout::tag::Tag;
use crate::sizes::SLOTS;

const _: () = assert!(SLOTS == 7 && (Tag::WIDTH == 16 || Tag::WIDTH == 0));

/// The bucket's line, two words to a vector.
///
/// # Safety
///
/// `line` points to a bucket, 64-aligned, of which all 64 bytes may be read.
#[inline(always)]
unsafe fn load<K, V>(line: *const Slot<K, V>) -> [uint64x2_t; 4] {
    let (a, b, c, d);
    // SAFETY: the caller promises that `line` is aligned, and that its 64 bytes may be read.
    // Nothing is written. See the text of `scan` for why racing writers are no concern.
    unsafe {
        asm!(
            "ld1 {{v0.2d, v1.2d, v2.2d, v3.2d}}, [{line}]",
            line = in(reg) line,
            out("v0") a,
            out("v1") b,
            out("v2") c,
            out("v3") d,
            options(nostack, preserves_flags, readonly)
        );
    }
    [a, b, c, d]
}

/// Bit `i` for each slot `i` whose lane is all ones; the lane of the overflow word counts for
/// nothing.
#[inline]
#[target_feature(enable = "neon")]
fn slots(lanes: uint16x8_t) -> Mask {
    const BITS: [u16; 8] = [1, 2, 4, 8, 16, 32, 64, 0];
    // SAFETY: reads the 16 bytes of the array.
    let bits = unsafe { vld1q_u16(BITS.as_ptr()) };
    Mask::of(u32::from(vaddvq_u16(vandq_u16(lanes, bits))))
}

#[inline]
#[target_feature(enable = "neon")]
fn tagged([a, b, c, d]: [uint64x2_t; 4], tag: Tag) -> Mask {
    let high = |a, b| {
        vreinterpretq_u16_u32(vuzp2q_u32(vreinterpretq_u32_u64(a), vreinterpretq_u32_u64(b)))
    };
    let tags = vuzp2q_u16(high(a, b), high(c, d));
    slots(vceqq_u16(tags, vdupq_n_u16(tag.as_u16())))
}

#[inline]
#[target_feature(enable = "neon")]
fn vacant([a, b, c, d]: [uint64x2_t; 4]) -> Mask {
    let empty =
        |word| vreinterpretq_u32_u64(vceqzq_u64(vbicq_u64(word, vdupq_n_u64(FROZEN as u64))));
    let half = |a, b| vreinterpretq_u16_u32(vuzp1q_u32(empty(a), empty(b)));
    slots(vuzp1q_u16(half(a, b), half(c, d)))
}

#[inline]
#[target_feature(enable = "neon")]
fn dead([a, b, c, d]: [uint64x2_t; 4]) -> Mask {
    let dead = |word| vreinterpretq_u32_u64(vtstq_u64(word, vdupq_n_u64(DEAD as u64)));
    let half = |a, b| vreinterpretq_u16_u32(vuzp1q_u32(dead(a), dead(b)));
    slots(vuzp1q_u16(half(a, b), half(c, d)))
}

/// # Safety
///
/// As for `load`.
#[inline]
#[target_feature(enable = "neon")]
pub(super) unsafe fn candidates<K, V>(line: *const Slot<K, V>, tag: Tag) -> Mask {
    // SAFETY: the caller's promise is the same.
    tagged(unsafe { load(line) }, tag)
}

/// # Safety
///
/// As for `load`.
#[inline]
#[target_feature(enable = "neon")]
pub(super) unsafe fn survey<K, V>(line: *const Slot<K, V>, tag: Tag) -> Survey {
    // SAFETY: the caller's promise is the same.
    let line = unsafe { load(line) };
    Survey { candidates: tagged(line, tag), vacant: vacant(line), dead: dead(line) }
}
