//! Holds a guard for long, and looks again at what it was given under it: nothing of that may have
//! been dropped.

use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use evacmap::pin;
use rand::Rng;
use rand::rngs::SmallRng;

use crate::arena::Arena;

/// Values to look at again.
const VALUES: usize = 256;
/// The longest that a guard is held, in turns of the scheduler.
const LONGEST: u32 = 2_000;

pub fn run(arena: &Arena, random: &mut SmallRng) {
    while !arena.is_over() {
        let guard = pin();
        let keys = (0..VALUES).map(|_| arena.random_key(random));
        let values: Vec<_> = keys
            .filter_map(|key| arena.map.get(&key, &guard))
            .map(|value| (value, value.get()))
            .collect();
        for _ in 0..random.random_range(0..LONGEST) {
            thread::yield_now();
        }
        for (value, was) in values {
            assert_eq!(value.get(), was, "a value changed under a guard");
            arena.done.held.fetch_add(1, Relaxed);
        }
    }
}
