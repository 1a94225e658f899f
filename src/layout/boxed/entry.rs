//! An entry: the heap node that holds a key and its value. It never moves and never changes once it
//! is published.

use crate::layout::hash::Hash;
use crate::memory::Alive;

/// `repr(C)` with the hash in front keeps the alignment at 8 or more on every platform, which frees
/// the three low bits of its address for the slot word's flags.
#[repr(C, align(8))]
pub(crate) struct Entry<K, V> {
    /// Kept so that an evacuation never runs the user's `Hash` (I6) and a look-up rarely runs `Eq`
    /// in vain.
    pub(crate) hash: Hash,
    /// Nothing, but for the models, where the reclaimer clears it and every dereference asserts it.
    pub(crate) alive: Alive,
    pub(crate) key: K,
    pub(crate) value: V,
}

impl<K, V> Entry<K, V> {
    pub(crate) fn new(hash: Hash, key: K, value: V) -> Self {
        Entry { hash, alive: Alive::new(), key, value }
    }

    /// Whether it has this hash, and a key that is the right one.
    #[inline]
    pub(crate) fn is(&self, hash: Hash, is_key: &mut impl FnMut(&K) -> bool) -> bool {
        self.hash == hash && is_key(&self.key)
    }

    pub(crate) fn pair(&self) -> (&K, &V) {
        (&self.key, &self.value)
    }
}
