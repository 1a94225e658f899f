//! Shrinking by itself, for maps that were built so.
//!
//! Whether a table is sparse is asked where a thread has filled a bag with retired entries, and where a resize that does not grow
//! has ended: the path of a removal has no branch for it. What then begins is an ordinary shrink, worked off by the
//! writes that follow.

use super::RawMap;
use super::grow::{Kind, bits_for};
use super::sizes::{AUTO_FLOOR_BITS, LOAD, MAX_SHRINK_STEP, ROOMY, SPARSE};
use crate::guard::Guard;

/// The floor of a map that does not shrink by itself: no table is larger.
pub(super) const NEVER: u32 = u32::MAX;

impl<K, V> RawMap<K, V> {
    /// Has the map shrink by itself, but not below what `entries` need.
    pub(crate) fn shrink_by_itself(&mut self, entries: usize) {
        self.floor = bits_for(entries).map_or(NEVER, |bits| bits.max(AUTO_FLOOR_BITS));
    }

    /// Begins a shrink if the table is sparse and may become smaller.
    #[cold]
    pub(super) fn shrink_if_sparse(&self, guard: &Guard) {
        if self.floor == NEVER {
            return;
        }
        let root = self.root(guard);
        let bits = root.shape.bits();
        if bits <= self.floor || root.is_filling() {
            return;
        }
        let len = self.heap.len(root.era);
        if len >= root.buckets() * LOAD / SPARSE {
            return;
        }
        let Some(roomy) = bits_for(len * ROOMY) else { return };
        let bits = roomy.max(self.floor).max(bits.saturating_sub(MAX_SHRINK_STEP));
        // Without memory for a smaller table the larger one will do.
        self.try_start(root, bits, Kind::Shrink, guard).unwrap_or_default();
    }
}
