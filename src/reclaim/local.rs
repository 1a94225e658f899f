//! One thread's slot in a map: its share of the length, its bag, its batches, its spare memory.

use core::alloc::Layout;
use core::cell::UnsafeCell;
use core::ptr::{self, NonNull};
use std::alloc;
use std::collections::VecDeque;

use super::batch::{Batch, Claim};
use super::epoch::Pin;
use crate::hooks::{Branch, hit};
use crate::raw::sizes::{BATCH, MAX_RETURNED, SHARE_EVERY};
use crate::raw::{Entry, Tag};
use crate::sync::{Acquire, AtomicIsize, AtomicPtr, AtomicU64, AtomicUsize, Relaxed, Release};

/// Bare memory of an entry, linked through its first word.
struct Spare {
    next: *mut Spare,
}

/// A list of bare entry memory.
pub(super) struct SpareList<K, V> {
    first: *mut Spare,
    /// Meaningful while everything in the list came by `push`.
    last: *mut Spare,
    /// How many there are, exact while everything in the list came by `push`.
    len: usize,
    of: core::marker::PhantomData<*mut Entry<K, V>>,
}

impl<K, V> SpareList<K, V> {
    const LAYOUT: Layout = Layout::new::<Entry<K, V>>();
    const FITS: () = assert!(Self::LAYOUT.size() >= size_of::<Spare>() && Self::LAYOUT.align() >= align_of::<Spare>());

    pub(super) const fn new() -> Self {
        const { Self::FITS };
        SpareList { first: ptr::null_mut(), last: ptr::null_mut(), len: 0, of: core::marker::PhantomData }
    }

    /// # Safety
    ///
    /// The memory came from the allocator with the layout of an entry, holds nothing, and is nobody else's.
    pub(super) unsafe fn push(&mut self, memory: NonNull<Entry<K, V>>) {
        let spare: *mut Spare = memory.as_ptr().cast();
        // SAFETY: by the caller; an entry is at least a word, aligned for one.
        unsafe { spare.write(Spare { next: self.first }) };
        if self.first.is_null() {
            self.last = spare;
        }
        self.first = spare;
        self.len += 1;
    }

    #[inline]
    fn pop(&mut self) -> Option<NonNull<Entry<K, V>>> {
        let spare = NonNull::new(self.first)?;
        // SAFETY: in the list, so written by `push`.
        self.first = unsafe { spare.read() }.next;
        self.len = self.len.saturating_sub(1);
        Some(spare.cast())
    }
}

impl<K, V> Drop for SpareList<K, V> {
    fn drop(&mut self) {
        while let Some(memory) = self.pop() {
            // SAFETY: by the contract of `push`.
            unsafe { alloc::dealloc(memory.as_ptr().cast(), Self::LAYOUT) };
        }
    }
}

/// See the module's text; who may touch which field is tabulated in [`super`].
pub(super) struct Local<K, V> {
    era: AtomicU64,
    count: AtomicIsize,
    retired: AtomicUsize,
    spares: AtomicUsize,
    owner: UnsafeCell<Owner<K, V>>,
    freed: AtomicUsize,
    returned: AtomicPtr<Spare>,
    returned_batches: AtomicUsize,
}

/// What the slot's thread alone touches.
struct Owner<K, V> {
    bag: Option<Box<Batch<K, V>>>,
    /// Sealed batches, oldest first: they come of age in this order, or nearly.
    pending: VecDeque<*mut Batch<K, V>>,
    spares: SpareList<K, V>,
    ticks: usize,
}

// SAFETY: `owner` is touched by the slot's thread alone, or under `&mut`; all else is atomic. Entries in it may be dropped
// on another thread: operations that retire demand `K: Send, V: Send`.
unsafe impl<K, V> Sync for Local<K, V> {}
// SAFETY: as above; a later thread may take over the slot of one that has ended.
unsafe impl<K, V> Send for Local<K, V> {}

impl<K, V> Local<K, V> {
    pub(super) fn new() -> Self {
        Local {
            era: AtomicU64::new(0),
            count: AtomicIsize::new(0),
            retired: AtomicUsize::new(0),
            spares: AtomicUsize::new(0),
            owner: UnsafeCell::new(Owner { bag: None, pending: VecDeque::new(), spares: SpareList::new(), ticks: 0 }),
            freed: AtomicUsize::new(0),
            returned: AtomicPtr::new(ptr::null_mut()),
            returned_batches: AtomicUsize::new(0),
        }
    }

    /// Runs `f` on what is the thread's own.
    ///
    /// # Safety
    ///
    /// This is the slot's thread, and `f` runs no user code and no collector: nothing that could come back here.
    #[inline]
    unsafe fn with_owner<R>(&self, f: impl FnOnce(&mut Owner<K, V>) -> R) -> R {
        // SAFETY: by the caller no other reference exists: one thread, and no re-entry.
        f(unsafe { &mut *self.owner.get() })
    }

