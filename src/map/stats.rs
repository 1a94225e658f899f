//! Figures of a map.

use crate::engine::RawMap;
use crate::layout::Layout;
use crate::memory::Guard;

/// Figures of a map, from [`HashMap::stats`](crate::HashMap::stats). Each was true at some moment
/// of that call; together they are exact when nobody writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Stats {
    /// Entries in the map.
    pub len: usize,
    /// Entries that the current table holds without growing; see
    /// [`HashMap::capacity`](crate::HashMap::capacity).
    pub capacity: usize,
    /// Bytes of tables, entries and the threads' slots. Tables that wait to be given back count,
    /// and so do removed entries that wait to be freed and spare memory. What keys and values own
    /// elsewhere does not count.
    pub bytes: usize,
    /// Buckets of the current table.
    pub buckets: usize,
    /// Buckets of the table that a running resize evacuates; 0 when none is running.
    pub old_buckets: usize,
    /// Buckets of the current table that the running resize has filled; all of them when none is
    /// running.
    pub filled_buckets: usize,
    /// Buckets appended to full chains of the current table.
    pub overflow_buckets: usize,
    /// Resizes begun to get more buckets.
    pub growths: u64,
    /// Resizes begun to get fewer.
    pub shrinks: u64,
    /// Resizes begun to get rid of the slots of removed entries.
    pub rebuilds: u64,
    /// Times the map was cleared.
    pub clears: u64,
    /// Entries that were replaced or removed and have not been dropped yet.
    pub retired: usize,
    /// Entries for which threads keep spare memory, for their next inserts.
    pub spare: usize,
}

impl Stats {
    /// Those of a map in which each entry takes so many bytes beside its slot.
    pub(crate) fn of<L: Layout>(raw: &RawMap<L>, apart: usize, guard: &Guard) -> Self {
        let (filled_buckets, buckets) = raw.progress(guard);
        let counts = raw.counts();
        let (len, retired, spare) = (raw.len(guard), raw.garbage(), raw.spare());
        Stats {
            len,
            capacity: raw.capacity(guard),
            bytes: raw.bytes(guard) + (len + retired + spare) * apart,
            buckets,
            old_buckets: raw.old_buckets(guard),
            filled_buckets,
            overflow_buckets: raw.overflow_buckets(guard),
            growths: counts.growths as u64,
            shrinks: counts.shrinks as u64,
            rebuilds: counts.rebuilds as u64,
            clears: counts.clears as u64,
            retired,
            spare,
        }
    }

    /// Entries per bucket; 0 without a table. A full chain makes the map grow when the load is
    /// above 5, or above 2.5 if there are many slots of removed keys; a
    /// [`CopyMap`](crate::CopyMap) of wide entries, whose buckets have 3 slots, when it is above 2,
    /// or above 1.
    ///
    /// ```
    /// let map: evacmap::HashMap<u32, u32> = (0..1000).map(|i| (i, i)).collect();
    /// assert_eq!(map.stats().load(), 1000.0 / map.stats().buckets as f64);
    /// ```
    pub fn load(&self) -> f64 {
        self.len as f64 / self.buckets.max(1) as f64
    }
}

/// How far a resize has come, from [`HashMap::help_resize`](crate::HashMap::help_resize).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Buckets of the current table that the running resize has filled; all of them when none is
    /// running.
    pub filled_buckets: usize,
    /// Buckets of the current table.
    pub buckets: usize,
}

impl Progress {
    /// Whether nothing is left to do.
    pub fn is_complete(&self) -> bool {
        self.filled_buckets == self.buckets
    }
}
