//! Capacity, resizes, and figures of a map of copies.

use super::map::CopyMap;
use super::store::on;
use crate::error::{TryReserveError, Violation};
use crate::layout::bits::Bits;
use crate::map::{Progress, Stats};
use crate::memory;
use crate::table::{Refused, fail};

impl<K: Bits, V: Bits> CopyMap<K, V> {
    /// Makes room for `additional` more entries. What that takes is said at
    /// [`HashMap::reserve`](crate::HashMap::reserve).
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be that large.
    ///
    /// ```
    /// let map: evacmap::CopyMap<u32, u32> = evacmap::CopyMap::new();
    /// map.reserve(1000);
    /// assert!(map.capacity() >= 1000);
    /// ```
    pub fn reserve(&self, additional: usize) {
        self.make_room(additional).unwrap_or_else(|what| fail(what));
    }

    /// Like [`reserve`](Self::reserve), for sizes that may be too large.
    ///
    /// # Errors
    ///
    /// If no table could be that large, or if there is no memory for it. The map is then as it was.
    ///
    /// ```
    /// let map: evacmap::CopyMap<u32, u32> = evacmap::CopyMap::new();
    /// assert!(map.try_reserve(1000).is_ok());
    /// assert!(map.try_reserve(usize::MAX).is_err());
    /// ```
    pub fn try_reserve(&self, additional: usize) -> Result<(), TryReserveError> {
        self.make_room(additional).map_err(TryReserveError::new)
    }

    fn make_room(&self, additional: usize) -> Result<(), Refused> {
        let guard = memory::pin();
        on!(&self.store, raw => {
            let entries = raw.len(&guard).checked_add(additional).ok_or(None)?;
            if entries == 0 { Ok(()) } else { raw.reserve(entries, &guard) }
        })
    }

    /// Swaps the table for the smallest that holds the present entries. The writes that follow move
    /// them, or [`help_resize`](Self::help_resize) does.
    ///
    /// ```
    /// let map = evacmap::CopyMap::with_capacity(10_000);
    /// map.insert(1, 1);
    /// map.shrink_to_fit();
    /// assert!(map.capacity() < 100);
    /// ```
    pub fn shrink_to_fit(&self) {
        self.shrink_to(0);
    }

    /// Like [`shrink_to_fit`](Self::shrink_to_fit), but keeps room for `min_capacity` entries if
    /// the map has it.
    ///
    /// ```
    /// let map: evacmap::CopyMap<u32, u32> = evacmap::CopyMap::with_capacity(10_000);
    /// map.shrink_to(1000);
    /// assert!((1000..3000).contains(&map.capacity()));
    /// ```
    pub fn shrink_to(&self, min_capacity: usize) {
        let guard = memory::pin();
        on!(&self.store, raw => raw.shrink(raw.len(&guard).max(min_capacity), &guard));
    }

    /// Whether a resize (a growth, shrink, rebuild or clearing) is under way.
    pub fn is_resizing(&self) -> bool {
        on!(&self.store, raw => raw.is_resizing(&memory::pin()))
    }

    /// Does a part of a running resize: about `groups` groups of buckets. Returns how far the
    /// resize has come. This is for a thread that has nothing better to do.
    ///
    /// ```
    /// let map: evacmap::CopyMap<_, _> = (0..1000).map(|i| (i, i)).collect();
    /// while !map.help_resize(16).is_complete() {}
    /// ```
    pub fn help_resize(&self, groups: usize) -> Progress {
        let (filled_buckets, buckets) = on!(&self.store, raw => raw.help(groups, &memory::pin()));
        Progress { filled_buckets, buckets }
    }

    /// Helps the running resize, if any, until it is over, and waits for nobody. See
    /// [`HashMap::finish_resize`](crate::HashMap::finish_resize).
    ///
    /// ```
    /// let map: evacmap::CopyMap<_, _> = (0..1000).map(|i| (i, i)).collect();
    /// map.finish_resize();
    /// assert!(!map.is_resizing());
    /// ```
    pub fn finish_resize(&self) {
        on!(&self.store, raw => raw.finish(&memory::pin()));
    }

    /// Begins a rebuild at the present size, for tests.
    #[cfg(any(feature = "_hooks", evacmap_loom))]
    #[doc(hidden)]
    pub fn start_rebuild(&self) {
        on!(&self.store, raw => raw.rebuild(&memory::pin()));
    }

    /// Begins a growth by `bits` bits (or a shrink, if negative), for tests.
    #[cfg(any(feature = "_hooks", evacmap_loom))]
    #[doc(hidden)]
    pub fn start_resize(&self, bits: i32) {
        on!(&self.store, raw => raw.resize_by(bits, &memory::pin()));
    }

    /// Checks every invariant of the map's structure, for tests. Takes time in proportion to the
    /// map.
    ///
    /// # Errors
    ///
    /// The first violation found, in words.
    ///
    /// ```
    /// let mut map = evacmap::CopyMap::from([(1, 1)]);
    /// map.validate().unwrap();
    /// ```
    pub fn validate(&mut self) -> Result<(), Violation> {
        on!(&mut self.store, raw => raw.validate()).map_err(Violation)
    }
}

impl<K: Bits, V: Bits> CopyMap<K, V> {
    /// Figures of the map. This is cheap: it takes time in proportion to the number of threads that
    /// have written to the map. Nothing is ever `retired` or `spare` where slots hold entries.
    ///
    /// ```
    /// let map = evacmap::CopyMap::from([(1, 1)]);
    /// assert_eq!(map.stats().len, 1);
    /// ```
    pub fn stats(&self) -> Stats {
        let guard = &memory::pin();
        on!(&self.store, raw => Stats::of(raw, self.store.apart(), guard))
    }

    /// How long the chains of the current table are: item `n` is the number of chains with `n`
    /// overflow buckets. See [`HashMap::chain_histogram`](crate::HashMap::chain_histogram).
    ///
    /// ```
    /// let map: evacmap::CopyMap<u32, u32> = (0..1000).map(|i| (i, i)).collect();
    /// assert_eq!(map.chain_histogram().iter().sum::<usize>(), map.stats().buckets);
    /// ```
    pub fn chain_histogram(&self) -> Vec<usize> {
        on!(&self.store, raw => raw.chain_histogram(&memory::pin()))
    }
}
