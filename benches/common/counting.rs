//! An allocator that can be told to count the bytes that it has given out.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};

/// Passes everything on. Until `start` it does not count, which costs one look at a word that never
/// changes.
pub struct Counting<A>(pub A);

static COUNTS: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);

/// Counts from here on: for the rest of the program, and meant for a program of one thread.
pub fn start() {
    COUNTS.store(true, Ordering::Relaxed);
}

/// Bytes given out and not given back since the start.
pub fn live() -> isize {
    LIVE.load(Ordering::Relaxed)
}

/// The most that has been live.
pub fn peak() -> isize {
    PEAK.load(Ordering::Relaxed)
}

#[inline]
fn count(bytes: usize, sign: isize) {
    if COUNTS.load(Ordering::Relaxed) {
        let change = sign * bytes as isize;
        PEAK.fetch_max(LIVE.fetch_add(change, Ordering::Relaxed) + change, Ordering::Relaxed);
    }
}

// SAFETY: all is done by `A`, which is a global allocator.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Counting<A> {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: by the caller.
        unsafe { self.0.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: by the caller.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        // SAFETY: by the caller.
        unsafe { self.0.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, 1);
        count(layout.size(), -1);
        // SAFETY: by the caller.
        unsafe { self.0.realloc(block, layout, size) }
    }
}
