//! The large tables of a map that have been retired: given back in pieces, by the writes that share
//! a resize, fill a bag of retired entries or find their chain full, and by `flush`.
//!
//! Anybody adds a table, in front. Whoever has set `giving` takes all that have come, and works
//! them off, the newest first: when its time has come, so has that of the others. So nobody goes
//! through a list. If that thread stops for ever, the tables wait for the end of the map; nobody
//! waits for them.

use core::ptr::{self, NonNull};

use super::epoch::Pin;
use super::ripeness::Ripeness;
use super::{Alive, free};
use crate::fault::{fault, unless_relaxed};
use crate::hooks::{Branch, Point, hit, reach};
use crate::raw::bucket::Bucket;
use crate::raw::sizes::PIECE;
use crate::raw::{Spent, Table};
use crate::sync::{
    AcqRel, Acquire, AtomicBool, AtomicPtr, AtomicUsize, Relaxed, Release, UnsafeCell,
};

/// See the module's text.
pub(super) struct Graveyard<K, V> {
    newest: AtomicPtr<Grave<K, V>>,
    giving: AtomicBool,
    /// Of whoever has set `giving`: those that are being worked off.
    taken: UnsafeCell<*mut Grave<K, V>>,
    /// What all of them still take.
    bytes: AtomicUsize,
}

struct Grave<K, V> {
    state: Ripeness,
    alive: Alive,
    spent: Spent<K, V>,
    next: *mut Grave<K, V>,
}

impl<K, V> Graveyard<K, V> {
    pub(super) fn new() -> Self {
        Graveyard {
            newest: AtomicPtr::new(ptr::null_mut()),
            giving: AtomicBool::new(false),
            taken: UnsafeCell::new(ptr::null_mut()),
            bytes: AtomicUsize::new(0),
        }
    }

    /// Bytes of the tables that wait here. They are not zero as long as there is one.
    pub(super) fn bytes(&self) -> usize {
        // ORDERING: Relaxed: a statistic.
        self.bytes.load(Relaxed)
    }

    /// Takes a table that guards may still see. Its pages go back to the kernel, if that is wanted.
    ///
    /// # Safety
    ///
    /// As for [`Pin::retire_table`].
    pub(super) unsafe fn retire(&self, table: NonNull<Table<K, V>>, by_page: bool, pin: &Pin) {
        // SAFETY: passed on.
        let grave =
            self.add(unsafe { Spent::new(table, by_page, usize::MAX) }, Ripeness::pending());
        // SAFETY: called once, and the grave outlives it.
        let ripen = move || unsafe { Grave::ripen(grave) };
        if fault!("grave_ripe_at_once") {
            return ripen();
        }
        // SAFETY: the closure touches no key, no value and no map.
        unsafe { pin.defer(ripen) };
        // Else it would wait until this thread has retired a bag full of something.
        pin.flush();
    }

    /// Frees a table that nobody has seen, of whose array so many bytes have been touched, in
    /// pieces if they are many.
    pub(super) fn dispose(&self, (table, touched): (Box<Table<K, V>>, usize)) {
        if !Spent::suits(&table) || touched <= PIECE * size_of::<Bucket<K, V>>() {
            return drop(table);
        }
        let table = NonNull::from(Box::leak(table));
        // SAFETY: from a box, empty, and nobody else's.
        self.add(unsafe { Spent::new(table, true, touched) }, Ripeness::ripe());
    }

    fn add(&self, spent: Spent<K, V>, state: Ripeness) -> *mut Grave<K, V> {
        // ORDERING: Relaxed: a statistic.
        self.bytes.fetch_add(spent.bytes(), Relaxed);
        let grave = Box::into_raw(Box::new(Grave {
            state,
            alive: Alive::new(),
            spent,
            next: ptr::null_mut(),
        }));
        // ORDERING: Relaxed: only compared and passed on. What is behind it is published by those
        // who put it there, and by the exchanges since, which continue their releases.
        let mut seen = self.newest.load(Relaxed);
        loop {
            // SAFETY: not added yet, so ours alone.
            unsafe { (*grave).next = seen };
            // ORDERING: AcqRel, P16: publishes the grave. A failure is only compared.
            match self.newest.compare_exchange(seen, grave, AcqRel, Relaxed) {
                Ok(_) => return grave,
                Err(now) => seen = now,
            }
        }
    }

