//! Counts in maps that are values of a map. Some inner maps stay, and must have all counts at the
//! end; others come and go, and are dropped wherever the outer map drops them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use evacmap::HashMap;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

type Inner = HashMap<u64, u64>;

const INNER_KEYS: u64 = 64;
/// Inner maps under keys below this stay.
const LASTING: u64 = 8;
const OUTER_KEYS: u64 = 24;

/// A round of its own. Returns how many counts there were.
pub fn run(seed: u64, threads: u64, each: u64) -> u64 {
    let mut outer: HashMap<u64, Inner> = HashMap::new();
    let counted = AtomicU64::new(0);
    thread::scope(|scope| {
        for number in 0..threads {
            let (outer, counted) = (&outer, &counted);
            let random = SmallRng::seed_from_u64(seed.wrapping_add(number));
            scope.spawn(move || counted.fetch_add(count(outer, each, random), Relaxed));
        }
    });
    outer.validate().expect("the invariants hold");
    let mut found = 0;
    for (key, mut inner) in outer {
        inner.validate().expect("the invariants hold in an inner map");
        found += if key < LASTING { inner.pin().values().sum::<u64>() } else { 0 };
    }
    assert_eq!(found, counted.into_inner(), "counts found (left) and made (right)");
    found
}

/// Returns how much this thread counted in maps that stay.
fn count(outer: &HashMap<u64, Inner>, each: u64, mut random: SmallRng) -> u64 {
    let mut counted = 0;
    for _ in 0..each {
        let outer = outer.pin();
        let key = random.random_range(0..OUTER_KEYS);
        if key >= LASTING && random.random_bool(0.2) {
            outer.remove(&key);
            continue;
        }
        let inner = outer.get_or_insert_with(key, Inner::new);
        inner.pin().update_or_insert(random.random_range(0..INNER_KEYS), |count| count + 1, 1);
        counted += u64::from(key < LASTING);
    }
    counted
}
