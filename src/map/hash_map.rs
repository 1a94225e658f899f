//! The type itself, and how it hashes.

use core::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, Equivalent};

use crate::engine::RawMap;
use crate::layout::Boxed;
use crate::layout::hash::Hash as Finalised;

/// A concurrent hash map.
///
/// All operations take `&self`. They return references, which live as long as both the
/// [`Guard`](crate::Guard) that was passed in and the borrow of the map. The everyday form is
/// [`pin`](HashMap::pin), which returns a [`HashMapRef`](crate::HashMapRef) with a guard inside:
///
/// ```
/// let map = evacmap::HashMap::new();
/// map.pin().insert("answer", 42);
/// assert_eq!(map.pin().get("answer"), Some(&42));
///
/// let map = map.pin(); // or keep the guard for a batch of operations
/// map.insert("question", 6 * 9);
/// assert_eq!(map.len(), 2);
/// ```
///
/// # Bounds
///
/// Look-ups need `K: Hash + Eq`. Operations that can retire an entry also need `K: Send, V: Send`,
/// because any thread may drop the entry later. Nothing needs `'static`, `Clone` or `Copy`.
///
/// A value may hold other maps, or an `Arc` of its own map. If only removed entries that wait to be
/// dropped hold such an `Arc`, nobody can operate on the map any more. It is leaked, as every cycle
/// of `Arc`s is. [`flush`](HashMap::flush) before letting go of the map avoids that.
///
/// The map is invariant in `K` and `V`, because it can be written through `&`:
///
/// ```compile_fail
/// fn shorter<'a>(map: evacmap::HashMap<&'static str, ()>) -> evacmap::HashMap<&'a str, ()> {
///     map
/// }
/// ```
///
/// # When `Hash`, `Eq`, `Clone`, `Drop` or a closure panics or lies
///
/// After a panic the map is valid and usable. Only what the panic itself abandoned is lost.
///
/// A removed entry may be dropped in the course of a later write. If its `Drop` panics there, the
/// panic hook reports the panic, and the map then swallows it: that write has nothing to do with
/// it.
///
/// An inconsistent `Eq` or `Hash` leads to wrong answers and to nothing worse.
pub struct HashMap<K, V, S = DefaultHashBuilder> {
    pub(crate) raw: RawMap<Boxed<K, V>>,
    pub(super) hasher: S,
}

impl<K, V, S: BuildHasher> HashMap<K, V, S> {
    #[inline]
    pub(super) fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> Finalised {
        Finalised::finalise(self.hasher.hash_one(key))
    }

    /// The hash of a key and the test for it, as the engine takes them.
    #[inline]
    pub(crate) fn probe<'q, Q>(
        &self,
        key: &'q Q,
    ) -> (Finalised, impl Fn(&K) -> bool + use<'q, Q, K, V, S>)
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        (self.hash(key), |candidate: &K| key.equivalent(candidate))
    }
}
