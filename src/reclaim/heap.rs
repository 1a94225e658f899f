//! All threads' slots of one map, and the way from a thread to its own.

use core::marker::PhantomData;
use core::ptr::{self, NonNull};
use std::cell::Cell;

use crossbeam_utils::CachePadded;

use super::epoch::Pin;
use super::graveyard::Graveyard;
use super::local::Local;
use super::preparation::Preparation;
use crate::fault::fault;
use crate::hooks::{Branch, hit};
use crate::raw::sizes::BATCH;
use crate::raw::{Entry, Spent, Table};
use crate::sync::{AcqRel, Acquire, AtomicBool, AtomicPtr, Relaxed, Release, ThreadLocal};

/// A map's memory. Empty until the first write.
pub(crate) struct Heap<K, V> {
    slots: AtomicPtr<Slots<K, V>>,
}

pub(super) struct Slots<K, V> {
    /// Each thread's way to its own.
    own: ThreadLocal<Own<K, V>>,
    /// All of them, the newest first.
    newest: AtomicPtr<Slot<K, V>>,
    pub(super) preparation: Preparation<K, V>,
    pub(super) graveyard: Graveyard<K, V>,
}

/// A slot, on cache lines of its own.
type Slot<K, V> = CachePadded<Node<K, V>>;

struct Node<K, V> {
    local: Local<K, V>,
    /// Some thread has it: for good, or for one operation if it runs thread-local destructors, and
    /// so is beyond having one of its own.
    claimed: AtomicBool,
    next: *mut Slot<K, V>,
}

// SAFETY: `next` is written before the slot is published, and slots are freed together.
unsafe impl<K, V> Sync for Node<K, V> {}
// SAFETY: as above.
unsafe impl<K, V> Send for Node<K, V> {}

#[cfg(all(not(evacmap_loom), not(feature = "tracing"), target_pointer_width = "64"))]
const _: () = assert!(size_of::<Node<u64, u64>>() <= 128, "a slot is two cache lines");

/// A slot that belongs to a thread.
struct Own<K, V>(NonNull<Slot<K, V>>);

// SAFETY: the slot may go to any thread.
unsafe impl<K, V> Send for Own<K, V> {}

impl<K, V> Own<K, V> {
    #[inline]
    fn local(&self) -> &Local<K, V> {
        // SAFETY: slots live as long as the `Slots`, of which `self` is a part.
        unsafe { &self.0.as_ref().local }
    }
}

/// A slot, in the hands of its thread.
pub(crate) struct LocalRef<'h, K, V> {
    pub(super) local: &'h Local<K, V>,
    pub(super) slots: &'h Slots<K, V>,
    /// To be released afterwards.
    claimed: Option<&'h AtomicBool>,
    /// It is this thread's, and stays on it.
    unsend: PhantomData<*mut ()>,
}

impl<K, V> Drop for LocalRef<'_, K, V> {
    #[inline]
    fn drop(&mut self) {
        if let Some(claimed) = self.claimed {
            // ORDERING: Release, P12: the next to claim the slot sees what we did to it.
            claimed.store(false, Release);
        }
    }
}

