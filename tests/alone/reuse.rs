//! Removed slots are used again, by age: each rule is taken, and what it is for comes about. The
//! clock is the process's own.
#![cfg(feature = "_hooks")]

use std::cell::RefCell;
use std::hash::{Hash, Hasher};

use crate::alone;
use crate::common::{Mode, TestHasher, scaled, validated};
use evacmap::hooks::{Branch, Point, clear_hook, hits, on_reach};
use evacmap::memory_hooks::{now, push};
use evacmap::{HashMap, Stats};

/// A key whose comparison may be watched.
#[derive(Clone, Copy, Debug)]
struct Key(u64);

type Meanwhile = Box<dyn FnOnce()>;

thread_local! {
    /// Done at the next comparison with that key.
    static AT: RefCell<Option<(u64, Meanwhile)>> = const { RefCell::new(None) };
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        let watched = |at: &mut (u64, Meanwhile)| [self.0, other.0].contains(&at.0);
        if let Some((_, meanwhile)) = AT.with(|at| at.borrow_mut().take_if(watched)) {
            meanwhile();
        }
        self.0 == other.0
    }
}
impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

type Map = HashMap<Key, u64, TestHasher>;

/// Keys from 0 on, all in one chain, with room for many more.
fn chain_of(keys: u64) -> &'static Map {
    let map =
        Box::leak(Box::new(Map::with_capacity_and_hasher(1000, TestHasher::new(Mode::Constant))));
    (0..keys).for_each(|key| assert!(insert(map, key)));
    map
}

fn end(map: &'static Map) {
    let mut map = map.clone();
    map.validate().unwrap();
    validated(map);
}

/// Whether the key was absent.
fn insert(map: &Map, key: u64) -> bool {
    map.pin().insert(Key(key), key).is_none()
}

/// Removes a key, and has the clock go on by just so many steps from there. It may run ahead.
fn removed_for(keys: u64, key: u64, steps: usize) -> &'static Map {
    loop {
        let map = chain_of(keys);
        let before = now();
        assert_eq!(map.pin().remove(&Key(key)), Some(&key));
        while now() - before < steps {
            push();
        }
        if now() - before == steps {
            return map;
        }
    }
}

#[track_caller]
fn takes<T>(branch: Branch, act: impl FnOnce() -> T) -> T {
    let before = hits(branch);
    let result = act();
    assert!(hits(branch) > before, "{branch:?} was not taken");
    result
}

/// Does that at the next comparison with a key, which `act` must come to.
#[track_caller]
fn at_comparison<T>(key: u64, meanwhile: impl FnOnce() + 'static, act: impl FnOnce() -> T) -> T {
    AT.with(|at| *at.borrow_mut() = Some((key, Box::new(meanwhile))));
    let result = act();
    assert!(AT.with(|at| at.borrow().is_none()), "{key} was not compared");
    result
}

/// Does that when `act` is about to link its entry.
fn at_link<T>(meanwhile: impl FnOnce() + 'static, act: impl FnOnce() -> T) -> T {
    let mut meanwhile = Some(meanwhile);
    on_reach(move |point| {
        if point == Point::BeforePublish
            && let Some(meanwhile) = meanwhile.take()
        {
            meanwhile();
        }
    });
    let result = act();
    clear_hook();
    result
}

fn overflows(map: &Map) -> usize {
    map.stats().overflow_buckets
}

#[test]
fn reused() {
    let _alone = alone();
    let map = removed_for(7, 3, 3);
    takes(Branch::Reused, || assert!(insert(map, 9)));
    assert_eq!((overflows(map), map.len()), (0, 7));
    // None is left.
    assert!(insert(map, 10));
    assert_eq!(overflows(map), 1);
    end(map);
}

#[test]
fn a_slot_is_not_used_again_too_soon() {
    let _alone = alone();
    for steps in [0, 1, 2] {
        let map = removed_for(7, 3, steps);
        let before = hits(Branch::Reused);
        assert!(insert(map, 9));
        assert_eq!((overflows(map), hits(Branch::Reused) - before), (1, 0), "{steps} steps");
        end(map);
    }
}

#[test]
fn reuse_lost() {
    let _alone = alone();
    for (other, absent) in [(9, false), (10, true)] {
        let map = removed_for(7, 3, 3);
        let meanwhile = move || assert!(insert(map, other));
        let was_absent = takes(Branch::ReuseLost, || at_link(meanwhile, || insert(map, 9)));
        assert_eq!((was_absent, overflows(map)), (absent, usize::from(absent)));
        end(map);
    }
}

/// Between the scan of the bucket, which saw it DEAD, and the look at its number.
#[test]
fn reused_meanwhile() {
    let _alone = alone();
    for (other, absent) in [(9, false), (10, true)] {
        let map = removed_for(7, 3, 3);
        let meanwhile = move || assert!(insert(map, other));
        let was_absent =
            takes(Branch::ReusedMeanwhile, || at_comparison(5, meanwhile, || insert(map, 9)));
        assert_eq!((was_absent, overflows(map)), (absent, usize::from(absent)));
        end(map);
    }
}

#[test]
fn read_again() {
    let _alone = alone();
    let map = removed_for(8, 3, 3);
    let before = hits(Branch::Reused);
    takes(Branch::ReadAgain, || assert!(insert(map, 9)));
    assert_eq!(hits(Branch::Reused), before, "the EMPTY slot comes first");
    end(map);
}

