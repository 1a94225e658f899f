//! The scan of one bucket: which slots may hold a tag, and which are vacant.
//!
//! There is one for every platform ([`scalar`]), and one each for x86-64 (`sse2`) and AArch64
//! (`neon`), which load the line in one `asm!` block. Such a load stands for seven relaxed loads of
//! seven atomics: the hardware never tears an aligned word of it, nothing is dereferenced on the
//! strength of what it returns, and going through `asm!` keeps it out of reach of the compiler's
//! assumptions about data races, which a plain vector load would invite. A test below holds it
//! equal to the portable scan for every kind of word.

use super::slot::Slot;
use crate::layout::mask::{Mask, Survey};
use crate::layout::tag::Tag;

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

/// The slots whose word carries the tag: the key's own, if it is here, and now and then another's,
/// or a DEAD or EMPTY one when the tag is zero.
///
/// # Safety
///
/// As for [`Layout::candidates`](crate::layout::Layout::candidates).
#[inline(always)]
pub(super) unsafe fn candidates<K, V>(line: *const Slot<K, V>, tag: Tag) -> Mask {
    if Tag::WIDTH == 0 {
        // SAFETY: the caller's promise is the same.
        return unsafe { scalar::candidates(line, tag) };
    }
    // SAFETY: the caller's promise is the same; and x86-64 has SSE2, AArch64 NEON.
    unsafe { vector::candidates(line, tag) }
}

/// The sets that a writer needs.
///
/// # Safety
///
/// As for [`Layout::candidates`](crate::layout::Layout::candidates).
#[inline(always)]
pub(super) unsafe fn survey<K, V>(line: *const Slot<K, V>, tag: Tag) -> Survey {
    if Tag::WIDTH == 0 {
        // SAFETY: the caller's promise is the same.
        return unsafe { scalar::survey(line, tag) };
    }
    // SAFETY: as in `candidates`.
    unsafe { vector::survey(line, tag) }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;
    use crate::layout::boxed::slot::Word;
    use crate::layout::{Slot as _, Word as _};
    use crate::sizes::SLOTS;
    use core::ptr::NonNull;

    /// A bucket's slots, and the word behind them.
    #[repr(C, align(64))]
    struct Line([Slot<u64, u64>; SLOTS], usize);

    /// Every state of a word, with tags that share bytes with each other, in
    /// every slot.
    #[test]
    fn the_vector_scan_equals_the_portable_one() {
        let guard = crate::memory::pin();
        let tags = [0, 1, 0x7fff, 0x8000, 0xff00, 0x00ff, 0xffff]
            .map(|t: usize| Tag::new(t.rotate_right(16)));
        let now = guard.now();
        let states = 2 + 3 + tags.len();
        for pattern in 0..states.pow(3) {
            for shift in 0..SLOTS {
                let line = Line(core::array::from_fn(|_| Slot::empty()), 0);
                for i in 0..3 {
                    let slot = &line.0[(i + shift) % SLOTS];
                    let state = pattern / states.pow(i as u32) % states;
                    let tag = tags[state.saturating_sub(5)];
                    let word = Word::live(NonNull::dangling(), tag);
                    match state {
                        0 => {}
                        1 => drop(slot.freeze(&guard)),
                        2 => assert!(slot.publish(word) && slot.kill(word, now)),
                        3 => {
                            assert!(slot.publish(word) && slot.kill(word, now));
                            assert!(slot.freeze(&guard).is_dead());
                        }
                        4 => assert!(slot.publish(word) && !slot.freeze(&guard).is_frozen()),
                        _ => assert!(slot.publish(word)),
                    }
                }
                for tag in tags {
                    let at: *const Slot<u64, u64> = (&raw const line).cast();
                    // SAFETY: `line` is laid out and aligned as a bucket.
                    let here = unsafe { candidates(at, tag) };
                    // SAFETY: as above.
                    let there = unsafe { survey(at, tag) };
                    // SAFETY: as above.
                    assert_eq!(here, unsafe { scalar::candidates(at, tag) });
                    // SAFETY: as above.
                    assert_eq!(there, unsafe { scalar::survey(at, tag) });
                    let dead = there.dead.map(|index| line.0[index].load(&guard));
                    assert!(dead.into_iter().all(|word| word.is_dead()));
                }
            }
        }
    }
}
