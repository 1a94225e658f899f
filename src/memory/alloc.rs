//! Memory from the allocator and back. Under the models giving back waits, so that their oracle can
//! look at what is gone.

use core::alloc::Layout;
use core::ptr::NonNull;
use std::alloc;

/// Frees a block, of which `held` bytes still take memory.
///
/// # Safety
///
/// As for [`alloc::dealloc`].
#[cfg(not(evacmap_loom))]
#[inline]
pub(crate) unsafe fn deallocate(block: *mut u8, layout: Layout, held: usize) {
    crate::observe::counters::freed(held);
    // SAFETY: the caller promises what `dealloc` asks for.
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
        // SAFETY: the caller promises that it is from `Box::into_raw`, and used by nobody.
        return drop(unsafe { Box::from_raw(content) });
    }
    // SAFETY: the caller promises that nobody uses it.
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
            // SAFETY: the promise of whoever called this long ago.
            unsafe { alloc::dealloc(block, layout) };
        }
    });
}

/// New memory for a `T`, at an address that `fits`.
///
/// # Panics
///
/// If the allocator's address does not: then the platform has no room for tags in its pointers.
#[inline(never)]
pub(crate) fn allocate<T>(fits: impl Fn(usize) -> bool) -> NonNull<T> {
    const { assert!(size_of::<T>() > 0) };
    let layout = Layout::new::<T>();
    // SAFETY: the size is not zero.
    let Some(memory) = NonNull::new(unsafe { alloc::alloc(layout) }) else {
        alloc::handle_alloc_error(layout)
    };
    if !fits(memory.addr().get()) {
        // SAFETY: just allocated with this layout.
        unsafe { alloc::dealloc(memory.as_ptr(), layout) };
        panic!(
            "evacmap keeps 16 hash bits in the high bits of pointers, and the allocator returned \
             an address that uses them; build with the feature `_no_tags` on this platform"
        );
    }
    memory.cast()
}

/// Frees memory of which the content is gone or moved out.
///
/// # Safety
///
/// It came from [`allocate`], holds nothing, and nobody uses it again.
pub(crate) unsafe fn free_bare<T>(memory: NonNull<T>) {
    // SAFETY: the caller's promise; that is its layout.
    unsafe { deallocate(memory.as_ptr().cast(), Layout::new::<T>(), size_of::<T>()) };
}
