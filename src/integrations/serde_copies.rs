//! The `serde` feature for maps and sets of copies; as `serde.rs` does it for the others.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::copy::{CopyMap, CopySet};
use crate::layout::bits::Bits;

impl<K: Bits + Serialize, V: Bits + Serialize> Serialize for CopyMap<K, V> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_map(self.iter().collect::<Vec<_>>())
    }
}

impl<K: Bits + Serialize> Serialize for CopySet<K> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_seq(self.iter().collect::<Vec<_>>())
    }
}

/// Puts what it is shown into a `C`.
struct Gather<C>(PhantomData<C>);

impl<'de, K, V> Visitor<'de> for Gather<CopyMap<K, V>>
where
    K: Bits + Deserialize<'de>,
    V: Bits + Deserialize<'de>,
{
    type Value = CopyMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let map = CopyMap::new();
        map.reserve_hint(access.size_hint().unwrap_or(0));
        while let Some((key, value)) = access.next_entry()? {
            map.insert(key, value);
        }
        Ok(map)
    }
}

impl<'de, K: Bits + Deserialize<'de>> Visitor<'de> for Gather<CopySet<K>> {
    type Value = CopySet<K>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let set = CopySet::new();
        set.as_map().reserve_hint(access.size_hint().unwrap_or(0));
        while let Some(key) = access.next_element()? {
            set.insert(key);
        }
        Ok(set)
    }
}

impl<'de, K, V> Deserialize<'de> for CopyMap<K, V>
where
    K: Bits + Deserialize<'de>,
    V: Bits + Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Gather::<Self>(PhantomData))
    }
}

impl<'de, K: Bits + Deserialize<'de>> Deserialize<'de> for CopySet<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Gather::<Self>(PhantomData))
    }
}
