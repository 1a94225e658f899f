//! Writes and reads at random, and remembers what it did to each key last.

use std::sync::atomic::Ordering::Relaxed;

use evacmap::{Compute, Guard, Operation, pin};
use rand::Rng;
use rand::rngs::SmallRng;

use crate::arena::{Arena, Ledger, Written};

/// Operations under one guard, at most.
const LONGEST_BATCH: u64 = 64;

pub fn run(arena: &Arena, thread: usize, operations: u64, random: &mut SmallRng) -> Ledger {
    let mut ledger = Ledger::new();
    let mut sequence = 0;
    while sequence < operations {
        let guard = pin();
        for _ in 0..random.random_range(1..=LONGEST_BATCH) {
            sequence += 1;
            let key = arena.random_key(random);
            if let Some(left) = operate(arena, key, (thread, sequence), random, &guard) {
                ledger.insert(key, left);
            }
        }
    }
    arena.done.operations.fetch_add(sequence, Relaxed);
    ledger
}

/// One operation; what it left under the key, if it changed anything.
fn operate(
    arena: &Arena,
    key: u64,
    new: Written,
    random: &mut SmallRng,
    guard: &Guard,
) -> Option<Option<Written>> {
    if random.random_bool(0.4) {
        if let Some(value) = arena.map.get(&key, guard) {
            value.get();
        }
        None
    } else if random.random_range(0..100) < arena.removals {
        remove(arena, key, new, random, guard).then_some(None)
    } else {
        put(arena, key, new, random, guard).then_some(Some(new))
    }
}

fn put(arena: &Arena, key: u64, new: Written, random: &mut SmallRng, guard: &Guard) -> bool {
    let (map, make) = (&arena.map, || arena.value(new));
    let key = arena.key(key);
    match random.random_range(0..8) {
        0 => map.try_insert(key, make(), guard).is_ok(),
        1 => map.get_or_insert(key, make(), guard).get() == new,
        2 => map.get_or_insert_with(key, make, guard).get() == new,
        3 => map.update(key, |_| make(), guard).is_some(),
        4 => map.update_or_insert_with(key, |_| make(), make, guard).get() == new,
        5 => matches!(
            map.compute(key, |_| Operation::<_, ()>::Insert(make()), guard),
            Compute::Inserted(..) | Compute::Updated { .. }
        ),
        6 => match map.get(&key.get(), guard) {
            Some(current) => map.compare_exchange(key, current, make(), guard).is_ok(),
            None => false,
        },
        _ => {
            map.insert(key, make(), guard);
            true
        }
    }
}

fn remove(arena: &Arena, key: u64, new: Written, random: &mut SmallRng, guard: &Guard) -> bool {
    let map = &arena.map;
    match random.random_range(0..5) {
        0 => matches!(map.remove_if(&key, |_, value| value.get().1 < new.1, guard), Ok(Some(_))),
        1 => match map.get(&key, guard) {
            Some(current) => map.compare_remove(&key, current, guard).is_ok(),
            None => false,
        },
        2 => {
            let decide = |entry: Option<_>| {
                if entry.is_some() { Operation::Remove } else { Operation::Abort(()) }
            };
            matches!(map.compute(arena.key(key), decide, guard), Compute::Removed(..))
        }
        _ => map.remove(&key, guard).is_some(),
    }
}
