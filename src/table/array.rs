//! Memory for buckets, all EMPTY: zeroed lazily by the operating system where that can be had.

use core::alloc::Layout as Block;
use core::ptr::NonNull;
use std::alloc;

use super::bucket::Bucket;
use crate::layout::Layout;
#[cfg(not(evacmap_loom))]
use crate::sizes::PAGES_PIECE;

/// Memory that could not be had: this much, or, if `None`, more than there are addresses.
pub(crate) type Refused = Option<Block>;

/// A fixed number of buckets.
#[repr(C)]
pub(crate) struct BucketArray<L: Layout> {
    first: NonNull<Bucket<L>>,
    len: usize,
    /// What the allocator returned; null for borrowed memory.
    block: *mut u8,
}

// SAFETY: buckets are words behind atomics; what they point to is governed by the map's own bounds.
unsafe impl<L: Layout> Send for BucketArray<L> {}
// SAFETY: as above.
unsafe impl<L: Layout> Sync for BucketArray<L> {}

impl<L: Layout> BucketArray<L> {
    /// The layout to ask for. `alloc_zeroed` with an alignment above 16 makes the system's
    /// allocator clear the whole block at once; so a large array has one bucket more at alignment
    /// 16, is aligned by hand, and comes as untouched pages.
    fn layout(len: usize) -> Option<Block> {
        const SMALL: usize = 64;
        let (spare, align) = if len <= SMALL { (0, align_of::<Bucket<L>>()) } else { (1, 16) };
        let bytes = len.checked_add(spare)?.checked_mul(size_of::<Bucket<L>>())?;
        Block::from_size_align(bytes, align).ok()
    }

    /// Bytes of memory behind an array of `len` buckets.
    pub(crate) fn bytes(len: usize) -> usize {
        Self::layout(len).map_or(0, |layout| layout.size())
    }

    /// Allocates `len` EMPTY buckets.
    #[cfg(not(evacmap_loom))]
    pub(crate) fn try_new(len: usize) -> Result<Self, Refused> {
        crate::observe::counters::cleared(Self::bytes(len));
        // SAFETY: the size is not zero: there is at least one bucket in it. An all-zero bucket is a
        // valid one: EMPTY slots and no overflow.
        Self::allocate(len, |layout| unsafe { alloc::alloc_zeroed(layout) })
    }

    /// Allocates `len` buckets that are to be cleared before anybody looks at them.
    #[cfg(not(evacmap_loom))]
    pub(super) fn try_new_uncleared(len: usize) -> Result<Self, Refused> {
        // SAFETY: the size is not zero, as above.
        Self::allocate(len, |layout| unsafe { alloc::alloc(layout) })
    }

    #[cfg(crossbeam_loom)]
    pub(super) fn try_new_uncleared(len: usize) -> Result<Self, Refused> {
        Self::try_new(len)
    }

    /// Makes some buckets EMPTY.
    #[cfg(not(evacmap_stub))]
    pub(super) fn clear(&mut self, range: core::ops::Range<usize>) {
        assert!(range.end <= self.len);
        crate::observe::counters::cleared(range.len() * size_of::<Bucket<L>>());
        if cfg!(not(evacmap_loom)) {
            // SAFETY: inside the array.
            let first = unsafe { self.first.add(range.start) };
            // SAFETY: `&mut`: nobody else looks at them. All-zero buckets are valid, and buckets
            // need no drop.
            unsafe { first.write_bytes(0, range.len()) };
        }
    }

    /// Whether there is memory for so many buckets: asked for, not touched, and given back.
    #[cfg(not(evacmap_loom))]
    pub(super) fn ask_for(len: usize) -> Result<(), Refused> {
        Self::try_new_uncleared(len).map(drop)
    }

    #[cfg(evacmap_loom)]
    pub(super) fn ask_for(len: usize) -> Result<(), Refused> {
        Self::layout(len).ok_or(None).map(drop)
    }

    #[cfg(not(evacmap_loom))]
    fn allocate(len: usize, allocate: impl FnOnce(Block) -> *mut u8) -> Result<Self, Refused> {
        let layout = Self::layout(len).ok_or(None)?;
        let block = allocate(layout);
        if block.is_null() {
            return Err(Some(layout));
        }
        let skip = block.align_offset(align_of::<Bucket<L>>());
        // SAFETY: the block is aligned, or has one bucket more than is needed: skipping to the
        // alignment stays inside.
        let first = unsafe { block.add(skip) };
        let first = NonNull::new(first.cast()).expect("it is inside of the block");
        Ok(BucketArray { first, len, block })
    }

    /// loom's atomics have to be constructed, and dropped.
    #[cfg(evacmap_loom)]
    pub(crate) fn try_new(len: usize) -> Result<Self, Refused> {
        Self::layout(len).ok_or(None)?;
        Ok(Self::of((0..len).map(|_| Bucket::empty()).collect()))
    }

    #[cfg(evacmap_loom)]
    pub(crate) fn of(buckets: Box<[Bucket<L>]>) -> Self {
        let len = buckets.len();
        let first: NonNull<Bucket<L>> = NonNull::new(Box::into_raw(buckets).cast()).unwrap();
        BucketArray { first, len, block: first.as_ptr().cast() }
    }

