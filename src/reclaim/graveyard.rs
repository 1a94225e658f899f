//! The large tables of a map that have been retired: given back in pieces, by writes to the map.
//!
//! Anybody adds a table, in front. They are given back by whoever has set `giving`, who alone takes tables out and follows the
//! links. If that thread stops for ever, the tables wait for the end of the map; nobody waits for them.

use core::ptr::{self, NonNull};

use super::epoch::Pin;
use super::ripeness::Ripeness;
use super::{Alive, free};
use crate::fault::{fault, unless_relaxed};
use crate::hooks::{Branch, Point, hit, reach};
use crate::raw::{Spent, Table};
use crate::sync::{AcqRel, Acquire, AtomicBool, AtomicPtr, AtomicUsize, Relaxed, Release};

/// See the module's text.
pub(super) struct Graveyard<K, V> {
    newest: AtomicPtr<Grave<K, V>>,
    giving: AtomicBool,
    /// What all of them still take.
    bytes: AtomicUsize,
}

struct Grave<K, V> {
    state: Ripeness,
    alive: Alive,
    /// Of whoever has set `giving`, once it is ripe; as `next`, after it was added.
    spent: Spent<K, V>,
    next: *mut Grave<K, V>,
}

impl<K, V> Graveyard<K, V> {
    pub(super) fn new() -> Self {
        Graveyard {
            newest: AtomicPtr::new(ptr::null_mut()),
            giving: AtomicBool::new(false),
            bytes: AtomicUsize::new(0),
        }
    }

    /// Bytes of the tables that wait here.
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
        let grave = self.add(unsafe { Spent::new(table, by_page) }, Ripeness::pending());
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

    /// Frees a table that nobody has seen, in pieces if it is large.
    pub(super) fn dispose(&self, table: Box<Table<K, V>>) {
        if !Spent::suits(&table) {
            return drop(table);
        }
        let table = NonNull::from(Box::leak(table));
        // SAFETY: from a box, empty, and nobody else's.
        self.add(unsafe { Spent::new(table, true) }, Ripeness::ripe());
    }

    fn add(&self, spent: Spent<K, V>, state: Ripeness) -> *mut Grave<K, V> {
        // SAFETY: not freed before it is added.
        let bytes = unsafe { spent.bytes() };
        // ORDERING: Relaxed: a statistic.
        self.bytes.fetch_add(bytes, Relaxed);
        let grave = Box::into_raw(Box::new(Grave { state, alive: Alive::new(), spent, next: ptr::null_mut() }));
        // ORDERING: Relaxed: only compared and passed on. What is behind it is published by those who put it there, and by
        // this word's later exchanges, which continue their releases.
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

    /// Gives back a piece of a table that nobody can see any more; `false` if there is none, or another thread is at that.
    #[inline]
    pub(super) fn give_some(&self) -> bool {
        // ORDERING: Relaxed: whether to look.
        !self.newest.load(Relaxed).is_null() && self.give_from_oldest()
    }

    #[cold]
    fn give_from_oldest(&self) -> bool {
        // ORDERING: Acquire, P15: sees what the last to have the graves did. Nothing is looked at after a failure.
        let order = unless_relaxed!("giving_relaxed", Acquire);
        if self.giving.compare_exchange(false, true, order, Relaxed).is_err() {
            hit(Branch::GiveLost);
            return false;
        }
        reach(Point::Giving);
        let oldest = self.oldest_ripe();
        if let Some(grave) = oldest {
            // SAFETY: we have set `giving`.
            unsafe { self.give(grave) };
        }
        // ORDERING: Release, P15.
        self.giving.store(false, Release);
        oldest.is_some()
    }

    /// The oldest ripe one: they come of age in the order of their retirement, or nearly.
    fn oldest_ripe(&self) -> Option<*mut Grave<K, V>> {
        // SAFETY: in the list, so not freed: the caller has set `giving`.
        self.graves().filter(|grave| unsafe { Grave::is_ripe(*grave) }).last()
    }

    /// All graves, the newest first. For whoever has set `giving`.
    fn graves(&self) -> impl Iterator<Item = *mut Grave<K, V>> {
        // ORDERING: Acquire, P16: sees the graves that were added.
        let newest = self.newest.load(Acquire);
        let present = |grave: *mut Grave<K, V>| (!grave.is_null()).then_some(grave);
        // SAFETY: in the list, so not freed.
        core::iter::successors(present(newest), move |grave| present(unsafe { (**grave).next }))
    }

    /// # Safety
    ///
    /// `grave` is ripe and in the list, and the caller has set `giving`.
    unsafe fn give(&self, grave: *mut Grave<K, V>) {
        // SAFETY: ripe, so the collector is done with it, and nobody can reach the table.
        let spent = unsafe { &mut (*grave).spent };
        // SAFETY: as just said.
        let before = unsafe { spent.bytes() };
        // SAFETY: as just said.
        let is_last = unsafe { spent.give_some() };
        // SAFETY: as just said; it is freed below.
        let after = if is_last { 0 } else { unsafe { spent.bytes() } };
        // ORDERING: Relaxed: a statistic.
        self.bytes.fetch_sub(before - after, Relaxed);
        if is_last {
            // SAFETY: in the list; by the caller.
            unsafe { self.take_out(grave) };
            // SAFETY: out of the list, and ripe.
            unsafe { Grave::free(grave) };
        }
    }

    /// # Safety
    ///
    /// `grave` is in the list, and the caller has set `giving`.
    unsafe fn take_out(&self, grave: *mut Grave<K, V>) {
        // SAFETY: in the list.
        let next = unsafe { (*grave).next };
        // ORDERING: AcqRel, P16: continues the releases of those who added what is behind it. The failure is not looked at.
        if self.newest.compare_exchange(grave, next, AcqRel, Relaxed).is_ok() {
            return;
        }
        hit(Branch::GraveBehind);
        // SAFETY: in the list.
        let before = self.graves().find(|before| unsafe { (**before).next } == grave);
        let before = before.expect("it is in the list, and not the first");
        // SAFETY: in the list; links of graves in it are ours while we have `giving`.
        unsafe { (*before).next = next };
    }
}

impl<K, V> Drop for Graveyard<K, V> {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access, here and in what follows.
        let mut grave = self.newest.load(Relaxed);
        while !grave.is_null() {
            // SAFETY: in the list, so not freed. Read before the exchange that may leave it to the closure.
            let next = unsafe { (*grave).next };
            // SAFETY: as just said.
            unsafe { Grave::abandon(grave) };
            grave = next;
        }
    }
}

impl<K, V> Grave<K, V> {
    /// # Safety
    ///
    /// It is in the list, and the caller has set `giving`.
    unsafe fn is_ripe(grave: *mut Self) -> bool {
        // SAFETY: not freed. Only these two fields are touched: the collector may be at the same.
        let state = unsafe { &(*grave).state };
        // SAFETY: as just said.
        unsafe { &(*grave).alive }.check();
        state.is_ripe()
    }

    /// The collector's closure.
    ///
    /// # Safety
    ///
    /// This is called once, when no guard can see the table any more.
    unsafe fn ripen(grave: *mut Self) {
        // SAFETY: a grave lives until it is RIPE, or ABANDONED and freed below. Only these two fields are touched: whoever has
        // set `giving` may be at its link.
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
        // SAFETY: it lives until we settle it. The reference ends before the closure can free it, which the exchange permits.
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
