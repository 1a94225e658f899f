//! Iterates until the round is over: no key twice, and each permanent one once.

use std::collections::HashSet;
use std::sync::atomic::Ordering::Relaxed;

use evacmap::pin;

use crate::arena::{Arena, PERMANENT};

pub fn run(arena: &Arena) {
    while !arena.is_over() {
        let guard = pin();
        let (mut seen, mut permanent) = (HashSet::new(), 0);
        for (key, value) in arena.map.iter(&guard) {
            value.get();
            assert!(seen.insert(key.get()), "an iteration returned {} twice", key.get());
            permanent += u64::from(key.get() >= PERMANENT);
        }
        assert_eq!(permanent, arena.permanent, "permanent keys: met (left) and present (right)");
        arena.done.iterations.fetch_add(1, Relaxed);
    }
}
