//! Capacity, resizes, and figures.

use core::hash::{BuildHasher, Hash};

use super::hash_map::HashMap;
use super::stats::{Progress, Stats};
use crate::error::{TryReserveError, Violation};
use crate::layout::boxed::Entry;
use crate::memory::{self, Guard};
use crate::table::{Refused, fail};

impl<K, V, S> HashMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    /// Makes room for `additional` more entries.
    ///
    /// If the table must grow, it is swapped for a larger one now. The writes that follow move the
    /// entries. A growth by more than a factor of four is done in steps; this thread works off all
    /// of them except the last. So the call takes time in proportion to the entries that are there
    /// already, and to the larger tables on the way, which together have half the buckets of the
    /// last. Before the first step it asks whether there is memory for the last: what cannot be had
    /// is refused at once.
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be that large.
    ///
    /// ```
    /// let map: evacmap::HashMap<u32, u32> = evacmap::HashMap::new();
    /// map.reserve(1000, &map.guard());
    /// assert!(map.capacity() >= 1000);
    /// ```
    pub fn reserve(&self, additional: usize, guard: &Guard) {
        self.make_room(additional, guard).unwrap_or_else(|what| fail(what));
    }

    /// Like [`reserve`](Self::reserve), for sizes that may be too large.
    ///
    /// It reserves no memory for entries and overflow buckets. Those are allocated one by one.
    ///
    /// # Errors
    ///
    /// If no table could be that large, or if there is no memory for it. The map is then as it was.
    /// (If others took the memory while it grew by steps, it has grown by less than was asked for.)
    ///
    /// ```
    /// let map: evacmap::HashMap<u32, u32> = evacmap::HashMap::new();
    /// assert!(map.try_reserve(1000, &map.guard()).is_ok());
    /// assert!(map.try_reserve(usize::MAX, &map.guard()).is_err());
    /// ```
    pub fn try_reserve(&self, additional: usize, guard: &Guard) -> Result<(), TryReserveError> {
        self.make_room(additional, guard).map_err(TryReserveError::new)
    }

    fn make_room(&self, additional: usize, guard: &Guard) -> Result<(), Refused> {
        let entries = self.raw.len(guard).checked_add(additional).ok_or(None)?;
        if entries == 0 { Ok(()) } else { self.raw.reserve(entries, guard) }
    }

    /// Swaps the table for the smallest that holds the present entries.
    ///
    /// The writes that follow move the entries, or [`help_resize`](Self::help_resize) does. A
    /// shrink by more than a factor of 8 is done in steps; this thread works off all of them except
    /// the last.
    ///
    /// ```
    /// let map = evacmap::HashMap::with_capacity(10_000);
    /// map.pin().insert(1, 1);
    /// map.shrink_to_fit(&map.guard());
    /// assert!(map.capacity() < 100);
    /// ```
    pub fn shrink_to_fit(&self, guard: &Guard) {
        self.shrink_to(0, guard);
    }

    /// Like [`shrink_to_fit`](Self::shrink_to_fit), but keeps room for `min_capacity` entries if
    /// the map has it.
    ///
    /// ```
    /// let map: evacmap::HashMap<u32, u32> = evacmap::HashMap::with_capacity(10_000);
    /// map.shrink_to(1000, &map.guard());
    /// assert!((1000..3000).contains(&map.capacity()));
    /// ```
    pub fn shrink_to(&self, min_capacity: usize, guard: &Guard) {
        self.raw.shrink(self.raw.len(guard).max(min_capacity), guard);
    }

    /// Whether a resize (a growth, shrink, rebuild or clearing) is under way.
    ///
    /// ```
    /// let map: evacmap::HashMap<_, _> = (0..100).map(|i| (i, i)).collect();
    /// map.finish_resize();
    /// assert!(!map.is_resizing());
    /// ```
    pub fn is_resizing(&self) -> bool {
        let guard = memory::pin();
        self.raw.is_resizing(&guard)
    }

    /// Does a part of a running resize: about `groups` groups of buckets. Returns how far the
    /// resize has come. This is for a thread that has nothing better to do.
    ///
    /// ```
    /// let map: evacmap::HashMap<_, _> = (0..1000).map(|i| (i, i)).collect();
    /// while !map.help_resize(16).is_complete() {}
    /// ```
    pub fn help_resize(&self, groups: usize) -> Progress {
        let guard = memory::pin();
        let (filled_buckets, buckets) = self.raw.help(groups, &guard);
        Progress { filled_buckets, buckets }
    }

    /// Helps the running resize, if any, until it is over.
    ///
    /// Takes time in proportion to what is left of the resize. Others go on meanwhile; this waits
    /// for none of them. If the map is then due to shrink by itself
    /// ([`ShrinkPolicy::Auto`](crate::ShrinkPolicy::Auto)), that shrink has begun when this
    /// returns, or another thread is preparing it.
    pub fn finish_resize(&self) {
        let guard = memory::pin();
        self.raw.finish(&guard);
    }

    /// Begins a rebuild at the present size, for tests.
    #[cfg(any(feature = "_hooks", evacmap_loom))]
    #[doc(hidden)]
    pub fn start_rebuild(&self) {
        let guard = memory::pin();
        self.raw.rebuild(&guard);
    }

    /// Begins a growth by `bits` bits (or a shrink, if negative), for tests.
    #[cfg(any(feature = "_hooks", evacmap_loom))]
    #[doc(hidden)]
    pub fn start_resize(&self, bits: i32) {
        let guard = memory::pin();
        self.raw.resize_by(bits, &guard);
    }

    /// Renews the chain of a key if that has an overflow bucket and is not being evacuated, for
    /// tests.
    #[cfg(any(feature = "_hooks", evacmap_loom))]
    #[doc(hidden)]
    pub fn renew_chain(&self, key: &K) {
        let guard = memory::pin();
        self.raw.renew_chain(self.hash(key), &guard);
    }
}

impl<K, V, S> HashMap<K, V, S> {
    /// Figures of the map. This is cheap: it takes time in proportion to the number of threads that
    /// have written to the map.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, 1)]);
    /// assert_eq!(map.stats().len, 1);
    /// ```
    pub fn stats(&self) -> Stats {
        Stats::of(&self.raw, size_of::<Entry<K, V>>(), &memory::pin())
    }

    /// How long the chains of the current table are: item `n` is the number of chains with `n`
    /// overflow buckets. Empty for a map that has no table yet.
    ///
    /// With a good hasher nearly all chains have none, and few have more than one. This walks
    /// through the whole table, beside any writers. The items are exact when nobody writes. While a
    /// resize runs, chains that it has not filled yet count as chains without overflow buckets.
    ///
    /// ```
    /// let map: evacmap::HashMap<u32, u32> = (0..1000).map(|i| (i, i)).collect();
    /// let histogram = map.chain_histogram();
    /// assert_eq!(histogram.iter().sum::<usize>(), map.stats().buckets);
    /// ```
    pub fn chain_histogram(&self) -> Vec<usize> {
        self.raw.chain_histogram(&memory::pin())
    }
}

impl<K: Eq, V, S> HashMap<K, V, S> {
    /// Checks every invariant of the map's structure, for tests. Takes time in proportion to the
    /// map.
    ///
    /// # Errors
    ///
    /// The first violation found, in words.
    ///
    /// ```
    /// let mut map = evacmap::HashMap::from([(1, 1)]);
    /// map.validate().unwrap();
    /// ```
    pub fn validate(&mut self) -> Result<(), Violation> {
        self.raw.validate().map_err(Violation)
    }
}