/// The operations of a slot, safe because a `LocalRef` proves that this thread has the slot.
impl<K, V> LocalRef<'_, K, V> {
    #[inline]
    pub(crate) fn count(&self, era: usize, change: isize) {
        self.local.count(era, change);
    }

    #[inline]
    pub(crate) fn tick(&self) -> bool {
        // SAFETY: `self` is the proof.
        unsafe { self.local.tick() }
    }

    #[cfg(all(feature = "tracing", not(evacmap_loom)))]
    pub(crate) fn joins(&self, resize: usize) -> bool {
        // SAFETY: `self` is the proof.
        unsafe { self.local.joins(resize) }
    }

    /// Frees a table when every guard that is held now is gone, in pieces if it is large; page by
    /// page, if that is wanted.
    ///
    /// # Safety
    ///
    /// As for [`Pin::retire_table`].
    pub(crate) unsafe fn retire_table(
        &self,
        table: NonNull<Table<K, V>>,
        by_page: bool,
        pin: &Pin,
    ) {
        // SAFETY: not freed yet: the caller holds a guard.
        if Spent::suits(unsafe { table.as_ref() }) && !fault!("table_freed_at_once") {
            // SAFETY: passed on.
            unsafe { self.slots.graveyard.retire(table, by_page, pin) };
        } else {
            // SAFETY: passed on.
            unsafe { pin.retire_table(table) };
        }
    }

    /// Gives back a piece of a large table that was retired.
    #[inline]
    pub(crate) fn give_some(&self) {
        self.slots.graveyard.give_some();
    }

    /// A new entry, not linked yet.
    #[inline]
    pub(crate) fn allocate(&self, entry: impl FnOnce() -> Entry<K, V>) -> NonNull<Entry<K, V>> {
        // SAFETY: `self` is the proof.
        let memory = unsafe { self.local.allocate() };
        // SAFETY: fresh memory of the right layout. `entry` only assembles what the caller has
        // already computed.
        unsafe { memory.write(entry()) };
        memory
    }

    /// Takes an entry that was never linked apart again.
    ///
    /// # Safety
    ///
    /// It came from `allocate` of this map, was never linked, and is not used again.
    pub(crate) unsafe fn deallocate(&self, entry: NonNull<Entry<K, V>>) -> Entry<K, V> {
        // SAFETY: never linked, so ours alone.
        let content = unsafe { entry.read() };
        // SAFETY: `self` is the proof, and the content has just been moved out.
        unsafe { self.local.recycle(entry) };
        content
    }

    /// Returns whether this filled a bag, for what is to be done now and then.
    ///
    /// # Safety
    ///
    /// No guard pinned later can find the entry, and nobody retires it again. Keys and values may
    /// be dropped on any thread.
    #[inline]
    pub(crate) unsafe fn retire(&self, entry: NonNull<Entry<K, V>>, pin: &Pin) -> bool {
        // SAFETY: `self` is the proof; the rest by the caller.
        let full = unsafe { self.local.retire(entry) };
        if full {
            // SAFETY: passed on.
            unsafe { self.turn_over(pin) };
        }
        full
    }

    /// Registers the bag as a batch, hands it to the collector, and has that go on.
    ///
    /// # Safety
    ///
    /// Keys and values may be dropped on any thread.
    unsafe fn hand_on(&self, pin: &Pin) {
        // SAFETY: `self` is the proof; the rest by the caller.
        unsafe { self.local.seal(pin) };
        // SAFETY: `self` is the proof.
        unsafe { self.local.register() };
        pin.flush();
    }

    /// A bag is full: hands it on, and drops about as much as has come of age. Bounded work. Runs
    /// user code.
    ///
    /// # Safety
    ///
    /// Keys and values may be dropped on any thread.
    #[cold]
    unsafe fn turn_over(&self, pin: &Pin) {
        // SAFETY: passed on.
        unsafe { self.hand_on(pin) };
        for _ in 0..REAPED_AT_ONCE {
            // SAFETY: `self` is the proof, and that the map is borrowed; the rest by the caller.
            if !unsafe { self.local.reap(self.local) } {
                break;
            }
        }
        self.give_some();
        if (self.local.garbage().0 / BATCH).is_multiple_of(VISIT_EVERY) {
            for other in self.slots.locals().filter(|other| !ptr::eq(*other, self.local)) {
                // SAFETY: as above.
                unsafe { self.local.reap(other) };
            }
        }
    }

    /// Hands this thread's garbage to the collector and drops all of the map's garbage that is
    /// ready. Runs user code.
    ///
    /// # Safety
    ///
    /// Keys and values may be dropped on any thread.
    pub(crate) unsafe fn flush(&self, pin: &Pin) {
        // SAFETY: passed on.
        unsafe { self.hand_on(pin) };
        for slot in self.slots.locals() {
            // SAFETY: as in `turn_over`.
            while unsafe { self.local.reap(slot) } {}
        }
        while self.slots.graveyard.give_some() {}
    }
}

