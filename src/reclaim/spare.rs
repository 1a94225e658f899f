//! Bare memory of entries, kept for the next ones.
//!
//! A batch of which the entries have been dropped is 64 pieces of bare memory. It is kept as it is, as a magazine (Bonwick and
//! Adams, "Magazines and Vmem", USENIX 2001): the memory itself is not touched before an entry is written into it, and what
//! comes next is known ahead, so that it can be fetched in time. An empty magazine becomes the next bag.

use core::ptr::NonNull;

use super::batch::Batch;
use super::free_bare;
use crate::hooks::{Branch, hit};
use crate::raw::Entry;
use crate::raw::prefetch::prefetch;
use crate::raw::sizes::MAX_MAGAZINES;

/// A thread's magazines.
pub(super) struct Spares<K, V> {
    /// None is empty; the last one is in use. Boxed, because a node goes through many hands.
    #[allow(clippy::vec_box)]
    magazines: Vec<Box<Batch<K, V>>>,
    /// An empty node, for the next bag.
    empty: Option<Box<Batch<K, V>>>,
}

impl<K, V> Spares<K, V> {
    pub(super) const fn new() -> Self {
        Spares { magazines: Vec::new(), empty: None }
    }

    /// Memory for an entry. Asks for the line of the one that comes after it.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<NonNull<Entry<K, V>>> {
        let magazine = self.magazines.last_mut()?;
        let memory = magazine.pop();
        match magazine.last() {
            Some(next) => prefetch(next.as_ptr()),
            None => self.empty = self.magazines.pop(),
        }
        memory
    }

    /// Keeps one piece of memory, if there is room.
    ///
    /// # Safety
    ///
    /// It came from [`allocate`](super::memory::allocate), holds nothing, and is nobody else's.
    pub(super) unsafe fn push(&mut self, memory: NonNull<Entry<K, V>>) -> bool {
        if self.magazines.last().is_none_or(|magazine| magazine.is_full()) {
            if self.magazines.len() == MAX_MAGAZINES {
                return false;
            }
            let magazine = self.bag();
            self.magazines.push(magazine);
        }
        self.magazines.last_mut().expect("one with room").push(memory);
        true
    }

    /// Keeps a batch of memory, or gives it back to the allocator. Returns how much it kept.
    ///
    /// # Safety
    ///
    /// As for `push`, of all the entries in it.
    pub(super) unsafe fn store(&mut self, mut batch: Box<Batch<K, V>>) -> usize {
        let len = batch.len();
        if len > 0 && self.magazines.len() < MAX_MAGAZINES {
            // The one that is in use stays the last.
            let at = self.magazines.len().saturating_sub(1);
            self.magazines.insert(at, batch);
            return len;
        }
        if len > 0 {
            hit(Branch::SpareFull);
        }
        // SAFETY: by the caller.
        unsafe { empty(&mut batch) };
        self.empty = Some(batch);
        0
    }

    /// An empty bag.
    pub(super) fn bag(&mut self) -> Box<Batch<K, V>> {
        match self.empty.take() {
            Some(mut node) => {
                node.renew();
                node
            }
            None => Batch::new(),
        }
    }
}

impl<K, V> Drop for Spares<K, V> {
    fn drop(&mut self) {
        for magazine in &mut self.magazines {
            // SAFETY: by the contracts of `push` and `store`.
            unsafe { empty(magazine) };
        }
    }
}

/// Gives the memory in a batch back to the allocator.
///
/// # Safety
///
/// As for [`Spares::store`].
unsafe fn empty<K, V>(batch: &mut Batch<K, V>) {
    while let Some(memory) = batch.pop() {
        // SAFETY: by the caller.
        unsafe { free_bare(memory) };
    }
}
