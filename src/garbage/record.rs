//! One thread's record in a map: its share of the length, its bag, its batches, its spare memory.

use core::cell::Cell;
use core::mem::needs_drop;
use core::ptr::NonNull;

use super::batch::Batch;
use super::queue::Queue;
use super::spare::{Bag, Spares};
use crate::memory::clock::Stamp;
use crate::memory::{allocate, free_bare};
use crate::observe::faults::{fault, unless_relaxed};
use crate::observe::hooks::{Branch, hit};
use crate::observe::swallow;
use crate::sizes::{BATCH, SHARE_EVERY};
use crate::sync::{
    Acquire, AtomicBool, AtomicIsize, AtomicUsize, Relaxed, Release, UnsafeCell, thread_local,
};

thread_local! {
    /// This thread is dropping entries of some map, further up its stack. Without a destructor, so
    /// that it can always be read.
    static DROPPING: Cell<bool> = const { Cell::new(false) };
}

/// See the module's text; who may touch which field is tabulated in [`super`].
pub(super) struct Local<T> {
    era: AtomicUsize,
    count: AtomicIsize,
    retired: AtomicUsize,
    freed: AtomicUsize,
    spare: AtomicUsize,
    owned: UnsafeCell<Owned<T>>,
    /// Sealed batches, oldest first: they come of age in this order, or nearly. Of whoever has set
    /// `reaping`.
    pending: UnsafeCell<Queue<Batch<T>>>,
    reaping: AtomicBool,
}

/// What this record's thread alone touches.
struct Owned<T> {
    bag: Option<Bag<T>>,
    /// Sealed batches on their way to `pending`, for when another thread is at that.
    sealed: Queue<Batch<T>>,
    spares: Spares<T>,
    ticks: usize,
    /// The latest resize that this thread has helped with.
    #[cfg(all(feature = "tracing", not(evacmap_loom)))]
    helped: usize,
}

// SAFETY: `owned` is touched by this record's thread alone, `pending` by whoever has set `reaping`;
// all else is atomic. Entries in them may be dropped on another thread: operations that retire
// demand `K: Send, V: Send`.
unsafe impl<T> Sync for Local<T> {}
// SAFETY: as above; a later thread may take over the record of one that has ended.
unsafe impl<T> Send for Local<T> {}

