//! Lets threads begin a window together, and tells when all are through it. Waits by spinning: a
//! window takes microseconds.

use std::hint::spin_loop;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::thread;

/// How often a thread looks before it lets others have the processor. There may be more threads
/// than processors.
const LOOKS: usize = 40;

#[derive(Default)]
pub struct Gate {
    /// How many times the gate was opened.
    opened: AtomicUsize,
    /// How many times a follower has come through a window.
    through: AtomicUsize,
    /// A thread panicked, so that waiting would have no end.
    broken: AtomicBool,
}

impl Gate {
    /// For the leader, when the next window is prepared.
    pub fn open(&self) {
        self.opened.fetch_add(1, Release);
    }

    /// For followers: returns when the gate has been opened that many times.
    pub fn wait_for_opening(&self, times: usize) {
        self.wait(|| self.opened.load(Acquire) >= times);
    }

    /// For followers, at the end of a window.
    pub fn pass(&self) {
        self.through.fetch_add(1, Release);
    }

    /// For the leader: returns when followers have come through that many windows in all.
    pub fn wait_for_all(&self, passes: usize) {
        self.wait(|| self.through.load(Acquire) >= passes);
    }

    fn wait(&self, over: impl Fn() -> bool) {
        let mut looks = 0;
        while !over() {
            assert!(!self.broken.load(Relaxed), "another thread panicked");
            looks += 1;
            if looks % LOOKS == 0 { thread::yield_now() } else { spin_loop() }
        }
    }
}

/// Held by each thread; ends the waiting of the others if it panics.
pub struct Pass<'g>(pub &'g Gate);

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.broken.store(true, Relaxed);
        }
    }
}
