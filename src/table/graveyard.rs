//! The large tables of a map that have been retired, and the buckets of chains that have been
//! renewed. They are given back in pieces: by the writes that share a resize, fill a bag of retired
//! entries or find their chain full, and by `flush`.
//!
//! Anybody adds a grave, in front. Whoever has set `giving` takes all that have come, and works
//! them off, the newest first: when its time has come, so has, nearly always, that of the others.
//! So nobody goes through a list. If that thread stops for ever, they wait for the end of the map;
//! nobody waits for them.
//!
//! | field | read by | written by |
//! |---|---|---|
//! | `newest`, `bytes` | anybody | anybody |
//! | `taken`, and the links and contents of what has been taken | whoever has set `giving` | the same |

use core::ptr::{self, NonNull};

use super::bucket::Bucket;
use super::dismantle::Spent;
use super::header::Table;
use super::loose::Loose;
use crate::garbage::Pending;
use crate::layout::Layout;
use crate::memory::{Pin, clock};
use crate::observe::faults::{fault, unless_relaxed};
use crate::observe::hooks::{Branch, Point, hit, reach};
use crate::sizes::PIECE;
use crate::sync::{
    AcqRel, Acquire, AtomicBool, AtomicPtr, AtomicUsize, Relaxed, Release, UnsafeCell,
};

/// What has been left by everybody.
enum Left<L: Layout> {
    Table(Spent<L>),
    Chain(Loose<L>),
}

/// Chains that are given back at once: more than a bag's worth of removals leaves behind at most
/// times, so that a backlog shrinks.
const CHAINS_AT_ONCE: usize = if cfg!(evacmap_loom) { 1 } else { 16 };

/// It, in its node.
type Grave<L> = Pending<Left<L>>;

impl<L: Layout> Left<L> {
    /// Gives back a piece; `true` if the rest goes with the drop.
    ///
    /// # Safety
    ///
    /// Nobody can reach it any more.
    unsafe fn give_some(&mut self) -> bool {
        match self {
            // SAFETY: the caller's promise is the same.
            Left::Table(spent) => unsafe { spent.give_some() },
            Left::Chain(_) => true,
        }
    }

    /// Bytes that have not been given back yet, about.
    fn bytes(&self) -> usize {
        match self {
            Left::Table(spent) => spent.bytes(),
            Left::Chain(loose) => loose.len() * size_of::<Bucket<L>>(),
        }
    }
}

/// See the module's text.
pub(super) struct Graveyard<L: Layout> {
    newest: AtomicPtr<Grave<L>>,
    giving: AtomicBool,
    /// Of whoever has set `giving`: those that are being worked off.
    taken: UnsafeCell<*mut Grave<L>>,
    /// What all of them still take.
    bytes: AtomicUsize,
}

impl<L: Layout> Graveyard<L> {
    pub(super) fn new() -> Self {
        Graveyard {
            newest: AtomicPtr::new(ptr::null_mut()),
            giving: AtomicBool::new(false),
            taken: UnsafeCell::new(ptr::null_mut()),
            bytes: AtomicUsize::new(0),
        }
    }

    /// Bytes of what waits here. They are not zero as long as there is one.
    pub(super) fn bytes(&self) -> usize {
        // ORDERING: Relaxed: a statistic.
        self.bytes.load(Relaxed)
    }

    /// Takes a table that guards may still see. Its pages go back to the kernel, if that is wanted.
    ///
    /// # Safety
    ///
    /// As for [`Table::retire`].
    pub(super) unsafe fn retire(&self, table: NonNull<Table<L>>, by_page: bool, pin: &Pin) {
        // SAFETY: the caller promises that it is unlinked, and retired once. It is looked at when
        // the node is ripe.
        let spent = unsafe { Spent::new(table, by_page, usize::MAX) };
        let mut grave = Pending::new(Left::Table(spent));
        if !fault!("grave_ripe_at_once") {
            grave.stamp();
        }
        self.add(grave);
        // Else it would wait until this thread has retired a bag full of something.
        pin.flush_much();
    }

    /// Takes buckets that guards may still see, and that have been unlinked.
    pub(super) fn retire_loose(&self, loose: Loose<L>) {
        let mut grave = Pending::new(Left::Chain(loose));
        grave.stamp();
        self.add(grave);
    }

