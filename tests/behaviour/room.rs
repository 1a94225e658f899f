//! Room that cannot be had, and room that a map gives back by itself.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr;
use std::sync::Arc;
use std::thread::panicking;

use crate::common::{
    Counted, Counter, JUST_TOO_MANY, MODES, Mode, TestHasher, on_threads, scaled, validated,
    validated_arc,
};
use evacmap::{HashMap, HashSet, ShrinkPolicy, TryReserveError};

thread_local! {
    /// Allocations of this thread fail from this size on, but those of a panic.
    static LIMIT: Cell<usize> = const { Cell::new(usize::MAX) };
}

struct Limited;

fn is_refused(layout: Layout) -> bool {
    layout.size() >= LIMIT.get() && !panicking()
}

// SAFETY: all is done by the system's allocator, or refused.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: passed on.
        if is_refused(layout) { ptr::null_mut() } else { unsafe { System.alloc(layout) } }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: passed on.
        if is_refused(layout) { ptr::null_mut() } else { unsafe { System.alloc_zeroed(layout) } }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Limited = Limited;

fn limited<R>(bytes: usize, f: impl FnOnce() -> R) -> R {
    LIMIT.set(bytes);
    let result = f();
    LIMIT.set(usize::MAX);
    result
}

#[test]
fn more_than_any_table_holds_is_an_error() {
    for size in [usize::MAX, usize::MAX / 2, JUST_TOO_MANY] {
        assert_eq!(
            HashMap::<u8, u8>::try_with_capacity(size).unwrap_err(),
            TryReserveError::CapacityOverflow
        );
        assert_eq!(
            HashMap::<u8, u8>::builder().capacity(size).try_build().unwrap_err(),
            TryReserveError::CapacityOverflow
        );
        assert_eq!(
            HashSet::<u8>::try_with_capacity(size).unwrap_err(),
            TryReserveError::CapacityOverflow
        );
        let map: HashMap<u32, u32> = (0..100).map(|key| (key, key)).collect();
        let before = map.capacity();
        let error = map.pin().try_reserve(size).unwrap_err();
        assert_eq!(error, TryReserveError::CapacityOverflow);
        assert!(error.to_string().contains("exceeded the collection's maximum"));
        assert_eq!((map.capacity(), map.len()), (before, 100));
        validated(map);
    }
}

/// A table that could be addressed and not be had: a few entries do not have the map grow towards
/// it step by step until the memory runs out.
#[cfg(target_pointer_width = "64")]
#[test]
fn what_no_machine_has_is_refused_at_once() {
    for present in [0_u64, 1, 1000] {
        let map: HashMap<u64, u64> = (0..present).map(|key| (key, key)).collect();
        map.finish_resize();
        let (before, growths) = (map.capacity(), map.stats().growths);
        let error = limited(1 << 24, || map.pin().try_reserve(1 << 38)).unwrap_err();
        assert!(matches!(error, TryReserveError::AllocError { .. }), "{error}");
        assert_eq!((map.capacity(), map.stats().growths), (before, growths));
        validated(map);
    }
}

#[test]
fn without_memory_the_map_stays_as_it_is() {
    for present in [0, 1, 100] {
        let counter = Counter::new();
        let map: HashMap<u32, Counted<u32>> =
            (0..present).map(|key| (key, counter.make(key))).collect();
        map.finish_resize();
        let before = map.capacity();
        let error = limited(1 << 14, || map.pin().try_reserve(100_000)).unwrap_err();
        let TryReserveError::AllocError { layout } = &error else { panic!("{error}") };
        assert!(layout.size() >= 1 << 14 && error.to_string().contains("returned an error"));
        // Refused before the first step.
        assert_eq!((map.capacity(), map.len()), (before, present as usize));
        assert_eq!(map.pin().try_reserve(100_000), Ok(()));
        assert!(map.capacity() >= 100_000);
        assert!(
            (0..present).all(|key| map.pin().get(&key).is_some_and(|value| value.inner == key))
        );
        validated(map);
        counter.check();
    }
    let error = limited(1 << 14, || HashMap::<u8, u8>::try_with_capacity(100_000)).unwrap_err();
    assert!(matches!(error, TryReserveError::AllocError { .. }));
    assert_eq!(HashMap::<u8, u8>::try_with_capacity(0).unwrap().capacity(), 0);
}

