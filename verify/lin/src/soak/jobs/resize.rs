//! Begins resizes of every kind, clears where the round has that, and helps, until the round is
//! over.

use evacmap::pin;
use rand::Rng;
use rand::rngs::SmallRng;

use crate::arena::Arena;

/// Tables are not made larger than this by force.
const MAX_BUCKETS: usize = 1 << 15;
/// With hashes that are alike, a table that is large for its entries makes the aftermath long.
const MAX_BUCKETS_BADLY_HASHED: usize = 1 << 7;

pub fn run(arena: &Arena, random: &mut SmallRng) {
    let map = &arena.map;
    let most = if arena.is_hashed_well() { MAX_BUCKETS } else { MAX_BUCKETS_BADLY_HASHED };
    while !arena.is_over() {
        match random.random_range(0..8) {
            0 if map.stats().buckets < most => map.start_resize(random.random_range(1..=2)),
            0 | 1 => map.start_resize(-random.random_range(1..=7)),
            2 => map.start_rebuild(),
            3 => map.shrink_to_fit(&pin()),
            4 => map.finish_resize(),
            5 | 6 if arena.clears => map.clear(&pin()),
            5 => map.flush(),
            _ => {
                map.help_resize(random.random_range(1..64));
            }
        }
        // Long enough, at times, that the writers complete it among themselves.
        for _ in 0..random.random_range(0..64) {
            std::thread::yield_now();
        }
    }
}
