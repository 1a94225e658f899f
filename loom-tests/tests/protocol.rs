//! Models of the slot and evacuation protocol. Each says what it hunts and which invariant would be
//! broken.
#![cfg(any(not(evacmap_loom), evacmap_stub))]

use std::sync::Arc;

use evacmap::{Compute, Operation};
use loom_tests::*;

/// Two inserts of one key into the same EMPTY slot, and a replacement: exactly one inserts (I2).
#[test]
fn two_inserts_of_one_key() {
    model("two_inserts_of_one_key", || {
        let map = Arc::new(filled::<Identity>(1));
        let a = spawn(&map, |map| map.pin().insert(9, 3).is_none());
        let b = spawn(&map, |map| map.pin().insert(9, 5).is_none());
        let inserted = [map.pin().insert(9, 4).is_none(), a.join().unwrap(), b.join().unwrap()];
        assert_eq!(inserted.iter().filter(|inserted| **inserted).count(), 1);
        exactly(map, &[1, 9]);
    });
}

/// Inserts of one key against the start of a growth and their own shares of it: neither lost nor
/// twice (I2, I3).
#[test]
fn insert_against_evacuation() {
    model("insert_against_evacuation", || {
        let map = Arc::new(filled::<Identity>(1));
        let a = spawn(&map, |map| map.start_resize(1));
        let b = spawn(&map, |map| map.pin().insert(9, 5).is_none());
        let inserted = [map.pin().insert(9, 4).is_none(), b.join().unwrap()];
        a.join().unwrap();
        assert_eq!(inserted.iter().filter(|inserted| **inserted).count(), 1);
        exactly(map, &[1, 9]);
    });
}

/// The third key: two inserts find the chain full, one starts the growth, both get their entry in.
#[test]
fn two_inserts_start_a_growth() {
    model("two_inserts_start_a_growth", || {
        let map = Arc::new(filled::<Identity>(2));
        let a = spawn(&map, |map| assert_eq!(map.pin().insert(8, 8), None));
        assert_eq!(map.pin().insert(9, 9), None);
        a.join().unwrap();
        exactly(map, &[1, 2, 8, 9]);
    });
}

/// Two helpers against a remove: nothing is resurrected (I5).
#[test]
fn two_helpers_against_remove() {
    model("two_helpers_against_remove", || {
        let map = Arc::new(filled::<Identity>(2));
        map.start_resize(1);
        let a = spawn(&map, |map| map.finish_resize());
        let b = spawn(&map, |map| map.finish_resize());
        assert!(map.pin().remove(&1).is_some());
        assert_eq!(map.pin().get(&1), None);
        a.join().unwrap();
        b.join().unwrap();
        exactly(map, &[2]);
    });
}

/// Remove and reinsert in the new table against a helper that read the old one long before: it
/// changes nothing (I5).
#[test]
fn reinsert_against_late_helper() {
    model("reinsert_against_late_helper", || {
        let map = Arc::new(filled::<Identity>(2));
        map.start_resize(1);
        let a = spawn(&map, |map| map.finish_resize());
        assert_eq!(map.pin().remove(&1), Some(&1));
        assert_eq!(map.pin().insert(1, 7), None);
        assert_eq!(map.pin().get(&1), Some(&7));
        a.join().unwrap();
        assert_eq!(map.pin().get(&1), Some(&7));
        exactly(map, &[1, 2]);
    });
}

/// A key that is only ever replaced is never seen absent, nor with a value that was replaced before
/// it was seen newer.
#[test]
fn read_through_growth() {
    model("read_through_growth", || {
        let map = Arc::new(filled::<Identity>(2));
        let a = spawn(&map, |map| {
            map.start_resize(1);
            map.finish_resize();
        });
        let b = spawn(&map, |map| assert!(map.pin().insert(1, 7).is_some()));
        let first = *map.pin().get(&1).expect("the key is never absent");
        let second = *map.pin().get(&1).expect("the key is never absent");
        assert!(first == 1 || second == 7, "went back from 7 to {second}");
        a.join().unwrap();
        b.join().unwrap();
        exactly(map, &[1, 2]);
    });
}

/// Promotion, and the growth after it, against a reader and a writer that are still at the first
/// one: a table is retired once, and not while it can be reached (I8).
#[test]
fn promotion_against_next_growth() {
    model("promotion_against_next_growth", || {
        let map = Arc::new(filled::<Identity>(1));
        map.start_resize(1);
        let a = spawn(&map, |map| {
            map.finish_resize();
            map.start_resize(1);
        });
        assert_eq!(map.pin().get(&1), Some(&1));
        assert_eq!(map.pin().insert(1, 2), Some(&1));
        a.join().unwrap();
        assert_eq!(map.pin().get(&1), Some(&2));
        exactly(map, &[1]);
    });
}

