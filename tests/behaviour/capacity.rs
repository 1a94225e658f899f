//! Sizes: room asked for, room given back, sizes that no table can have, and iterators that lie
//! about theirs.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::common::{
    Config, Counted, Counter, JUST_TOO_MANY, MODES, Mode, Setup, scaled, validated,
};
use evacmap::HashMap;

/// 0, 1, and the neighbourhoods of powers of two.
fn sizes() -> impl Iterator<Item = usize> {
    let most = if cfg!(debug_assertions) { 14 } else { 18 };
    [0, 1].into_iter().chain((1..=most).flat_map(|bits| {
        let power = 1_usize << bits;
        [power - 1, power, power + 1]
    }))
}

/// The message of the panic in `f`.
#[track_caller]
fn message(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("it has to panic");
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).expect("a text")
}

const TOO_MANY: [usize; 5] =
    [usize::MAX, usize::MAX - 1, usize::MAX / 2, usize::MAX / 2 + 1, JUST_TOO_MANY];

#[test]
fn a_map_with_a_capacity_does_not_grow_before_it_is_reached() {
    for size in sizes() {
        let map: HashMap<usize, usize> = HashMap::with_capacity(size);
        let before = map.stats();
        assert!(map.capacity() >= size && map.capacity() == before.capacity);
        assert_eq!(map.capacity() == 0, size == 0);
        // No more than twice what is needed, and the least table.
        assert!(map.capacity() <= (size * 2).max(10), "{} for {size}", map.capacity());
        for key in 0..size {
            map.pin().insert(key, key);
        }
        let full = map.stats();
        assert_eq!((full.growths, full.buckets, full.len), (0, before.buckets, size));
        assert!(!map.is_resizing());
        validated(map);
    }
}

#[test]
fn builders_make_the_same_maps() {
    for size in [0, 1, 7, 1000] {
        let built: HashMap<u32, u32> = HashMap::builder().capacity(size).build();
        assert_eq!(built.capacity(), HashMap::<u32, u32>::with_capacity(size).capacity());
    }
    let map: HashMap<u32, u32, _> =
        HashMap::builder().hasher(std::hash::RandomState::new()).capacity(10).build();
    assert!(map.capacity() >= 10);
    map.pin().insert(1, 2);
    assert_eq!(map.pin().get(&1), Some(&2));
    assert_eq!(HashMap::<u8, u8>::default().capacity(), 0);
}

#[test]
fn reserved_room_is_there() {
    for present in [0, 1, 10, 100] {
        for additional in sizes() {
            let map: HashMap<usize, usize> = (0..present).map(|key| (key, key)).collect();
            let before = map.capacity();
            map.pin().reserve(additional);
            let room = map.capacity();
            assert!(room >= present + additional && room >= before);
            if before >= present + additional {
                assert_eq!(room, before, "nothing to be done");
            }
            let growths = map.stats().growths;
            for key in present..present + additional {
                map.pin().insert(key, key);
            }
            assert_eq!((map.stats().growths, map.capacity()), (growths, room));
            assert!((0..present + additional).all(|key| map.pin().get(&key) == Some(&key)));
            validated(map);
        }
    }
}

#[test]
fn sizes_that_no_table_can_have() {
    for size in TOO_MANY {
        assert_eq!(message(|| drop(HashMap::<u64, u64>::with_capacity(size))), "capacity overflow");
        assert_eq!(message(|| drop(HashMap::<(), ()>::with_capacity(size))), "capacity overflow");
        assert_eq!(
            message(|| drop(HashMap::<u8, u8>::builder().capacity(size).build())),
            "capacity overflow"
        );
        for present in [0, 1, 100] {
            let counter = Counter::new();
            let map: HashMap<u32, Counted<u32>> =
                (0..present).map(|key| (key, counter.make(key))).collect();
            let before = map.stats();
            assert_eq!(message(|| map.pin().reserve(size)), "capacity overflow");
            // As it was, and alive.
            assert_eq!(map.stats().buckets, before.buckets);
            assert_eq!(map.len(), present as usize);
            map.pin().insert(7777, counter.make(1));
            assert!(map.pin().contains_key(&7777));
            map.pin().reserve(1000);
            assert!(map.capacity() > 1000);
            validated(map);
            counter.check();
        }
    }
}

