//! Keys and values that count their drops, and notice when they are used after one.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::*};

const ALIVE: u64 = 0xA11E_A11E_A11E_A11E;
const DROPPED: u64 = 0xDEAD_DEAD_DEAD_DEAD;

/// How many things were made, and how many of them dropped.
#[derive(Default)]
pub struct Counter {
    made: AtomicU64,
    dropped: AtomicU64,
}

impl Counter {
    /// Everything that was made has been dropped, once.
    pub fn check(&self) {
        assert_eq!(
            self.made.load(Acquire),
            self.dropped.load(Acquire),
            "made (left) and dropped (right)"
        );
    }
}

pub struct Counted<T> {
    inner: T,
    state: AtomicU64,
    counter: Arc<Counter>,
}

impl<T: Copy> Counted<T> {
    pub fn new(inner: T, counter: &Arc<Counter>) -> Self {
        counter.made.fetch_add(1, Relaxed);
        Counted { inner, state: AtomicU64::new(ALIVE), counter: counter.clone() }
    }

    pub fn get(&self) -> T {
        assert_eq!(self.state.load(Relaxed), ALIVE, "used after its drop");
        self.inner
    }
}

impl<T> Drop for Counted<T> {
    fn drop(&mut self) {
        assert_eq!(self.state.swap(DROPPED, Relaxed), ALIVE, "dropped twice");
        self.counter.dropped.fetch_add(1, Release);
    }
}

impl<T: Copy + PartialEq> PartialEq for Counted<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Copy + Eq> Eq for Counted<T> {}

impl<T: Copy + Hash> Hash for Counted<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.get().hash(state);
    }
}

impl<T> Borrow<T> for Counted<T> {
    fn borrow(&self) -> &T {
        &self.inner
    }
}
