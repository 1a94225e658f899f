//! The collector (`src/memory/collector/`), as the rest of this module uses it.

use core::ptr::NonNull;

use crate::memory::collector::{self, OwnedPin, ThreadPin, clock};
use crate::raw::Table;

/// A pinned participant. Shared, it does nothing but protect: what is retired under it goes through
/// a pin of the thread that retires.
pub(crate) struct Pin(collector::Pin);

impl Pin {
    #[inline]
    pub(crate) fn new() -> Self {
        Pin(collector::Pin::Thread(ThreadPin::new()))
    }

    pub(crate) fn flush(&self) {
        clock::push();
    }

    pub(crate) fn repin(&mut self) {
        self.0.repin();
    }

    /// Nothing; its twin in the model reclaimer serves a seeded fault.
    pub(crate) fn lapse(&self) {}

    /// Runs `f` when every guard that is held now is gone, on any thread.
    ///
    /// # Safety
    ///
    /// `f` may be sent to another thread, and may run after everything that the caller borrows has
    /// ended. It does not panic, and pins nothing.
    pub(super) unsafe fn defer(&self, f: impl FnOnce()) {
        // SAFETY: passed on.
        unsafe { collector::defer(f) }
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

/// What an owned guard is pinned by. It belongs to no thread.
pub(crate) struct Participant(());

impl Participant {
    pub(crate) fn new() -> Self {
        Participant(())
    }

    pub(crate) fn pin(&mut self) -> Pin {
        Pin(collector::Pin::Owned(OwnedPin::new()))
    }
}
