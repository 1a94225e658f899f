//! Models of the renewal of a chain. Each says what it hunts; the numbers are those of the protocol
//! in `src/engine/renew.rs`.
#![cfg(any(not(evacmap_loom), evacmap_stub))]

use std::sync::Arc;

use loom_tests::*;

type Worn = Map<Constant>;

/// One chain of four slots in a table of two buckets: 1, DEAD, DEAD, 4.
fn worn() -> Worn {
    let map = filled::<Constant>(2);
    map.start_resize(1);
    map.finish_resize();
    (3..=4).for_each(|key| assert_eq!(map.pin().insert(key, key), None));
    (2..=3).for_each(|key| assert!(map.pin().remove(&key).is_some()));
    map
}

/// The same, renewed: the head's words are copies, and behind it there are 1, 4, and room.
fn renewed() -> Worn {
    let map = worn();
    map.renew_chain(&1);
    map
}

/// An insert that finds the chain full, or frozen, or new: what is inserted is there (1 to 6).
#[test]
fn renewal_against_insert() {
    model("renewal_against_insert", || {
        let map = Arc::new(worn());
        let a = spawn(&map, |map| map.renew_chain(&1));
        assert_eq!(map.pin().insert(9, 9), None);
        assert_eq!(map.pin().get(&9), Some(&9));
        a.join().unwrap();
        exactly(map, &[1, 4, 9]);
    });
}

/// Keys that stay are never absent to a look-up, nor is a value looked at that has been replaced
/// and freed (5, I9).
#[test]
fn renewal_against_get() {
    model("renewal_against_get", || {
        let map = Arc::new(worn());
        let a = spawn(&map, |map| {
            map.renew_chain(&1);
            assert_eq!(map.pin().insert(1, 5), Some(&1));
        });
        assert!(map.pin().get(&1).is_some_and(|value| [1, 5].contains(value)));
        assert_eq!(map.pin().get(&4), Some(&4));
        a.join().unwrap();
        exactly(map, &[1, 4]);
    });
}

/// Two inserts of one key into a chain that is full: each may renew, one inserts (I2).
#[test]
fn renewal_against_two_inserts_of_one_key() {
    model("renewal_against_two_inserts_of_one_key", || {
        let map = Arc::new(worn());
        let a = spawn(&map, |map| map.pin().insert(9, 1).is_none());
        let inserted = [map.pin().insert(9, 2).is_none(), a.join().unwrap()];
        assert_eq!(inserted.iter().filter(|inserted| **inserted).count(), 1);
        exactly(map, &[1, 4, 9]);
    });
}

/// A replacement against a renewal: nobody reads an older value after it (5).
#[test]
fn renewal_against_replace() {
    model("renewal_against_replace", || {
        let map = Arc::new(worn());
        let a = spawn(&map, |map| map.renew_chain(&1));
        assert_eq!(map.pin().insert(1, 7), Some(&1));
        assert_eq!(map.pin().get(&1), Some(&7));
        a.join().unwrap();
        assert_eq!(map.pin().get(&1), Some(&7));
        exactly(map, &[1, 4]);
    });
}

/// A removal against a renewal and an insert: what is removed stays so, and the head's copy of it
/// is not followed when the entry is gone (5, I9).
#[test]
fn renewal_against_remove() {
    model("renewal_against_remove", || {
        let map = Arc::new(worn());
        let a = spawn(&map, |map| {
            map.renew_chain(&1);
            assert_eq!(map.pin().insert(9, 9), None);
        });
        assert_eq!(map.pin().remove(&1), Some(&1));
        assert_eq!(map.pin().get(&1), None);
        a.join().unwrap();
        assert_eq!(map.pin().get(&1), None);
        exactly(map, &[4, 9]);
    });
}

/// Two renewals, one after the other, against a look-up that may be in the buckets of the first:
/// they are freed when nobody can be there any more (4, I8).
#[test]
fn two_renewals_against_get() {
    model("two_renewals_against_get", || {
        let map = Arc::new(renewed());
        let a = spawn(&map, |map| {
            assert_eq!(map.pin().remove(&1), Some(&1));
            map.renew_chain(&4);
        });
        assert_eq!(map.pin().get(&4), Some(&4));
        a.join().unwrap();
        exactly(map, &[4]);
    });
}

/// Renewals by two threads at once, of a chain that has been renewed: its former buckets are
/// retired once.
#[test]
fn two_renewals_at_once() {
    model("two_renewals_at_once", || {
        let map = Arc::new(renewed());
        let a = spawn(&map, |map| map.renew_chain(&1));
        map.renew_chain(&1);
        assert_eq!(map.pin().remove(&4), Some(&4));
        a.join().unwrap();
        exactly(map, &[1]);
    });
}