/// A growth of two groups: it is over when both are evacuated, and not before.
#[test]
fn growth_of_two_groups() {
    model("growth_of_two_groups", || {
        let map = filled::<Identity>(2);
        map.start_resize(1);
        map.finish_resize();
        map.start_resize(1);
        let map = Arc::new(map);
        let a = spawn(&map, |map| assert_eq!(map.pin().insert(1, 5), Some(&1)));
        assert!(map.pin().get(&1).is_some());
        assert_eq!(map.pin().insert(2, 5), Some(&2));
        assert!(map.pin().get(&1).is_some(), "the group that the other evacuated");
        a.join().unwrap();
        exactly(map, &[1, 2]);
    });
}

/// A helper stops with its heads set and not counted. One sweeper finds them set, another goes on
/// from there, promotes without having looked at them, and still sees what is in them (P14).
#[test]
fn sweep_past_an_uncounted_group() {
    model("sweep_past_an_uncounted_group", || {
        let map = filled::<Identity>(2);
        map.start_resize(1);
        map.finish_resize();
        map.start_resize(1);
        let map = Arc::new(map);
        let a = spawn(&map, |map| _ = map.help_resize(1));
        let b = spawn(&map, |map| (0..2).for_each(|_| _ = map.help_resize(1)));
        map.help_resize(1);
        assert_eq!(map.pin().get(&1), Some(&1));
        assert_eq!(map.pin().get(&2), Some(&2));
        a.join().unwrap();
        b.join().unwrap();
        exactly(map, &[1, 2]);
    });
}

/// The heads of a growing group are set one after the other; meanwhile entries behind the first are
/// replaced and freed, and nobody may follow the source's words to them ("Half-set groups").
#[test]
fn half_set_group() {
    model("half_set_group", || {
        let map = Arc::new(filled::<Identity>(2));
        map.start_resize(1);
        let a = spawn(&map, |map| map.finish_resize());
        let b = spawn(&map, |map| {
            map.pin().insert(1, 5);
            map.pin().insert(2, 5);
        });
        assert!(map.pin().get(&1).is_some());
        assert!(map.pin().get(&2).is_some());
        assert_eq!(map.pin().get(&3), None);
        a.join().unwrap();
        b.join().unwrap();
        exactly(map, &[1, 2]);
    });
}

/// The same with two helpers: one that comes to a half-set group may not walk its source. With tags
/// a walk would do no harm here; without them, and when tags run out, it looks at every entry.
#[test]
fn half_set_group_and_a_second_helper() {
    model("half_set_group_and_a_second_helper", || {
        let map: Map = Map::default();
        map.pin().insert(2, 2);
        map.start_resize(1);
        map.finish_resize();
        // Two groups: the key is behind the first head of the first. The writer does its share on
        // the other group, and the second helper comes to sweep the first.
        map.start_resize(1);
        let map = Arc::new(map);
        let a = spawn(&map, |map| assert!(map.help_resize(1).buckets > 0));
        let b = spawn(&map, |map| assert_eq!(map.pin().insert(2, 5), Some(&2)));
        let c = spawn(&map, |map| assert!(map.help_resize(1).buckets > 0));
        a.join().unwrap();
        b.join().unwrap();
        c.join().unwrap();
        exactly(map, &[2]);
    });
}

/// Two appends of an overflow bucket to one chain: one wins, the other's entry goes in behind it.
#[test]
fn overflow_append_race() {
    model("overflow_append_race", || {
        let map = filled::<Constant>(2);
        map.start_resize(1);
        map.finish_resize();
        let map = Arc::new(map);
        let a = spawn(&map, |map| assert_eq!(map.pin().insert(8, 8), None));
        assert_eq!(map.pin().insert(9, 9), None);
        a.join().unwrap();
        exactly(map, &[1, 2, 8, 9]);
    });
}

/// An append against the freeze of the chain's end: the entry is moved, or goes into the new table.
#[test]
fn append_against_evacuation() {
    model("append_against_evacuation", || {
        let map = filled::<Constant>(2);
        map.start_resize(1);
        map.finish_resize();
        let map = Arc::new(map);
        let a = spawn(&map, |map| {
            map.start_resize(1);
            map.finish_resize();
        });
        assert_eq!(map.pin().insert(9, 9), None);
        assert_eq!(map.pin().get(&9), Some(&9));
        a.join().unwrap();
        exactly(map, &[1, 2, 9]);
    });
}