#[test]
fn a_shrink_without_memory_is_put_off() {
    let map = auto(0, Mode::Good);
    (0..100_000).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    map.finish_resize();
    let before = map.capacity();
    limited(1 << 14, || {
        (100..100_000).for_each(|key| assert!(map.pin().remove(&key).is_some()));
        map.pin().shrink_to_fit();
    });
    assert_eq!(map.capacity(), before);
    // Each shrink takes three bits away.
    for _ in 0..4 {
        churn(&map, 1000);
        map.finish_resize();
    }
    assert!(map.capacity() < 1000);
    validated(map);
}

/// Keys are put in where they have room in chains that are too long, and the growth is made up for.
#[test]
fn a_growth_without_memory_is_put_off() {
    let map: HashMap<u64, u64> = HashMap::with_capacity(10_000);
    let before = map.stats();
    let most = before.capacity as u64 * 5 / 4;
    limited(1 << 14, || (0..most).for_each(|key| assert!(map.pin().insert(key, key).is_none())));
    let full = map.stats();
    assert_eq!((full.len as u64, full.capacity, full.growths), (most, before.capacity, 0));
    (most..2 * most).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    assert!(
        map.capacity() > before.capacity
            && (0..2 * most).all(|key| map.pin().get(&key) == Some(&key))
    );
    validated(map);
}

#[test]
fn without_memory_for_what_is_wanted_a_smaller_table_will_do() {
    let map: HashMap<u64, u64> = HashMap::with_capacity(10_000);
    let (bytes, buckets) = (map.stats().buckets * 64, map.stats().buckets);
    (0..6_000).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    // More than half full, with keys that come and go: twice as many buckets are wanted, and as
    // many serve.
    limited(bytes * 2, || {
        for key in 0..100_000 {
            assert!(
                map.pin().remove(&key) == Some(&key)
                    && map.pin().insert(key + 6_000, key + 6_000).is_none()
            );
        }
    });
    let (stats, kept) = (map.stats(), 100_000..106_000);
    assert!(
        stats.growths == 0
            && stats.rebuilds > 5
            && kept.clone().all(|key| map.pin().contains_key(&key)),
        "{stats:?}"
    );
    // Full: four times as many are wanted, and twice as many serve.
    limited(bytes * 4, || {
        (0..10_000).for_each(|key| assert!(map.pin().insert(key, key).is_none()))
    });
    let stats = map.stats();
    assert!(
        stats.buckets == 2 * buckets
            && kept.chain(0..10_000).all(|key| map.pin().contains_key(&key)),
        "{stats:?}"
    );
    validated(map);
}

#[test]
fn a_map_without_a_table_has_no_resize_to_wait_for() {
    let map: HashMap<u32, u32> = HashMap::new();
    let progress = map.help_resize(1);
    assert_eq!((progress.filled_buckets, progress.buckets, progress.is_complete()), (0, 0, true));
    validated(map);
}

#[test]
fn shrinking_to_a_size_leaves_that_room() {
    let map: HashMap<u32, u32> = HashMap::with_capacity(50_000);
    for wanted in [10_000, 1000, 5000, 100, 0] {
        let before = map.capacity();
        map.pin().shrink_to(wanted);
        assert!(
            map.capacity() >= wanted.min(before)
                && map.capacity() <= (2 * wanted).max(10).min(before)
        );
    }
    (0..1000).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    map.pin().shrink_to(10);
    assert!(map.capacity() >= 1000);
    validated(map);
}

type Map = HashMap<u64, u64, TestHasher>;

fn auto(capacity: usize, mode: Mode) -> Map {
    HashMap::builder()
        .capacity(capacity)
        .hasher(TestHasher::new(mode))
        .shrink_policy(ShrinkPolicy::Auto)
        .build()
}

/// Puts a foreign key in and takes it out, again and again.
fn churn(map: &Map, times: u64) {
    for key in u64::MAX - times..u64::MAX {
        map.pin().insert(key, 0);
        map.pin().remove(&key);
    }
}

#[test]
fn a_map_that_was_large_becomes_small_by_itself() {
    for mode in MODES {
        let size = if mode == Mode::Constant || mode == Mode::EightBit {
            3_000
        } else {
            scaled(300_000, 30_000) as u64
        };
        let map = auto(0, mode);
        (0..size).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
        assert_eq!(map.stats().shrinks, 0);
        (200..size).for_each(|key| assert_eq!(map.pin().remove(&key), Some(&key)));
        churn(&map, 2000);
        map.finish_resize();
        let stats = map.stats();
        assert!(stats.shrinks > 0 && stats.capacity <= 1600, "{stats:?}");
        assert!((0..200).all(|key| map.pin().get(&key) == Some(&key)));
        validated(map);
    }
}