/// A renewal against the evacuation of its table: whichever is first at the head's word decides
/// what is moved (7).
#[test]
fn renewal_against_evacuation() {
    model("renewal_against_evacuation", || {
        let map = Arc::new(worn());
        let a = spawn(&map, |map| {
            map.start_rebuild();
            map.help_resize(1);
        });
        map.renew_chain(&1);
        assert_eq!(map.pin().insert(1, 5), Some(&1));
        assert_eq!(map.pin().get(&1), Some(&5));
        a.join().unwrap();
        assert_eq!(map.pin().get(&1), Some(&5));
        exactly(map, &[1, 4]);
    });
}

/// The same with a chain that has been renewed, and is once more (7).
#[test]
fn second_renewal_against_evacuation() {
    model("second_renewal_against_evacuation", || {
        let map = Arc::new(renewed());
        let a = spawn(&map, |map| map.renew_chain(&1));
        map.start_rebuild();
        assert_eq!(map.pin().remove(&1), Some(&1));
        a.join().unwrap();
        exactly(map, &[4]);
    });
}

/// A chain that has been renewed before, evacuated by two: both drop the head's copies, of which
/// one names what is gone (7, I9).
#[test]
fn evacuation_of_a_renewed_chain() {
    model("evacuation_of_a_renewed_chain", || {
        let map = renewed();
        assert_eq!(map.pin().remove(&4), Some(&4));
        map.start_rebuild();
        let map = Arc::new(map);
        let a = spawn(&map, |map| map.finish_resize());
        assert_eq!(map.pin().insert(1, 5), Some(&1));
        map.finish_resize();
        a.join().unwrap();
        exactly(map, &[1]);
    });
}

/// A helper of the evacuation that filled the chain wakes late: it must not put what it has read
/// long ago into the next generation, where there is room (8, I5).
#[test]
fn late_helper_against_renewal() {
    model("late_helper_against_renewal", || {
        let map = filled::<Constant>(2);
        map.start_resize(1);
        map.finish_resize();
        assert_eq!(map.pin().insert(3, 3), None);
        map.start_rebuild();
        let map = Arc::new(map);
        let a = spawn(&map, |map| _ = map.help_resize(1));
        map.finish_resize();
        (1..=3).for_each(|key| assert!(map.pin().remove(&key).is_some()));
        map.renew_chain(&1);
        a.join().unwrap();
        assert_eq!(map.pin().get(&3), None);
        exactly(map, &[]);
    });
}

/// A clear against a renewal: each entry goes once, and what is inserted afterwards stays (7).
#[test]
fn renewal_against_clear() {
    model("renewal_against_clear", || {
        let map = Arc::new(worn());
        let a = spawn(&map, |map| {
            map.renew_chain(&1);
            assert!(map.pin().get(&4).is_none_or(|value| *value == 4));
        });
        map.pin().clear();
        map.help_resize(1);
        assert_eq!(map.pin().insert(9, 9), None);
        a.join().unwrap();
        map.finish_resize();
        exactly(map, &[9]);
    });
}

/// A chain that has been renewed, cleared by two: its copies are nobody's.
#[test]
fn clear_of_a_renewed_chain() {
    model("clear_of_a_renewed_chain", || {
        let map = renewed();
        assert_eq!(map.pin().remove(&4), Some(&4));
        map.pin().clear();
        let map = Arc::new(map);
        let a = spawn(&map, |map| map.finish_resize());
        map.finish_resize();
        a.join().unwrap();
        exactly(map, &[]);
    });
}

/// A walk over a chain that is renewed: a key that stays comes once.
#[test]
fn iterate_through_a_renewal() {
    model("iterate_through_a_renewal", || {
        let map = Arc::new(worn());
        let a = spawn(&map, |map| {
            map.renew_chain(&1);
            assert_eq!(map.pin().insert(1, 5), Some(&1));
            assert_eq!(map.pin().insert(9, 9), None);
        });
        let mut keys: Vec<u64> = map.pin().keys().copied().filter(|key| *key != 9).collect();
        keys.sort_unstable();
        assert_eq!(keys, [1, 4]);
        a.join().unwrap();
        exactly(map, &[1, 4, 9]);
    });
}

/// The map ends with copies in a head: what lives is dropped once, and so is what was removed (10).
#[test]
fn drop_of_a_renewed_chain() {
    model("drop_of_a_renewed_chain", || {
        let witnesses = Witnesses::default();
        let map: MapOfWitnesses<Constant> = Default::default();
        (1..=2).for_each(|key| assert!(map.pin().insert(key, witnesses.new()).is_none()));
        map.start_resize(1);
        map.finish_resize();
        (3..=4).for_each(|key| assert!(map.pin().insert(key, witnesses.new()).is_none()));
        (2..=3).for_each(|key| assert!(map.pin().remove(&key).is_some()));
        let map = Arc::new(map);
        let a = spawn(&map, |map| map.renew_chain(&1));
        map.renew_chain(&1);
        map.pin().remove(&4);
        a.join().unwrap();
        witnesses.end(map);
    });
}
