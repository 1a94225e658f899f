//! What the threads of one round share: the map, and how the round is meant to be.

use std::collections::HashMap as StdMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use evacmap::HashMap;
use lin::{MODES, Mode};
use rand::Rng;
use rand::rngs::SmallRng;

use crate::counted::{Counted, Counter};

/// Keys from here on are put in before the round and left alone.
pub const PERMANENT: u64 = 1 << 32;
/// Keys from here on are nobody's but the aftermath's.
pub const FOREIGN: u64 = 1 << 40;

/// Who wrote a value, and how many values that thread had written before.
pub type Written = (usize, u64);
pub type Map = HashMap<Counted<u64>, Counted<Written>, Mode>;

/// What a thread did to a key last: the value that it left there, or a removal.
pub type Ledger = StdMap<u64, Option<Written>>;

pub struct Arena {
    pub map: Map,
    pub counter: Arc<Counter>,
    pub keys: u64,
    pub permanent: u64,
    pub clears: bool,
    /// Of a hundred writes, how many are removals.
    pub removals: u32,
    /// All writers are through.
    over: AtomicBool,
    pub done: Done,
}

/// How much was done.
#[derive(Default)]
pub struct Done {
    pub operations: AtomicU64,
    pub iterations: AtomicU64,
    pub held: AtomicU64,
    pub nested: AtomicU64,
}

impl Arena {
    pub fn random(random: &mut SmallRng) -> Self {
        let mode = if random.random_bool(0.6) {
            Mode::Good
        } else {
            MODES[random.random_range(0..MODES.len())]
        };
        let most: u64 = match mode {
            Mode::Good | Mode::Identity => 100_000,
            Mode::Ordered => 1_000,
            Mode::Constant | Mode::OneBit => 200,
        };
        // As many rounds with tens of keys as with thousands.
        let up_to =
            |random: &mut SmallRng, most: u64| (most as f64).powf(random.random()) as u64 + 1;
        let clears = random.random_bool(0.3);
        let capacity = if random.random() { 0 } else { up_to(random, most) };
        let arena = Arena {
            map: Map::with_capacity_and_hasher(capacity as usize, mode),
            counter: Arc::default(),
            keys: up_to(random, most),
            permanent: if clears { 0 } else { up_to(random, most.min(1_000)) },
            clears,
            removals: random.random_range(5..60),
            over: AtomicBool::new(false),
            done: Done::default(),
        };
        for key in 0..arena.permanent {
            arena.map.pin().insert(arena.key(PERMANENT + key), arena.value((usize::MAX, key)));
        }
        arena
    }

    pub fn key(&self, key: u64) -> Counted<u64> {
        Counted::new(key, &self.counter)
    }

    pub fn value(&self, written: Written) -> Counted<Written> {
        Counted::new(written, &self.counter)
    }

    pub fn random_key(&self, random: &mut SmallRng) -> u64 {
        random.random_range(0..self.keys)
    }

    pub fn is_hashed_well(&self) -> bool {
        matches!(self.map.hasher(), Mode::Good | Mode::Identity)
    }

    pub fn is_over(&self) -> bool {
        self.over.load(Relaxed)
    }

    pub fn end(&self) {
        self.over.store(true, Relaxed);
    }
}