#[test]
fn a_map_does_not_shrink_unless_it_was_built_so() {
    let map: HashMap<u64, u64> = (0..10_000).map(|key| (key, key)).collect();
    let before = map.capacity();
    map.pin().retain(|_, _| false);
    for key in 0..2000 {
        map.pin().insert(key, key);
        map.pin().remove(&key);
    }
    assert_eq!((map.capacity(), map.stats().shrinks), (before, 0));
    let builder: evacmap::HashMapBuilder<u8, u8> = HashMap::builder();
    assert!(format!("{builder:?}").contains("Never"));
    validated(map);
}

#[test]
fn a_map_keeps_the_capacity_that_it_was_built_with() {
    let map = auto(20_000, Mode::Good);
    let built = map.capacity();
    (0..100_000).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    map.pin().retain(|_, _| false);
    churn(&map, 10_000);
    map.finish_resize();
    assert_eq!(map.capacity(), built);
    // Nor does a small one become smaller than is worth the while.
    let map = auto(0, Mode::Good);
    (0..300).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    map.pin().retain(|_, _| false);
    churn(&map, 1000);
    map.finish_resize();
    assert_eq!((map.stats().buckets, map.stats().shrinks), (64, 1));
    validated(map);
}

#[test]
fn a_map_that_is_cleared_gives_its_room_back() {
    let map = auto(0, Mode::Good);
    (0..100_000).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    map.pin().clear();
    while map.is_resizing() {
        map.finish_resize();
    }
    assert!(map.capacity() <= 400, "{}", map.capacity());
    validated(map);
}

#[test]
fn a_map_whose_size_swings_is_not_resized_at_each_swing() {
    let map = auto(0, Mode::Good);
    let size = scaled(50_000, 5_000) as u64;
    (0..size).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    let before = map.stats();
    // By half of it, and back.
    for _ in 0..10 {
        (size / 2..size).for_each(|key| assert!(map.pin().remove(&key).is_some()));
        (size / 2..size).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    }
    let after = map.stats();
    assert_eq!(after.shrinks, 0);
    assert!(after.growths <= before.growths + 1);
    // Reserved room may be given back, but asking for it again does not come to blows with that.
    map.pin().reserve(50 * size as usize);
    assert!(map.capacity() >= 51 * size as usize);
    validated(map);
}

#[test]
fn a_copy_has_the_policy_too() {
    let map = auto(0, Mode::Good);
    (0..50_000).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    let copy = map.clone();
    copy.pin().retain(|_, _| false);
    churn(&copy, 1000);
    copy.finish_resize();
    assert!(copy.capacity() < map.capacity());
    validated(copy);
}

/// Grows and shrinks all the time, while others read what must stay.
#[test]
fn shrinking_by_itself_beside_readers_and_writers() {
    for mode in [Mode::Good, Mode::LowBitsZero] {
        let counter = Counter::new();
        let map: HashMap<u64, Counted<u64>, _> = HashMap::builder()
            .hasher(TestHasher::new(mode))
            .shrink_policy(ShrinkPolicy::Auto)
            .build();
        let map = Arc::new(map);
        (0..50).for_each(|key| assert!(map.pin().insert(key, counter.make(key)).is_none()));
        let (shared, counted) = (map.clone(), counter.clone());
        on_threads(4, move |thread| {
            let size = scaled(20_000, 2_000) as u64;
            let first = 1000 + thread as u64 * size;
            for _ in 0..scaled(20, 4) {
                for key in first..first + size {
                    let map = shared.pin();
                    map.insert(key, counted.make(key));
                    assert_eq!(map.get(&(key % 50)).unwrap().inner, key % 50);
                }
                for key in first..first + size {
                    let map = shared.pin();
                    assert_eq!(map.remove(&key).unwrap().inner, key);
                    assert_eq!(map.get(&(key % 50)).unwrap().inner, key % 50);
                }
            }
        });
        assert!(map.stats().shrinks > 0);
        assert_eq!(map.len(), 50);
        validated_arc(map);
        counter.check();
    }
}