    /// Gives back a piece of a table that nobody can see any more; `false` if there is none, or
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

    /// Gives back a piece of the first one, if it is ripe.
    fn give_from(&self, taken: &mut *mut Grave<K, V>) -> bool {
        if taken.is_null() {
            // ORDERING: Acquire, P16: sees all graves that were added.
            *taken = self.newest.swap(ptr::null_mut(), Acquire);
        }
        let Some(grave) = NonNull::new(*taken) else { return false };
        // SAFETY: taken, so not freed by anybody but us, and its link is ours. The collector may be
        // at its state: no `&mut`.
        let (state, next) = unsafe { Grave::look(grave) };
        if !state.is_ripe() {
            return false;
        }
        // SAFETY: ripe, so the collector is done with it, and nobody can reach the table.
        let spent = unsafe { &mut (*grave.as_ptr()).spent };
        let before = spent.bytes();
        // SAFETY: as just said.
        let is_last = unsafe { spent.give_some() };
        let after = if is_last { 0 } else { spent.bytes() };
        // ORDERING: Relaxed: a statistic.
        self.bytes.fetch_sub(before - after, Relaxed);
        if is_last {
            *taken = next;
            // SAFETY: ripe, and no longer in a list.
            unsafe { Grave::free(grave.as_ptr()) };
        }
        true
    }
}

impl<K, V> Drop for Graveyard<K, V> {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access.
        let added = self.newest.load(Relaxed);
        // SAFETY: exclusive access.
        let taken = self.taken.with_mut(|taken| unsafe { *taken });
        for mut grave in [added, taken] {
            while let Some(present) = NonNull::new(grave) {
                // SAFETY: in a list, so not freed. Read before the exchange that may leave it to
                // the closure.
                (_, grave) = unsafe { Grave::look(present) };
                // SAFETY: as just said.
                unsafe { Grave::abandon(present.as_ptr()) };
            }
        }
    }
}

impl<K, V> Grave<K, V> {
    /// What may be looked at while it is PENDING.
    ///
    /// # Safety
    ///
    /// It is not freed as long as the reference is used, and the link is the caller's.
    unsafe fn look<'g>(grave: NonNull<Self>) -> (&'g Ripeness, *mut Self) {
        let grave = grave.as_ptr();
        // SAFETY: by the caller.
        unsafe { &(*grave).alive }.check();
        // SAFETY: by the caller.
        let state = unsafe { &(*grave).state };
        // SAFETY: by the caller.
        (state, unsafe { (*grave).next })
    }

    /// The collector's closure.
    ///
    /// # Safety
    ///
    /// This is called once, when no guard can see the table any more.
    unsafe fn ripen(grave: *mut Self) {
        // SAFETY: a grave lives until it is RIPE, or ABANDONED and freed below. Only these two
        // fields are touched: whoever has set `giving` may be at its link.
        let state = unsafe { &(*grave).state };
        // SAFETY: as just said.
        unsafe { &(*grave).alive }.check();
        if !state.ripen() {
            // SAFETY: ABANDONED left it to us.
            unsafe { Self::free(grave) };
        }
    }

    /// The map is being dropped.
    ///
    /// # Safety
    ///
    /// The caller forgets it.
    unsafe fn abandon(grave: *mut Self) {
        // SAFETY: it lives until we settle it. The reference ends before the closure can free it,
        // which the exchange permits.
        let state = unsafe { &(*grave).state };
        if !state.abandon() || fault!("pending_grave_freed") {
            // SAFETY: RIPE left it to the map.
            unsafe { Self::free(grave) };
        }
    }

    /// Frees it, with its table.
    ///
    /// # Safety
    ///
    /// It is the caller's alone, as is the table.
    unsafe fn free(grave: *mut Self) {
        // SAFETY: by the caller.
        let spent = unsafe { &mut (*grave).spent };
        // SAFETY: by the caller.
        unsafe { spent.free() };
        // SAFETY: by the caller; it came from a box.
        unsafe { free(grave) };
    }
}
