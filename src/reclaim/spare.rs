//! Bare memory of entries, kept for the next ones.

use core::alloc::Layout;
use core::marker::PhantomData;
use core::ptr::{self, NonNull};
use std::alloc;

use crate::raw::{Entry, Tag};

/// Bare memory of an entry, linked through its first word.
struct Spare {
    next: *mut Spare,
}

/// A list of bare entry memory.
pub(super) struct SpareList<K, V> {
    first: *mut Spare,
    len: usize,
    of: PhantomData<*mut Entry<K, V>>,
}

impl<K, V> SpareList<K, V> {
    const LAYOUT: Layout = Layout::new::<Entry<K, V>>();
    const FITS: () = assert!(Self::LAYOUT.size() >= size_of::<Spare>() && Self::LAYOUT.align() >= align_of::<Spare>());

    pub(super) const fn new() -> Self {
        const { Self::FITS };
        SpareList { first: ptr::null_mut(), len: 0, of: PhantomData }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// # Safety
    ///
    /// The memory came from [`allocate`], holds nothing, and is nobody else's.
    pub(super) unsafe fn push(&mut self, memory: NonNull<Entry<K, V>>) {
        let spare: *mut Spare = memory.as_ptr().cast();
        // SAFETY: by the caller; an entry is at least a word, aligned for one.
        unsafe { spare.write(Spare { next: self.first }) };
        self.first = spare;
        self.len += 1;
    }

    #[inline]
    pub(super) fn pop(&mut self) -> Option<NonNull<Entry<K, V>>> {
        let spare = NonNull::new(self.first)?;
        // SAFETY: in the list, so written by `push`.
        self.first = unsafe { spare.read() }.next;
        self.len -= 1;
        Some(spare.cast())
    }
}

impl<K, V> Drop for SpareList<K, V> {
    fn drop(&mut self) {
        while let Some(memory) = self.pop() {
            // SAFETY: by the contract of `push`.
            unsafe { super::deallocate(memory.as_ptr().cast(), Self::LAYOUT) };
        }
    }
}

/// New memory for an entry.
#[inline(never)]
pub(super) fn allocate<K, V>() -> NonNull<Entry<K, V>> {
    let layout = SpareList::<K, V>::LAYOUT;
    // SAFETY: an entry is never zero-sized: it has a hash.
    let Some(memory) = NonNull::new(unsafe { alloc::alloc(layout) }) else { alloc::handle_alloc_error(layout) };
    if !Tag::fits_beside(memory.addr().get()) {
        // SAFETY: just allocated with this layout.
        unsafe { alloc::dealloc(memory.as_ptr(), layout) };
        panic!(
            "evacmap keeps 16 hash bits in the high bits of pointers, and the allocator returned an address that uses \
             them; build with the feature `_no_tags` on this platform"
        );
    }
    memory.cast()
}

/// Frees an entry of which the content is gone or moved out.
///
/// # Safety
///
/// It came from [`allocate`], holds nothing, and nobody uses it again.
pub(crate) unsafe fn free_bare<K, V>(entry: NonNull<Entry<K, V>>) {
    // SAFETY: by the caller; dropping the list gives the memory back.
    unsafe { SpareList::new().push(entry) };
}
