//! One key, or a few, that come and go: the chain that they are in is renewed, and no operation
//! grows with the map.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::mpsc::channel;
use std::thread;

use evacmap::HashMap;

use crate::common::{Random, scaled};

/// Overflow buckets of the longest chain.
fn longest(map: &HashMap<u64, u64>) -> usize {
    map.chain_histogram().len() - 1
}

/// No chain in which one key comes and goes among few others has more overflow buckets.
const MOST: usize = 3;

/// Toggles one key in a map of `entries` others.
fn toggle(entries: u64, capacity: usize, pairs: u64) {
    let mut map: HashMap<u64, u64> = HashMap::with_capacity(capacity);
    (0..entries).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
    map.finish_resize();
    let most = longest(&map).max(MOST) + 1;
    let hot = u64::MAX;
    for i in 0..pairs {
        assert_eq!(map.pin().insert(hot, i), None);
        assert_eq!(map.pin().remove(&hot), Some(&i));
        if i % (pairs / 8) == 0 {
            assert!(longest(&map) <= most, "a chain of {} overflow buckets", longest(&map));
        }
    }
    assert!(longest(&map) <= most, "a chain of {} overflow buckets", longest(&map));
    assert_eq!(map.len() as u64, entries);
    (0..entries).for_each(|key| assert_eq!(map.pin().get(&key), Some(&key)));
    map.validate().unwrap();
}

#[test]
fn one_key_comes_and_goes_among_a_thousand() {
    toggle(1_000, 0, scaled(1_000_000, 50_000) as u64);
}

#[test]
fn one_key_comes_and_goes_among_many() {
    toggle(scaled(300_000, 20_000) as u64, 0, scaled(1_000_000, 50_000) as u64);
}

#[test]
fn one_key_comes_and_goes_where_there_is_room_for_a_million() {
    toggle(10, 1_000_000, scaled(1_000_000, 50_000) as u64);
}

/// A guard held by another thread keeps what was removed from being freed, and no chain from being
/// renewed.
#[test]
fn one_key_comes_and_goes_while_a_guard_is_held() {
    let (held, is_held) = channel();
    let (done, is_done) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            let _guard = evacmap::pin();
            held.send(()).unwrap();
            // Until the other end is dropped.
            is_done.recv().unwrap_err();
        });
        is_held.recv().unwrap();
        toggle(10, 1_000_000, scaled(300_000, 20_000) as u64);
        drop(done);
    });
}

/// Hashes every key to the same.
#[derive(Default)]
struct Constant;

impl Hasher for Constant {
    fn finish(&self) -> u64 {
        0
    }
    fn write(&mut self, _: &[u8]) {}
}

/// Where all keys are in one bucket its chain is as long as the entries ask for, whatever comes and
/// goes.
#[test]
fn all_keys_in_one_bucket() {
    let mut map: HashMap<u64, u64, BuildHasherDefault<Constant>> =
        HashMap::with_capacity_and_hasher(100_000, Default::default());
    let mut inside = HashSet::new();
    let mut random = Random::new(5);
    for i in 0..scaled(100_000, 10_000) as u64 {
        let key = random.below(60) as u64;
        if inside.remove(&key) {
            assert!(map.pin().remove(&key).is_some());
        } else {
            inside.insert(key);
            assert_eq!(map.pin().insert(key, i), None);
        }
        if i % 1000 == 0 {
            let chain = map.chain_histogram().len() - 1;
            assert!(chain <= 3 + 2 * 60_usize.div_ceil(7), "{chain} overflow buckets");
            let keys: HashSet<u64> = map.pin().keys().copied().collect();
            assert_eq!(keys, inside);
        }
    }
    map.validate().unwrap();
}

/// Keys toggled by rank: the first most often, by far (Zipf's law, exponent 1).
#[test]
fn keys_come_and_go_by_rank() {
    let n = scaled(100_000, 10_000) as u64;
    let mut map: HashMap<u64, u64> = HashMap::new();
    let mut inside: HashSet<u64> = (0..n).step_by(2).collect();
    inside.iter().for_each(|key| assert_eq!(map.pin().insert(*key, *key), None));
    let mut random = Random::new(7);
    for i in 0..10 * n {
        let unit = random.below(1 << 30) as f64 / (1_u64 << 30) as f64;
        let key = ((n as f64).powf(unit) as u64).wrapping_mul(7919) % n;
        if inside.remove(&key) {
            assert!(map.pin().remove(&key).is_some());
        } else {
            inside.insert(key);
            assert_eq!(map.pin().insert(key, i), None);
        }
    }
    assert!(longest(&map) <= 6, "a chain of {} overflow buckets", longest(&map));
    assert_eq!(map.pin().keys().copied().collect::<HashSet<_>>(), inside);
    map.validate().unwrap();
    map.finish_resize();
    map.validate().unwrap();
}