    /// Adds to this thread's share of the length of era `era`.
    ///
    /// A share of an era that has been cleared since counts entries that are gone: it is dropped, old or new.
    #[inline]
    pub(super) fn count(&self, era: u64, change: isize) {
        // ORDERING: Relaxed: this thread alone stores it.
        let mine = self.era.load(Relaxed);
        if mine == era {
            // ORDERING: Relaxed, both: this thread alone stores it, and the sum is exact for whoever has synchronised
            // with the writers.
            let count = self.count.load(Relaxed);
            self.count.store(count + change, Relaxed);
        } else if mine < era {
            // ORDERING: Relaxed: published by the next line.
            self.count.store(change, Relaxed);
            // ORDERING: Release, P10: whoever sees the new era sees its count.
            self.era.store(era, Release);
        }
    }

    /// This thread's share of the length, if it has one in `era`.
    pub(super) fn counted(&self, era: u64) -> isize {
        // ORDERING: Acquire, P10.
        if self.era.load(Acquire) != era {
            return 0;
        }
        // ORDERING: Relaxed: ordered behind the era by its Acquire.
        self.count.load(Relaxed)
    }

    /// Entries retired here and not yet freed.
    pub(super) fn garbage(&self) -> usize {
        // ORDERING: Acquire, so that `retired` below is no older than what was freed of it.
        let freed = self.freed.load(Acquire);
        // ORDERING: Relaxed: a statistic.
        self.retired.load(Relaxed).saturating_sub(freed)
    }

    /// Entries' worth of bare memory kept for this thread.
    pub(super) fn spare(&self) -> usize {
        // ORDERING: Relaxed, both: a statistic.
        self.spares.load(Relaxed) + self.returned_batches.load(Relaxed) * BATCH
    }

    /// `true` once in [`SHARE_EVERY`] calls: this write does a share of a running resize.
    ///
    /// # Safety
    ///
    /// This is the slot's thread.
    pub(super) unsafe fn tick(&self) -> bool {
        // SAFETY: the slot's thread; no call goes out.
        unsafe {
            self.with_owner(|owner| {
                owner.ticks = owner.ticks.wrapping_add(1);
                owner.ticks.is_multiple_of(SHARE_EVERY)
            })
        }
    }

    /// Bare memory for an entry: spare, or new.
    ///
    /// # Safety
    ///
    /// This is the slot's thread.
    #[inline]
    pub(super) unsafe fn allocate(&self) -> NonNull<Entry<K, V>> {
        // SAFETY: the slot's thread; `refill` calls nothing but the allocator.
        let spare = unsafe {
            self.with_owner(|owner| {
                if owner.spares.first.is_null() && !self.refill(&mut owner.spares) {
                    return None;
                }
                let memory = owner.spares.pop();
                // ORDERING: Relaxed: a statistic, stored by this thread alone.
                self.spares.store(owner.spares.len, Relaxed);
                memory
            })
        };
        spare.unwrap_or_else(allocate_slow)
    }

    /// Takes over what others have freed of this thread's garbage. `false` if there was nothing.
    #[inline]
    fn refill(&self, spares: &mut SpareList<K, V>) -> bool {
        // ORDERING: Relaxed: only asks whether it is worth the swap.
        if self.returned.load(Relaxed).is_null() {
            return false;
        }
        // ORDERING: Relaxed: a bound that need not be exact.
        let batches = self.returned_batches.swap(0, Relaxed);
        // ORDERING: Acquire, P11: the memory comes with all that was done to it.
        spares.first = self.returned.swap(ptr::null_mut(), Acquire);
        spares.len = batches * BATCH;
        hit(Branch::Recycled);
        !spares.first.is_null()
    }

    /// Keeps the memory of an entry that was never linked.
    ///
    /// # Safety
    ///
    /// This is the slot's thread; the memory came from `allocate`, holds nothing, and is nobody else's.
    pub(super) unsafe fn recycle(&self, memory: NonNull<Entry<K, V>>) {
        // SAFETY: passed on.
        let push = |owner: &mut Owner<K, V>| unsafe { owner.spares.push(memory) };
        // SAFETY: the slot's thread, and no call goes out.
        unsafe { self.with_owner(push) }
    }

    /// Takes an unlinked entry: it is freed when every guard that is held now is gone.
    ///
    /// # Safety
    ///
    /// This is the slot's thread. No guard pinned later can find the entry, and nobody retires it again. Keys and values
    /// may be dropped on any thread.
    #[inline]
    pub(super) unsafe fn retire(&self, entry: NonNull<Entry<K, V>>, pin: &Pin) {
        // ORDERING: Relaxed: this thread alone stores it. Before the push: `freed` never overtakes it.
        let retired = self.retired.load(Relaxed);
        // ORDERING: Relaxed: a statistic.
        self.retired.store(retired + 1, Relaxed);
        // SAFETY: the slot's thread; only the allocator is called.
        let full = unsafe {
            self.with_owner(|owner| {
                let home = ptr::from_ref(self);
                owner.bag.get_or_insert_with(|| Batch::new(home)).push(entry)
            })
        };
        if full {
            // SAFETY: by the caller.
            unsafe { self.flush(pin) };
        }
    }

