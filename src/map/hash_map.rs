//! The type itself, and how it hashes.

use core::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, Equivalent};

use crate::raw::RawMap;
use crate::raw::hash::Hash as Finalised;

/// A concurrent hash map.
///
/// All operations take `&self`. What they return are references that live as long as the
/// [`Guard`](crate::Guard) that was passed in and as the borrow of the map. The everyday form is
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
/// `K: Hash + Eq` for look-ups. Operations that can retire an entry, which is then dropped on
/// whatever thread comes along, need `K: Send, V: Send`. Nothing needs `'static`, `Clone` or
/// `Copy`.
///
/// A value may hold other maps, or an `Arc` of its own map. If removed entries that wait to be
/// dropped hold the last such `Arc`, nobody can operate on the map any more, and it is leaked, as
/// every cycle of `Arc`s is; [`flush`](HashMap::flush) before letting go of the map avoids that.
///
/// The map is invariant in `K` and `V`, since it can be written through `&`:
///
/// ```compile_fail
/// fn shorter<'a>(map: evacmap::HashMap<&'static str, ()>) -> evacmap::HashMap<&'a str, ()> {
///     map
/// }
/// ```
///
/// # When `Hash`, `Eq`, `Clone`, `Drop` or a closure panics or lies
///
/// After a panic the map is valid and usable, and nothing is lost but what the panic itself
/// abandoned. A panic in the `Drop` of an entry that was removed earlier, and is dropped in the
/// course of some later write, is reported by the panic hook and then swallowed, since that write
/// has nothing to do with it. An `Eq` or `Hash` that is inconsistent leads to wrong answers, and to
/// nothing worse.
pub struct HashMap<K, V, S = DefaultHashBuilder> {
    pub(crate) raw: RawMap<K, V>,
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
