//! The reclaimer of the models: the strictest one that keeps the collector's promise, and an oracle
//! for use after free.
//!
//! What is retired is freed at the very moment when the last guard that was held at its retirement
//! is gone. A guard pinned after the retirement protects nothing of it, just as with epochs.
//! [`Alive`](super::Alive) then fails every use.
//!
//! The book-keeping is in plain `std` types, which loom does not see and so does not multiply
//! executions by; loom runs one thread at a time. What the collector does give beside protection is
//! order: who pins after something was freed has seen it unlinked. One modelled word stands for
//! that, written at each retirement and read at each pin.

use core::cell::{RefCell, RefMut};
use core::marker::PhantomData;
use core::ptr::NonNull;
use std::collections::{BTreeMap, BTreeSet};

use super::free_bare;
use super::memory::allocate;
use crate::raw::hash::Shape;
use crate::raw::{Entry, Haste, Refused, Table};
use crate::sync::{AcqRel, Acquire, AtomicUsize};

loom::lazy_static! {
    static ref REGISTRY: Registry = Registry::default();
}

/// Book-keeping that loom does not see.
#[derive(Default)]
struct Unseen<T>(RefCell<T>);

// SAFETY: the models run one thread at a time, and switch only at modelled operations, none of
// which happens while a borrow is held.
unsafe impl<T> Sync for Unseen<T> {}

impl<T> Unseen<T> {
    fn open(&self) -> RefMut<'_, T> {
        self.0.borrow_mut()
    }
}

struct Registry {
    order: AtomicUsize,
    books: Unseen<Books>,
}

impl Default for Registry {
    fn default() -> Self {
        Registry { order: AtomicUsize::new(0), books: Unseen::default() }
    }
}

#[derive(Default)]
struct Books {
    next: u64,
    retirements: usize,
    guards: BTreeSet<u64>,
    retired: Vec<Retired>,
}

/// Something unlinked, with the guards that may still see it.
struct Retired {
    map: u64,
    what: *mut (),
    waits_for: BTreeSet<u64>,
    free: unsafe fn(*mut ()),
}

// SAFETY: the models run one thread at a time.
unsafe impl Send for Retired {}

impl Registry {
    fn retire(&self, map: u64, what: *mut (), free: unsafe fn(*mut ())) {
        // ORDERING: AcqRel: see the module's text.
        self.order.fetch_add(1, AcqRel);
        let mut books = self.books.open();
        books.retirements += 1;
        let waits_for = books.guards.clone();
        assert!(!waits_for.is_empty(), "retired without a guard");
        books.retired.push(Retired { map, what, waits_for, free });
    }

    fn unpin(&self, guard: u64) {
        let mut ripe = Vec::new();
        {
            let mut books = self.books.open();
            books.guards.remove(&guard);
            let all = std::mem::take(&mut books.retired);
            for mut retired in all {
                retired.waits_for.remove(&guard);
                if retired.waits_for.is_empty() {
                    ripe.push(retired)
                } else {
                    books.retired.push(retired)
                }
            }
        }
        for retired in ripe {
            // SAFETY: its grace period is over, and it is in no list any more, so this happens
            // once.
            unsafe { (retired.free)(retired.what) };
        }
    }
}

/// A pinned thread.
pub(crate) struct Pin(u64);

impl Pin {
    pub(crate) fn new() -> Self {
        // Before the first retirement there is nothing to have seen, and a step less for loom to
        // permute.
        if REGISTRY.books.open().retirements > 0 {
            // ORDERING: Acquire, by a read-modify-write, which reads the newest value: see the
            // module's text.
            REGISTRY.order.fetch_add(0, Acquire);
        }
        let mut books = REGISTRY.books.open();
        books.next += 1;
        let id = books.next;
        books.guards.insert(id);
        Pin(id)
    }

    pub(crate) fn flush(&self) {}

    /// Lets go of everything and takes hold again, as a guard that is pinned too late would: for a
    /// seeded fault.
    pub(crate) fn lapse(&self) {
        REGISTRY.unpin(self.0);
        REGISTRY.books.open().guards.insert(self.0);
    }

    pub(crate) fn repin(&mut self) {
        REGISTRY.unpin(self.0);
        core::mem::forget(core::mem::replace(self, Pin::new()));
    }

    /// # Safety
    ///
    /// As with the real collector.
    pub(crate) unsafe fn retire_table<K, V>(&self, table: NonNull<Table<K, V>>) {
        let table = table.as_ptr();
        unsafe fn free<K, V>(table: *mut ()) {
            // SAFETY: past its grace period.
            unsafe { Table::<K, V>::free(table.cast()) };
        }
        if crate::fault::fault!("table_freed_at_once") {
            // SAFETY: none: this is the fault.
            return unsafe { Table::free(table) };
        }
        REGISTRY.retire(0, table.cast(), free::<K, V>);
    }
}