/// Ripe batches that a thread drops when it has filled one: more than one, so that a backlog
/// shrinks.
const REAPED_AT_ONCE: usize = 2;

/// How many bags a thread fills before it looks after the other threads' garbage: some may have
/// ended, or write no more.
const VISIT_EVERY: usize = 16;

impl<K, V> Heap<K, V> {
    pub(crate) fn new() -> Self {
        Heap { slots: AtomicPtr::new(ptr::null_mut()) }
    }

    fn slots(&self) -> Option<&Slots<K, V>> {
        // ORDERING: Acquire, P13: sees the slots that `create` published.
        // SAFETY: set once, to a box that is freed by the map's drop.
        unsafe { self.slots.load(Acquire).as_ref() }
    }

    /// This thread's slot.
    #[inline]
    pub(crate) fn local(&self) -> LocalRef<'_, K, V> {
        if let Some(slots) = self.slots()
            && let Some(own) = slots.own.get()
        {
            return LocalRef { local: own.local(), slots, claimed: None, unsend: PhantomData };
        }
        self.enter()
    }

    /// A thread's first write.
    #[cold]
    fn enter(&self) -> LocalRef<'_, K, V> {
        let slots = self.slots().unwrap_or_else(|| self.create());
        if thread_is_ending() {
            hit(Branch::Orphan);
            return slots.claim();
        }
        let own = slots.own.get_or(|| Own(NonNull::from(slots.add())));
        watch_the_end();
        LocalRef { local: own.local(), slots, claimed: None, unsend: PhantomData }
    }

    fn create(&self) -> &Slots<K, V> {
        let newest = AtomicPtr::new(ptr::null_mut());
        let (preparation, graveyard) = (Preparation::new(), Graveyard::new());
        let slots = Box::into_raw(Box::new(Slots {
            own: ThreadLocal::new(),
            newest,
            preparation,
            graveyard,
        }));
        // ORDERING: AcqRel, P13: publishes the slots, or sees those of another thread.
        if self.slots.compare_exchange(ptr::null_mut(), slots, AcqRel, Acquire).is_err() {
            // SAFETY: not published, so ours alone.
            drop(unsafe { Box::from_raw(slots) });
        }
        self.slots().expect("set by us or by another")
    }

    /// A resize has begun.
    pub(crate) fn stop_preparing(&self) {
        if let Some(slots) = self.slots() {
            slots.preparation.end(&slots.graveyard);
        }
    }

    fn locals(&self) -> impl Iterator<Item = &Local<K, V>> {
        self.slots().into_iter().flat_map(Slots::locals)
    }

    /// The number of entries counted in `era`; exact for whoever has synchronised with all writers.
    pub(crate) fn len(&self, era: usize) -> usize {
        let sum: isize = self.locals().map(|local| local.counted(era)).sum();
        sum.max(0).unsigned_abs()
    }

    /// Entries retired and not yet freed.
    pub(crate) fn garbage(&self) -> usize {
        let counts = self.locals().map(Local::garbage);
        let (retired, freed) =
            counts.fold((0_usize, 0), |sum, slot| (sum.0 + slot.0, sum.1 + slot.1));
        retired.saturating_sub(freed)
    }

    /// Entries' worth of bare memory kept for reuse.
    pub(crate) fn spare(&self) -> usize {
        self.locals().map(Local::spare).sum()
    }

    /// Bytes of the slots themselves, and of large tables that were retired.
    pub(crate) fn bytes(&self) -> usize {
        let each = size_of::<Slot<K, V>>() + size_of::<Own<K, V>>();
        let all = |slots: &Slots<K, V>| {
            size_of_val(slots) + self.locals().count() * each + slots.graveyard.bytes()
        };
        self.slots().map_or(0, all)
    }

    /// The map is being dropped: all of its garbage, as entries to be dropped now.
    pub(crate) fn abandon(&mut self) -> Vec<NonNull<Entry<K, V>>> {
        // SAFETY: `&mut`: nobody else uses the map, and its drop follows.
        self.locals().flat_map(|local| unsafe { local.abandon() }).collect()
    }
}

