//! The `serde` feature: maps and sets as serde's maps and sequences.
//!
//! Serialising iterates over the map once, collects what it finds, and writes that down with its
//! exact length. Formats that put the length first need it right, and while others write the map's
//! own `len` may not be.

use core::borrow::Borrow;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::map::{HashMap, HashMapRef};
use crate::memory::{self, Guard};
use crate::set::{HashSet, HashSetRef};

impl<K, V, S> Serialize for HashMap<K, V, S>
where
    K: Hash + Eq + Serialize,
    V: Serialize,
    S: BuildHasher,
{
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        self.pin().serialize(serializer)
    }
}

impl<K, V, S, G> Serialize for HashMapRef<'_, K, V, S, G>
where
    K: Hash + Eq + Serialize,
    V: Serialize,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_map(self.iter().collect::<Vec<_>>())
    }
}

impl<T, S> Serialize for HashSet<T, S>
where
    T: Hash + Eq + Serialize,
    S: BuildHasher,
{
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        self.pin().serialize(serializer)
    }
}

impl<T, S, G> Serialize for HashSetRef<'_, T, S, G>
where
    T: Hash + Eq + Serialize,
    S: BuildHasher,
    G: Borrow<Guard>,
{
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_seq(self.iter().collect::<Vec<_>>())
    }
}

/// Puts what it is shown into a `C`. Each entry is inserted under a guard of its own, because the
/// input may be slow.
struct Gather<C>(PhantomData<C>);

impl<'de, K, V, S> Visitor<'de> for Gather<HashMap<K, V, S>>
where
    K: Hash + Eq + Send + Deserialize<'de>,
    V: Send + Deserialize<'de>,
    S: BuildHasher + Default,
{
    type Value = HashMap<K, V, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let map = HashMap::default();
        map.reserve_hint(access.size_hint().unwrap_or(0), &memory::pin());
        while let Some((key, value)) = access.next_entry()? {
            map.insert(key, value, &memory::pin());
        }
        Ok(map)
    }
}

impl<'de, T, S> Visitor<'de> for Gather<HashSet<T, S>>
where
    T: Hash + Eq + Send + Deserialize<'de>,
    S: BuildHasher + Default,
{
    type Value = HashSet<T, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let set = HashSet::default();
        set.as_map().reserve_hint(access.size_hint().unwrap_or(0), &memory::pin());
        while let Some(value) = access.next_element()? {
            set.insert(value, &memory::pin());
        }
        Ok(set)
    }
}

impl<'de, K, V, S> Deserialize<'de> for HashMap<K, V, S>
where
    K: Hash + Eq + Send + Deserialize<'de>,
    V: Send + Deserialize<'de>,
    S: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Gather::<Self>(PhantomData))
    }
}

impl<'de, T, S> Deserialize<'de> for HashSet<T, S>
where
    T: Hash + Eq + Send + Deserialize<'de>,
    S: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Gather::<Self>(PhantomData))
    }
}
