//! Queues of nodes, linked through the nodes themselves: one word each, so that a thread's record
//! stays within two cache lines, and nothing to allocate.

use core::ptr::NonNull;

use super::pending::Pending;

/// First in, first out. Dropping it forgets what is in it.
pub(super) struct Queue<C> {
    /// The last one. It links to the first.
    last: Option<NonNull<Pending<C>>>,
}

impl<C> Queue<C> {
    pub(super) const fn new() -> Self {
        Queue { last: None }
    }

    pub(super) fn first(&self) -> Option<NonNull<Pending<C>>> {
        let last = self.last?;
        // SAFETY: the node is in this queue, which the caller has for itself.
        Some(unsafe { Self::after(last) })
    }

    /// # Safety
    ///
    /// The node came from a box and is in no queue. Until it leaves this one it is not freed, and
    /// nobody else touches it.
    pub(super) unsafe fn push(&mut self, node: NonNull<Pending<C>>) {
        // SAFETY: the caller promises that it is in no queue.
        unsafe { Self::link(node, node) };
        self.append(&mut Queue { last: Some(node) });
    }

    /// As `push`, in front of all others.
    ///
    /// # Safety
    ///
    /// As for `push`.
    pub(super) unsafe fn push_first(&mut self, node: NonNull<Pending<C>>) {
        let last = self.last;
        // SAFETY: the caller's promise is the same.
        unsafe { self.push(node) };
        // The end of a ring is the start of it.
        self.last = last.or(self.last);
    }

    pub(super) fn pop(&mut self) -> Option<NonNull<Pending<C>>> {
        let (first, last) = (self.first()?, self.last?);
        if first == last {
            self.last = None;
        } else {
            // SAFETY: the node is in this queue.
            let second = unsafe { Self::after(first) };
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
            // SAFETY: the node is in this queue.
            let first = unsafe { Self::after(last) };
            // SAFETY: the node was in the other.
            let other_first = unsafe { Self::after(other_last) };
            // SAFETY: as above.
            unsafe { Self::link(last, other_first) };
            // SAFETY: as above.
            unsafe { Self::link(other_last, first) };
        }
        self.last = Some(other_last);
    }

    /// # Safety
    ///
    /// As for `after`, or the node is in no queue yet.
    unsafe fn link(mut node: NonNull<Pending<C>>, next: NonNull<Pending<C>>) {
        // SAFETY: the caller promises that it has the node for itself.
        unsafe { node.as_mut() }.link(next.as_ptr());
    }

    /// The next one in the ring.
    ///
    /// # Safety
    ///
    /// The node is in a queue that the caller has for itself.
    unsafe fn after(node: NonNull<Pending<C>>) -> NonNull<Pending<C>> {
        // SAFETY: the caller promises that it is in a queue, so it is not freed.
        NonNull::new(unsafe { node.as_ref() }.next()).expect("a ring")
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;

    fn node() -> NonNull<Pending<u8>> {
        NonNull::from(Box::leak(Pending::new(0)))
    }

    fn drain(queue: &mut Queue<u8>) -> Vec<NonNull<Pending<u8>>> {
        core::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn what_went_in_first_comes_out_first() {
        let batches: Vec<_> = (0..6).map(|_| node()).collect();
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
            // SAFETY: leaked by `node`, and in no queue.
            drop(unsafe { Box::from_raw(batch.as_ptr()) });
        }
    }
}
