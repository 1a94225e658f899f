//! Memory that nobody has touched yet.

use std::alloc::{GlobalAlloc, Layout, System, handle_alloc_error};
use std::hint::black_box;
use std::sync::atomic::{AtomicU8, Ordering};

/// A block straight from the operating system, which the allocator under test may have recycled.
pub struct Fresh {
    block: *mut u8,
    layout: Layout,
}

impl Fresh {
    /// The system's allocator maps large blocks anew; small ones may have been used before.
    pub fn new(bytes: usize) -> Self {
        let layout =
            Layout::from_size_align(bytes.max(1), 1).expect("a block that fits into memory");
        // SAFETY: the size is not zero.
        let block = unsafe { System.alloc_zeroed(layout) };
        if block.is_null() {
            handle_alloc_error(layout);
        }
        // A block that is written and never read would not be allocated at all, for all the
        // compiler knows.
        Self { block: black_box(block), layout }
    }

    /// Writes one byte.
    #[inline]
    pub fn touch(&self, at: usize) {
        assert!(at < self.layout.size());
        // SAFETY: just compared.
        let byte = unsafe { self.block.add(at) };
        // SAFETY: a byte of the block, which is zeroed and lives as long as `self`.
        unsafe { AtomicU8::from_ptr(byte) }.store(1, Ordering::Relaxed);
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout.
        unsafe { System.dealloc(self.block, self.layout) };
    }
}
