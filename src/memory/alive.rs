//! The models' oracle for use after free; outside of the models, nothing.

pub(crate) use imp::Alive;

#[cfg(not(evacmap_loom))]
mod imp {
    /// Zero-sized and without effect.
    pub(crate) struct Alive;

    impl Alive {
        pub(crate) const fn new() -> Self {
            Alive
        }

        #[inline(always)]
        pub(crate) fn check(&self) {}
    }
}

#[cfg(evacmap_loom)]
mod imp {
    use core::cell::Cell;
    use loom::cell::UnsafeCell;

    /// Cleared when what carries it is dropped, which every use asserts. Memory is not given back
    /// for a long time after (see [`super::super::memory`]), so that the flag can still be read.
    pub(crate) struct Alive {
        alive: Cell<bool>,
        /// Written where it is made and read at each use: loom finds the publication that lacks its
        /// release. The real collector also orders each use before the drop; loom finds a drop that
        /// is only by chance after the last use.
        used: UnsafeCell<()>,
    }

    // SAFETY: the models run one thread at a time.
    unsafe impl Sync for Alive {}

    impl Alive {
        pub(crate) fn new() -> Self {
            Alive { alive: Cell::new(true), used: UnsafeCell::new(()) }
        }

        pub(crate) fn check(&self) {
            assert!(self.alive.get(), "use after free");
            self.used.with(|_| ());
        }
    }

    impl Drop for Alive {
        fn drop(&mut self) {
            if std::thread::panicking() {
                return;
            }
            assert!(self.alive.replace(false), "freed twice");
            if cfg!(crossbeam_loom) {
                self.used.with_mut(|_| ());
            }
        }
    }
}
