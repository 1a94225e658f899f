//! The reclaimer of the models: the strictest one that keeps the collector's promise, and an oracle
//! for use after free.
//!
//! What is retired is freed at the very moment when the last guard that was held at its retirement
//! is gone. A guard pinned after the retirement protects nothing of it, just as with epochs.
//! [`Alive`](super::Alive) then fails every use.
//!
//! The book-keeping is in plain `std` types, which loom does not see and so does not multiply
//! executions by; loom runs one thread at a time. What the collector does give beside protection is
//! order: who pins after something was freed has seen it unlinked, and who frees it has seen what
//! was done under the guards that it waited for. One modelled word stands for that, written at each
//! retirement and at the end of each guard that something waits for, and read at each pin and by
//! whoever frees.
//!
//! # The clock
//!
//! It stands still, and costs nothing, unless a model starts it. Then it is as free as the
//! collector's promise allows. The next move is deferred at the very moment of the one before, so a
//! move waits for the guards that were held then, and for no others. What a number tells is passed
//! on by two modelled words: a move is seen by every guard that is pinned after it, and the end of
//! each guard by the moves after it. A guard does not see the end of another, but by the clock.

use core::cell::{RefCell, RefMut};
use std::collections::BTreeSet;

use super::number::Number;
use super::pinning::Pinning;
use crate::sync::{AcqRel, Acquire, AtomicUsize, Release};

/// Where the clock begins: so far that what is as old as that is told from what is new.
#[cfg(feature = "_hooks")]
const START: usize = 16;

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
    /// Guards that have ended, beside the clock.
    ended: AtomicUsize,
    now: AtomicUsize,
    books: Unseen<Books>,
}

impl Default for Registry {
    fn default() -> Self {
        let word = || AtomicUsize::new(0);
        Registry { order: word(), ended: word(), now: word(), books: Unseen::default() }
    }
}

#[derive(Default)]
struct Books {
    next: u64,
    retirements: usize,
    guards: BTreeSet<u64>,
    /// Where the clock began, once it has been started.
    started: Option<usize>,
    /// The guards for which its next move waits.
    in_the_way: BTreeSet<u64>,
    retired: Vec<Retired>,
}

/// Something unlinked, with the guards that may still see it.
struct Retired {
    owner: u64,
    what: *mut (),
    waits_for: BTreeSet<u64>,
    free: unsafe fn(*mut ()),
}

// SAFETY: the models run one thread at a time.
unsafe impl Send for Retired {}

impl Registry {
    fn retire(&self, owner: u64, what: *mut (), free: unsafe fn(*mut ())) {
        // ORDERING: AcqRel: see the module's text.
        self.order.fetch_add(1, AcqRel);
        let mut books = self.books.open();
        books.retirements += 1;
        let waits_for = books.guards.clone();
        assert!(!waits_for.is_empty(), "retired without a guard");
        books.retired.push(Retired { owner, what, waits_for, free });
    }

    fn has_clock(&self) -> bool {
        self.books.open().started.is_some()
    }

    /// Where the clock stands, for who holds a guard.
    fn now(&self) -> usize {
        let Some(start) = self.books.open().started else { return 0 };
        // ORDERING: Acquire: with the move in `tick`.
        start + self.now.load(Acquire)
    }

    /// Moves the clock, unless a guard is in the way.
    fn tick(&self) {
        // ORDERING: Acquire, by a read-modify-write: with the Release in `unpin`.
        self.ended.fetch_add(0, Acquire);
        if !self.books.open().in_the_way.is_empty() {
            return;
        }
        // ORDERING: AcqRel: as the closure of the real clock.
        self.now.fetch_add(1, AcqRel);
        // ORDERING: AcqRel: the next move is deferred: who pins from here on sees this one.
        self.order.fetch_add(1, AcqRel);
        let mut books = self.books.open();
        books.in_the_way = books.guards.clone();
    }

    /// Everything that was done under a guard comes before what waits for it is freed.
    fn order_before_freeing(&self, guard: u64) {
        if std::thread::panicking() {
            return;
        }
        let (waits, is_last) = {
            let books = self.books.open();
            let waiting = books.retired.iter().map(|retired| &retired.waits_for);
            let mut waiting = waiting.filter(|guards| guards.contains(&guard)).peekable();
            (waiting.peek().is_some(), waiting.any(|guards| guards.len() == 1))
        };
        if waits {
            // ORDERING: Release: see above. AcqRel for the one that frees.
            self.order.fetch_add(0, if is_last { AcqRel } else { Release });
        }
    }

    fn unpin(&self, guard: u64) {
        self.order_before_freeing(guard);
        let mut ripe = Vec::new();
        if self.has_clock() {
            // ORDERING: Release: with the Acquire in `tick`.
            self.ended.fetch_add(1, Release);
        }
        {
            let mut books = self.books.open();
            books.guards.remove(&guard);
            books.in_the_way.remove(&guard);
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
        let retired = REGISTRY.books.open().retirements > 0;
        if retired || REGISTRY.has_clock() {
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

    /// In the models a pin belongs to no thread anyway.
    pub(crate) fn owned() -> Self {
        Self::new()
    }

    pub(crate) fn now(&self) -> Number {
        Number::new(REGISTRY.now())
    }

    pub(crate) fn drive(&self) {}

    pub(crate) fn repin(&mut self) {
        REGISTRY.unpin(self.0);
        core::mem::forget(core::mem::replace(self, Pin::new()));
    }

    /// Runs `free` on `what` when every guard that is held now is gone.
    ///
    /// # Safety
    ///
    /// It has been unlinked, and `free` may be called with it then.
    pub(crate) unsafe fn retire(&self, owner: u64, what: *mut (), free: unsafe fn(*mut ())) {
        REGISTRY.retire(owner, what, free);
    }

    /// What `owner` has retired, and nobody has freed yet.
    pub(crate) fn retired(owner: u64) -> usize {
        REGISTRY.books.open().retired.iter().filter(|retired| retired.owner == owner).count()
    }

    /// The owner is gone: what it has retired is the caller's to free.
    pub(crate) fn abandon(owner: u64) -> Vec<*mut ()> {
        let mut books = REGISTRY.books.open();
        let all = std::mem::take(&mut books.retired);
        let (own, others) = all.into_iter().partition(|retired| retired.owner == owner);
        books.retired = others;
        let own: Vec<Retired> = own;
        own.into_iter().map(|retired| retired.what).collect()
    }

    /// A number for an owner.
    pub(crate) fn number() -> u64 {
        let mut books = REGISTRY.books.open();
        books.next += 1;
        books.next
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        REGISTRY.unpin(self.0);
    }
}

/// For the models.
#[cfg(feature = "_hooks")]
pub mod testing {
    use super::REGISTRY;

    /// Has the clock run from here on.
    pub fn start_clock() {
        REGISTRY.books.open().started = Some(super::START);
    }

    /// Moves the clock, unless a guard is in the way.
    pub fn push() {
        REGISTRY.tick();
    }
}

/// What a pin of a thread is, in this process.
///
/// ```
/// match evacmap::pinning() {
///     evacmap::Pinning::Leased => println!("pins are cheap"),
///     other => println!("pins cost a fence: {other:?}"),
/// }
/// ```
pub fn pinning() -> Pinning {
    Pinning::Ordinary
}
