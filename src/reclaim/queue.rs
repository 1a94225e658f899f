//! Queues of batches, linked through the batches themselves: one word each, so that a thread's slot
//! stays within two cache lines, and nothing to allocate.

use core::ptr::NonNull;

use super::batch::Batch;

/// First in, first out. Dropping it forgets what is in it.
pub(super) struct Queue<K, V> {
    /// The last one. It links to the first.
    last: Option<NonNull<Batch<K, V>>>,
}

impl<K, V> Queue<K, V> {
    pub(super) const fn new() -> Self {
        Queue { last: None }
    }

    pub(super) fn first(&self) -> Option<NonNull<Batch<K, V>>> {
        let last = self.last?;
        // SAFETY: it is in this queue.
        Some(unsafe { Self::next(last) })
    }

    /// # Safety
    ///
    /// `batch` came from a box and is in no queue. Until it leaves this one it is not freed, and
    /// others touch its state alone.
    pub(super) unsafe fn push(&mut self, batch: NonNull<Batch<K, V>>) {
        // SAFETY: by the caller.
        unsafe { Self::link(batch, batch) };
        self.append(&mut Queue { last: Some(batch) });
    }

    /// As `push`, in front of all others.
    ///
    /// # Safety
    ///
    /// As for `push`.
    pub(super) unsafe fn push_first(&mut self, batch: NonNull<Batch<K, V>>) {
        let last = self.last;
        // SAFETY: by the caller.
        unsafe { self.push(batch) };
        // The end of a ring is the start of it.
        self.last = last.or(self.last);
    }

    pub(super) fn pop(&mut self) -> Option<NonNull<Batch<K, V>>> {
        let (first, last) = (self.first()?, self.last?);
        if first == last {
            self.last = None;
        } else {
            // SAFETY: it is in this queue.
            let second = unsafe { Self::next(first) };
            // SAFETY: as above.
            unsafe { Self::link(last, second) };
        }
        Some(first)
    }

    /// Moves all of `other` to the end.
    pub(super) fn append(&mut self, other: &mut Self) {
        let Some(other_last) = other.last.take() else { return };
        if let Some(last) = self.last {
            // Two rings that swap a link each are one.
            // SAFETY: it is in this queue.
            let first = unsafe { Self::next(last) };
            // SAFETY: it was in the other.
            let other_first = unsafe { Self::next(other_last) };
            // SAFETY: as above.
            unsafe { Self::link(last, other_first) };
            // SAFETY: as above.
            unsafe { Self::link(other_last, first) };
        }
        self.last = Some(other_last);
    }

    /// # Safety
    ///
    /// `batch` is in a queue that the caller has for itself.
    unsafe fn next(batch: NonNull<Batch<K, V>>) -> NonNull<Batch<K, V>> {
        // SAFETY: by the caller. Of the batch only this field is touched: the collector may be at
        // its state.
        let next = unsafe { (*batch.as_ptr()).next };
        next.expect("a ring")
    }

    /// # Safety
    ///
    /// As for `next`, or `batch` is in no queue yet.
    unsafe fn link(batch: NonNull<Batch<K, V>>, next: NonNull<Batch<K, V>>) {
        // SAFETY: as in `next`.
        unsafe { (*batch.as_ptr()).next = Some(next) };
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;

    fn batch() -> NonNull<Batch<u8, u8>> {
        NonNull::from(Box::leak(Batch::new()))
    }

    fn drain(queue: &mut Queue<u8, u8>) -> Vec<NonNull<Batch<u8, u8>>> {
        core::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn what_went_in_first_comes_out_first() {
        let batches: Vec<_> = (0..6).map(|_| batch()).collect();
        for split in 0..=batches.len() {
            let (mut one, mut other) = (Queue::new(), Queue::new());
            for (at, batch) in batches.iter().enumerate() {
                let queue = if at < split { &mut one } else { &mut other };
                // SAFETY: leaked boxes, in no queue: the last round has emptied all of them.
                unsafe { queue.push(*batch) };
            }
            one.append(&mut other);
            assert_eq!((one.first(), other.first()), (Some(batches[0]), None));
            assert_eq!(drain(&mut one), batches);
            assert!(one.pop().is_none() && one.first().is_none());
            for batch in batches.iter().rev() {
                // SAFETY: as above.
                unsafe { one.push_first(*batch) };
            }
            assert_eq!(drain(&mut one), batches);
        }
        for batch in batches {
            // SAFETY: leaked by `batch`, and in no queue.
            drop(unsafe { Box::from_raw(batch.as_ptr()) });
        }
    }
}
