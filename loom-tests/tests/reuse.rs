//! Models of removed slots that are used again (`src/engine/reuse.rs`), on the stand-in's clock.
//!
//! Each begins with a chain of one bucket, all of whose slots are used. What is hunted is always
//! the same: a key that is inserted twice (I2), or an entry that is lost.
#![cfg(all(feature = "_reuse", any(not(evacmap_loom), evacmap_stub)))]

use std::sync::Arc;

use loom_tests::*;

/// A step of the clock, if no guard is in the way.
fn tick() {
    evacmap::memory_hooks::push();
}

/// Keys 1 and 2 in a full chain of a table at rest, which has room for one entry more before it
/// grows.
fn full() -> Map<Constant> {
    #[cfg(evacmap_stub)]
    evacmap::memory_hooks::start_clock();
    let map = filled(2);
    map.start_resize(1);
    map.finish_resize();
    map
}

/// The same, with the first slot DEAD for so many steps.
fn first_dead_for(steps: usize) -> Map<Constant> {
    let map = full();
    assert_eq!(map.pin().remove(&1), Some(&1));
    (0..steps).for_each(|_| tick());
    map
}

fn inserts(map: &Map<Constant>, key: u64) -> bool {
    map.pin().insert(key, key).is_none()
}

/// Of so many inserts of the key 9 one has found it absent.
#[track_caller]
fn one_of(inserted: &[bool]) {
    assert_eq!(inserted.iter().filter(|inserted| **inserted).count(), 1, "{inserted:?}");
}

/// Both take the DEAD slot.
#[test]
fn two_inserts_into_a_dead_slot() {
    model("two_inserts_into_a_dead_slot", || {
        let map = Arc::new(first_dead_for(3));
        let a = spawn(&map, |map| inserts(map, 9));
        let inserted = [inserts(&map, 9), a.join().unwrap()];
        one_of(&inserted);
        assert_eq!(map.pin().get(&9), Some(&9));
        exactly(map, &[2, 9]);
    });
}

/// Inserts of two keys into one DEAD slot: one is there, and the other finds room behind it.
#[test]
fn two_keys_into_a_dead_slot() {
    model("two_keys_into_a_dead_slot", || {
        let map = Arc::new(first_dead_for(3));
        let a = spawn(&map, |map| assert!(inserts(map, 8)));
        assert!(inserts(&map, 9));
        assert_eq!(map.pin().get(&9), Some(&9));
        a.join().unwrap();
        exactly(map, &[2, 8, 9]);
    });
}

/// Two DEAD slots, of which the second is older. For the insert that is a step behind it is the
/// only one that is ripe, so the other takes it too.
#[test]
fn the_oldest_is_taken() {
    model("the_oldest_is_taken", || {
        let map = full();
        assert_eq!(map.pin().remove(&2), Some(&2));
        tick();
        assert_eq!(map.pin().remove(&1), Some(&1));
        (0..2).for_each(|_| tick());
        let map = Arc::new(map);
        let a = spawn(&map, |map| {
            tick();
            inserts(map, 9)
        });
        let inserted = [inserts(&map, 9), a.join().unwrap()];
        one_of(&inserted);
        exactly(map, &[9]);
    });
}

/// A slot that is ripe for one of two inserts, and for the other not yet.
#[test]
fn a_slot_that_is_nearly_ripe_is_not_passed_by() {
    model("a_slot_that_is_nearly_ripe_is_not_passed_by", || {
        let map = Arc::new(first_dead_for(2));
        let a = spawn(&map, |map| {
            tick();
            inserts(map, 9)
        });
        let inserted = [inserts(&map, 9), a.join().unwrap()];
        one_of(&inserted);
        exactly(map, &[2, 9]);
    });
}

/// One insert passes the slot while it is LIVE. It is removed behind its back, and is not used
/// again before that insert has ended.
#[test]
fn a_slot_that_is_removed_behind_an_insert() {
    model("a_slot_that_is_removed_behind_an_insert", || {
        let map = full();
        // Less than full, so that the chain is extended and the table does not grow.
        assert_eq!(map.pin().remove(&2), Some(&2));
        let map = Arc::new(map);
        let a = spawn(&map, |map| {
            tick();
            inserts(map, 9)
        });
        assert_eq!(map.pin().remove(&1), Some(&1));
        tick();
        let inserted = [inserts(&map, 9), a.join().unwrap()];
        one_of(&inserted);
        exactly(map, &[9]);
    });
}