/// A rebuild at the same size against insert and remove.
#[test]
fn rebuild_against_writers() {
    model("rebuild_against_writers", || {
        let map = filled::<Identity>(2);
        map.pin().remove(&1);
        let map = Arc::new(map);
        let a = spawn(&map, |map| map.start_rebuild());
        let b = spawn(&map, |map| map.pin().remove(&2).is_some());
        assert_eq!(map.pin().insert(9, 9), None);
        a.join().unwrap();
        assert!(b.join().unwrap());
        exactly(map, &[9]);
    });
}

/// A shrink, two sources to a group, against a writer and a reader.
#[test]
fn shrink_against_writers() {
    model("shrink_against_writers", || {
        let map = filled::<Identity>(1);
        map.start_resize(1);
        map.finish_resize();
        let map = Arc::new(map);
        let a = spawn(&map, |map| {
            map.start_resize(-1);
            map.finish_resize();
        });
        assert_eq!(map.pin().insert(9, 9), None);
        assert_eq!(map.pin().remove(&1), Some(&1));
        assert_eq!(map.pin().get(&9), Some(&9));
        a.join().unwrap();
        exactly(map, &[9]);
    });
}

/// A clear against insert and get: all or nothing of what was before it, and each entry dropped
/// once.
#[test]
fn clear_against_writers() {
    model("clear_against_writers", || {
        let map = Arc::new(filled::<Identity>(2));
        let a = spawn(&map, |map| {
            map.pin().clear();
            map.finish_resize();
        });
        let replaced = map.pin().insert(1, 9).is_some();
        let after = map.pin().get(&1).copied();
        assert!(after == Some(9) || after.is_none());
        a.join().unwrap();
        map.finish_resize();
        let left: Vec<u64> = map.pin().keys().copied().collect();
        assert!(left.is_empty() || left == [1]);
        assert!(replaced || left == [1], "absent before the insert: the clear was before it");
        exactly(map, &left);
    });
}

/// A clear against the insert of a key whose chain has room behind it: what is inserted after the
/// clear stays.
#[test]
fn clear_against_insert_into_room() {
    model("clear_against_insert_into_room", || {
        let map = Arc::new(filled::<Identity>(1));
        let a = spawn(&map, |map| {
            map.pin().clear();
            map.finish_resize();
        });
        let inserted = *map.pin().get_or_insert(1, 9) == 9;
        a.join().unwrap();
        map.finish_resize();
        assert_eq!(map.pin().get(&1).is_some(), inserted, "absent before: the clear was over");
        exactly(map, if inserted { &[1] } else { &[] });
    });
}

/// Two helpers of one clear: each entry is retired by exactly one.
#[test]
fn two_helpers_of_a_clear() {
    model("two_helpers_of_a_clear", || {
        let map = Arc::new(filled::<Identity>(2));
        map.pin().clear();
        let a = spawn(&map, |map| map.finish_resize());
        map.finish_resize();
        assert_eq!(map.pin().insert(1, 4), None);
        a.join().unwrap();
        exactly(map, &[1]);
    });
}

/// Two computes of one counter through a growth: no increment is lost.
#[test]
fn compute_through_growth() {
    model("compute_through_growth", || {
        fn add(map: &Map) {
            let pinned = map.pin();
            let done = pinned
                .compute(1, |entry| Operation::<u64, ()>::Insert(entry.map_or(1, |(_, n)| n + 1)));
            assert!(matches!(done, Compute::Updated { .. }));
        }
        let map = Arc::new(filled::<Identity>(2));
        map.start_resize(1);
        let a = spawn(&map, add);
        add(&map);
        a.join().unwrap();
        assert_eq!(map.pin().get(&1), Some(&3));
        exactly(map, &[1, 2]);
    });
}

/// An iteration beside a growth and a replacement: every key once.
#[test]
fn iterate_through_growth() {
    model("iterate_through_growth", || {
        let map = Arc::new(filled::<Identity>(2));
        map.start_resize(1);
        let a = spawn(&map, |map| {
            assert!(map.pin().insert(1, 5).is_some());
            map.finish_resize();
        });
        let mut keys: Vec<u64> = map.pin().keys().copied().collect();
        keys.sort_unstable();
        assert_eq!(keys, [1, 2]);
        a.join().unwrap();
        exactly(map, &[1, 2]);
    });
}
