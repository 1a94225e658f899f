//! Bare memory of entries, kept for the next ones.
//!
//! A batch of which the entries have been dropped is 64 pieces of bare memory. It is kept as it is,
//! as a magazine (Bonwick and Adams, "Magazines and Vmem", USENIX 2001): the memory itself is not
//! touched before an entry is written into it, and what comes next is known ahead, so that it can
//! be fetched in time. An empty magazine becomes the next bag.

use core::ptr::NonNull;

use super::batch::Batch;
use super::pending::Pending;
use super::queue::Queue;
use crate::memory::{free_bare, prefetch};
use crate::observe::hooks::{Branch, hit};
use crate::sizes::{BATCH, MAX_MAGAZINES, SPARE_BYTES};

/// A batch in its node: a bag while it is filled, a magazine when its memory is spare.
pub(super) type Bag<T> = Box<Pending<Batch<T>>>;

/// How much a thread keeps of entries that are so large: no more than [`SPARE_BYTES`].
struct Bound {
    magazines: usize,
    entries_each: usize,
}

impl Bound {
    const fn of<T>() -> Self {
        let entries = if size_of::<T>() == 0 { 0 } else { SPARE_BYTES / size_of::<T>() };
        let magazines = entries.div_ceil(BATCH);
        Bound {
            magazines: if magazines < MAX_MAGAZINES { magazines } else { MAX_MAGAZINES },
            entries_each: if entries < BATCH { entries } else { BATCH },
        }
    }
}

/// A thread's magazines.
pub(super) struct Spares<T> {
    /// None is empty; the first one is in use. Nobody else has them.
    magazines: Queue<Batch<T>>,
    number: usize,
    /// An empty node, for the next bag.
    empty: Option<Bag<T>>,
}

impl<T> Spares<T> {
    const BOUND: Bound = Bound::of::<T>();

    pub(super) const fn new() -> Self {
        Spares { magazines: Queue::new(), number: 0, empty: None }
    }

    /// Memory for an entry. Asks for the line of the one that comes after it.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<NonNull<T>> {
        let mut first = self.magazines.first()?;
        // SAFETY: in the queue, and ours alone.
        let magazine = unsafe { first.as_mut() }.content();
        let memory = magazine.pop();
        match magazine.last() {
            Some(next) => prefetch(next.as_ptr()),
            None => self.empty = self.take(),
        }
        memory
    }

    /// Keeps one piece of memory, if there is room.
    ///
    /// # Safety
    ///
    /// It came from [`allocate`](crate::memory::allocate), holds nothing, and is nobody else's.
    pub(super) unsafe fn push(&mut self, memory: NonNull<T>) -> bool {
        // SAFETY: in the queue, and ours alone.
        let in_use = self.magazines.first().map(|mut first| unsafe { first.as_mut() }.content());
        if let Some(magazine) = in_use.filter(|in_use| in_use.len() < Self::BOUND.entries_each) {
            magazine.push(memory);
            return true;
        }
        if self.number == Self::BOUND.magazines {
            return false;
        }
        let mut magazine = self.bag();
        magazine.content().push(memory);
        self.number += 1;
        // SAFETY: a box of our own.
        unsafe { self.magazines.push_first(NonNull::from(Box::leak(magazine))) };
        true
    }

    /// Keeps a batch of memory, or gives it back to the allocator. Returns how much it kept.
    ///
    /// # Safety
    ///
    /// As for `push`, of all the entries in it.
    pub(super) unsafe fn store(&mut self, mut batch: Bag<T>) -> usize {
        if batch.content().len() > 0 && self.number < Self::BOUND.magazines {
            self.number += 1;
            let content = batch.content();
            while content.len() > Self::BOUND.entries_each
                && let Some(memory) = content.pop()
            {
                // SAFETY: the caller promises that it holds nothing, and is nobody's.
                unsafe { free_bare(memory) };
            }
            let len = content.len();
            // SAFETY: a box of our own.
            unsafe { self.magazines.push(NonNull::from(Box::leak(batch))) };
            return len;
        }
        if batch.content().len() > 0 {
            hit(Branch::SpareFull);
        }
        // SAFETY: the caller promises of all the entries that they hold nothing, and are nobody's.
        unsafe { empty(batch.content()) };
        self.empty = Some(batch);
        0
    }

    /// The magazine that was in use.
    fn take(&mut self) -> Option<Bag<T>> {
        let first = self.magazines.pop()?;
        self.number -= 1;
        // SAFETY: boxed when it was stored, and in no queue any more.
        Some(unsafe { Box::from_raw(first.as_ptr()) })
    }

    /// An empty bag.
    pub(super) fn bag(&mut self) -> Bag<T> {
        match self.empty.take() {
            Some(mut node) => {
                node.renew();
                node
            }
            None => Pending::new(Batch::new()),
        }
    }
}

impl<T> Drop for Spares<T> {
    fn drop(&mut self) {
        while let Some(mut magazine) = self.take() {
            // SAFETY: by the contracts of `push` and `store`.
            unsafe { empty(magazine.content()) };
        }
    }
}

/// Gives the memory in a batch back to the allocator.
///
/// # Safety
///
/// As for [`Spares::store`].
unsafe fn empty<T>(batch: &mut Batch<T>) {
    while let Some(memory) = batch.pop() {
        // SAFETY: the caller promises that it came from `allocate`, and that nobody has it.
        unsafe { free_bare(memory) };
    }
}
