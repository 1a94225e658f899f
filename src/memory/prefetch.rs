//! Asking for a cache line ahead of its use.

/// Asks for the line at an address; never a fault, whatever the address. Nothing on platforms
/// without such an instruction.
#[inline(always)]
pub(crate) fn prefetch<T>(line: *const T) {
    #[cfg(all(target_arch = "x86_64", not(any(evacmap_loom, miri))))]
    // SAFETY: a prefetch has no effect that a program can observe.
    unsafe {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(line.cast());
    }
    #[cfg(all(target_arch = "aarch64", not(any(evacmap_loom, miri))))]
    // SAFETY: as above.
    unsafe {
        core::arch::asm!("prfm pldl1keep, [{line}]", line = in(reg) line, options(nostack, preserves_flags, readonly));
    }
    #[cfg(any(not(any(target_arch = "x86_64", target_arch = "aarch64")), evacmap_loom, miri))]
    let _ = line;
}
