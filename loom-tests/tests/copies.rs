//! Models of maps of small copies, whose slot is one word that holds all of an entry. The protocol
//! is that of `protocol.rs`; what differs is the word: nothing stands behind it, and it moves from
//! table to table as it is.
#![cfg(any(not(evacmap_loom), evacmap_stub))]

use std::sync::Arc;

use evacmap::{CopyCompute, CopyMap, Operation};
use loom_tests::{model, thread};

type Map = CopyMap<u8, u8>;

/// A map with the keys `1..=n`, each its own value, at rest.
fn filled(n: u8) -> Map {
    let map = Map::with_seed(1);
    (1..=n).for_each(|key| assert_eq!(map.insert(key, key), None));
    map.finish_resize();
    map
}

fn spawn<T: 'static + Send>(
    map: &Arc<Map>,
    body: impl FnOnce(&Map) -> T + Send + 'static,
) -> thread::JoinHandle<T> {
    let map = map.clone();
    thread::spawn(move || body(&map))
}

/// The end of every model: the map is as it should be, and holds exactly these keys.
fn exactly(map: Arc<Map>, wanted: &[u8]) {
    let mut map = Arc::into_inner(map).expect("all threads are joined");
    map.validate().unwrap();
    let mut keys: Vec<u8> = map.keys().collect();
    keys.sort_unstable();
    assert_eq!(keys, wanted);
    assert_eq!(map.len(), wanted.len());
}

/// Two inserts of one key into the same EMPTY slot, and a replacement: exactly one inserts (I2).
#[test]
fn two_inserts_of_one_copy() {
    model("two_inserts_of_one_copy", || {
        let map = Arc::new(filled(1));
        let a = spawn(&map, |map| map.insert(9, 3).is_none());
        let b = spawn(&map, |map| map.insert(9, 5).is_none());
        let inserted = [map.insert(9, 4).is_none(), a.join().unwrap(), b.join().unwrap()];
        assert_eq!(inserted.iter().filter(|inserted| **inserted).count(), 1);
        exactly(map, &[1, 9]);
    });
}

/// Inserts of one key against a growth: neither lost nor twice (I2, I3).
#[test]
fn insert_against_evacuation_of_copies() {
    model("insert_against_evacuation_of_copies", || {
        let map = Arc::new(filled(1));
        let a = spawn(&map, |map| map.start_resize(1));
        let b = spawn(&map, |map| map.insert(9, 5).is_none());
        let inserted = [map.insert(9, 4).is_none(), b.join().unwrap()];
        a.join().unwrap();
        assert_eq!(inserted.iter().filter(|inserted| **inserted).count(), 1);
        exactly(map, &[1, 9]);
    });
}

/// The third key: two inserts find the chain full, one starts the growth, both get their entry in.
#[test]
fn two_inserts_start_a_growth_of_copies() {
    model("two_inserts_start_a_growth_of_copies", || {
        let map = Arc::new(filled(2));
        let a = spawn(&map, |map| assert_eq!(map.insert(8, 8), None));
        assert_eq!(map.insert(9, 9), None);
        a.join().unwrap();
        exactly(map, &[1, 2, 8, 9]);
    });
}

/// A helper against a remove and an insert of the same key: nothing is resurrected (I5).
#[test]
fn late_helper_of_copies() {
    model("late_helper_of_copies", || {
        let map = Arc::new(filled(2));
        map.start_resize(1);
        let a = spawn(&map, |map| map.finish_resize());
        assert_eq!(map.remove(&1), Some(1));
        assert_eq!(map.get(&1), None);
        assert_eq!(map.insert(1, 7), None);
        assert_eq!(map.get(&1), Some(7));
        a.join().unwrap();
        assert_eq!(map.get(&1), Some(7));
        exactly(map, &[1, 2]);
    });
}

/// A key that is only ever replaced is never seen absent, nor with a value that was replaced before
/// it was seen newer.
#[test]
fn read_copies_through_growth() {
    model("read_copies_through_growth", || {
        let map = Arc::new(filled(2));
        let a = spawn(&map, |map| {
            map.start_resize(1);
            map.finish_resize();
        });
        let b = spawn(&map, |map| assert!(map.insert(1, 7).is_some()));
        let first = map.get(&1).expect("the key is never absent");
        let second = map.get(&1).expect("the key is never absent");
        assert!(first == 1 || second == 7, "went back from 7 to {second}");
        a.join().unwrap();
        b.join().unwrap();
        exactly(map, &[1, 2]);
    });
}

/// Additions by two threads while the table grows: none is lost.
#[test]
fn additions_through_growth() {
    model("additions_through_growth", || {
        let map = Arc::new(filled(2));
        let a = spawn(&map, |map| map.start_resize(1));
        let b = spawn(&map, |map| map.fetch_add(1, 10));
        map.fetch_add(1, 20);
        a.join().unwrap();
        b.join().unwrap();
        assert_eq!(map.get(&1), Some(31));
        exactly(map, &[1, 2]);
    });
}

/// An insert against `clear`: it takes effect before or after it, and no entry of before is left.
#[test]
fn clear_of_copies_against_insert() {
    model("clear_of_copies_against_insert", || {
        let map = Arc::new(filled(2));
        let a = spawn(&map, |map| map.clear());
        assert!(map.insert(1, 9).is_none_or(|old| old == 1));
        a.join().unwrap();
        map.finish_resize();
        assert_eq!(map.get(&2), None);
        let left = map.get(&1);
        assert!(left.is_none_or(|value| value == 9));
        exactly(map, if left.is_some() { &[1] } else { &[] });
    });
}

/// An iteration beside a growth and a removal: what stays comes once, nothing twice.
#[test]
fn iteration_over_copies() {
    model("iteration_over_copies", || {
        let map = Arc::new(filled(2));
        let a = spawn(&map, |map| {
            map.start_resize(1);
            map.remove(&2)
        });
        let mut keys: Vec<u8> = map.keys().collect();
        keys.sort_unstable();
        assert!(keys == [1, 2] || keys == [1], "{keys:?}");
        assert_eq!(a.join().unwrap(), Some(2));
        exactly(map, &[1]);
    });
}

/// A shrink, in which two sources are merged into one, against a write in each.
#[test]
fn shrink_of_copies() {
    model("shrink_of_copies", || {
        let map = filled(2);
        map.start_resize(1);
        map.finish_resize();
        let map = Arc::new(map);
        let a = spawn(&map, |map| map.start_resize(-1));
        let done = map.compute(1, |seen| match seen {
            Some(1) => Operation::Insert(5),
            other => Operation::Abort(other),
        });
        assert_eq!(done, CopyCompute::Updated { old: 1, new: 5 });
        assert_eq!(map.remove(&2), Some(2));
        a.join().unwrap();
        exactly(map, &[1]);
    });
}
