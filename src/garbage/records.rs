//! All threads' records of one map, and the way from a thread to its own.

use core::marker::PhantomData;
use core::ptr::{self, NonNull};
use std::cell::Cell;

use crossbeam_utils::CachePadded;

use super::record::Local;
use crate::memory::{Pin, clock};
use crate::observe::hooks::{Branch, hit};
use crate::sizes::BATCH;
use crate::sync::{AcqRel, Acquire, AtomicBool, AtomicPtr, Relaxed, Release, ThreadLocal};

/// Every thread's record in a map. Empty until the first write.
pub(crate) struct Locals<T> {
    shared: AtomicPtr<Shared<T>>,
}

struct Shared<T> {
    /// Each thread's way to its own.
    own: ThreadLocal<Own<T>>,
    /// All of them, the newest first.
    newest: AtomicPtr<Node<T>>,
}

/// A record, on cache lines of its own.
type Node<T> = CachePadded<Linked<T>>;

struct Linked<T> {
    local: Local<T>,
    /// Some thread has it: for good, or for one operation if it runs thread-local destructors, and
    /// so is beyond having one of its own.
    claimed: AtomicBool,
    next: *mut Node<T>,
}

// SAFETY: `next` is written before the record is published, and records are freed together.
unsafe impl<T> Sync for Linked<T> {}
// SAFETY: as above.
unsafe impl<T> Send for Linked<T> {}

#[cfg(all(not(evacmap_loom), not(feature = "tracing"), target_pointer_width = "64"))]
const _: () = assert!(size_of::<Linked<u64>>() <= 128, "a record is two cache lines");

/// The way to the record that belongs to a thread.
struct Own<T>(NonNull<Node<T>>);

// SAFETY: the record may go to any thread.
unsafe impl<T> Send for Own<T> {}

impl<T> Own<T> {
    #[inline]
    fn local(&self) -> &Local<T> {
        // SAFETY: records live as long as the `Shared`, of which `self` is a part.
        unsafe { &self.0.as_ref().local }
    }
}

/// A record, in the hands of its thread.
pub(crate) struct LocalRef<'h, T> {
    local: &'h Local<T>,
    shared: &'h Shared<T>,
    /// To be released afterwards.
    claimed: Option<&'h AtomicBool>,
    /// It is this thread's, and stays on it.
    unsend: PhantomData<*mut ()>,
}

impl<T> Drop for LocalRef<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(claimed) = self.claimed {
            // ORDERING: Release, P12: the next to claim the record sees what we did to it.
            claimed.store(false, Release);
        }
    }
}

