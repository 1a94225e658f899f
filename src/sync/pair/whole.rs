//! By the intrinsic for 128 bits, for what does not see through `asm!`. Every access is the same
//! instruction on the same 16 bytes, so none overlaps another of a different size.

use core::arch::x86_64::cmpxchg16b;
use core::sync::atomic::Ordering::{AcqRel, Acquire};

pub(super) fn is_supported() -> bool {
    std::arch::is_x86_feature_detected!("cmpxchg16b")
}

fn whole([first, second]: [u64; 2]) -> u128 {
    u128::from(first) | u128::from(second) << 64
}

fn words(pair: u128) -> [u64; 2] {
    [pair as u64, (pair >> 64) as u64]
}

/// # Safety
///
/// `pair` is aligned to 16 bytes, and valid; all accesses are those of this file; and the processor
/// has the instruction.
unsafe fn swap(pair: *mut [u64; 2], seen: u128, new: u128) -> u128 {
    // ORDERING: AcqRel, as its callers promise; Acquire on failure, for what is used as a load.
    // SAFETY: the caller's promise is the same.
    unsafe { cmpxchg16b(pair.cast(), seen, new, AcqRel, Acquire) }
}

/// # Safety
///
/// As for `swap`.
pub(super) unsafe fn peek(pair: *mut [u64; 2]) -> u64 {
    // SAFETY: the caller's promise is the same.
    let [first, _] = unsafe { load(pair) };
    first
}

/// # Safety
///
/// As for `swap`.
pub(super) unsafe fn load(pair: *mut [u64; 2]) -> [u64; 2] {
    // SAFETY: the caller's promise is the same. Nothing is changed: zero by zero.
    words(unsafe { swap(pair, 0, 0) })
}

/// # Safety
///
/// As for `swap`.
pub(super) unsafe fn exchange(pair: *mut [u64; 2], seen: [u64; 2], new: [u64; 2]) -> bool {
    // SAFETY: the caller's promise is the same.
    unsafe { swap(pair, whole(seen), whole(new)) == whole(seen) }
}

/// # Safety
///
/// As for `swap`.
pub(super) unsafe fn or_first(pair: *mut [u64; 2], bits: u64) {
    // SAFETY: the caller's promise is the same.
    let mut seen = whole(unsafe { load(pair) });
    loop {
        // SAFETY: the caller's promise is the same.
        let found = unsafe { swap(pair, seen, seen | u128::from(bits)) };
        if found == seen {
            return;
        }
        seen = found;
    }
}
