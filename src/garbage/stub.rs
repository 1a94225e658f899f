//! The models' stand-in for the records: what is retired goes to the stub collector at once, and
//! every entry fills its bag.

use core::marker::PhantomData;
use core::ptr::NonNull;
use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::memory::{Pin, allocate, free_bare};

/// Every thread's record in a map.
pub(crate) struct Locals<T> {
    id: u64,
    /// The length, by era. loom does not see it.
    counts: RefCell<BTreeMap<usize, isize>>,
    of: PhantomData<T>,
}

// SAFETY: the models run one thread at a time, and switch only at modelled operations, none of
// which happens while a borrow is held.
unsafe impl<T> Sync for Locals<T> {}

/// The models need no record for each thread.
pub(crate) struct LocalRef<'h, T>(&'h Locals<T>);

impl<T> Locals<T> {
    pub(crate) fn new() -> Self {
        Locals { id: Pin::number(), counts: RefCell::default(), of: PhantomData }
    }

    pub(crate) fn local(&self) -> LocalRef<'_, T> {
        LocalRef(self)
    }

    pub(crate) fn len(&self, era: usize) -> usize {
        self.counts.borrow().get(&era).map_or(0, |count| (*count).max(0).unsigned_abs())
    }

    pub(crate) fn garbage(&self) -> usize {
        Pin::retired(self.id)
    }

    pub(crate) fn spare(&self) -> usize {
        0
    }

    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>()
    }

    pub(crate) fn abandon(&mut self) -> Vec<NonNull<T>> {
        Pin::abandon(self.id).into_iter().filter_map(|what| NonNull::new(what.cast())).collect()
    }
}

impl<T> LocalRef<'_, T> {
    pub(crate) fn count(&self, era: usize, change: isize) {
        *self.0.counts.borrow_mut().entry(era).or_default() += change;
    }

    pub(crate) fn tick(&self) -> bool {
        true
    }

    pub(crate) fn joins(&self, _resize: usize) -> bool {
        false
    }

    pub(crate) fn allocate(
        &self,
        fits: impl Fn(usize) -> bool,
        entry: impl FnOnce() -> T,
    ) -> NonNull<T> {
        let memory = allocate(fits);
        // SAFETY: fresh memory of the right layout.
        unsafe { memory.write(entry()) };
        memory
    }

    /// # Safety
    ///
    /// It came from `allocate`, was never linked, and is not used again.
    pub(crate) unsafe fn deallocate(&self, entry: NonNull<T>) -> T {
        // SAFETY: the caller promises that it was never linked, so it is ours alone.
        let content = unsafe { entry.read() };
        // SAFETY: the content has just been moved out.
        unsafe { free_bare(entry) };
        content
    }

    /// In the models every entry fills its bag.
    ///
    /// # Safety
    ///
    /// As with the real records.
    pub(crate) unsafe fn retire(&self, entry: NonNull<T>, pin: &Pin) -> bool {
        unsafe fn free<T>(entry: *mut ()) {
            let entry: NonNull<T> = NonNull::new(entry.cast()).expect("an entry is never null");
            // SAFETY: past its grace period.
            unsafe { entry.drop_in_place() };
            // SAFETY: its content has just been dropped.
            unsafe { free_bare(entry) };
        }
        // SAFETY: the caller promises that it is unlinked, and retired once.
        unsafe { pin.retire(self.0.id, entry.as_ptr().cast(), free::<T>) };
        true
    }

    /// In the models every entry fills its bag, also if nothing is left of it.
    pub(crate) fn retire_nothing(&self, _pin: &Pin) -> bool {
        true
    }

    /// # Safety
    ///
    /// None is needed here.
    pub(crate) unsafe fn flush(&self) {}
}
