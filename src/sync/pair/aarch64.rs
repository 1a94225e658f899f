//! By instructions. `ldaxp` and `stlxp` are on every such processor. What a pair that was not
//! exchanged looked like is not known to be of one moment, and is not looked at.

use core::arch::asm;

#[inline]
pub(super) fn is_supported() -> bool {
    true
}

/// # Safety
///
/// `pair` is aligned to 16 bytes, and valid; all accesses are those of this file.
#[inline(always)]
pub(super) unsafe fn peek(pair: *const [u64; 2]) -> u64 {
    let first;
    // SAFETY: the caller promises that it is valid and aligned.
    unsafe {
        asm!(
            "ldr {first}, [{pair}]",
            pair = in(reg) pair,
            first = lateout(reg) first,
            options(nostack, preserves_flags, readonly)
        );
    }
    first
}

/// # Safety
///
/// As for `peek`.
#[inline(always)]
pub(super) unsafe fn load(pair: *const [u64; 2]) -> [u64; 2] {
    let (first, second);
    // Not `readonly`, so that the compiler moves no later load ahead of this: Acquire. The second
    // word is Acquire too: it may be newer than the first.
    // SAFETY: the caller promises that it is valid and aligned.
    unsafe {
        asm!(
            "ldar {first}, [{pair}]",
            "add {second}, {pair}, #8",
            "ldar {second}, [{second}]",
            pair = in(reg) pair,
            first = out(reg) first,
            second = out(reg) second,
            options(nostack, preserves_flags)
        );
    }
    [first, second]
}

/// # Safety
///
/// As for `peek`.
#[inline(always)]
pub(super) unsafe fn exchange(pair: *mut [u64; 2], seen: [u64; 2], new: [u64; 2]) -> bool {
    let failed: u32;
    // SAFETY: the caller promises that it is valid and aligned.
    unsafe {
        asm!(
            "2:",
            "ldaxp {first}, {second}, [{pair}]",
            "cmp {first}, {seen_first}",
            "ccmp {second}, {seen_second}, #0, eq",
            "b.ne 3f",
            "stlxp {failed:w}, {new_first}, {new_second}, [{pair}]",
            "cbnz {failed:w}, 2b",
            "b 4f",
            "3:",
            "clrex",
            "mov {failed:w}, #1",
            "4:",
            pair = in(reg) pair,
            seen_first = in(reg) seen[0],
            seen_second = in(reg) seen[1],
            new_first = in(reg) new[0],
            new_second = in(reg) new[1],
            first = out(reg) _,
            second = out(reg) _,
            failed = out(reg) failed,
            options(nostack)
        );
    }
    failed == 0
}

/// # Safety
///
/// As for `peek`.
#[inline(always)]
pub(super) unsafe fn or_first(pair: *mut [u64; 2], bits: u64) {
    // SAFETY: the caller promises that it is valid and aligned.
    unsafe {
        asm!(
            "2:",
            "ldaxr {first}, [{pair}]",
            "orr {first}, {first}, {bits}",
            "stlxr {failed:w}, {first}, [{pair}]",
            "cbnz {failed:w}, 2b",
            pair = in(reg) pair,
            bits = in(reg) bits,
            first = out(reg) _,
            failed = out(reg) _,
            options(nostack, preserves_flags)
        );
    }
}