#[test]
fn shrinking_gives_back_what_is_not_needed() {
    for mode in MODES {
        for size in [0, 1, 5, 10, 11, 40, 41, 600] {
            let counter = Counter::new();
            let map = Config { setup: Setup::Fresh, mode }.map();
            map.pin().reserve(20_000);
            for key in 0..size {
                map.pin().insert(counter.make(key), counter.make(key));
            }
            map.pin().shrink_to_fit();
            let buckets = map.stats().buckets;
            assert!(
                map.capacity() >= size && buckets * 5 <= (size * 2).max(10),
                "{buckets} buckets for {size}"
            );
            map.finish_resize();
            assert_eq!(map.stats().old_buckets, 0);
            assert!(map.stats().shrinks > 0);
            for key in 0..size {
                assert_eq!(map.pin().get(&key).map(|value| value.inner), Some(key));
            }
            // Nothing more to be had.
            let shrinks = map.stats().shrinks;
            map.pin().shrink_to_fit();
            assert_eq!(map.stats().shrinks, shrinks);
            validated(map);
            counter.check();
        }
    }
    // A map that never had a table.
    let map: HashMap<u8, u8> = HashMap::new();
    map.pin().shrink_to_fit();
    map.finish_resize();
    map.pin().clear();
    assert_eq!((map.capacity(), map.stats().buckets, map.stats().shrinks), (0, 0, 0));
    validated(map);
}

#[test]
fn shrinking_and_growing_in_steps() {
    let counter = Counter::new();
    let map = Config { setup: Setup::Fresh, mode: Mode::Good }.map();
    let size = scaled(100_000, 10_000);
    for key in 0..size {
        map.pin().insert(counter.make(key), counter.make(key));
    }
    while map.len() > 10 {
        let half = map.len() / 2;
        map.pin().retain(|key, _| key.inner < half);
        assert_eq!(map.len(), half);
        map.pin().shrink_to_fit();
        assert!(map.capacity() <= (half * 2).max(10));
        assert!((0..half).all(|key| map.pin().contains_key(&key)));
    }
    for room in [100, 10_000, 1000, 200_000] {
        map.pin().reserve(room);
        assert!(map.capacity() >= room);
        map.pin().shrink_to_fit();
        assert!(map.capacity() <= 20);
        assert!((0..map.len()).all(|key| map.pin().contains_key(&key)));
    }
    validated(map);
    counter.check();
}

#[test]
fn clearing_keeps_the_capacity() {
    for size in [1, 10, 1000] {
        let map: HashMap<usize, usize> = (0..size).map(|key| (key, key)).collect();
        let before = map.capacity();
        map.pin().clear();
        assert_eq!((map.len(), map.capacity(), map.stats().clears), (0, before, 1));
        assert_eq!(map.pin().iter().count(), 0);
        map.pin().insert(1, 1);
        map.finish_resize();
        assert_eq!((map.len(), map.capacity()), (1, before));
        validated(map);
    }
}

/// An iterator with any size hint.
struct Claims<I>(I, (usize, Option<usize>));

impl<I: Iterator> Iterator for Claims<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.1
    }
}

#[test]
fn size_hints_that_lie() {
    let hints = [
        (usize::MAX, None),
        (usize::MAX, Some(usize::MAX)),
        (usize::MAX >> 24, None),
        (0, Some(0)),
        (5, Some(2)),
    ];
    for hint in hints {
        for count in [0, 1, 300] {
            let map: HashMap<usize, usize> =
                Claims((0..count).map(|key| (key, key)), hint).collect();
            assert_eq!(map.len(), count);
            assert!(map.capacity() < 1 << 18, "{} on the word of an iterator", map.capacity());
            validated(map);

            let mut map: HashMap<usize, usize> = HashMap::from([(1000, 1)]);
            map.extend(Claims((0..count).map(|key| (key, key)), hint));
            assert_eq!(map.len(), count + 1);
            assert!(map.capacity() < 1 << 18);
            let pairs: Vec<_> = (0..count).map(|key| (key, key + 1)).collect();
            map.extend(Claims(pairs.iter().map(|(key, value)| (key, value)), hint));
            assert_eq!(map.len(), count + 1);
            assert!((0..count).all(|key| map.pin().get(&key) == Some(&(key + 1))));
            validated(map);
        }
    }
}

