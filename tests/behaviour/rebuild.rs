//! When a table is left behind for its DEAD slots, and by which: keys that come and go, where the
//! length stays.

use crate::common::{MODES, Mode, TestHasher, scaled, validated};
use evacmap::{HashMap, Stats};

type Map = HashMap<u64, u64, TestHasher>;

fn with_entries(buckets: usize, entries: u64, mode: Mode) -> Map {
    let map = Map::with_capacity_and_hasher(buckets * 5, TestHasher::new(mode));
    assert_eq!(map.stats().buckets, buckets);
    (0..entries).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    map
}

/// Removes the oldest key and inserts a new one, so many times. Calls `each` with what changed.
fn churn(map: &Map, entries: u64, times: u64, mut each: impl FnMut(&Stats, &Stats)) {
    let mut before = map.stats();
    for oldest in 0..times {
        assert_eq!(map.pin().remove(&oldest), Some(&oldest));
        assert!(map.pin().insert(oldest + entries, oldest + entries).is_none());
        let after = map.stats();
        each(&before, &after);
        before = after;
    }
}

#[test]
fn up_to_half_full_it_is_rebuilt_and_does_not_grow() {
    for entries in [64 * 5 / 2, 64, 8] {
        let map = with_entries(64, entries, Mode::Good);
        churn(&map, entries, 10_000, |_, now| assert_eq!(now.buckets, 64));
        let stats = map.stats();
        assert_eq!((stats.growths, stats.shrinks), (0, 0));
        assert!(stats.rebuilds > 10, "{stats:?}");
        validated(map);
    }
}

#[test]
fn more_than_half_full_it_grows_once_twofold() {
    // It is asked with one key out and the next not yet in.
    for entries in [64 * 5 / 2 + 2, 64 * 4, 64 * 5] {
        let map = with_entries(64, entries, Mode::Good);
        churn(&map, entries, 10_000, |_, now| {
            assert!(now.rebuilds == 0 || now.growths == 1, "{now:?}")
        });
        let stats = map.stats();
        assert_eq!((stats.growths, stats.buckets), (1, 128), "{stats:?}");
        assert!(stats.rebuilds > 10, "{stats:?}");
        validated(map);
    }
}

/// Each of them leaves a DEAD slot for four buckets behind, at least, whatever the hash: else one
/// would follow on the other.
#[test]
fn every_rebuild_is_paid_by_removals() {
    for mode in MODES {
        for entries in [1, 20, 100, scaled(1_000, 300) as u64] {
            let map = with_entries(64, 0, mode);
            (0..entries).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
            let begun = map.stats();
            assert_eq!(begun.rebuilds, 0, "{mode:?}: nothing was removed");
            let (mut removed, mut due) = (0, 0);
            churn(&map, entries, scaled(6_000, 2_000) as u64, |before, after| {
                removed += 1;
                let resizes = after.rebuilds + after.growths - before.rebuilds - before.growths;
                due += resizes * before.buckets as u64 / 4;
                assert!(resizes <= 1 && due <= removed, "{mode:?}, {entries}: {after:?}");
            });
            let grown = map.stats().buckets;
            assert!(
                grown <= begun.buckets.max(entries as usize),
                "{mode:?}: growth by chain length: {grown}"
            );
            validated(map);
        }
    }
}

/// A key that is written by the closure that decides about it is looked at again each time. As many
/// times as the closure does so, and no more.
#[test]
fn a_closure_that_writes_its_own_key_is_asked_again() {
    const TIMES: u64 = 1000;
    let map = HashMap::from([(1_u64, 0_u64)]);
    let mut asked = 0;
    let pinned = map.pin();
    let updated = pinned.update(1, |value| {
        asked += 1;
        if asked <= TIMES {
            map.pin().insert(1, asked);
        }
        value + 1
    });
    assert_eq!((updated.copied(), asked), (Some(TIMES + 1), TIMES + 1));
    drop(pinned);

    // And where it comes and goes.
    let mut asked = 0;
    map.pin().compute(1, |entry| {
        asked += 1;
        if asked <= TIMES {
            match entry {
                Some(_) => drop(map.pin().remove(&1)),
                None => drop(map.pin().insert(1, asked)),
            }
        }
        evacmap::Operation::<u64, ()>::Insert(asked)
    });
    assert_eq!((map.pin().get(&1), asked), (Some(&(TIMES + 1)), TIMES + 1));
    validated(map);
}