/// The operations of a record, safe because a `LocalRef` proves that this thread has the record.
impl<T> LocalRef<'_, T> {
    #[inline]
    pub(crate) fn count(&self, era: usize, change: isize) {
        self.local.count(era, change);
    }

    #[inline]
    pub(crate) fn tick(&self) -> bool {
        // SAFETY: `self` is the proof.
        unsafe { self.local.tick() }
    }

    /// `true` once for each resize, by its number, that this thread helps with; for events.
    pub(crate) fn joins(&self, _resize: usize) -> bool {
        #[cfg(all(feature = "tracing", not(evacmap_loom)))]
        // SAFETY: `self` is the proof.
        return unsafe { self.local.joins(_resize) };
        #[cfg(not(all(feature = "tracing", not(evacmap_loom))))]
        false
    }

    /// A new entry, not linked yet, at an address that `fits`.
    #[inline]
    pub(crate) fn allocate(
        &self,
        fits: impl Fn(usize) -> bool,
        entry: impl FnOnce() -> T,
    ) -> NonNull<T> {
        // SAFETY: `self` is the proof.
        let memory = unsafe { self.local.allocate(fits) };
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
    pub(crate) unsafe fn deallocate(&self, entry: NonNull<T>) -> T {
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
    pub(crate) unsafe fn retire(&self, entry: NonNull<T>, pin: &Pin) -> bool {
        // SAFETY: `self` is the proof; the rest the caller has promised.
        let full = unsafe { self.local.retire(entry) };
        if full {
            // SAFETY: the caller's promise is the same.
            unsafe { self.turn_over(pin) };
        }
        full
    }

    /// An entry has been unlinked of which nothing is left. Returns whether as many have as fill a
    /// bag.
    #[inline]
    pub(crate) fn retire_nothing(&self, pin: &Pin) -> bool {
        let full = self.local.retire_nothing();
        if full {
            pin.flush();
        }
        full
    }

    /// Makes a batch of the bag, and puts it where all can reap it.
    fn hand_on(&self) {
        // SAFETY: `self` is the proof.
        unsafe { self.local.seal() };
        // SAFETY: `self` is the proof.
        unsafe { self.local.register() };
    }

    /// A bag is full: hands it on, and drops about as much as has come of age. Bounded work. Runs
    /// user code.
    ///
    /// # Safety
    ///
    /// Keys and values may be dropped on any thread.
    #[cold]
    unsafe fn turn_over(&self, pin: &Pin) {
        self.hand_on();
        pin.flush();
        for _ in 0..REAPED_AT_ONCE {
            // SAFETY: `self` is the proof, and that the map is borrowed; the rest the caller has
            // promised.
            if !unsafe { self.local.reap(self.local, None) } {
                break;
            }
        }
        if (self.local.garbage().0 / BATCH).is_multiple_of(VISIT_EVERY) {
            for other in self.shared.locals().filter(|other| !ptr::eq(*other, self.local)) {
                // SAFETY: as above.
                unsafe { self.local.reap(other, None) };
            }
        }
    }

    /// Drops all of the map's garbage that no guard can see, after having the collector go on as
    /// far as it can. Runs user code.
    ///
    /// # Safety
    ///
    /// Keys and values may be dropped on any thread.
    pub(crate) unsafe fn flush(&self) {
        self.hand_on();
        let since = clock::drive();
        // Twice, for another thread may have been at a record, with one batch in its hands. No
        // more, and nothing that was retired meanwhile: a `Drop` may go on retiring for ever.
        for _ in 0..2 {
            // SAFETY: `self` is the proof.
            unsafe { self.local.register() };
            for other in self.shared.locals() {
                // SAFETY: as in `turn_over`.
                while unsafe { self.local.reap(other, Some(since)) } {}
            }
        }
    }
}

/// Ripe batches that a thread drops when it has filled one: more than one, so that a backlog
/// shrinks.
const REAPED_AT_ONCE: usize = 2;

/// How many bags a thread fills before it looks after the other threads' garbage: some may have
/// ended, or write no more.
const VISIT_EVERY: usize = 16;

impl<T> Locals<T> {
    pub(crate) fn new() -> Self {
        Locals { shared: AtomicPtr::new(ptr::null_mut()) }
    }

    fn shared(&self) -> Option<&Shared<T>> {
        // ORDERING: Acquire, P13: sees what `create` published.
        // SAFETY: set once, to a box that is freed by the map's drop.
        unsafe { self.shared.load(Acquire).as_ref() }
    }

    /// This thread's record.
    #[inline]
    pub(crate) fn local(&self) -> LocalRef<'_, T> {
        if let Some(shared) = self.shared()
            && END.get() == End::Watched
            && let Some(own) = shared.own.get()
        {
            return LocalRef { local: own.local(), shared, claimed: None, unsend: PhantomData };
        }
        self.enter()
    }

    /// A thread's first write.
    #[cold]
    fn enter(&self) -> LocalRef<'_, T> {
        let shared = self.shared().unwrap_or_else(|| self.create());
        if END.get() == End::Begun {
            hit(Branch::Orphan);
            return shared.claim();
        }
        let own = shared.own.get_or(|| Own(NonNull::from(shared.add())));
        watch_the_end();
        LocalRef { local: own.local(), shared, claimed: None, unsend: PhantomData }
    }

    fn create(&self) -> &Shared<T> {
        let newest = AtomicPtr::new(ptr::null_mut());
        let shared = Box::into_raw(Box::new(Shared { own: ThreadLocal::new(), newest }));
        // ORDERING: AcqRel, P13: publishes the records, or sees those of another thread.
        if self.shared.compare_exchange(ptr::null_mut(), shared, AcqRel, Acquire).is_err() {
            // SAFETY: not published, so ours alone.
            drop(unsafe { Box::from_raw(shared) });
        }
        self.shared().expect("set by us or by another")
    }

    fn locals(&self) -> impl Iterator<Item = &Local<T>> {
        self.shared().into_iter().flat_map(Shared::locals)
    }

    /// The number of entries counted in `era`; exact for whoever has synchronised with all writers.
    pub(crate) fn len(&self, era: usize) -> usize {
        let sum: isize = self.locals().map(|local| local.counted(era)).sum();
        sum.max(0).unsigned_abs()
    }

    /// Entries retired and not yet freed.
    pub(crate) fn garbage(&self) -> usize {
        let counts = self.locals().map(Local::garbage);
        let sum = |sum: (usize, usize), one: (usize, usize)| (sum.0 + one.0, sum.1 + one.1);
        let (retired, freed) = counts.fold((0, 0), sum);
        retired.saturating_sub(freed)
    }

    /// Entries' worth of bare memory kept for reuse.
    pub(crate) fn spare(&self) -> usize {
        self.locals().map(Local::spare).sum()
    }

    /// Bytes of the records themselves.
    pub(crate) fn bytes(&self) -> usize {
        let each = size_of::<Node<T>>() + size_of::<Own<T>>();
        self.shared().map_or(0, |shared| size_of_val(shared) + self.locals().count() * each)
    }

    /// The map is being dropped: all of its garbage, as entries to be dropped now.
    pub(crate) fn abandon(&mut self) -> Vec<NonNull<T>> {
        // SAFETY: `&mut`: nobody else uses the map, and its drop follows.
        self.locals().flat_map(|local| unsafe { local.abandon() }).collect()
    }
}

