//! Threads that fill a map and empty it again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};

use rand::{Rng, SeedableRng, rngs::SmallRng};

use crate::Map;

/// Operations under one guard.
const PER_GUARD: u64 = 1024;

/// Operations of a thread for each key in one tide, in which keys come in or go out. A quarter of
/// them are writes, so that but one key in twenty is missed.
const TIDE: u64 = 12;

/// The running threads.
pub struct Load {
    over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Result<u64, String>>>,
}

impl Load {
    pub fn start(map: &Arc<Map>, threads: u16, keys: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let threads = (0..threads).map(|number| {
            let (map, over) = (map.clone(), over.clone());
            thread::spawn(move || work(&map, u64::from(number), keys, &over))
        });
        Load { threads: threads.collect(), over }
    }

    /// Ends the load. How many operations there were, or the first that was wrong.
    pub fn stop(self) -> Result<u64, String> {
        self.over.store(true, Relaxed);
        self.threads.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked")?).sum()
    }
}

fn work(map: &Map, seed: u64, keys: u32, over: &AtomicBool) -> Result<u64, String> {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut operations = 0;
    while !over.load(Relaxed) {
        let flood = (operations / (TIDE * u64::from(keys))).is_multiple_of(2);
        let map = map.pin();
        for _ in 0..PER_GUARD {
            let key = random.random_range(0..keys);
            let found = match random.random_range(0..4) {
                0 if flood => map.insert(key, value(key)),
                0 => map.remove(&key),
                _ => map.get(&key),
            };
            if found.is_some_and(|found| *found != value(key)) {
                return Err(format!("{found:?} found for {key}"));
            }
        }
        operations += PER_GUARD;
    }
    Ok(operations)
}

fn value(key: u32) -> u64 {
    u64::from(key) << 20
}
