//! Memory from the allocator and back. Under the models giving back waits, so that their oracle can
//! look at what is gone.

use core::alloc::Layout;
use core::ptr::NonNull;
use std::alloc;

use crate::raw::{Entry, Tag};

/// Frees a block, of which `held` bytes still take memory.
///
/// # Safety
///
/// As for [`alloc::dealloc`].
#[cfg(not(evacmap_loom))]
#[inline]
pub(crate) unsafe fn deallocate(block: *mut u8, layout: Layout, held: usize) {
    crate::work::freed(held);
    // SAFETY: by the caller.
    unsafe { alloc::dealloc(block, layout) }
}

/// Drops what a box held, and frees it.
///
/// # Safety
///
/// `content` came from `Box::into_raw`, and nobody uses it again.
#[inline]
pub(crate) unsafe fn free<T>(content: *mut T) {
    if cfg!(not(evacmap_loom)) {
        // SAFETY: by the caller.
        return drop(unsafe { Box::from_raw(content) });
    }
    // SAFETY: by the caller.
    unsafe { content.drop_in_place() };
    // SAFETY: a box's memory, unless it has none.
    unsafe { deallocate(content.cast(), Layout::new::<T>(), size_of::<T>()) };
}

/// Frees a block after some hundred others: more than any model frees in an execution.
#[cfg(evacmap_loom)]
pub(crate) unsafe fn deallocate(block: *mut u8, layout: Layout, _held: usize) {
    use std::cell::RefCell;
    use std::collections::VecDeque;

    const KEPT: usize = 1000;
    // All threads of a model are one to `std`.
    std::thread_local! {
        static BLOCKS: RefCell<VecDeque<(*mut u8, Layout)>> = const { RefCell::new(VecDeque::new()) };
    }

    BLOCKS.with_borrow_mut(|blocks| {
        blocks.push_back((block, layout));
        if blocks.len() > KEPT {
            let (block, layout) = blocks.pop_front().expect("not empty");
            // SAFETY: by the caller of long ago.
            unsafe { alloc::dealloc(block, layout) };
        }
    });
}

/// New memory for an entry.
#[inline(never)]
pub(super) fn allocate<K, V>() -> NonNull<Entry<K, V>> {
    let layout = Layout::new::<Entry<K, V>>();
    // SAFETY: an entry is never zero-sized: it has a hash.
    let Some(memory) = NonNull::new(unsafe { alloc::alloc(layout) }) else {
        alloc::handle_alloc_error(layout)
    };
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
    // SAFETY: by the caller; that is its layout.
    unsafe {
        deallocate(entry.as_ptr().cast(), Layout::new::<Entry<K, V>>(), size_of::<Entry<K, V>>())
    };
}