impl<T> Drop for Locals<T> {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access.
        let shared = self.shared.load(Relaxed);
        if !shared.is_null() {
            // SAFETY: boxed by `create`, and nobody else can reach it any more.
            drop(unsafe { Box::from_raw(shared) });
        }
    }
}

impl<T> Shared<T> {
    fn all(&self) -> impl Iterator<Item = &Node<T>> {
        // ORDERING: Acquire, P12: sees the records that were pushed.
        let newest = self.newest.load(Acquire);
        // SAFETY: records are freed with `self` alone.
        let follow = |node: *mut Node<T>| unsafe { node.as_ref() };
        core::iter::successors(follow(newest), move |node| follow(node.next))
    }

    fn locals(&self) -> impl Iterator<Item = &Local<T>> {
        self.all().map(|node| &node.local)
    }

    /// A record for one operation of a thread that can have none of its own any more.
    fn claim(&self) -> LocalRef<'_, T> {
        // ORDERING: Acquire, P12: sees what the last holder did. Nothing is looked at after a
        // failure.
        let claim =
            |claimed: &AtomicBool| claimed.compare_exchange(false, true, Acquire, Relaxed).is_ok();
        let free = self.all().find(|node| claim(&node.claimed));
        let node = free.unwrap_or_else(|| self.add());
        let claimed = Some(&node.claimed);
        LocalRef { local: &node.local, shared: self, claimed, unsend: PhantomData }
    }

    /// A new record, claimed.
    fn add(&self) -> &Node<T> {
        let claimed = AtomicBool::new(true);
        let new = Linked { local: Local::new(), claimed, next: ptr::null_mut() };
        let node = Box::leak(Box::new(CachePadded::new(new)));
        // ORDERING: Acquire, P12, as for whoever follows the list.
        let mut seen = self.newest.load(Acquire);
        loop {
            node.next = seen;
            let published = &raw mut *node;
            // ORDERING: AcqRel, P12: publishes the record.
            match self.newest.compare_exchange(seen, published, AcqRel, Acquire) {
                // SAFETY: freed with `self` alone.
                Ok(_) => return unsafe { &*published },
                Err(now) => seen = now,
            }
        }
    }
}

impl<T> Drop for Shared<T> {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access.
        let mut node = self.newest.load(Relaxed);
        while !node.is_null() {
            // SAFETY: boxed by `add`, in the list once.
            let owned = unsafe { Box::from_raw(node) };
            node = owned.next;
        }
    }
}

thread_local! {
    /// What is known of this thread's end. Without a destructor itself, so that it can always be
    /// read.
    static END: Cell<End> = const { Cell::new(End::Unwatched) };
    static WATCH: Watch = const { Watch };
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    /// The thread has not written to any map yet. It may all the same have a number of the crate
    /// `thread_local`'s from another user of that, and with it the record of a thread that had the
    /// number before.
    Unwatched,
    Watched,
    /// Destructors are running: `thread_local` may already have given this thread's number away.
    Begun,
}

struct Watch;

impl Drop for Watch {
    fn drop(&mut self) {
        END.set(End::Begun);
    }
}

/// Has `END` tell before `thread_local` gives this thread's number away: destructors run in the
/// reverse of the order in which they were registered, and `thread_local` has registered its own.
fn watch_the_end() {
    WATCH.with(|_| ());
    END.set(End::Watched);
}
