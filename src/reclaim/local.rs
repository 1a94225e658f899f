//! One thread's slot in a map: its share of the length, its bag, its batches, its spare memory.

use core::cell::Cell;
use core::mem::needs_drop;
use core::ptr::NonNull;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::batch::Batch;
use super::epoch::Pin;
use super::memory::allocate;
use super::queue::Queue;
use super::spare::Spares;
use crate::fault::{fault, unless_relaxed};
use crate::hooks::{Branch, hit};
use crate::raw::Entry;
use crate::raw::sizes::SHARE_EVERY;
use crate::sync::{
    Acquire, AtomicBool, AtomicIsize, AtomicUsize, Relaxed, Release, UnsafeCell, thread_local,
};

thread_local! {
    /// This thread is dropping entries of some map, further up its stack. Without a destructor, so
    /// that it can always be read.
    static DROPPING: Cell<bool> = const { Cell::new(false) };
}

/// See the module's text; who may touch which field is tabulated in [`super`].
pub(super) struct Local<K, V> {
    era: AtomicUsize,
    count: AtomicIsize,
    retired: AtomicUsize,
    freed: AtomicUsize,
    spare: AtomicUsize,
    owner: UnsafeCell<Owner<K, V>>,
    /// Sealed batches, oldest first: they come of age in this order, or nearly. Of whoever has set
    /// `reaping`.
    pending: UnsafeCell<Queue<K, V>>,
    reaping: AtomicBool,
}

/// What the slot's thread alone touches.
struct Owner<K, V> {
    bag: Option<Box<Batch<K, V>>>,
    /// Sealed batches on their way to `pending`, for when another thread is at that.
    sealed: Queue<K, V>,
    spares: Spares<K, V>,
    ticks: usize,
    /// The latest resize that this thread has helped with.
    #[cfg(all(feature = "tracing", not(evacmap_loom)))]
    helped: usize,
}

// SAFETY: `owner` is touched by the slot's thread alone, `pending` by whoever has set `reaping`;
// all else is atomic. Entries in them may be dropped on another thread: operations that retire
// demand `K: Send, V: Send`.
unsafe impl<K, V> Sync for Local<K, V> {}
// SAFETY: as above; a later thread may take over the slot of one that has ended.
unsafe impl<K, V> Send for Local<K, V> {}

impl<K, V> Local<K, V> {
    pub(super) fn new() -> Self {
        Local {
            era: AtomicUsize::new(0),
            count: AtomicIsize::new(0),
            retired: AtomicUsize::new(0),
            freed: AtomicUsize::new(0),
            spare: AtomicUsize::new(0),
            owner: UnsafeCell::new(Owner {
                bag: None,
                sealed: Queue::new(),
                spares: Spares::new(),
                ticks: 0,
                #[cfg(all(feature = "tracing", not(evacmap_loom)))]
                helped: 0,
            }),
            pending: UnsafeCell::new(Queue::new()),
            reaping: AtomicBool::new(false),
        }
    }

    /// Runs `f` on what is the thread's own.
    ///
    /// # Safety
    ///
    /// This is the slot's thread, and `f` runs no user code and no collector: nothing that could
    /// come back here.
    #[inline]
    unsafe fn with_owner<R>(&self, f: impl FnOnce(&mut Owner<K, V>) -> R) -> R {
        // SAFETY: by the caller no other reference exists: one thread, and no re-entry.
        self.owner.with_mut(|owner| f(unsafe { &mut *owner }))
    }

    /// Adds to one of the words that this thread alone stores.
    #[inline]
    fn add(word: &AtomicUsize, more: usize) {
        // ORDERING: Relaxed, both: one writer; a statistic to all others.
        let now = word.load(Relaxed).wrapping_add(more);
        // ORDERING: Relaxed, as just said.
        word.store(now, Relaxed);
    }

    /// Adds to this thread's share of the length of era `era`.
    ///
    /// A share of an era that has been cleared since counts entries that are gone: it is dropped,
    /// old or new.
    #[inline]
    pub(super) fn count(&self, era: usize, change: isize) {
        // ORDERING: Relaxed: this thread alone stores it.
        let mine = self.era.load(Relaxed);
        if mine == era {
            // ORDERING: Relaxed, both: this thread alone stores it, and the sum is exact for
            // whoever has synchronised with the writers.
            let count = self.count.load(Relaxed);
            self.count.store(count + change, Relaxed);
        } else if mine < era {
            // ORDERING: Relaxed: published by the next line.
            self.count.store(change, Relaxed);
            // ORDERING: Release, P10: whoever sees the new era sees its count.
            self.era.store(era, Release);
        }
    }