    /// Frees a table that nobody has seen, of whose array so many bytes have been touched, in
    /// pieces if they are many.
    pub(super) fn dispose(&self, (table, touched): (Box<Table<L>>, usize)) {
        if !Spent::suits(&table) || touched <= PIECE * size_of::<Bucket<L>>() {
            return drop(table);
        }
        let table = NonNull::from(Box::leak(table));
        // SAFETY: from a box, empty, and nobody else's.
        let spent = unsafe { Spent::new(table, true, touched) };
        self.add(Pending::new(Left::Table(spent)));
    }

    fn add(&self, mut grave: Box<Grave<L>>) {
        // ORDERING: Relaxed: a statistic.
        self.bytes.fetch_add(grave.content().bytes(), Relaxed);
        let mut grave = NonNull::from(Box::leak(grave));
        // ORDERING: Relaxed: only compared and passed on. What is behind it is published by those
        // who put it there, and by the exchanges since, which continue their releases.
        let mut seen = self.newest.load(Relaxed);
        loop {
            // SAFETY: not added yet, so ours alone.
            unsafe { grave.as_mut() }.link(seen);
            // ORDERING: AcqRel, P16: publishes the grave. A failure is only compared.
            match self.newest.compare_exchange(seen, grave.as_ptr(), AcqRel, Relaxed) {
                Ok(_) => return,
                Err(now) => seen = now,
            }
        }
    }

    /// Gives back a piece of what nobody can see any more; `false` if there is none, or
    /// another thread is at that.
    #[inline]
    pub(super) fn give_some(&self) -> bool {
        self.bytes() > 0 && self.give_some_if_ripe()
    }

    #[cold]
    fn give_some_if_ripe(&self) -> bool {
        // ORDERING: Acquire, P15: sees what the last to have the graves did. Nothing is looked at
        // after a failure.
        let order = unless_relaxed!("giving_relaxed", Acquire);
        if self.giving.compare_exchange(false, true, order, Relaxed).is_err() {
            hit(Branch::GiveLost);
            return false;
        }
        reach(Point::Giving);
        // SAFETY: we have set `giving`.
        let given = self.taken.with_mut(|taken| self.give_from(unsafe { &mut *taken }));
        // ORDERING: Release, P15.
        self.giving.store(false, Release);
        given
    }

    /// Gives back a piece of the first one, if it is ripe, or some chains, which are small.
    fn give_from(&self, taken: &mut *mut Grave<L>) -> bool {
        let mut given = false;
        for _ in 0..CHAINS_AT_ONCE {
            let Some(was_chain) = self.give_one(taken) else { break };
            given = true;
            if !was_chain {
                break;
            }
        }
        given
    }

    /// Whether it was of a chain; `None` if there was nothing.
    fn give_one(&self, taken: &mut *mut Grave<L>) -> Option<bool> {
        if taken.is_null() {
            // ORDERING: Acquire, P16: sees all graves that were added.
            *taken = self.newest.swap(ptr::null_mut(), Acquire);
        }
        let mut grave = NonNull::new(*taken)?;
        // SAFETY: taken, so it is this thread's alone.
        let node = unsafe { grave.as_mut() };
        if !node.is_ripe() {
            clock::nudge();
            return None;
        }
        let left = node.content();
        let (before, was_chain) = (left.bytes(), matches!(left, Left::Chain(_)));
        // SAFETY: ripe, so nobody can reach it any more.
        let is_last = unsafe { left.give_some() };
        let after = if is_last { 0 } else { left.bytes() };
        // ORDERING: Relaxed: a statistic.
        self.bytes.fetch_sub(before - after, Relaxed);
        if is_last {
            *taken = node.next();
            // SAFETY: ripe, and no longer in a list. With the node goes the rest of its content.
            unsafe { crate::memory::free(grave.as_ptr()) };
        }
        Some(was_chain)
    }
}

impl<L: Layout> Drop for Graveyard<L> {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access.
        let added = self.newest.load(Relaxed);
        // SAFETY: exclusive access.
        let taken = self.taken.with_mut(|taken| unsafe { *taken });
        for mut grave in [added, taken] {
            while let Some(present) = NonNull::new(grave) {
                // SAFETY: in a list, so not freed; exclusive access.
                grave = unsafe { present.as_ref() }.next();
                // SAFETY: as just said, and forgotten here. No guard can be alive that was used
                // with this map, so nobody can reach the table.
                unsafe { crate::memory::free(present.as_ptr()) };
            }
        }
    }
}
