//! One word with an object behind it, which a thread replaces, stamps and frees when its stamp is
//! ripe, while others read it under guards.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::sync::Arc;

use evacmap::Guard;
use evacmap::memory_hooks::{Stamp, drive, is_ripe, stamp};
use loom::cell::UnsafeCell;
use loom::sync::atomic::AtomicUsize;
use loom::sync::atomic::Ordering::{AcqRel, Acquire};

pub struct Scene {
    root: AtomicUsize,
    /// Whether each is alive. Every look at it must be ordered before its end.
    objects: [UnsafeCell<bool>; 2],
}

// SAFETY: loom checks every access to the cells.
unsafe impl Sync for Scene {}
// SAFETY: as above.
unsafe impl Send for Scene {}

impl Scene {
    pub fn new() -> Arc<Self> {
        let objects = [UnsafeCell::new(true), UnsafeCell::new(true)];
        Arc::new(Scene { root: AtomicUsize::new(0), objects })
    }

    /// Reads what there is, under a guard.
    pub fn read(&self, _: &Guard) -> usize {
        let at = self.root.load(Acquire);
        // SAFETY: what is checked.
        self.objects[at].with(|alive| assert!(unsafe { *alive }, "read what was freed"));
        at
    }

    /// Unlinks the first object, under a guard as everything that retires.
    pub fn unlink(&self) -> Stamp {
        let _guard = evacmap::pin();
        assert_eq!(self.root.swap(1, AcqRel), 0);
        stamp()
    }

    /// Frees it if that stamp is ripe.
    pub fn free(&self, stamp: Stamp) -> bool {
        let ripe = is_ripe(stamp);
        if ripe {
            // SAFETY: what is checked.
            self.objects[0].with_mut(|alive| unsafe { *alive = false });
        }
        ripe
    }

    /// Replaces the first object, has the clock go on, and frees the object if it is ripe then.
    pub fn replace(&self) -> bool {
        let stamp = self.unlink();
        drive();
        self.free(stamp)
    }
}
