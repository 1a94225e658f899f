//! By instructions. The processor orders loads with loads, and an instruction with `lock` with all.
//!
//! LLVM keeps `rbx` to itself, which `cmpxchg16b` needs: it is put aside by hand, and every operand
//! has a register of its own, so that none is put into `rbx`.

use core::arch::asm;

#[inline]
pub(super) fn is_supported() -> bool {
    // Known when the crate is built, or asked once: the standard library keeps the answer.
    std::arch::is_x86_feature_detected!("cmpxchg16b")
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
            "mov {first}, qword ptr [{pair}]",
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
    // Not `readonly`, so that the compiler moves no later load ahead of this: Acquire.
    // SAFETY: the caller promises that it is valid and aligned.
    unsafe {
        asm!(
            "mov {first}, qword ptr [{pair}]",
            "mov {second}, qword ptr [{pair} + 8]",
            pair = in(reg) pair,
            first = out(reg) first,
            second = lateout(reg) second,
            options(nostack, preserves_flags)
        );
    }
    [first, second]
}

/// # Safety
///
/// As for `peek`; and the processor has the instruction.
#[inline(always)]
pub(super) unsafe fn exchange(pair: *mut [u64; 2], seen: [u64; 2], new: [u64; 2]) -> bool {
    let equal: u64;
    // SAFETY: the caller promises that it is valid and aligned. `rbx` is what it was before.
    unsafe {
        asm!(
            "xchg rbx, rsi",
            "lock cmpxchg16b xmmword ptr [rdi]",
            "mov rbx, rsi",
            "sete al",
            in("rdi") pair,
            inout("rax") seen[0] => equal,
            inout("rdx") seen[1] => _,
            inout("rsi") new[0] => _,
            in("rcx") new[1],
            options(nostack)
        );
    }
    equal as u8 != 0
}

/// # Safety
///
/// As for `peek`.
#[inline(always)]
pub(super) unsafe fn or_first(pair: *mut [u64; 2], bits: u64) {
    // SAFETY: the caller promises that it is valid and aligned.
    unsafe {
        asm!(
            "lock or qword ptr [{pair}], {bits}",
            pair = in(reg) pair,
            bits = in(reg) bits,
            options(nostack)
        );
    }
}
