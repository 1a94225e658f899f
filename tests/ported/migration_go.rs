//! The rows of the table in `src/docs/migration.rs` that begins with Go's `sync.Map`, for each map
//! that has a column there: one program, in their words.

use std::sync::RwLock;

/// What the program has seen: loaded, stored, swapped, compared, removed, and what was left before
/// the map was cleared.
type Seen = (Option<i32>, i32, Option<i32>, bool, bool, bool, Option<i32>, Vec<i32>, usize);

const RIGHT: fn() -> Seen = || (Some(1), 2, Some(2), true, false, true, Some(1), vec![5], 0);

#[test]
fn here() {
    let map = evacmap::HashMap::new();
    let map = map.pin();
    map.insert("a", 1); // Store
    let loaded = map.get("a").copied(); // Load
    let stored = *map.get_or_insert("b", 2); // LoadOrStore
    assert!(map.try_insert("b", 3).is_err()); // LoadOrStore: loaded
    let swapped = map.insert("b", 4).copied(); // Swap
    let exchanged = map.compare_exchange("b", &4, 5).is_ok(); // CompareAndSwap
    let other = map.compare_remove("b", &4).is_ok(); // CompareAndDelete, of another value
    map.insert("c", 6);
    let same = map.compare_remove("c", &6).is_ok(); // CompareAndDelete
    let removed = map.remove("a").copied(); // LoadAndDelete, Delete
    let left = map.iter().map(|(_, value)| *value).collect(); // Range
    map.clear(); // Clear
    let seen: Seen = (loaded, stored, swapped, exchanged, other, same, removed, left, map.len());
    assert_eq!(seen, RIGHT());
}

#[test]
fn papaya() {
    use papaya::{Compute, HashMap, Operation};

    let map = HashMap::new();
    let map = map.pin();
    map.insert("a", 1);
    let loaded = map.get("a").copied();
    let stored = *map.get_or_insert("b", 2);
    assert!(map.try_insert("b", 3).is_err());
    let swapped = map.insert("b", 4).copied();
    let exchange = |entry: Option<(&&str, &i32)>| match entry {
        Some((_, 4)) => Operation::Insert(5),
        _ => Operation::Abort(()),
    };
    let exchanged = matches!(map.compute("b", exchange), Compute::Updated { .. });
    let other = matches!(map.remove_if("b", |_, value| *value == 4), Ok(Some(_)));
    map.insert("c", 6);
    let same = matches!(map.remove_if("c", |_, value| *value == 6), Ok(Some(_)));
    let removed = map.remove("a").copied();
    let left = map.iter().map(|(_, value)| *value).collect();
    map.clear();
    let seen: Seen = (loaded, stored, swapped, exchanged, other, same, removed, left, map.len());
    assert_eq!(seen, RIGHT());
}

#[test]
fn dashmap() {
    let map = dashmap::DashMap::new();
    map.insert("a", 1);
    let loaded = map.get("a").map(|value| *value);
    let stored = *map.entry("b").or_insert(2);
    assert!(matches!(map.entry("b"), dashmap::Entry::Occupied(_)));
    let swapped = map.insert("b", 4);
    let exchanged = map
        .get_mut("b")
        .is_some_and(|mut value| *value == 4 && std::mem::replace(&mut *value, 5) == 4);
    let other = map.remove_if("b", |_, value| *value == 4).is_some();
    map.insert("c", 6);
    let same = map.remove_if("c", |_, value| *value == 6).is_some();
    let removed = map.remove("a").map(|(_, value)| value);
    let left = map.iter().map(|entry| *entry.value()).collect();
    map.clear();
    let seen: Seen = (loaded, stored, swapped, exchanged, other, same, removed, left, map.len());
    assert_eq!(seen, RIGHT());
}

#[test]
fn std_behind_a_lock() {
    use std::collections::HashMap;
    use std::collections::hash_map::Entry;

    let map = RwLock::new(HashMap::new());
    map.write().unwrap().insert("a", 1);
    let loaded = map.read().unwrap().get("a").copied();
    let stored = *map.write().unwrap().entry("b").or_insert(2);
    assert!(matches!(map.write().unwrap().entry("b"), Entry::Occupied(_)));
    let swapped = map.write().unwrap().insert("b", 4);
    let exchange = |value: &mut i32| *value == 4 && std::mem::replace(value, 5) == 4;
    let exchanged = map.write().unwrap().get_mut("b").is_some_and(exchange);
    let remove = |key, old| match map.write().unwrap().entry(key) {
        Entry::Occupied(entry) if *entry.get() == old => Some(entry.remove()),
        _ => None,
    };
    let (other, _) = (remove("b", 4).is_some(), map.write().unwrap().insert("c", 6));
    let same = remove("c", 6).is_some();
    let removed = map.write().unwrap().remove("a");
    let left = map.read().unwrap().values().copied().collect();
    map.write().unwrap().clear();
    let seen: Seen =
        (loaded, stored, swapped, exchanged, other, same, removed, left, map.read().unwrap().len());
    assert_eq!(seen, RIGHT());
}
