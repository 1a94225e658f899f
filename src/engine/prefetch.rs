//! Asking for cache lines ahead of their use.

use super::raw::RawMap;
use crate::layout::hash::Hash;
use crate::layout::{Layout, Slot, Word};
use crate::memory::Guard;
use crate::table::Old;

/// Look-ups that are prepared at once: about as many misses as a core has in flight, and not so
/// many that the first lines are evicted before they are used.
pub(crate) const LOOKAHEAD: usize = 16;

impl<L: Layout> RawMap<L> {
    /// Fetches what look-ups of these hashes will touch: all buckets, and when they are there, the
    /// entries that they name.
    #[inline]
    pub(crate) fn prefetch(&self, hashes: impl Iterator<Item = Hash> + Clone, guard: &Guard) {
        let root = self.root(guard);
        for hash in hashes.clone() {
            root.prefetch(root.shape.home(hash).index);
            if let Some(Old::Source(old)) = root.old(guard) {
                old.prefetch(old.shape.home(hash).index);
            }
        }
        for hash in hashes {
            let chain = self.chain(hash, guard);
            if let Some(index) = chain.head.candidates(chain.tag).lowest() {
                chain.head.slot(index).load(guard).prefetch();
            }
        }
    }
}
