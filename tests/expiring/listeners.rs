//! The listener: told of each entry once, free to use the map, and to panic.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use crate::common::Counter;
use crate::{HOUR, SECOND, builder, sweep_all};
use evacmap::expiring::{Cause, ExpiringMap};

#[test]
fn it_is_told_of_each_entry_and_why() {
    let told = Arc::new(Mutex::new(BTreeMap::new()));
    let tell = told.clone();
    let (builder, clock) = builder();
    let map = builder.time_to_live(SECOND).listener(move |key: &u32, value: &u32, cause| {
        assert_eq!(tell.lock().unwrap().insert(*value, (*key, cause)), None);
    });
    let map = map.build();
    {
        let map = map.pin();
        map.insert(1, 10);
        map.insert(1, 11);
        map.update(1, |_| 12);
        map.remove(&1);
        map.insert(1, 13);
        map.expire_now(&1);
        map.insert(1, 14);
        map.retain(|_, _| false);
        map.insert(1, 15);
        map.clear();
        map.insert_with_ttl(1, 16, Duration::ZERO);
        map.insert(1, 17);
        clock.advance(SECOND);
        map.insert(1, 18);
        clock.advance(SECOND);
        map.remove(&1);
        map.insert(1, 19);
    }
    clock.advance(2 * SECOND);
    sweep_all(&map);
    map.pin().insert(1, 20);
    drop(map);
    use Cause::{Cleared, Expired, Removed, Replaced};
    let causes = [
        Replaced, Replaced, Removed, Expired, Removed, Cleared, Expired, Expired, Expired, Expired,
    ];
    let wanted: Vec<_> = (10..).zip(causes.map(|cause| (1, cause))).collect();
    assert_eq!(Vec::from_iter(Arc::into_inner(told).unwrap().into_inner().unwrap()), wanted);
}

type Shared = Arc<OnceLock<ExpiringMap<u32, u32>>>;

/// Each entry that expires puts in another, and does all else that there is to do.
#[test]
fn it_may_use_the_map() {
    let shared = Shared::default();
    let told = Arc::new(AtomicUsize::new(0));
    let (builder, clock) = builder();
    let (within, count) = (Arc::downgrade(&shared), told.clone());
    let builder = builder.time_to_live(SECOND).listener(move |key: &u32, value: &u32, cause| {
        count.fetch_add(1, Relaxed);
        if cause != Cause::Expired {
            return;
        }
        let map = within.upgrade().unwrap();
        let map = map.get().unwrap().pin();
        assert_eq!(map.get(key), None);
        map.insert(*key, value + 1);
        map.remove(&(key + 10_000));
        assert_eq!(map.sweep(100).steps, 0, "nothing is swept within a listener");
    });
    let map = shared.get_or_init(|| builder.build());
    for key in 0..2000 {
        map.pin().insert(key, 0);
    }
    for round in 1..=3 {
        clock.advance(SECOND + SECOND / 5);
        sweep_all(map);
        let map = map.pin();
        assert!((0..2000).all(|key| map.get(&key) == Some(&round)), "round {round}");
        assert_eq!(map.len(), 2000);
    }
    assert_eq!(told.load(Relaxed), 6000);
    // And in the course of writes.
    clock.advance(SECOND + SECOND / 5);
    let mut writes = 0;
    while map.stats().expired < 8000 {
        map.pin().insert(5000, 0);
        writes += 1;
        assert!(writes < 8000);
    }
}

#[test]
fn its_panics_go_no_further() {
    let counter = Counter::new();
    let (builder, clock) = builder();
    let builder = builder.time_to_live(SECOND).listener(|_: &u32, _: &_, _| panic!("a listener"));
    let mut map = builder.build();
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let done = catch_unwind(AssertUnwindSafe(|| {
        for key in 0..500 {
            map.pin().insert(key, counter.make(key));
        }
        map.pin().insert(0, counter.make(0));
        assert!(map.pin().remove(&1).is_some());
        clock.advance(HOUR);
        map.pin().insert(1, counter.make(1));
        sweep_all(&map);
        map.pin().clear();
    }));
    std::panic::set_hook(quiet);
    done.unwrap();
    let stats = map.stats();
    assert_eq!((stats.expired, stats.replaced, stats.removed, map.len()), (499, 1, 2, 0));
    map.validate().unwrap();
    drop(map);
    counter.check();
}
