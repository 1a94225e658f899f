//! Parallel iterators over maps and sets, and from them.
#![cfg(feature = "rayon")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};

use crate::common::{Config, Counted, Counter, MODES, Setup, scaled, validated};
use evacmap::{HashMap, HashSet};
use rayon::prelude::*;

#[test]
fn a_million_entries_in_and_out() {
    let size = scaled(1_000_000, 50_000) as u64;
    let mut map: HashMap<u64, u64> = (0..size).into_par_iter().map(|key| (key, key * 2)).collect();
    assert_eq!(map.len(), size as usize);
    {
        let map = map.pin();
        let seen: Vec<AtomicBool> = (0..size).map(|_| AtomicBool::new(false)).collect();
        map.par_iter().for_each(|(key, value)| {
            assert_eq!(*value, key * 2);
            assert!(!seen[*key as usize].swap(true, Relaxed), "{key} twice");
        });
        assert!(seen.into_iter().all(AtomicBool::into_inner), "each once");
    }
    map.par_extend((size / 2..2 * size).into_par_iter().map(|key| (key, key)));
    assert_eq!(map.len(), 2 * size as usize);
    let sum: u64 = map.pin_owned().par_iter().map(|(_, value)| value).sum();
    assert_eq!(
        sum,
        (0..size / 2).map(|key| key * 2).sum::<u64>() + (size / 2..2 * size).sum::<u64>()
    );
    validated(map);
}

#[test]
fn every_stage_of_a_resize_is_walked_in_parallel() {
    for mode in MODES {
        let counter = Counter::new();
        let map = Config { setup: Setup::Fresh, mode }.map();
        (0..2000_u64).for_each(|key| assert!(map.pin().insert(key, counter.make(key)).is_none()));
        for step in 0..60 {
            #[cfg(feature = "_hooks")]
            if !map.is_resizing() {
                map.start_resize([1, -1, 2, -2][step / 4 % 4]);
            }
            map.help_resize(step * 3);
            let map = map.pin();
            assert_eq!(map.par_iter().map(|(key, value)| key - value.inner).sum::<u64>(), 0);
            assert_eq!(map.par_iter().count(), 2000);
        }
        validated(map);
        counter.check();
    }
}

/// What is there all the time is seen once, while other threads write and the map is resized.
#[test]
fn parallel_iteration_beside_writers() {
    let map: Arc<HashMap<u64, u64>> = Arc::new((0..5000).map(|key| (key, key)).collect());
    let over = Arc::new(AtomicBool::new(false));
    let (shared, done) = (map.clone(), over.clone());
    let writer = std::thread::spawn(move || {
        let mut step = 5000;
        while !done.load(Relaxed) {
            step += 1;
            shared.pin().insert(step, step);
            shared.pin().update(step % 5000, |old| *old);
            if step % 20_000 == 0 {
                shared.pin().retain(|key, _| *key < 5000);
                shared.pin().shrink_to_fit();
            }
        }
    });
    for _ in 0..scaled(200, 30) {
        let (constant, foreign) = (AtomicUsize::new(0), AtomicUsize::new(0));
        map.pin().par_iter().for_each(|(key, value)| {
            assert_eq!(key, value);
            if *key < 5000 { &constant } else { &foreign }.fetch_add(1, Relaxed);
        });
        assert_eq!(constant.into_inner(), 5000);
    }
    over.store(true, Relaxed);
    writer.join().unwrap();
    crate::common::validated_arc(map);
}

#[test]
fn sets_in_parallel() {
    let size = scaled(200_000, 20_000) as u32;
    let mut set: HashSet<u32> = (0..size).into_par_iter().map(|value| value / 2).collect();
    assert_eq!(set.len(), size as usize / 2);
    set.par_extend((0..size).into_par_iter());
    assert_eq!(
        set.pin().par_iter().map(|value| u64::from(*value)).sum::<u64>(),
        (0..u64::from(size)).sum::<u64>()
    );
    let (even, odd): (Vec<u32>, Vec<u32>) =
        set.pin().par_iter().partition(|value| **value % 2 == 0);
    assert_eq!((even.len(), odd.len()), (size as usize / 2, size as usize / 2));
    assert_eq!(HashSet::<u8>::new().pin().par_iter().count(), 0);
    set.validate().unwrap();
}

#[test]
fn dropped_in_the_middle_and_panics() {
    let counter = Counter::new();
    let map: HashMap<u32, crate::common::Counted<u32>> =
        (0..10_000).into_par_iter().map(|key| (key, counter.make(key))).collect();
    assert!(map.pin().par_iter().find_any(|(key, _)| **key == 7777).is_some());
    let panicking = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        map.pin().par_iter().for_each(|(key, _)| assert!(*key != 5000, "on purpose"));
    }));
    assert!(panicking.is_err());
    validated(map);
    counter.check();
}

/// Without a pin of the caller's, each item keeps itself alive, and nothing else does.
#[test]
fn items_of_a_map_that_nobody_has_pinned() {
    let counter = Counter::new();
    let map: HashMap<u32, Counted<u32>> =
        (0..10_000).into_par_iter().map(|key| (key, counter.make(key))).collect();
    let kept: Vec<_> = map.par_iter().filter(|entry| entry.key() % 100 == 0).collect();
    assert_eq!(kept.len(), 100);
    map.pin().clear();
    map.finish_resize();
    map.flush();
    assert!(map.is_empty());
    assert!(kept.par_iter().all(|entry| entry.value().inner == *entry.key()));
    let shown = std::thread::scope(|scope| {
        scope.spawn(|| kept.iter().map(|entry| u64::from(entry.inner)).sum::<u64>()).join().unwrap()
    });
    assert_eq!(shown, (0..10_000).step_by(100).sum::<u64>());
    drop(kept);
    validated(map);
    counter.check();
}

#[test]
fn maps_consumed_and_changed_in_parallel() {
    let counter = Counter::new();
    let mut map: HashMap<u32, Counted<u32>> =
        (0..10_000).into_par_iter().map(|key| (key, counter.make(key))).collect();
    map.par_iter_mut().for_each(|(key, value)| value.inner += key);
    // Half of them are dropped where they are, in the midst of it.
    let sum: u64 = map
        .into_par_iter()
        .filter(|(key, _)| key % 2 == 0)
        .map(|(_, value)| u64::from(value.inner))
        .sum();
    assert_eq!(sum, (0..10_000).step_by(2).map(|key| 2 * key).sum::<u64>());
    counter.check();
    let set: HashSet<u32> = (0..10_000).collect();
    assert_eq!(set.par_iter().filter(|value| **value < 5000).count(), 5000);
    assert_eq!(set.into_par_iter().map(u64::from).sum::<u64>(), (0..10_000).sum::<u64>());
}
