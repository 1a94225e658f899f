//! Traits of the map, and what it does for tests.

use core::fmt::{self, Debug};
use core::hash::{BuildHasher, Hash};

use super::map::ExpiringMap;
use super::pinned::ExpiringMapRef;
use crate::error::Violation;
use crate::memory::{self, Guard};

impl<K: Hash + Eq + Debug, V: Debug, S: BuildHasher> Debug for ExpiringMap<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter(&memory::pin())).finish()
    }
}

impl<K, V, S, G> Debug for ExpiringMapRef<'_, K, V, S, G>
where
    K: Hash + Eq + Debug,
    V: Debug,
    S: BuildHasher,
    G: core::borrow::Borrow<Guard>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Eq, V, S> ExpiringMap<K, V, S> {
    /// Checks every invariant of the map's structure, for tests. Takes time in proportion to the
    /// map.
    ///
    /// # Errors
    ///
    /// The first violation found, in words.
    pub fn validate(&mut self) -> Result<(), Violation> {
        self.map.validate()
    }
}
