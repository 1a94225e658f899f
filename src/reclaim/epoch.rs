//! The collector: crossbeam-epoch's default one, behind a type that no guard of another collector
//! can get into.

use core::ptr::NonNull;

use crossbeam_epoch::LocalHandle;

use crate::raw::Table;

/// A pinned participant. Shared, it does nothing but protect: what is retired under it goes through
/// the pin of the thread that retires, so that its own book-keeping, which is not thread-safe, is
/// touched by its owner alone, in `new`, `repin` and `drop`.
pub(crate) struct Pin(crossbeam_epoch::Guard);

// SAFETY: no method that takes `&self` touches the guard inside; what the pin protects other
// threads from is said in `crate::guard`.
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

    /// Nothing; its twin in the model reclaimer serves a seeded fault.
    pub(crate) fn lapse(&self) {}

    /// Runs `f` when every guard that is held now is gone, on any thread.
    ///
    /// # Safety
    ///
    /// `f` may be sent to another thread, and may run after everything that the caller borrows has
    /// ended.
    pub(super) unsafe fn defer(&self, f: impl FnOnce()) {
        // SAFETY: passed on.
        unsafe { crossbeam_epoch::pin().defer_unchecked(f) }
    }

    /// Frees a table when every guard that is held now is gone.
    ///
    /// # Safety
    ///
    /// The table came from `Box::into_raw` and has been unlinked: no guard pinned later can find
    /// it. The entries in it are taken care of. Nobody retires it twice.
    pub(crate) unsafe fn retire_table<K, V>(&self, table: NonNull<Table<K, V>>) {
        // SAFETY: not freed yet: the caller holds a guard.
        if unsafe { table.as_ref() }.is_static() {
            return;
        }
        let table = table.as_ptr();
        if crate::fault::fault!("table_freed_at_once") {
            // SAFETY: none: this is the fault.
            return unsafe { Table::free(table) };
        }
        // SAFETY: a table's memory belongs to no thread and to no map once it is unlinked, and
        // freeing it touches no key and no value; so the closure may run anywhere, at any time
        // later.
        let free = move || unsafe { Table::free(table) };
        // SAFETY: as just said.
        unsafe { self.defer(free) };
        // Else it would wait until this thread has retired a bag full of something.
        self.flush();
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
