//! Growing, shrinking, rebuilding and clearing, and what the figures say of it.

use evacmap::{CopyMap, ShrinkPolicy};

const MANY: u64 = if cfg!(miri) { 300 } else { 30_000 };

fn filled(count: u64) -> CopyMap<u64, u64> {
    let map = CopyMap::with_seed(7);
    for key in 0..count {
        assert_eq!(map.insert(key << 32, key), None);
    }
    map
}

#[track_caller]
fn check(map: &mut CopyMap<u64, u64>, keys: impl IntoIterator<Item = u64>) {
    let mut count = 0;
    for key in keys {
        assert_eq!(map.get(&(key << 32)), Some(key));
        count += 1;
    }
    assert_eq!((map.len(), map.iter().count()), (count, count));
    map.validate().unwrap();
}

#[test]
fn a_new_map_has_no_table_and_the_first_has_eight_buckets() {
    let mut map = CopyMap::<u64, u64>::new();
    assert_eq!((map.capacity(), map.stats().buckets, map.stats().bytes), (0, 0, 0));
    assert_eq!((map.get(&1), map.remove(&1), map.iter().next()), (None, None, None));
    map.validate().unwrap();
    map.insert(1, 1);
    assert!(map.stats().buckets >= 2 && map.capacity() >= 10);
    map.shrink_to_fit();
    map.finish_resize();
    assert_eq!(map.get(&1), Some(1));
    map.validate().unwrap();
}

#[test]
fn it_grows_and_shrinks_and_keeps_everything() {
    let mut map = filled(MANY);
    check(&mut map, 0..MANY);
    assert!(map.stats().growths > 1);
    map.retain(|_, value| value % 16 == 0);
    check(&mut map, (0..MANY).step_by(16));
    map.shrink_to_fit();
    check(&mut map, (0..MANY).step_by(16));
    map.finish_resize();
    check(&mut map, (0..MANY).step_by(16));
    assert!(map.stats().shrinks > 0);
    map.reserve(4 * MANY as usize);
    check(&mut map, (0..MANY).step_by(16));
    while !map.help_resize(1).is_complete() {}
    check(&mut map, (0..MANY).step_by(16));
    let histogram = map.chain_histogram();
    assert_eq!(histogram.iter().sum::<usize>(), map.stats().buckets);
}

#[test]
fn a_map_that_shrinks_by_itself_does() {
    let map = CopyMap::<u64, u64>::builder().shrink_policy(ShrinkPolicy::Auto).seed(1).build();
    for key in 0..MANY {
        map.insert(key, key);
    }
    let before = map.capacity();
    for key in 10..MANY {
        assert_eq!(map.remove(&key), Some(key));
    }
    map.finish_resize();
    map.finish_resize();
    assert!(map.capacity() < before || cfg!(miri), "{} of {before}", map.capacity());
    assert_eq!(map.len(), 10);
}

#[test]
fn clear_empties_and_the_old_table_is_worked_off() {
    let mut map = filled(MANY);
    map.clear();
    check(&mut map, []);
    for key in 0..100 {
        map.insert(key << 32, key);
        assert!(map.len() == key as usize + 1);
    }
    check(&mut map, 0..100);
    map.finish_resize();
    check(&mut map, 0..100);
    assert_eq!(map.stats().clears, 1);
}

#[test]
fn keys_that_come_and_go_do_not_make_it_grow_for_ever() {
    let map = CopyMap::<u64, u64>::new();
    for turn in 0..MANY * 4 {
        map.insert(turn, turn);
        if turn >= 10 {
            assert_eq!(map.remove(&(turn - 10)), Some(turn - 10));
        }
    }
    assert_eq!(map.len(), 10);
    assert!(map.stats().buckets <= 64, "{} buckets", map.stats().buckets);
}

/// Where slots can hold entries.
#[cfg(not(any(feature = "_boxed_copies", miri)))]
#[test]
fn nothing_is_left_of_an_entry() {
    let map = filled(1000);
    map.finish_resize();
    let bytes = map.stats().bytes;
    for turn in 0..50 {
        for key in 0..1000 {
            assert!(map.insert(key << 32, turn).is_some());
        }
    }
    let stats = map.stats();
    assert!(stats.bytes <= bytes, "{} after {bytes}", stats.bytes);
    assert_eq!((stats.retired, stats.spare), (0, 0));
}
