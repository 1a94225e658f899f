//! A batch of retired entries: freed by the collector in due time, or by the map's drop, whichever comes first.
//!
//! | state | means | next |
//! |---|---|---|
//! | PENDING | with the collector; entries untouched | a thread's token (the closure runs), ABANDONED (the map is dropped) |
//! | token of a thread | that thread is dropping the entries | DONE, or ABANDONED if it drops the map meanwhile |
//! | DONE | entries are gone; the slot that registered the batch owns the node | reused, or freed |
//! | ABANDONED | the map is gone; the closure owns the node | freed by the closure |

use core::mem::MaybeUninit;
use core::ptr::NonNull;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_utils::Backoff;

use super::local::{Local, SpareList};
use crate::hooks::{Branch, hit};
use crate::raw::Entry;
use crate::raw::sizes::BATCH;
use crate::sync::{AcqRel, Acquire, AtomicUsize, Relaxed, Release};

const PENDING: usize = 0;
const DONE: usize = 1;
const ABANDONED: usize = 2;

/// See the module's text.
pub(super) struct Batch<K, V> {
    state: AtomicUsize,
    /// The slot that registered the batch; valid until the state is DONE or ABANDONED.
    home: *const Local<K, V>,
    len: usize,
    entries: [MaybeUninit<NonNull<Entry<K, V>>>; BATCH],
}

/// A number that no other living thread has: the address of a thread-local, above the named states.
fn token() -> usize {
    thread_local! { static TOKEN: u64 = const { 0 }; }
    TOKEN.with(|token| core::ptr::from_ref(token).addr())
}

/// What the map's drop has to do with a registered batch.
pub(super) enum Claim<K, V> {
    /// Drop these entries; the node is no longer ours.
    Take(Vec<NonNull<Entry<K, V>>>),
    /// Free the node: its entries are gone.
    Node,
    /// Nothing: a frame further up this thread's stack is at it.
    Leave,
}

impl<K, V> Batch<K, V> {
    pub(super) fn new(home: *const Local<K, V>) -> Box<Self> {
        Box::new(Batch { state: AtomicUsize::new(PENDING), home, len: 0, entries: [MaybeUninit::uninit(); BATCH] })
    }

    /// Adds an entry; `true` if that filled the batch.
    #[inline]
    pub(super) fn push(&mut self, entry: NonNull<Entry<K, V>>) -> bool {
        self.entries[self.len] = MaybeUninit::new(entry);
        self.len += 1;
        self.len == BATCH
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    fn entry(&self, index: usize) -> NonNull<Entry<K, V>> {
        assert!(index < self.len);
        // SAFETY: the first `len` were written by `push`.
        unsafe { self.entries[index].assume_init() }
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = NonNull<Entry<K, V>>> {
        (0..self.len).map(|index| self.entry(index))
    }

    /// Whether the entries are gone and the node is the registrar's.
    pub(super) fn is_done(&self) -> bool {
        // ORDERING: Acquire, P9: the freeing thread no longer touches the node or the slot.
        self.state.load(Acquire) == DONE
    }

    /// Makes a DONE batch an empty bag again.
    pub(super) fn reset(&mut self) {
        self.len = 0;
        self.state = AtomicUsize::new(PENDING);
    }

    /// The collector's closure.
    ///
    /// # Safety
    ///
    /// `batch` came from `Box::into_raw`, was registered in its home slot, and this is called once, when no guard can see
    /// its entries any more. Keys and values may be dropped on this thread.
    pub(super) unsafe fn run(batch: *mut Self) {
        let me = token();
        // SAFETY: the node lives until its state is DONE (and then the registrar's), or until we free it.
        let this = unsafe { &*batch };
        // ORDERING: AcqRel, P9. Acquire: ABANDONED means that the map's drop is done with the node. Release: the map's
        // drop that finds our token waits for DONE or, on this thread, abandons.
        if this.state.compare_exchange(PENDING, me, AcqRel, Acquire).is_err() {
            hit(Branch::BatchAbandoned);
            // SAFETY: ABANDONED left the node to us.
            return drop(unsafe { Box::from_raw(batch) });
        }
        // ORDERING: Relaxed: only this thread changes the state while it is our token.
        let mine = || this.state.load(Relaxed) == me;
        let mut spares = SpareList::new();
        for entry in this.entries() {
            // SAFETY: retired and past its grace period, so this is the only access; in this batch once.
            // A panic in a user's `Drop` has been reported by the panic hook. It is not carried on, since it would
            // surface in the `pin` of a thread that has nothing to do with it.
            let dropped = catch_unwind(AssertUnwindSafe(|| unsafe { entry.drop_in_place() }));
            // The payload may have a `Drop` of its own.
            core::mem::forget(dropped);
            // SAFETY: its content is gone, and it came from `Local::allocate`.
            unsafe { spares.push(entry) };
        }
        if mine() {
            // SAFETY: the state is our token, so the map's drop has not passed this batch, and the slot is there.
            unsafe { (*this.home).take_back(spares, this.len) };
            // ORDERING: Release, P9: the last touch of node and slot. Cannot fail: only this thread could abandon now.
            this.state.store(DONE, Release);
        } else {
            hit(Branch::BatchDroppedUnderItself);
            drop(spares);
            // SAFETY: ABANDONED left the node to us.
            drop(unsafe { Box::from_raw(batch) });
        }
    }

    /// The map is being dropped: settles who does what about this batch. Waits only while another thread is in the midst
    /// of dropping these entries.
    ///
    /// # Safety
    ///
    /// `batch` is registered, and the caller forgets it afterwards unless told [`Claim::Node`].
    pub(super) unsafe fn claim(batch: *mut Self) -> Claim<K, V> {
        // SAFETY: registered nodes live until we settle it.
        let this = unsafe { &*batch };
        // Copied before the claim: after it the node belongs to the closure.
        let entries: Vec<_> = this.entries().collect();
        let backoff = Backoff::new();
        // ORDERING: Acquire, P9: on DONE, the freeing thread is through.
        let mut seen = this.state.load(Acquire);
        loop {
            if seen == DONE {
                return Claim::Node;
            }
            if seen != PENDING && seen != token() {
                backoff.snooze();
                // ORDERING: Acquire, as above.
                seen = this.state.load(Acquire);
                continue;
            }
            // ORDERING: AcqRel, P9. Release: our last touch of the node. Acquire on failure: as above.
            match this.state.compare_exchange(seen, ABANDONED, AcqRel, Acquire) {
                Ok(PENDING) => return Claim::Take(entries),
                Ok(_) => return Claim::Leave,
                Err(now) => seen = now,
            }
        }
    }
}
