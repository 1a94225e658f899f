//! The type itself, and how it turns keys into hashes.

use core::marker::PhantomData;

use super::store::Store;
use crate::layout::bijection::Bijection;
use crate::layout::bits::{Bits, low};
use crate::layout::hash::Hash;

/// A concurrent map from small keys to small values, both of which are copied.
///
/// It is the same map as [`HashMap`](crate::HashMap), without locks, growing in small steps. But
/// its entries stand in the table itself, where `HashMap` has a heap node for each. So nothing is
/// allocated for an entry and nothing is left of one that is removed; reads return copies, and no
/// method takes a guard.
///
/// ```
/// use evacmap::CopyMap;
///
/// let offsets: CopyMap<u64, u64> = CopyMap::new();
/// std::thread::scope(|scope| {
///     for thread in 0..4 {
///         let offsets = &offsets;
///         scope.spawn(move || {
///             for id in 0..100 {
///                 offsets.insert(4 * id + thread, 512 * id);
///             }
///         });
///     }
/// });
/// assert_eq!(offsets.len(), 400);
/// assert_eq!(offsets.get(&5), Some(512));
/// ```
///
/// # Which map to take
///
/// | you have | take |
/// |---|---|
/// | keys and values that are numbers, ids, flags, small pairs of these: 64 bits each at most | `CopyMap` |
/// | a set of such keys | [`CopySet`](crate::CopySet) |
/// | anything else: strings, vectors, `Arc`s, large values; a reference to the value that stays | [`HashMap`](crate::HashMap), [`HashSet`](crate::HashSet) |
///
/// [`Bits`] says what fits. A type of your own fits in three lines.
///
/// # What it costs
///
/// | what | costs |
/// |---|---|
/// | a look-up | one cache line, seldom two; two loads of the slot; nothing shared is written |
/// | an insert, a replacement, a removal | the same line, and one locked instruction on the slot |
/// | an entry | 8 bytes if key and value together have at most 64 bits, else 16; of a table of which up to two thirds are full, a third after a growth, and a sixth after one of a small map; nothing on the heap |
/// | a removed entry | its slot, until its chain is renewed or the table is left; nothing waits to be freed but tables |
/// | a new map | nothing, until the first insert: then up to 512 bytes |
/// | an iteration | a guard that is held as long as the iterator, one allocation, and one for the longest chain |
///
/// Resizes cost what they do in `HashMap`, except that no entry is looked at beside the table.
///
/// Keys and values of together at most 64 bits (`u32` to `u32`, sets of `u64`) share a word, the
/// others have two. Slots of 16 bytes take a processor that exchanges 16 bytes at once. All AArch64
/// have that, and all x86-64 but the very first. On others each entry is a heap node again, and
/// everything else is the same.
///
/// # Keys
///
/// Two keys are equal if their bits are. There is no key that cannot be used: 0, `MAX` and whatever
/// is a sentinel elsewhere are keys like any other.
///
/// There is no hasher. The hash is a bijection of the key's bits with a seed of the map's own
/// (folds and products). It spreads keys of any regular pattern, and takes a few instructions.
/// It is not a cryptographic hash: whoever can choose keys *and* observe how long operations take
/// could find the seed, and with it keys of one bucket; those make the operations on each other
/// slow, and nothing worse. Where that is to be feared, take a `HashMap` with a hasher that resists
/// it. [`with_seed`](CopyMap::with_seed) makes runs repeatable, and tells whoever knows the seed
/// what keys these are.
///
/// # Guarantees
///
/// Those of `HashMap`. Reads are wait-free, writes are lock-free, every operation takes effect at
/// one moment, an iteration returns what is present throughout exactly once. Closures may use the
/// same map. A value is never torn: what is read for a key has been put in for that key.
///
/// # Panics
///
/// What a closure or [`Bits`] panics with passes through, and leaves the map valid. It is unchanged
/// if a closure or [`Bits::into_bits`] has panicked. [`Bits::from_bits`] may be called for what is
/// returned when the change has been made.
pub struct CopyMap<K: Bits, V: Bits> {
    pub(super) store: Store<K, V>,
    pub(super) bijection: Bijection,
    /// Sent and shared as its content; invariant, for it can be written through `&`.
    pub(super) of: Of<(K, V)>,
}

/// As a `T`, and as what takes a `T` and gives one.
type Of<T> = PhantomData<(T, fn(T) -> T)>;

impl<K: Bits, V: Bits> CopyMap<K, V> {
    /// That both fit, when the program is compiled.
    pub(super) const FITS: () = {
        assert!(K::WIDTH <= 64, "a key of a CopyMap has at most 64 bits");
        assert!(V::WIDTH <= 64, "a value of a CopyMap has at most 64 bits");
    };

    /// Bits of a hash.
    const WIDTH: u32 = if Store::<K, V>::PACKED { K::WIDTH } else { 64 };

    #[inline(always)]
    pub(super) fn hash(&self, key: K) -> Hash {
        self.bijection.hash(low(key.into_bits(), K::WIDTH), Self::WIDTH)
    }

    #[inline(always)]
    pub(super) fn key(&self, hash: Hash) -> K {
        K::from_bits(self.bijection.key(hash, Self::WIDTH))
    }

    #[inline(always)]
    pub(super) fn bits(value: V) -> u64 {
        low(value.into_bits(), V::WIDTH)
    }
}
