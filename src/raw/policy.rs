//! Shrinking by itself, for maps that were built so.
//!
//! Whether a table is sparse is asked where a thread has filled a bag with retired entries, and
//! where a resize that does not grow has ended: the path of a removal has no branch for it. If it
//! is, each such write clears a piece of a smaller table, as for a growth; what then begins is an
//! ordinary shrink, worked off by the writes that follow.

use super::RawMap;
use super::Table;
use super::grow::{Haste, bits_for};
use super::sizes::{AUTO_FLOOR_BITS, LOAD, MAX_SHRINK_STEP, ROOMY, SPARSE};
use crate::guard::Guard;
use crate::reclaim::LocalRef;

/// The floor of a map that does not shrink by itself: no table is larger.
pub(super) const NEVER: u32 = u32::MAX;

impl<K, V> RawMap<K, V> {
    /// Has the map shrink by itself, but not below what `entries` need.
    pub(crate) fn shrink_by_itself(&mut self, entries: usize) {
        self.floor = bits_for(entries).map_or(NEVER, |bits| bits.max(AUTO_FLOOR_BITS));
    }

    /// The bits of the smallest table that may replace one at rest that has `len` entries.
    pub(super) fn fewest_bits(&self, root: &Table<K, V>, len: usize) -> u32 {
        let bits = root.shape.bits();
        let roomy = bits_for(len.saturating_mul(ROOMY)).unwrap_or(bits);
        roomy.max(self.floor).max(bits.saturating_sub(MAX_SHRINK_STEP)).min(bits)
    }

    /// Goes on with a shrink that is due: prepares a piece of the smaller table, or begins, if that
    /// was the last. Returns whether there is more to prepare, and nobody else is at that.
    #[cold]
    pub(super) fn shrink_if_sparse(&self, local: &LocalRef<'_, K, V>, guard: &Guard) -> bool {
        if self.floor == NEVER {
            return false;
        }
        let root = self.root(guard);
        let bits = root.shape.bits();
        if bits <= self.floor || root.is_filling() {
            return false;
        }
        let len = self.heap.len(root.era);
        if len >= root.buckets() * LOAD / SPARSE {
            local.prepare_none_below(bits);
            return false;
        }
        let fewest = self.fewest_bits(root, len);
        match self.try_replace(root, fewest, fewest..=bits, Haste::Never, local, guard) {
            Ok(begun) => !begun && local.has_prepared(),
            // Without memory for a smaller table the larger one will do.
            Err(_) => false,
        }
    }
}
