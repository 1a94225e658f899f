//! Buckets that stand alone: what a renewed chain has behind its head. The last renewal's go back
//! when they have been left; those of the last, with the table.

use core::ptr::NonNull;
use std::alloc;

use super::array::Refused;
use super::bucket::Bucket;
use crate::layout::{Layout, Slot};

/// Linked buckets that are freed with it. Nobody else can reach them: not yet, or not any more.
pub(crate) struct Loose<L: Layout> {
    first: NonNull<Bucket<L>>,
    /// Where the next word goes.
    bucket: NonNull<Bucket<L>>,
    at: usize,
    len: usize,
}

/// A bucket on the heap, EMPTY.
fn allocate<L: Layout>() -> Result<NonNull<Bucket<L>>, Refused> {
    let layout = alloc::Layout::new::<Bucket<L>>();
    crate::observe::counters::cleared(layout.size());
    // SAFETY: the size is not zero.
    let memory = NonNull::new(unsafe { alloc::alloc_zeroed(layout) }).ok_or(Some(layout))?.cast();
    #[cfg(evacmap_loom)]
    // SAFETY: fresh memory of that layout. loom's atomics have to be constructed.
    unsafe {
        memory.write(Bucket::empty())
    };
    // Elsewhere an all-zero bucket is a valid one: EMPTY slots and no overflow.
    Ok(memory)
}

impl<L: Layout> Loose<L> {
    /// That many, at least one, EMPTY.
    pub(crate) fn try_new(buckets: usize) -> Result<Self, Refused> {
        let first = allocate()?;
        let mut loose = Loose { first, bucket: first, at: 0, len: 1 };
        for _ in 1..buckets {
            loose.add()?;
        }
        loose.bucket = first;
        Ok(loose)
    }

    /// Links one more behind the present one, which is the last.
    fn add(&mut self) -> Result<(), Refused> {
        let next = allocate()?;
        // SAFETY: from `allocate`, and not freed.
        unsafe { self.bucket.as_ref() }.link_private(next);
        self.bucket = next;
        self.len += 1;
        Ok(())
    }

    /// Puts a word into the next slot.
    pub(crate) fn push(&mut self, word: L::Word<'_>) -> Result<(), Refused> {
        if self.at == L::SLOTS {
            // SAFETY: from `allocate`, and not freed.
            match unsafe { self.bucket.as_ref() }.private_next() {
                Some(next) => self.bucket = next,
                None => self.add()?,
            }
            self.at = 0;
        }
        // SAFETY: as above.
        unsafe { self.bucket.as_ref() }.slot(self.at).fill_private(word);
        self.at += 1;
        Ok(())
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The first of them, to be published.
    pub(crate) fn first(&self) -> NonNull<Bucket<L>> {
        self.first
    }

    /// They have been published, and belong to the table now.
    pub(crate) fn publish(self) {
        core::mem::forget(self);
    }

    /// Takes back what was published, about that many.
    ///
    /// # Safety
    ///
    /// `first` was published, and is linked nowhere any more, or the table that it is linked in is
    /// at its end. There are no others that take it, and before anything else is done with the
    /// result, or it is dropped, nobody can reach it any more.
    pub(crate) unsafe fn take_back(first: NonNull<Bucket<L>>, len: usize) -> Self {
        Loose { first, bucket: first, at: L::SLOTS, len }
    }
}

impl<L: Layout> Drop for Loose<L> {
    fn drop(&mut self) {
        let mut next = Some(self.first);
        while let Some(bucket) = next {
            // SAFETY: from `allocate`; by the contract of `take_back`, or because it was never
            // published, nobody else can reach it.
            next = unsafe { bucket.as_ref() }.private_next();
            // SAFETY: as just said. Buckets need no drop, but for the models' witness.
            unsafe { bucket.drop_in_place() };
            let layout = alloc::Layout::new::<Bucket<L>>();
            // SAFETY: from `allocate`, with this layout, and freed once.
            unsafe { crate::memory::deallocate(bucket.as_ptr().cast(), layout, layout.size()) };
        }
    }
}