    /// This thread's share of the length, if it has one in `era`. Beside a `clear` it may be that
    /// of the next era.
    pub(super) fn counted(&self, era: usize) -> isize {
        // ORDERING: Acquire, P10.
        if self.era.load(Acquire) != era {
            return 0;
        }
        // ORDERING: Relaxed: ordered behind the era by its Acquire.
        self.count.load(Relaxed)
    }

    /// Entries that this thread has retired, and entries that it has freed, ever.
    pub(super) fn garbage(&self) -> (usize, usize) {
        // ORDERING: Relaxed, both: statistics.
        (self.retired.load(Relaxed), self.freed.load(Relaxed))
    }

    /// Entries' worth of bare memory kept for this thread.
    pub(super) fn spare(&self) -> usize {
        // ORDERING: Relaxed: a statistic.
        self.spare.load(Relaxed)
    }

    /// `true` once in [`SHARE_EVERY`] calls: this write does a share of a running resize.
    ///
    /// # Safety
    ///
    /// This is the slot's thread.
    pub(super) unsafe fn tick(&self) -> bool {
        let count = |owner: &mut Owner<K, V>| {
            owner.ticks = owner.ticks.wrapping_add(1);
            owner.ticks.is_multiple_of(SHARE_EVERY)
        };
        // SAFETY: the slot's thread; no call goes out.
        unsafe { self.with_owner(count) }
    }

    /// Whether this is the thread's first step of the resize of that number, in this map; numbers
    /// grow.
    ///
    /// # Safety
    ///
    /// This is the slot's thread.
    #[cfg(all(feature = "tracing", not(evacmap_loom)))]
    pub(super) unsafe fn joins(&self, resize: usize) -> bool {
        let join = |owner: &mut Owner<K, V>| {
            let first = owner.helped < resize;
            owner.helped = owner.helped.max(resize);
            first
        };
        // SAFETY: the slot's thread; no call goes out.
        unsafe { self.with_owner(join) }
    }

    /// Bare memory for an entry: spare, or new.
    ///
    /// # Safety
    ///
    /// This is the slot's thread.
    #[inline]
    pub(super) unsafe fn allocate(&self) -> NonNull<Entry<K, V>> {
        // SAFETY: the slot's thread; no call goes out.
        let spare = unsafe { self.with_owner(|owner| owner.spares.pop()) };
        let Some(memory) = spare else { return allocate() };
        hit(Branch::Recycled);
        Self::add(&self.spare, usize::MAX);
        memory
    }

    /// Keeps bare memory for the next entries, up to a bound.
    ///
    /// # Safety
    ///
    /// This is the slot's thread; the memory came from `allocate`, holds nothing, and is nobody
    /// else's.
    pub(super) unsafe fn recycle(&self, memory: NonNull<Entry<K, V>>) {
        // SAFETY: by the caller.
        let keep = |owner: &mut Owner<K, V>| unsafe { owner.spares.push(memory) };
        // SAFETY: the slot's thread; only the allocator is called.
        if unsafe { self.with_owner(keep) } {
            Self::add(&self.spare, 1);
        } else {
            // SAFETY: by the caller.
            unsafe { super::free_bare(memory) };
        }
    }

    /// Takes an unlinked entry: it is dropped when every guard that is held now is gone. `true` if
    /// the bag is full.
    ///
    /// # Safety
    ///
    /// This is the slot's thread. No guard pinned later can find the entry, and nobody retires it
    /// again. Keys and values may be dropped on any thread.
    #[inline]
    pub(super) unsafe fn retire(&self, entry: NonNull<Entry<K, V>>) -> bool {
        Self::add(&self.retired, 1);
        let push = |owner: &mut Owner<K, V>| {
            owner.bag.get_or_insert_with(|| owner.spares.bag()).push(entry)
        };
        // SAFETY: the slot's thread; only the allocator is called.
        unsafe { self.with_owner(push) }
    }

    /// Registers the bag as a batch and hands it to the collector. Runs no user code of this map.
    ///
    /// # Safety
    ///
    /// This is the slot's thread, and keys and values may be dropped on any thread.
    pub(super) unsafe fn seal(&self, pin: &Pin) {
        let seal = |owner: &mut Owner<K, V>| {
            let batch = NonNull::from(Box::leak(owner.bag.take_if(|bag| bag.len() > 0)?));
            // SAFETY: a box of our own; the collector's closure touches its state alone.
            unsafe { owner.sealed.push(batch) };
            Some(batch)
        };
        // SAFETY: the slot's thread; only the allocator is called.
        if let Some(batch) = unsafe { self.with_owner(seal) } {
            // SAFETY: the batch is registered, and the node outlives the closure's use of it.
            let ripen = move || unsafe { Batch::ripen(batch.as_ptr()) };
            if fault!("batch_ripe_at_once") {
                return ripen();
            }
            // SAFETY: the closure touches the node alone: no key, no value, no map.
            unsafe { pin.defer(ripen) };
        }
    }

