//! The collector: crossbeam-epoch's default one, behind a type that no guard of another collector can get into.

use crate::raw::Table;

/// A pinned thread.
pub(crate) struct Pin(crossbeam_epoch::Guard);

impl Pin {
    #[inline]
    pub(crate) fn new() -> Self {
        Pin(crossbeam_epoch::pin())
    }

    pub(crate) fn flush(&self) {
        self.0.flush();
    }

    pub(crate) fn repin(&mut self) {
        // Not crossbeam's own `repin`, which has no fence between the new epoch and the reads that follow.
        self.0.repin_after(|| ());
    }

    /// Nothing; its twin in the model reclaimer serves a seeded fault.
    pub(crate) fn lapse(&self) {}

    /// Runs `f` when every guard that is held now is gone, on any thread.
    ///
    /// # Safety
    ///
    /// `f` may be sent to another thread, and may run after everything that the caller borrows has ended.
    pub(super) unsafe fn defer(&self, f: impl FnOnce()) {
        // SAFETY: passed on.
        unsafe { self.0.defer_unchecked(f) }
    }

    /// Frees a table when every guard that is held now is gone.
    ///
    /// # Safety
    ///
    /// The table came from `Box::into_raw` and has been unlinked: no guard pinned later can find it. The entries in it are
    /// taken care of. Nobody retires it twice.
    pub(crate) unsafe fn retire_table<K, V>(&self, table: *mut Table<K, V>) {
        // SAFETY: not freed yet: the caller holds a guard.
        if unsafe { (*table).is_static() } {
            return;
        }
        if crate::fault::fault!("table_freed_at_once") {
            // SAFETY: none: this is the fault.
            return unsafe { Table::free(table) };
        }
        // SAFETY: a table's memory belongs to no thread and to no map once it is unlinked, and freeing it touches no key
        // and no value; so the closure may run anywhere, at any time later.
        let free = move || unsafe { Table::free(table) };
        // SAFETY: as just said.
        unsafe { self.defer(free) };
    }
}
