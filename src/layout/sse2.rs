//! For x86-64: a bucket's line in vectors, by four loads in one `asm!` block. They stand for as
//! many relaxed loads as there are words: x86-64 never tears an aligned 8-byte half of a 16-byte
//! load. `layout/boxed/scan.rs` says why the line may be read so.

use core::arch::asm;
use core::arch::x86_64::__m128i;

/// The bucket's line, two words to a vector.
///
/// # Safety
///
/// `line` points to a bucket, 64-aligned, of which all 64 bytes may be read.
#[inline(always)]
pub(super) unsafe fn load<T>(line: *const T) -> [__m128i; 4] {
    let (a, b, c, d);
    // SAFETY: the caller promises that `line` is aligned, and that its 64 bytes may be read.
    // Nothing is written. See the text of `scan` for why racing writers are no concern.
    unsafe {
        asm!(
            "movdqa {a}, [{line}]",
            "movdqa {b}, [{line} + 16]",
            "movdqa {c}, [{line} + 32]",
            "movdqa {d}, [{line} + 48]",
            line = in(reg) line,
            a = out(xmm_reg) a,
            b = out(xmm_reg) b,
            c = out(xmm_reg) c,
            d = out(xmm_reg) d,
            options(nostack, preserves_flags, readonly)
        );
    }
    [a, b, c, d]
}