    /// Runs `f` on the registered batches, unless another thread is at them.
    fn with_pending<R>(&self, f: impl FnOnce(&mut Queue<K, V>) -> R) -> Option<R> {
        // ORDERING: Acquire, P15: sees what the last to have them did. Nothing is looked at after a
        // failure.
        let order = unless_relaxed!("reaping_relaxed", Acquire);
        if self.reaping.compare_exchange(false, true, order, Relaxed).is_err() {
            hit(Branch::ReapLost);
            return None;
        }
        // SAFETY: we have set `reaping`, so nobody else has a reference; `f` runs no user code.
        let done = self.pending.with_mut(|pending| f(unsafe { &mut *pending }));
        // ORDERING: Release, P15.
        self.reaping.store(false, Release);
        Some(done)
    }

    /// Moves what this thread has sealed to where all can reap it.
    ///
    /// # Safety
    ///
    /// This is the slot's thread.
    pub(super) unsafe fn register(&self) {
        self.with_pending(|pending| {
            // SAFETY: the slot's thread; only the allocator is called.
            unsafe { self.with_owner(|owner| pending.append(&mut owner.sealed)) }
        });
    }

    /// Drops the entries of the oldest batch of `other`'s, if it is ripe. Runs user code. `false`
    /// if there was none, or if this is within such a drop: the batches that a `Drop` brings about
    /// are dropped after it, not deep in its stack.
    ///
    /// # Safety
    ///
    /// This is the slot's thread; keys and values may be dropped on it; `other` is a slot of the
    /// same map, which the caller has borrowed: what keys and values borrow is alive.
    pub(super) unsafe fn reap(&self, other: &Self) -> bool {
        if DROPPING.with(Cell::get) {
            hit(Branch::NestedReap);
            return false;
        }
        let ripe = other.with_pending(|pending| {
            // SAFETY: registered batches are valid until they are taken out.
            let ripe = pending.first().is_some_and(|batch| unsafe { batch.as_ref() }.is_ripe());
            if ripe { pending.pop() } else { None }
        });
        let Some(batch) = ripe.flatten() else { return false };
        // SAFETY: RIPE left the node to the map, and we have taken it out.
        let batch = unsafe { Box::from_raw(batch.as_ptr()) };
        if needs_drop::<Entry<K, V>>() {
            DROPPING.with(|dropping| dropping.set(true));
            for entry in batch.entries() {
                // SAFETY: retired and past its grace period, so this is the only access; in this
                // batch once.
                swallow(|| unsafe { entry.drop_in_place() });
            }
            DROPPING.with(|dropping| dropping.set(false));
        }
        Self::add(&self.freed, batch.len());
        crate::work::dropped(batch.len());
        // SAFETY: the entries' content is gone.
        let store = |owner: &mut Owner<K, V>| unsafe { owner.spares.store(batch) };
        // SAFETY: the slot's thread; only the allocator is called.
        let kept = unsafe { self.with_owner(store) };
        Self::add(&self.spare, kept);
        true
    }

    /// The map is being dropped: all entries of this slot that have not been dropped yet.
    ///
    /// # Safety
    ///
    /// Nobody else uses the map, and nobody will.
    pub(super) unsafe fn abandon(&self) -> Vec<NonNull<Entry<K, V>>> {
        // SAFETY: by the caller, whatever thread this is; only the allocator is called.
        let bag = unsafe { self.with_owner(|owner| owner.bag.take()) };
        // SAFETY: as above.
        unsafe { self.register() };
        let mut entries: Vec<_> = bag.iter().flat_map(|bag| bag.entries()).collect();
        while let Some(batch) = self.with_pending(Queue::pop).flatten() {
            // SAFETY: registered, and forgotten here.
            entries.append(&mut unsafe { Batch::abandon(batch.as_ptr()) });
        }
        entries
    }
}

/// Runs a user's `Drop`, or what else is none of an operation's business. A panic in it has been
/// reported by the panic hook. It is not carried on: it would surface in an operation that has
/// nothing to do with it.
pub(crate) fn swallow(run: impl FnOnce()) {
    let mut outcome = catch_unwind(AssertUnwindSafe(run));
    // The payload may have a `Drop` that panics, and so may the payload of that; but this has an
    // end.
    for _ in 0..8 {
        let Err(payload) = outcome else { return };
        outcome = catch_unwind(AssertUnwindSafe(|| drop(payload)));
    }
    core::mem::forget(outcome);
}