/// One insert is at the end of its walk when another, with an older number, appends; then the clock
/// goes on, and the slot that the first has passed would be ripe.
#[test]
fn a_number_is_of_before_the_walk() {
    model("a_number_is_of_before_the_walk", || {
        let map = Arc::new(first_dead_for(1));
        let a = spawn(&map, |map| {
            tick();
            inserts(map, 9)
        });
        let here = inserts(&map, 9);
        tick();
        one_of(&[here, a.join().unwrap()]);
        exactly(map, &[2, 9]);
    });
}

/// One insert passes the DEAD slot, another takes it, a third appends, and the first follows the
/// link to an EMPTY slot: it reads what it has passed a second time.
#[test]
fn three_inserts_and_a_link() {
    model("three_inserts_and_a_link", || {
        let map = Arc::new(first_dead_for(3));
        let a = spawn(&map, |map| inserts(map, 9));
        let b = spawn(&map, |map| assert!(inserts(map, 3)));
        let here = inserts(&map, 9);
        b.join().unwrap();
        one_of(&[here, a.join().unwrap()]);
        exactly(map, &[2, 3, 9]);
    });
}

/// The same, where the slot is nearly ripe for two of them.
#[test]
fn three_inserts_and_a_step() {
    deep_model("three_inserts_and_a_step", || {
        let map = Arc::new(first_dead_for(2));
        let a = spawn(&map, |map| {
            tick();
            inserts(map, 9)
        });
        let b = spawn(&map, |map| assert!(inserts(map, 3)));
        let here = inserts(&map, 9);
        b.join().unwrap();
        one_of(&[here, a.join().unwrap()]);
        exactly(map, &[2, 3, 9]);
    });
}

/// A DEAD slot is taken while its chain is evacuated: what is put into it is moved, or goes into
/// the new table.
#[test]
fn reuse_against_evacuation() {
    model("reuse_against_evacuation", || {
        let map = Arc::new(first_dead_for(3));
        let a = spawn(&map, |map| {
            map.start_rebuild();
            map.finish_resize();
        });
        assert!(inserts(&map, 9));
        assert_eq!(map.pin().get(&9), Some(&9));
        a.join().unwrap();
        exactly(map, &[2, 9]);
    });
}

/// Two inserts of one key, and an evacuation between them.
#[test]
fn two_reuses_against_evacuation() {
    deep_model("two_reuses_against_evacuation", || {
        let map = Arc::new(first_dead_for(3));
        let a = spawn(&map, |map| {
            map.start_rebuild();
            map.finish_resize();
        });
        let b = spawn(&map, |map| inserts(map, 9));
        let here = inserts(&map, 9);
        a.join().unwrap();
        one_of(&[here, b.join().unwrap()]);
        exactly(map, &[2, 9]);
    });
}

/// A DEAD slot is taken while its table is cleared: the entry is gone with the rest, or it is in
/// the new table.
#[test]
fn reuse_against_clear() {
    model("reuse_against_clear", || {
        let map = Arc::new(first_dead_for(3));
        let a = spawn(&map, |map| {
            map.pin().clear();
            map.finish_resize();
        });
        assert!(inserts(&map, 9));
        a.join().unwrap();
        map.finish_resize();
        let left: Vec<u64> = map.pin().keys().copied().collect();
        assert!(left.is_empty() || left == [9]);
        exactly(map, &left);
    });
}

/// A look-up and an iteration beside an insert that takes a DEAD slot, and a removal that leaves
/// one.
#[test]
fn read_beside_reuse() {
    model("read_beside_reuse", || {
        let map = Arc::new(first_dead_for(3));
        let a = spawn(&map, |map| {
            assert!(inserts(map, 9));
            assert_eq!(map.pin().remove(&2), Some(&2));
        });
        let pinned = map.pin();
        assert_eq!(pinned.get(&1), None);
        let two = pinned.get(&2);
        let nine = pinned.get(&9).is_some();
        assert!(two.is_some() || nine, "removed after that was inserted");
        let keys: Vec<u64> = pinned.keys().copied().collect();
        assert!(!nine || keys.contains(&9));
        assert!(keys.iter().all(|key| [2, 9].contains(key)) && keys.len() <= 2);
        drop(pinned);
        a.join().unwrap();
        exactly(map, &[9]);
    });
}

/// A key that comes and goes from two threads while the clock runs.
#[test]
fn toggled_by_two() {
    model("toggled_by_two", || {
        let map = Arc::new(first_dead_for(2));
        let toggle = |map: &Map<Constant>| {
            let inserted = inserts(map, 9);
            tick();
            (inserted, map.pin().remove(&9).is_some())
        };
        let a = spawn(&map, toggle);
        let all = [toggle(&map), a.join().unwrap()];
        let count = |what: fn(&(bool, bool)) -> bool| all.iter().filter(|one| what(one)).count();
        assert_eq!(count(|one| one.0), count(|one| one.1), "{all:?}");
        exactly(map, &[2]);
    });
}
