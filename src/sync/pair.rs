//! Two words that change together: what a slot of 16 bytes is made of.
//!
//! | what | on x86-64 | on AArch64 | elsewhere |
//! |---|---|---|---|
//! | both, by comparison | `cmpxchg16b`, if the processor has it | `ldaxp`, `stlxp` | not to be had |
//! | bits of the first | `lock or` | `ldaxr`, `stlxr` | |
//! | a load | the first word, then the second | the same, the first with Acquire | |
//!
//! All accesses of a pair that others can see go through `asm!`, or all through the one instruction
//! for 128 bits. Never is one through an atomic of another size: in Rust's memory model, atomics of
//! different sizes that overlap are undefined behaviour, and loads of 128 bits that are atomic are
//! not to be had. The processors know better. They do an aligned load of one word in one piece, and
//! it sees the exchange of both words, or does not.
//!
//! A load is not of one moment. The first word is read first, and whatever comes with it, or later,
//! stands in the second. What that is worth is for the slot to say, which decides when its first
//! word changes.
//!
//! Miri has no `asm!`, and ThreadSanitizer does not see through it (feature `_scalar`). For them
//! every access is a compare-and-swap of 128 bits, where the crate is built for processors that
//! have it (`-Ctarget-feature=+cmpxchg16b`): the intrinsic is no more than that.

use core::cell::UnsafeCell;

#[cfg(all(
    target_arch = "x86_64",
    target_pointer_width = "64",
    not(any(feature = "_boxed_copies", evacmap_loom, miri)),
    not(all(feature = "_scalar", target_feature = "cmpxchg16b"))
))]
#[path = "pair/x86_64.rs"]
mod imp;

#[cfg(all(
    target_arch = "x86_64",
    target_pointer_width = "64",
    target_feature = "cmpxchg16b",
    any(feature = "_scalar", miri),
    not(any(feature = "_boxed_copies", evacmap_loom))
))]
#[path = "pair/whole.rs"]
mod imp;

#[cfg(all(
    target_arch = "aarch64",
    target_pointer_width = "64",
    not(any(feature = "_boxed_copies", evacmap_loom, miri))
))]
#[path = "pair/aarch64.rs"]
mod imp;

#[cfg(not(any(
    all(
        target_arch = "x86_64",
        target_pointer_width = "64",
        not(any(feature = "_boxed_copies", evacmap_loom, miri)),
        not(all(feature = "_scalar", target_feature = "cmpxchg16b"))
    ),
    all(
        target_arch = "x86_64",
        target_pointer_width = "64",
        target_feature = "cmpxchg16b",
        any(feature = "_scalar", miri),
        not(any(feature = "_boxed_copies", evacmap_loom))
    ),
    all(
        target_arch = "aarch64",
        target_pointer_width = "64",
        not(any(feature = "_boxed_copies", evacmap_loom, miri))
    )
)))]
#[path = "pair/absent.rs"]
mod imp;

/// Two words; see the module's text.
#[repr(C, align(16))]
pub(crate) struct AtomicPair(UnsafeCell<[u64; 2]>);

// SAFETY: every access through `&` is one of `imp`, which are atomic, but for those of a pair that
// nobody else can see.
unsafe impl Sync for AtomicPair {}

impl AtomicPair {
    pub(crate) const fn new(content: [u64; 2]) -> Self {
        AtomicPair(UnsafeCell::new(content))
    }

    /// Whether this processor can exchange both words. If not, nothing but `new` may be called.
    pub(crate) fn is_supported() -> bool {
        imp::is_supported()
    }

    /// The first word; as a Relaxed load.
    #[inline(always)]
    pub(crate) fn peek(&self) -> u64 {
        // SAFETY: a pair is aligned to 16 bytes and valid as long as `self`.
        unsafe { imp::peek(self.0.get()) }
    }

    /// The first word, and then the second; each as an Acquire load.
    #[inline(always)]
    pub(crate) fn load(&self) -> [u64; 2] {
        // SAFETY: as above.
        unsafe { imp::load(self.0.get()) }
    }

    /// Exchanges both words for others, if they are what was seen; AcqRel. It may say that they
    /// were not only if they were changed since.
    #[inline(always)]
    pub(crate) fn exchange(&self, seen: [u64; 2], new: [u64; 2]) -> bool {
        // SAFETY: as above.
        unsafe { imp::exchange(self.0.get(), seen, new) }
    }

    /// Sets bits of the first word; AcqRel.
    #[inline(always)]
    pub(crate) fn or_first(&self, bits: u64) {
        // SAFETY: as above.
        unsafe { imp::or_first(self.0.get(), bits) }
    }

    /// Replaces both words of a pair.
    ///
    /// # Safety
    ///
    /// Nobody else can see the pair.
    pub(crate) unsafe fn set_unseen(&self, content: [u64; 2]) {
        // SAFETY: the caller promises that this is the only access.
        unsafe { self.0.get().write(content) }
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_pair_changes_as_a_whole_or_not_at_all() {
        if !AtomicPair::is_supported() {
            return;
        }
        let pair = AtomicPair::new([1, 2]);
        assert_eq!((pair.load(), pair.peek()), ([1, 2], 1));
        for wrong in [[1, 1], [2, 2], [0, 0], [u64::MAX, 2], [1, u64::MAX]] {
            assert!(!pair.exchange(wrong, [7, 7]));
            assert_eq!(pair.load(), [1, 2]);
        }
        assert!(pair.exchange([1, 2], [u64::MAX, 3]));
        assert_eq!(pair.load(), [u64::MAX, 3]);
        assert!(pair.exchange([u64::MAX, 3], [4, u64::MAX]));
        pair.or_first(3);
        assert_eq!((pair.load(), pair.peek()), ([7, u64::MAX], 7));
        // SAFETY: nobody else has it.
        unsafe { pair.set_unseen([0, 0]) };
        assert_eq!(pair.load(), [0, 0]);
    }

    #[test]
    fn no_exchange_is_lost_and_none_is_torn() {
        if !AtomicPair::is_supported() {
            return;
        }
        const ROUNDS: u64 = if cfg!(miri) { 30 } else { 20_000 };
        let pair = AtomicPair::new([0, 0]);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..ROUNDS {
                        // Two halves of different moments fail the exchange.
                        while let [first, second] = pair.load()
                            && !pair.exchange([first, second], [first + 2, second + 3])
                        {
                        }
                    }
                });
            }
            for _ in 0..ROUNDS {
                let [first, second] = pair.load();
                assert!(second / 3 >= first / 2, "the second word is of that moment, or later");
            }
        });
        assert_eq!(pair.load(), [6 * ROUNDS, 9 * ROUNDS]);
    }
}