/// `extend` asks for what its iterator promises, once.
#[test]
fn extending_makes_room_at_once() {
    for (present, capacity, more) in
        [(0, 0, 1000), (100, 100, 1000), (0, 10, 15), (10, 640, 1200), (0, 640, 700)]
    {
        let mut map: HashMap<usize, usize> = HashMap::with_capacity(capacity);
        for key in 0..present {
            map.pin().insert(key, key);
        }
        let growths = std::cell::Cell::new(None);
        let mut first = true;
        let shared = &map;
        let entries: Vec<_> = (present..present + more).map(|key| (key, key)).collect();
        (&*shared).extend(entries.into_iter().inspect(|_| {
            if std::mem::take(&mut first) {
                growths.set(Some(shared.stats().growths));
            }
        }));
        assert_eq!(
            Some(map.stats().growths),
            growths.get(),
            "{more} more than {present} in a map with room for {capacity}: it grew again on the way"
        );
        map.validate().unwrap();
    }
}

#[test]
fn from_arrays_and_iterators() {
    let map = HashMap::from([(1, 'a'), (2, 'b'), (1, 'c')]);
    assert_eq!((map.len(), map.pin().get(&1)), (2, Some(&'c')));
    let same: HashMap<i32, char> = [(2, 'b'), (1, 'c')].into_iter().collect();
    assert!(map == same);
    let other: HashMap<i32, char> = [(2, 'b'), (1, 'd')].into_iter().collect();
    assert!(map != other);
    let mut entries: Vec<_> = map.into_iter().collect();
    entries.sort();
    assert_eq!(entries, [(1, 'c'), (2, 'b')]);
    let mut left = same.into_iter();
    assert_eq!(left.size_hint(), (2, Some(2)));
    left.next();
    assert_eq!(left.size_hint(), (1, Some(1)));
    assert!(left.next().is_some() && left.next().is_none() && left.next().is_none());
}

#[test]
fn stats_agree_with_each_other() {
    let map: HashMap<u64, u64> = HashMap::new();
    let empty = map.stats();
    assert_eq!((empty.len, empty.capacity, empty.buckets, empty.old_buckets), (0, 0, 0, 0));
    for key in 0..10_000 {
        map.pin().insert(key, key);
        let stats = map.stats();
        assert_eq!(stats.len as u64, key + 1);
        assert_eq!(stats.capacity, stats.buckets * 5);
        assert_eq!(stats.old_buckets > 0, map.is_resizing());
        assert!(stats.filled_buckets <= stats.buckets);
        assert_eq!(stats.filled_buckets < stats.buckets, map.is_resizing());
        assert!(stats.bytes > stats.len * 16 + stats.buckets * 64);
    }
    for key in 0..5_000 {
        map.pin().remove(&key);
    }
    let stats = map.stats();
    assert_eq!((stats.len, stats.clears, stats.shrinks, stats.rebuilds), (5_000, 0, 0, 0));
    assert!(stats.growths >= 4 && stats.retired + stats.spare > 0);
    validated(map);
}

/// A size hint used to be reduced by the room that was there, and then taken for what is needed
/// beyond the present entries.
#[test]
fn extend_makes_room_for_its_hint() {
    let mut map = HashMap::with_capacity(1000);
    let small = map.capacity();
    let hint = small + small / 2;
    map.extend((0..hint).map(|i| (i, i)));
    let growths = map.stats().growths;
    assert!(growths <= 2, "{growths} growths");
    map.validate().unwrap();
}