impl<T> Local<T> {
    pub(super) fn new() -> Self {
        Local {
            era: AtomicUsize::new(0),
            count: AtomicIsize::new(0),
            retired: AtomicUsize::new(0),
            freed: AtomicUsize::new(0),
            spare: AtomicUsize::new(0),
            owned: UnsafeCell::new(Owned {
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
    /// This is this record's thread, and `f` runs no user code and no collector: nothing that could
    /// come back here.
    #[inline]
    unsafe fn with_owned<R>(&self, f: impl FnOnce(&mut Owned<T>) -> R) -> R {
        // SAFETY: the caller promises one thread, and no re-entry: so no other reference exists.
        self.owned.with_mut(|owned| f(unsafe { &mut *owned }))
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
    /// This is this record's thread.
    pub(super) unsafe fn tick(&self) -> bool {
        let count = |owned: &mut Owned<T>| {
            owned.ticks = owned.ticks.wrapping_add(1);
            owned.ticks.is_multiple_of(SHARE_EVERY)
        };
        // SAFETY: this record's thread; no call goes out.
        unsafe { self.with_owned(count) }
    }

    /// Whether this is the thread's first step of the resize of that number, in this map; numbers
    /// grow.
    ///
    /// # Safety
    ///
    /// This is this record's thread.
    #[cfg(all(feature = "tracing", not(evacmap_loom)))]
    pub(super) unsafe fn joins(&self, resize: usize) -> bool {
        let join = |owned: &mut Owned<T>| {
            let first = owned.helped < resize;
            owned.helped = owned.helped.max(resize);
            first
        };
        // SAFETY: this record's thread; no call goes out.
        unsafe { self.with_owned(join) }
    }

    /// Bare memory for an entry: spare, or new, at an address that `fits`.
    ///
    /// # Safety
    ///
    /// This is the record's thread.
    #[inline]
    pub(super) unsafe fn allocate(&self, fits: impl Fn(usize) -> bool) -> NonNull<T> {
        // SAFETY: this record's thread; no call goes out.
        let spare = unsafe { self.with_owned(|owned| owned.spares.pop()) };
        let Some(memory) = spare else { return allocate(fits) };
        hit(Branch::Recycled);
        Self::add(&self.spare, usize::MAX);
        memory
    }

    /// Keeps bare memory for the next entries, up to a bound.
    ///
    /// # Safety
    ///
    /// This is this record's thread; the memory came from `allocate`, holds nothing, and is nobody
    /// else's.
    pub(super) unsafe fn recycle(&self, memory: NonNull<T>) {
        // SAFETY: the caller promises that the memory holds nothing, and is nobody else's.
        let keep = |owned: &mut Owned<T>| unsafe { owned.spares.push(memory) };
        // SAFETY: this record's thread; only the allocator is called.
        if unsafe { self.with_owned(keep) } {
            Self::add(&self.spare, 1);
        } else {
            // SAFETY: as above; it came from `allocate`.
            unsafe { free_bare(memory) };
        }
    }

    /// Takes an unlinked entry: it is dropped when every guard that is held now is gone. `true` if
    /// the bag is full.
    ///
    /// # Safety
    ///
    /// This is this record's thread. No guard pinned later can find the entry, and nobody retires
    /// it again. Keys and values may be dropped on any thread.
    #[inline]
    pub(super) unsafe fn retire(&self, entry: NonNull<T>) -> bool {
        Self::add(&self.retired, 1);
        let push = |owned: &mut Owned<T>| {
            owned.bag.get_or_insert_with(|| owned.spares.bag()).content().push(entry)
        };
        // SAFETY: this record's thread; only the allocator is called.
        unsafe { self.with_owned(push) }
    }

    /// Counts an entry that is gone as soon as it is unlinked. `true` once in a bag's worth.
    #[inline]
    pub(super) fn retire_nothing(&self) -> bool {
        Self::add(&self.retired, 1);
        Self::add(&self.freed, 1);
        self.garbage().0.is_multiple_of(BATCH)
    }

    /// Makes a batch of the bag. Runs no user code of this map.
    ///
    /// # Safety
    ///
    /// This is the record's thread.
    pub(super) unsafe fn seal(&self) {
        let seal = |owned: &mut Owned<T>| {
            let Some(mut bag) = owned.bag.take_if(|bag| bag.content().len() > 0) else { return };
            if !fault!("batch_ripe_at_once") {
                bag.stamp();
            }
            // SAFETY: a box of this thread's.
            unsafe { owned.sealed.push(NonNull::from(Box::leak(bag))) };
        };
        // SAFETY: this record's thread; only the allocator is called.
        unsafe { self.with_owned(seal) };
    }

    /// Runs `f` on the registered batches, unless another thread is at them.
    fn with_pending<R>(&self, f: impl FnOnce(&mut Queue<Batch<T>>) -> R) -> Option<R> {
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
    /// This is this record's thread.
    pub(super) unsafe fn register(&self) {
        self.with_pending(|pending| {
            // SAFETY: this record's thread; only the allocator is called.
            unsafe { self.with_owned(|owned| pending.append(&mut owned.sealed)) }
        });
    }

    /// Drops the entries of the oldest batch of `other`'s, if it is ripe. Runs user code. `false`
    /// if there was none, or if this is within such a drop: the batches that a `Drop` brings about
    /// are dropped after it, not deep in its stack.
    ///
    /// # Safety
    ///
    /// This is this record's thread; keys and values may be dropped on it; `other` is a slot of the
    /// same map, which the caller has borrowed: what keys and values borrow is alive.
    pub(super) unsafe fn reap(&self, other: &Self, since: Option<Stamp>) -> bool {
        if DROPPING.with(Cell::get) {
            hit(Branch::NestedReap);
            return false;
        }
        let ripe = other.with_pending(|pending| {
            // SAFETY: registered batches are valid until they are taken out.
            let node = pending.first().map(|node| unsafe { node.as_ref() });
            let ripe = node.is_some_and(|node| match since {
                Some(stamp) => node.is_ripe_since(stamp),
                None => node.is_ripe(),
            });
            if ripe { pending.pop() } else { None }
        });
        let Some(batch) = ripe.flatten() else { return false };
        // SAFETY: boxed when it was sealed, and taken out just now.
        let mut batch = unsafe { Box::from_raw(batch.as_ptr()) };
        if needs_drop::<T>() {
            DROPPING.with(|dropping| dropping.set(true));
            for entry in batch.content().entries() {
                // SAFETY: retired and past its grace period, so this is the only access; in this
                // batch once.
                swallow(|| unsafe { entry.drop_in_place() });
            }
            DROPPING.with(|dropping| dropping.set(false));
        }
        let dropped = batch.content().len();
        Self::add(&self.freed, dropped);
        crate::observe::counters::dropped(dropped);
        // SAFETY: the entries' content is gone.
        let store = |owned: &mut Owned<T>| unsafe { owned.spares.store(batch) };
        // SAFETY: this record's thread; only the allocator is called.
        let kept = unsafe { self.with_owned(store) };
        Self::add(&self.spare, kept);
        true
    }

    /// The map is being dropped: all entries of this record that have not been dropped yet.
    ///
    /// # Safety
    ///
    /// Nobody else uses the map, and nobody will.
    pub(super) unsafe fn abandon(&self) -> Vec<NonNull<T>> {
        let mut entries = Vec::new();
        // SAFETY: the caller promises that nobody else uses the map, whatever thread this is.
        if let Some(mut bag) = unsafe { self.with_owned(|owned| owned.bag.take()) } {
            entries.extend(bag.content().entries());
        }
        // SAFETY: as above.
        unsafe { self.register() };
        while let Some(node) = self.with_pending(Queue::pop).flatten() {
            // SAFETY: boxed when it was sealed, and taken out just now.
            let mut node = unsafe { Box::from_raw(node.as_ptr()) };
            entries.extend(node.content().entries());
        }
        entries
    }
}