/// What was passed is taken, and the chain goes on behind where it ended, so that there is an EMPTY
/// slot again.
#[test]
fn changed_meanwhile() {
    let _alone = alone();
    for (other, absent) in [(9, false), (10, true)] {
        let map = removed_for(8, 3, 3);
        let meanwhile = move || {
            (20..26).for_each(|key| assert!(insert(map, key)));
            takes(Branch::Reused, || assert!(insert(map, other)));
            assert!(insert(map, 30));
            assert_eq!(overflows(map), 2);
        };
        let was_absent =
            takes(Branch::ChangedMeanwhile, || at_comparison(7, meanwhile, || insert(map, 9)));
        assert_eq!(was_absent, absent);
        end(map);
    }
}

#[test]
fn stamped_anew() {
    let _alone = alone();
    let map = removed_for(7, 3, 2);
    takes(Branch::StampedAnew, || assert!(insert(map, 9)));
    assert_eq!(overflows(map), 1);
    // Filled up, and two steps later than the stamp at least, but not than the removal.
    (20..26).for_each(|key| assert!(insert(map, key)));
    let since = now();
    let before = hits(Branch::Reused);
    while now() == since {
        push();
    }
    if now() - since < 3 {
        assert!(insert(map, 30));
        assert_eq!(hits(Branch::Reused), before, "its age is that of the stamp");
    }
    end(map);
}

/// Another takes the slot, for which the clock has gone on by a step.
#[test]
fn stamp_lost() {
    let _alone = alone();
    let taken = (0..1000).filter(|round| stamp_is_lost(round % 4, round % 8 < 4)).count();
    assert!(taken > 0, "the clock has never moved under the guard");
}

/// The step has to be under way by so many pushes, and may then come under the guard or not:
/// whether it did.
fn stamp_is_lost(ahead: usize, same: bool) -> bool {
    let map = removed_for(7, 3, 2);
    let started = now();
    (0..ahead).for_each(|_| push());
    // Of no thread: to pin a thread may have the clock go on.
    let guard = map.owned_guard();
    if now() != started {
        return false;
    }
    let (other, before) = (if same { 9 } else { 10 }, hits(Branch::StampLost));
    let mut has_moved = false;
    let inserted = || {
        (0..100).for_each(|_| push());
        has_moved = now() != started;
        assert!(now() <= started + 1, "once under a guard");
        if has_moved {
            takes(Branch::Reused, || assert!(insert(map, other)));
        }
        90
    };
    let got = *map.get_or_insert_with(Key(9), inserted, &guard);
    assert_eq!(got, if has_moved && same { 9 } else { 90 });
    assert_eq!(hits(Branch::StampLost) - before, usize::from(has_moved));
    drop(guard);
    end(map);
    has_moved
}

/// Keys that come and go, where the length stays, from beyond those that are there. What was done
/// meanwhile.
fn churn(map: &HashMap<u64, u64>, entries: u64, times: u64) -> Stats {
    for oldest in 0..times {
        assert!(map.pin().remove(&oldest).is_some());
        assert!(map.pin().insert(oldest + entries, oldest).is_none());
    }
    map.stats()
}

fn with_entries(entries: u64) -> HashMap<u64, u64> {
    let map = HashMap::with_capacity(2 * entries as usize);
    (0..entries).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    map
}

#[test]
fn where_no_guard_is_held_keys_that_come_and_go_cause_no_rebuild() {
    let _alone = alone();
    let entries = scaled(20_000, 5_000) as u64;
    let map = with_entries(entries);
    let stats = churn(&map, entries, 20 * entries);
    assert_eq!((stats.rebuilds, stats.growths), (0, 0), "{stats:?}");
    assert!(map.pin().chain_histogram().len() <= 4);
    validated(map);
}

#[test]
fn while_a_guard_is_held_tables_are_rebuilt_as_ever() {
    let _alone = alone();
    let entries = scaled(20_000, 5_000) as u64;
    let map = with_entries(entries);
    let guard = evacmap::pin();
    let before = hits(Branch::Reused);
    let stats = churn(&map, entries, 20 * entries);
    assert!(stats.rebuilds > 5, "{stats:?}");
    assert_eq!(hits(Branch::Reused), before, "the clock stands still");
    drop(guard);
    validated(map);
}

/// Where nothing is left behind by a removal, the removals themselves have the clock go on, and do
/// so by more than a slot has to wait.
#[test]
fn removals_have_the_clock_go_on() {
    let _alone = alone();
    let map: evacmap::CopyMap<u32, u32> = (100_000..101_000).map(|key| (key, key)).collect();
    let toggle = || {
        for key in 0..20_000 {
            assert_eq!(map.insert(key, 7), None);
            assert_eq!(map.remove(&key), Some(7));
        }
    };
    let (started, reused) = (now(), hits(Branch::Reused));
    toggle();
    assert!(now() - started > 3, "{} steps", now() - started);
    toggle();
    assert!(hits(Branch::Reused) > reused, "no slot was used again");
    let _guard = evacmap::pin();
    let started = now();
    toggle();
    assert!(now() - started <= 1, "a guard is held");
}