    /// One bucket that lives elsewhere, for ever.
    #[cfg(not(evacmap_loom))]
    pub(crate) const fn borrowed(bucket: &'static Bucket<L>) -> Self {
        BucketArray { first: NonNull::from_ref(bucket), len: 1, block: core::ptr::null_mut() }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// # Safety
    ///
    /// `index < self.len()`
    #[inline]
    pub(crate) unsafe fn get_unchecked(&self, index: usize) -> &Bucket<L> {
        debug_assert!(index < self.len);
        // SAFETY: the caller promises an index inside the array.
        let bucket = unsafe { self.first.add(index) };
        // SAFETY: the array holds initialised buckets as long as `self` lives, and nobody has
        // `&mut` to one.
        unsafe { bucket.as_ref() }
    }

    /// Asks for a line ahead of its use; out of range is harmless.
    #[inline]
    pub(crate) fn prefetch(&self, index: usize) {
        if index < self.len {
            // SAFETY: just compared.
            unsafe { self.get_unchecked(index) }.prefetch();
        }
    }
}

/// Giving an array back: its pages first, in pieces, where that is wanted, and the block at the
/// end.
impl<L: Layout> BucketArray<L> {
    /// Gives back the pages of the next piece of the first `touched` bytes, of which `given` have
    /// been treated so before. Returns how many have been then, or `None` if that was all, or
    /// cannot be done here. The buckets must not be used again.
    #[cfg(not(evacmap_loom))]
    pub(super) fn give_pages(&mut self, given: usize, touched: usize) -> Option<usize> {
        let whole = Self::bytes(self.len);
        let piece = PAGES_PIECE.min(whole.min(touched).saturating_sub(given));
        if self.block.is_null() || piece == 0 {
            return None;
        }
        // SAFETY: allocated with this size. `&mut`: nobody else can reach the buckets, and the
        // caller frees them next.
        let gone = unsafe { pages::give(self.block, whole, given..given + piece) };
        gone.then(|| {
            crate::observe::counters::freed(piece);
            given + piece
        })
    }

    #[cfg(crossbeam_loom)]
    pub(super) fn give_pages(&mut self, _given: usize, _touched: usize) -> Option<usize> {
        None
    }

    /// Whether the allocator would give the pages back to the kernel in any case, and at once: in
    /// glibc a large block is a mapping of its own, with a header of 16 bytes in front. Should
    /// another allocator's block look so, its pages come back one by one.
    #[cfg(not(evacmap_stub))]
    pub(super) fn is_mapping(&self) -> bool {
        cfg!(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"))
            && self.block.addr() % 4096 == 16
    }

    /// Frees the block, of which so many bytes have no memory any more. The array must not be used
    /// again.
    pub(super) fn free(&mut self, given: usize) {
        let block = core::mem::replace(&mut self.block, core::ptr::null_mut());
        if block.is_null() {
            return;
        }
        let layout = if cfg!(evacmap_loom) {
            Block::array::<Bucket<L>>(self.len).ok()
        } else {
            Self::layout(self.len)
        };
        let layout = layout.expect("it was allocated with this layout");
        // SAFETY: allocated with this layout, or made by `of` from a box; buckets need no drop, not
        // even loom's.
        unsafe { crate::memory::deallocate(block, layout, layout.size() - given) }
    }
}

impl<L: Layout> Drop for BucketArray<L> {
    fn drop(&mut self) {
        self.free(0);
    }
}

/// Pages of a block that the allocator has given us, back to the kernel. The block stays ours, and
/// reads as zeros.
#[cfg(all(not(evacmap_loom), target_os = "linux"))]
mod pages {
    use core::ops::Range;

    /// Where no kernel has larger pages than the following, but for huge ones. Miri knows of no
    /// pages.
    const KNOWN: bool = cfg!(all(
        not(miri),
        any(
            target_arch = "x86_64",
            target_arch = "x86",
            target_arch = "aarch64",
            target_arch = "arm",
            target_arch = "riscv64"
        )
    ));
    const LARGEST_PAGE: usize = 64 << 10;

    /// Kernels 5.18 to 6.0 round the length up in a mapping of huge pages (hugetlb), if the start
    /// is a multiple of their size. So none is, and all kernels refuse.
    const HUGE_PAGE: usize = 2 << 20;

    /// Gives back the pages that begin within `bytes` and lie inside the block. Returns whether
    /// that is possible.
    ///
    /// # Safety
    ///
    /// The block has `size` bytes, and what is in it is not needed any more.
    pub(super) unsafe fn give(block: *mut u8, size: usize, bytes: Range<usize>) -> bool {
        if !KNOWN {
            return false;
        }
        let start = block.addr();
        let first = (start + bytes.start).next_multiple_of(LARGEST_PAGE);
        let first = if first.is_multiple_of(HUGE_PAGE) { first + LARGEST_PAGE } else { first };
        let whole = (start + size) / LARGEST_PAGE * LARGEST_PAGE;
        let end = whole.min((start + bytes.end).next_multiple_of(LARGEST_PAGE));
        if end <= first {
            return true;
        }
        // SAFETY: whole pages inside the block: memory of this process that nobody reads before it
        // is written. Whatever kind of memory it is, the kernel makes it zeros or what it was
        // before, or refuses.
        unsafe {
            libc::madvise(block.with_addr(first).cast(), end - first, libc::MADV_DONTNEED) == 0
        }
    }
}

#[cfg(all(not(evacmap_loom), not(target_os = "linux")))]
mod pages {
    use core::ops::Range;

    /// Not known to be possible.
    ///
    /// # Safety
    ///
    /// None is needed.
    pub(super) unsafe fn give(_block: *mut u8, _size: usize, _bytes: Range<usize>) -> bool {
        false
    }
}

/// Ends the process, or panics, as the standard collections do when memory cannot be had.
#[cold]
pub(crate) fn fail(what: Refused) -> ! {
    match what {
        Some(layout) => alloc::handle_alloc_error(layout),
        None => panic!("capacity overflow"),
    }
}
