//! After dashmap's tests, those in `src/lib.rs`, `src/iter.rs` and `src/read_only.rs` of
//! xacrimon/dashmap (MIT).
//!
//! Not taken over: handles that hold a lock (`try_get`, `RefMut`, its entries); read-only views,
//! which here are the map itself; parallel iterators; `iter_mut`, `try_reserve` and sets (see
//! `tests/api_*.rs`).

use std::collections::HashMap as Model;
use std::hash::RandomState;
use std::sync::Arc;

use evacmap::HashMap;

use crate::common::{validated, validated_arc};
use crate::support::crowd;

#[test]
fn basic() {
    let map = HashMap::new();
    map.pin().insert("foo".to_string(), 0);
    assert_eq!(map.pin().get("foo"), Some(&0));
    validated(map);
}

#[test]
fn default() {
    let map: HashMap<u32, u32> = HashMap::default();
    map.pin().insert(0, 0);
    assert_eq!(map.pin().get(&0), Some(&0));
    validated(map);
}

#[test]
fn keys_with_the_same_low_bits() {
    for step in [1 << 8, 1 << 16, 1 << 32, 1 << 56] {
        let map: HashMap<u64, u64> = (0..100).map(|i| (i * step, i)).collect();
        assert!((0..100).all(|i| map.pin().get(&(i * step)) == Some(&i)));
        validated(map);
    }
}

#[test]
fn values_that_hold_maps() {
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    enum Key {
        Id(u32),
        Name(&'static str),
    }
    let map: HashMap<Key, Model<u32, Vec<String>>> = HashMap::new();
    map.pin().insert(Key::Id(1), Model::from([(1, vec!["a".into()])]));
    map.pin().insert(Key::Name("x"), Model::new());
    let more = |value: &Model<u32, Vec<String>>| {
        let mut value = value.clone();
        value.entry(2).or_default().push("b".into());
        value
    };
    assert_eq!(map.pin().update(Key::Name("x"), more).map(Model::len), Some(1));
    assert_eq!(map.pin().update(Key::Id(1), more).map(Model::len), Some(2));
    assert_eq!(
        map.pin().get(&Key::Id(1)).and_then(|value| value.get(&2)),
        Some(&vec!["b".to_string()])
    );
    validated(map);
}

#[test]
fn hashers_with_different_keys() {
    let (one, two) = (RandomState::new(), RandomState::new());
    let maps =
        [HashMap::with_hasher(one.clone()), HashMap::with_hasher(two), HashMap::with_hasher(one)];
    for map in &maps {
        (0..100).for_each(|key| assert_eq!(map.pin().insert(key, key * 2), None));
    }
    assert!(maps[0] == maps[1] && maps[1] == maps[2], "equality does not depend on the hashes");
    maps.into_iter().for_each(validated);
}

#[test]
fn iteration_counts() {
    let map = HashMap::new();
    for count in 0..50 {
        assert_eq!((map.len(), map.pin().iter().count()), (count, count));
        map.pin().insert(count, ());
    }
    validated(map);
}

#[test]
fn a_shared_view_reads_while_others_iterate() {
    let map: Arc<HashMap<u32, u32>> = Arc::new((0..100).map(|key| (key, key + 1)).collect());
    crowd(4, |thread| match thread % 2 {
        0 => assert!((0..100).all(|key| map.pin().get(&key) == Some(&(key + 1)))),
        _ => assert_eq!(map.pin().iter().filter(|(key, value)| *key + 1 == **value).count(), 100),
    });
    validated_arc(map);
}

/// A look-up within a look-up, and a write within an iteration, which would wait for themselves if
/// there were locks.
#[test]
fn references_do_not_keep_writers_out() {
    let map: HashMap<u32, u32> = (0..100).map(|key| (key, key)).collect();
    let map_ref = map.pin();
    let held = map_ref.get(&7);
    crowd(2, |_| (0..100).for_each(|key| _ = map.pin().insert(key, key + 1000)));
    assert_eq!((held, map_ref.get(&7)), (Some(&7), Some(&1007)));
    for (key, _) in &map_ref {
        map.pin().remove(key);
    }
    assert!(map.is_empty());
    drop(map_ref);
    validated(map);
}