impl<K, V> Drop for Heap<K, V> {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access.
        let slots = self.slots.load(Relaxed);
        if !slots.is_null() {
            // SAFETY: boxed by `create`, and nobody else can reach it any more.
            drop(unsafe { Box::from_raw(slots) });
        }
    }
}

impl<K, V> Slots<K, V> {
    fn all(&self) -> impl Iterator<Item = &Slot<K, V>> {
        // ORDERING: Acquire, P12: sees the slots that were pushed.
        let newest = self.newest.load(Acquire);
        // SAFETY: slots are freed with `self` alone.
        let follow = |slot: *mut Slot<K, V>| unsafe { slot.as_ref() };
        core::iter::successors(follow(newest), move |slot| follow(slot.next))
    }

    fn locals(&self) -> impl Iterator<Item = &Local<K, V>> {
        self.all().map(|slot| &slot.local)
    }

    /// A slot for one operation of a thread that can have none of its own any more.
    fn claim(&self) -> LocalRef<'_, K, V> {
        // ORDERING: Acquire, P12: sees what the last holder did. Nothing is looked at after a
        // failure.
        let claim =
            |claimed: &AtomicBool| claimed.compare_exchange(false, true, Acquire, Relaxed).is_ok();
        let free = self.all().find(|slot| claim(&slot.claimed));
        let slot = free.unwrap_or_else(|| self.add());
        LocalRef {
            local: &slot.local,
            slots: self,
            claimed: Some(&slot.claimed),
            unsend: PhantomData,
        }
    }

    /// A new slot, claimed.
    fn add(&self) -> &Slot<K, V> {
        let new =
            Node { local: Local::new(), claimed: AtomicBool::new(true), next: ptr::null_mut() };
        let slot = Box::leak(Box::new(CachePadded::new(new)));
        // ORDERING: Acquire, P12, as for whoever follows the list.
        let mut seen = self.newest.load(Acquire);
        loop {
            slot.next = seen;
            let published = &raw mut *slot;
            // ORDERING: AcqRel, P12: publishes the slot.
            match self.newest.compare_exchange(seen, published, AcqRel, Acquire) {
                // SAFETY: freed with `self` alone.
                Ok(_) => return unsafe { &*published },
                Err(now) => seen = now,
            }
        }
    }
}

impl<K, V> Drop for Slots<K, V> {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access.
        let mut slot = self.newest.load(Relaxed);
        while !slot.is_null() {
            // SAFETY: boxed by `add`, in the list once.
            let owned = unsafe { Box::from_raw(slot) };
            slot = owned.next;
        }
    }
}

thread_local! {
    /// Whether this thread's destructors are running. Without a destructor itself, so that it can
    /// always be read.
    static ENDING: Cell<bool> = const { Cell::new(false) };
    static WATCH: Watch = const { Watch };
}

struct Watch;

impl Drop for Watch {
    fn drop(&mut self) {
        ENDING.set(true);
    }
}

/// Whether `thread_local` may already have given this thread's number away.
fn thread_is_ending() -> bool {
    ENDING.get()
}

/// Has `thread_is_ending` turn true before `thread_local` gives this thread's number away:
/// destructors run in the reverse of the order in which they were registered, and `thread_local`
/// has just registered its own.
fn watch_the_end() {
    WATCH.with(|_| ());
}
