//! Every operation on a thread with a small stack, in every phase of every resize; and drops that
//! lead to drops.
#![cfg(feature = "_hooks")]

use std::collections::hash_map::RandomState;
use std::sync::{Arc, Weak};
use std::thread;

use crate::common::ops::{ABSENT, Case, FIXED, OPS, PHASES, PRESENT};
use crate::common::{Counted, Counter, validated_arc};
use evacmap::HashMap;

const STACK: usize = 64 << 10;

/// Runs `work` on a thread with such a stack. An overflow ends the process.
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    thread::Builder::new()
        .stack_size(STACK)
        .spawn(work)
        .unwrap()
        .join()
        .expect("the thread panicked")
}

#[test]
fn every_operation() {
    let done: usize = OPS
        .iter()
        .map(|op| {
            on_a_small_stack(move || {
                let mut done = 0;
                for phase in PHASES {
                    for mode in FIXED {
                        for key in [PRESENT, ABSENT] {
                            let case = Case::new(mode, phase);
                            (op.run)(&case, key);
                            case.end(&|| format!("{}, {phase:?}, {mode:?}, {key}", op.name));
                            done += 1;
                        }
                    }
                }
                done
            })
        })
        .sum();
    assert_eq!(done, OPS.len() * PHASES.len() * FIXED.len() * 2);
}

/// A value that removes the next when it is dropped.
struct Link {
    map: Weak<HashMap<u32, Link>>,
    counted: Counted<u32>,
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(map) = self.map.upgrade() {
            map.pin().remove(&(self.counted.inner + 1));
            map.flush();
        }
    }
}

/// However long the chain, the drops come one after the other.
#[test]
fn a_chain_of_values_that_remove_each_other() {
    const LENGTH: u32 = 20_000;
    on_a_small_stack(|| {
        let counter = Counter::new();
        let map = Arc::new(HashMap::new());
        for key in 0..LENGTH {
            map.pin().insert(key, Link { map: Arc::downgrade(&map), counted: counter.make(key) });
        }
        map.pin().remove(&0);
        for _ in 0..50 * LENGTH {
            if map.is_empty() {
                break;
            }
            map.flush();
        }
        assert!(map.is_empty(), "{} are left", map.len());
        validated_arc(map);
        counter.check();
    });
}

/// A value that owns a map of such values.
struct Nest {
    _counted: Counted<u32>,
    _inner: HashMap<u32, Nest, RandomState>,
}

fn nest(counter: &Arc<Counter>, depth: u32) -> Nest {
    let inner = HashMap::with_hasher(RandomState::new());
    if depth > 0 {
        inner.pin().insert(depth, nest(counter, depth - 1));
        // Garbage, and a resize that is under way, are dropped too.
        inner.pin().insert(depth + 1, nest(counter, 0));
        inner.pin().remove(&(depth + 1));
        inner.start_resize(1);
    }
    Nest { _counted: counter.make(depth), _inner: inner }
}

/// The drop of a map within that of another takes little of the stack: as many levels as anybody
/// needs.
#[test]
fn maps_in_maps() {
    const DEPTH: u32 = if cfg!(debug_assertions) { 12 } else { 40 };
    on_a_small_stack(|| {
        let counter = Counter::new();
        let map = HashMap::new();
        map.pin().insert(0, nest(&counter, DEPTH));
        map.pin().insert(1, nest(&counter, DEPTH));
        map.pin().remove(&0);
        map.flush();
        drop(map);
        counter.check();
    });
}
