//! The collector: crossbeam-epoch's default one, behind a type that no guard of another collector
//! can get into.

use crossbeam_epoch::LocalHandle;

/// A pinned participant. Shared, it does nothing but protect: what is retired under it goes through
/// the pin of the thread that retires, so that its own book-keeping, which is not thread-safe, is
/// touched by its owner alone, in `new`, `repin` and `drop`.
pub(crate) struct Pin(crossbeam_epoch::Guard);

// SAFETY: no method that takes `&self` touches the guard inside; what the pin protects other
// threads from is said in `guard.rs`.
unsafe impl Sync for Pin {}

impl Pin {
    #[inline]
    pub(crate) fn new() -> Self {
        Pin(crossbeam_epoch::pin())
    }

    pub(crate) fn flush(&self) {
        crossbeam_epoch::pin().flush();
    }

    pub(crate) fn repin(&mut self) {
        // Not crossbeam's own `repin`, which has no fence between the new epoch and the reads that
        // follow.
        self.0.repin_after(|| ());
    }

    /// Runs `f` when every guard that is held now is gone, on any thread.
    ///
    /// # Safety
    ///
    /// `f` may be sent to another thread, and may run after everything that the caller borrows has
    /// ended.
    pub(crate) unsafe fn defer(&self, f: impl FnOnce()) {
        // SAFETY: the caller promises that `f` may run so.
        unsafe { crossbeam_epoch::pin().defer_unchecked(f) }
    }
}

/// A participant that belongs to no thread.
pub(crate) struct Participant(LocalHandle);

// SAFETY: crossbeam's participant is a heap node with cells in it and nothing of the thread that
// registered it. Whoever has the handle, and the one pin that it gave out, by value or by `&mut`,
// is alone with those cells.
unsafe impl Send for Participant {}
// SAFETY: no method takes `&self` and touches it.
unsafe impl Sync for Participant {}

impl Participant {
    pub(crate) fn new() -> Self {
        Participant(crossbeam_epoch::default_collector().register())
    }

    pub(crate) fn pin(&mut self) -> Pin {
        Pin(self.0.pin())
    }
}