/// In the models a pin belongs to no thread anyway.
pub(crate) struct Participant;

impl Participant {
    pub(crate) fn new() -> Self {
        Participant
    }

    pub(crate) fn pin(&mut self) -> Pin {
        Pin::new()
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        REGISTRY.unpin(self.0);
    }
}

/// A map's memory.
pub(crate) struct Heap<K, V> {
    id: u64,
    /// By era.
    counts: Unseen<BTreeMap<usize, isize>>,
    of: PhantomData<(K, V)>,
}

/// The models need no slot per thread.
pub(crate) struct LocalRef<'h, K, V>(&'h Heap<K, V>);

impl<K, V> Heap<K, V> {
    pub(crate) fn new() -> Self {
        let mut books = REGISTRY.books.open();
        books.next += 1;
        Heap { id: books.next, counts: Unseen::default(), of: PhantomData }
    }

    pub(crate) fn local(&self) -> LocalRef<'_, K, V> {
        LocalRef(self)
    }

    pub(crate) fn stop_preparing(&self) {}

    pub(crate) fn len(&self, era: usize) -> usize {
        self.counts.open().get(&era).map_or(0, |count| (*count).max(0).unsigned_abs())
    }

    pub(crate) fn garbage(&self) -> usize {
        REGISTRY.books.open().retired.iter().filter(|retired| retired.map == self.id).count()
    }

    pub(crate) fn spare(&self) -> usize {
        0
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>()
    }

    pub(crate) fn abandon(&mut self) -> Vec<NonNull<Entry<K, V>>> {
        let mut books = REGISTRY.books.open();
        let (mine, others) = std::mem::take(&mut books.retired)
            .into_iter()
            .partition(|retired| retired.map == self.id);
        books.retired = others;
        let mine: Vec<Retired> = mine;
        mine.into_iter().filter_map(|retired| NonNull::new(retired.what.cast())).collect()
    }
}

impl<K, V> LocalRef<'_, K, V> {
    pub(crate) fn count(&self, era: usize, change: isize) {
        *self.0.counts.open().entry(era).or_default() += change;
    }

    pub(crate) fn tick(&self) -> bool {
        true
    }

    pub(crate) fn prepare(
        &self,
        shape: Shape,
        era: usize,
        _: Haste,
        _: impl Fn(Shape) -> bool,
    ) -> Result<Option<Box<Table<K, V>>>, Refused> {
        Table::try_new(shape, era).map(Some)
    }

    pub(crate) fn dispose(&self, table: Box<Table<K, V>>) {
        drop(table);
    }

    /// # Safety
    ///
    /// As with the real collector.
    pub(crate) unsafe fn retire_table(&self, table: NonNull<Table<K, V>>, _: bool, pin: &Pin) {
        // SAFETY: passed on.
        unsafe { pin.retire_table(table) };
    }

    pub(crate) fn give_some(&self) {}

    pub(crate) fn has_prepared(&self) -> bool {
        false
    }

    pub(crate) fn prepare_none_below(&self, _: u32) {}

    pub(crate) fn allocate(&self, entry: impl FnOnce() -> Entry<K, V>) -> NonNull<Entry<K, V>> {
        let memory = allocate();
        // SAFETY: fresh memory of the right layout.
        unsafe { memory.write(entry()) };
        memory
    }

    /// # Safety
    ///
    /// It came from `allocate`, was never linked, and is not used again.
    pub(crate) unsafe fn deallocate(&self, entry: NonNull<Entry<K, V>>) -> Entry<K, V> {
        // SAFETY: by the caller.
        let content = unsafe { entry.read() };
        // SAFETY: the content has just been moved out.
        unsafe { free_bare(entry) };
        content
    }

    /// In the models every entry fills its bag.
    ///
    /// # Safety
    ///
    /// As with the real collector.
    pub(crate) unsafe fn retire(&self, entry: NonNull<Entry<K, V>>, _pin: &Pin) -> bool {
        unsafe fn free<K, V>(entry: *mut ()) {
            let entry: NonNull<Entry<K, V>> =
                NonNull::new(entry.cast()).expect("an entry is never null");
            // SAFETY: past its grace period.
            unsafe { entry.drop_in_place() };
            // SAFETY: its content has just been dropped.
            unsafe { free_bare(entry) };
        }
        REGISTRY.retire(self.0.id, entry.as_ptr().cast(), free::<K, V>);
        true
    }

    /// # Safety
    ///
    /// As with the real collector.
    pub(crate) unsafe fn flush(&self, pin: &Pin) {
        pin.flush();
    }
}
