//! Asking for cache lines ahead of their use.

use super::RawMap;
use super::hash::Hash;
use super::scan;
use super::table::Old;
use crate::guard::Guard;

/// Look-ups that are prepared at once: about as many misses as a core has in flight, and not so
/// many that the first lines are evicted before they are used.
pub(crate) const LOOKAHEAD: usize = 16;

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

impl<K, V> RawMap<K, V> {
    /// Fetches what look-ups of these hashes will touch: all buckets, and when they are there, the
    /// entries that they name.
    #[inline]
    pub(crate) fn prefetch(&self, hashes: impl Iterator<Item = Hash> + Clone, guard: &Guard) {
        let root = self.root(guard);
        for hash in hashes.clone() {
            root.prefetch(root.shape.place(hash).index);
            if let Some(Old::Source(old)) = root.old(guard) {
                old.prefetch(old.shape.place(hash).index);
            }
        }
        for hash in hashes {
            let chain = self.chain(hash, guard);
            if let Some(index) = scan::candidates(chain.head, chain.tag).lowest() {
                prefetch(chain.head.slot(index).load(guard).pointer());
            }
        }
    }
}
