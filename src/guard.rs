//! The guard: while a thread holds one, nothing that it can find in a map is freed.

use crate::reclaim::Pin;

/// Keeps the current thread pinned: what it reads from any map stays valid until the guard is dropped.
///
/// A guard comes from [`pin`](crate::pin), [`HashMap::guard`](crate::HashMap::guard) or, inside a
/// [`HashMapRef`](crate::HashMapRef), from [`HashMap::pin`](crate::HashMap::pin). One guard serves any number of maps. A first pin costs about
/// as much as an uncontended atomic instruction, a nested one next to nothing.
///
/// While a guard is held, nothing that was removed since can be freed, by any thread. Hold it for a batch of operations,
/// not for the life of a thread; [`repin`](Guard::repin) lets go and takes hold again.
///
/// # Examples
///
/// ```
/// let map = evacmap::HashMap::new();
/// let guard = evacmap::pin();
/// map.insert("a", 1, &guard);
/// let value = map.get("a", &guard);
/// map.remove("a", &guard);
/// assert_eq!(value, Some(&1), "removed, and still there for us");
/// ```
pub struct Guard {
    pin: Pin,
}

impl Guard {
    pub(crate) fn new() -> Self {
        Guard { pin: Pin::new() }
    }

    pub(crate) fn pin(&self) -> &Pin {
        &self.pin
    }

    /// Has the collector go on: what no guard can see any more becomes ready to be dropped by later writes to its map. To have
    /// one map's garbage dropped now, call [`HashMap::flush`](crate::HashMap::flush).
    pub fn flush(&self) {
        self.pin.flush();
    }

    /// Unpins and pins again, if this is the thread's only guard: what was retired before can be freed then.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, "one")]);
    /// let mut guard = evacmap::pin();
    /// for _ in 0..1000 {
    ///     assert_eq!(map.get(&1, &guard), Some(&"one"));
    ///     guard.repin();
    /// }
    /// ```
    pub fn repin(&mut self) {
        self.pin.repin();
    }
}

impl core::fmt::Debug for Guard {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Guard")
    }
}

/// Pins the current thread; see [`Guard`]. Never runs a `Drop` of a key or a value.
pub fn pin() -> Guard {
    Guard::new()
}
