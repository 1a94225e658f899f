//! A batch of retired entries.

use core::mem::MaybeUninit;
use core::ptr::NonNull;

use crate::sizes::BATCH;

/// Up to [`BATCH`] entries, or pieces of bare memory. Dropping it forgets what is in it.
pub(super) struct Batch<T> {
    len: usize,
    entries: [MaybeUninit<NonNull<T>>; BATCH],
}

impl<T> Batch<T> {
    pub(super) fn new() -> Self {
        Batch { len: 0, entries: [MaybeUninit::uninit(); BATCH] }
    }

    /// Adds an entry; `true` if that filled the batch.
    #[inline]
    pub(super) fn push(&mut self, entry: NonNull<T>) -> bool {
        self.entries[self.len] = MaybeUninit::new(entry);
        self.len += 1;
        self.is_full()
    }

    /// Takes the entry that was added last.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<NonNull<T>> {
        let last = self.last()?;
        self.len -= 1;
        Some(last)
    }

    #[inline]
    pub(super) fn last(&self) -> Option<NonNull<T>> {
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

    pub(super) fn entries(&self) -> impl Iterator<Item = NonNull<T>> {
        // SAFETY: the first `len` were written by `push`.
        self.entries[..self.len].iter().map(|entry| unsafe { entry.assume_init() })
    }
}