    /// Hands the bag to the collector, and has it free what has come of age. Runs user code.
    ///
    /// # Safety
    ///
    /// This is the slot's thread, and keys and values may be dropped on any thread.
    #[cold]
    pub(super) unsafe fn flush(&self, pin: &Pin) {
        // SAFETY: the slot's thread; only the allocator is called.
        let sealed = unsafe { self.with_owner(Owner::seal) };
        if let Some(batch) = sealed {
            // SAFETY: the batch is registered in `pending`, so that either the closure or the map's drop frees what is in
            // it; it touches nothing that the map's drop has not either waited for or withdrawn (see `batch`).
            let free = move || unsafe { Batch::run(batch) };
            // SAFETY: as just said.
            unsafe { pin.defer(free) };
        }
        pin.flush();
    }

    /// A batch that this thread retired has been freed: its memory comes home, up to a bound.
    pub(super) fn take_back(&self, mut spares: SpareList<K, V>, entries: usize) {
        // ORDERING: Release, so that `garbage` sees the retirements that this frees.
        self.freed.fetch_add(entries, Release);
        // ORDERING: Relaxed: a bound that need not be exact.
        if spares.len < BATCH || self.returned_batches.load(Relaxed) >= MAX_RETURNED {
            hit(Branch::SpareFull);
            return;
        }
        // ORDERING: Relaxed: as above.
        self.returned_batches.fetch_add(1, Relaxed);
        let (first, last) = (spares.first, spares.last);
        spares.first = ptr::null_mut();
        // ORDERING: Relaxed: only compared and linked to.
        let mut seen = self.returned.load(Relaxed);
        loop {
            // SAFETY: `last` is the end of a non-empty list that is ours until the exchange below succeeds.
            unsafe { (*last).next = seen };
            // ORDERING: Release, P11: what was dropped and linked here comes before its reuse. Relaxed on failure.
            match self.returned.compare_exchange(seen, first, Release, Relaxed) {
                Ok(_) => return,
                Err(now) => seen = now,
            }
        }
    }

    /// The map is being dropped: the entries that nobody else will drop.
    pub(super) fn abandon(&mut self) -> Vec<NonNull<Entry<K, V>>> {
        let owner = self.owner.get_mut();
        let mut entries: Vec<_> = owner.bag.take().iter().flat_map(|bag| bag.entries().collect::<Vec<_>>()).collect();
        for batch in owner.pending.drain(..) {
            // SAFETY: registered here, and forgotten by the drain.
            match unsafe { Batch::claim(batch) } {
                Claim::Take(mut taken) => entries.append(&mut taken),
                // SAFETY: DONE left the node to its registrar, which is this slot.
                Claim::Node => drop(unsafe { Box::from_raw(batch) }),
                Claim::Leave => {}
            }
        }
        entries
    }
}

impl<K, V> Owner<K, V> {
    /// Registers the bag as a batch for the collector, if there is anything in it. A batch that is done becomes the next bag.
    fn seal(&mut self) -> Option<*mut Batch<K, V>> {
        let batch = Box::into_raw(self.bag.take_if(|bag| bag.len() > 0)?);
        self.pending.push_back(batch);
        // SAFETY: registered batches are valid until they leave `pending`.
        while let Some(&done) = self.pending.front().filter(|batch| unsafe { (***batch).is_done() }) {
            self.pending.pop_front();
            // SAFETY: DONE left the node to its registrar.
            let mut node = unsafe { Box::from_raw(done) };
            if self.bag.is_none() {
                node.reset();
                self.bag = Some(node);
            }
        }
        Some(batch)
    }
}

impl<K, V> Drop for Local<K, V> {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access; those who pushed were waited for (P9).
        let first = self.returned.load(Relaxed);
        let mut returned = SpareList::<K, V>::new();
        returned.first = first;
    }
}

/// New memory for an entry.
#[cold]
#[inline(never)]
fn allocate_slow<K, V>() -> NonNull<Entry<K, V>> {
    let layout = SpareList::<K, V>::LAYOUT;
    // SAFETY: an entry is never zero-sized: it has a hash.
    let Some(memory) = NonNull::new(unsafe { alloc::alloc(layout) }) else { alloc::handle_alloc_error(layout) };
    if !Tag::fits_beside(memory.addr().get()) {
        // SAFETY: just allocated with this layout.
        unsafe { alloc::dealloc(memory.as_ptr(), layout) };
        panic!(
            "evacmap keeps 16 hash bits in the high bits of pointers, and the allocator returned an address that uses \
             them; build with `--cfg evacmap_no_tags` on this platform"
        );
    }
    memory.cast()
}
