//! A participant of the collector, pinned or not, and whoever has it.

use crossbeam_epoch::{Collector, Guard, LocalHandle};

/// The book-keeping of one of crossbeam's participants, which is not thread-safe: whoever holds it
/// by `&mut` is alone with it. Registered when it is first pinned.
pub(super) struct Participant {
    /// Before the handle, so that it is dropped first.
    guard: Option<Guard>,
    handle: Option<LocalHandle>,
}

// SAFETY: crossbeam's participant is a heap node with cells in it, and nothing of the thread that
// registered it. Whoever has it by value or by `&mut` is alone with those cells.
unsafe impl Send for Participant {}

impl Participant {
    pub(super) const NEW: Self = Participant { guard: None, handle: None };

    /// Unless it is pinned, pins it: stores the epoch, and executes crossbeam's full fence.
    pub(super) fn pin(&mut self, collector: &Collector) -> &Guard {
        let handle = self.handle.get_or_insert_with(|| collector.register());
        self.guard.get_or_insert_with(|| handle.pin())
    }

    /// Unless it is not pinned: everything that was read under it came before.
    pub(super) fn unpin(&mut self) {
        self.guard = None;
    }

    /// Pins it anew, with a fence. Not crossbeam's `repin`, which has none: under it the clock
    /// could move twice within a pin.
    pub(super) fn renew(&mut self, collector: &Collector) {
        self.unpin();
        self.pin(collector);
    }

    /// Unpins it, and takes it off the list that each collection goes through. Whether it was on
    /// it: then crossbeam has handed on its bag, be it empty.
    pub(super) fn end(&mut self) -> bool {
        self.unpin();
        self.handle.take().is_some()
    }
}
