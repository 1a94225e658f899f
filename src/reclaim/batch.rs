//! A batch of retired entries. The collector's closure only says that they are ripe; they are
//! dropped by operations that hold a borrow of the map, or by its drop.

use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::ripeness::Ripeness;
use super::{Alive, free};
use crate::fault::fault;
use crate::hooks::{Branch, hit};
use crate::raw::Entry;
use crate::raw::sizes::BATCH;

/// See the module's text.
pub(super) struct Batch<K, V> {
    state: Ripeness,
    len: usize,
    /// Of the [`Queue`](super::queue::Queue) that it is in.
    pub(super) next: Option<NonNull<Batch<K, V>>>,
    alive: Alive,
    entries: [MaybeUninit<NonNull<Entry<K, V>>>; BATCH],
}

impl<K, V> Batch<K, V> {
    pub(super) fn new() -> Box<Self> {
        let entries = [MaybeUninit::uninit(); BATCH];
        Box::new(Batch {
            state: Ripeness::pending(),
            len: 0,
            next: None,
            alive: Alive::new(),
            entries,
        })
    }

    /// Adds an entry; `true` if that filled the batch.
    #[inline]
    pub(super) fn push(&mut self, entry: NonNull<Entry<K, V>>) -> bool {
        self.entries[self.len] = MaybeUninit::new(entry);
        self.len += 1;
        self.is_full()
    }

    /// Takes the entry that was added last.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<NonNull<Entry<K, V>>> {
        let last = self.last()?;
        self.len -= 1;
        Some(last)
    }

    #[inline]
    pub(super) fn last(&self) -> Option<NonNull<Entry<K, V>>> {
        let last = self.len.checked_sub(1)?;
        // SAFETY: below `len`, so written by `push`.
        Some(unsafe { self.entries[last].assume_init() })
    }

    pub(super) fn is_full(&self) -> bool {
        self.len == BATCH
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = NonNull<Entry<K, V>>> {
        self.alive.check();
        // SAFETY: the first `len` were written by `push`.
        self.entries[..self.len].iter().map(|entry| unsafe { entry.assume_init() })
    }

    /// Whether the closure has run, so that the entries and the node are the map's.
    pub(super) fn is_ripe(&self) -> bool {
        self.alive.check();
        self.state.is_ripe()
    }

    /// Makes an empty node as good as new.
    pub(super) fn renew(&mut self) {
        debug_assert_eq!(self.len, 0);
        self.state = Ripeness::pending();
    }

    /// The collector's closure.
    ///
    /// # Safety
    ///
    /// `batch` came from `Box::into_raw` and is registered with its map, and this is called once,
    /// when no guard can see its entries any more.
    pub(super) unsafe fn ripen(batch: *mut Self) {
        // SAFETY: the node lives until it is RIPE, or ABANDONED and freed below. Only these two
        // fields are touched: whoever has the queue that it is in may be at `next`.
        let state = unsafe { &(*batch).state };
        // SAFETY: as above.
        let alive = unsafe { &(*batch).alive };
        alive.check();
        if !state.ripen() {
            hit(Branch::BatchAbandoned);
            // SAFETY: ABANDONED left the node to us.
            unsafe { free(batch) };
        }
    }

    /// The map is being dropped: its entries, to be dropped with it. Frees the node, or leaves that
    /// to the closure.
    ///
    /// # Safety
    ///
    /// `batch` is registered, and the caller forgets it.
    pub(super) unsafe fn abandon(batch: *mut Self) -> Vec<NonNull<Entry<K, V>>> {
        // SAFETY: registered nodes live until we settle it. Copied before the exchange: after it
        // the node is the closure's.
        let entries = unsafe { &*batch }.entries().collect();
        // SAFETY: as above; the reference ends before the node can be freed by the closure, which
        // the exchange permits.
        let state = unsafe { &(*batch).state };
        if !state.abandon() || fault!("pending_batch_freed") {
            // SAFETY: RIPE left the node to the map.
            unsafe { free(batch) };
        }
        entries
    }
}
