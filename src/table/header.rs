//! One bucket array with its header: allocation, indexing, release.

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::array::{BucketArray, Refused};
use super::bucket::Bucket;
use super::overflow::Overflow;
#[cfg(not(evacmap_loom))]
use crate::layout::Boxed;
use crate::layout::Layout;
#[cfg(not(evacmap_loom))]
use crate::layout::Pair;
use crate::layout::hash::{Hash, Shape};
use crate::layout::tag::Tag;
use crate::memory::{Alive, Guard, Pin};
use crate::observe::events::Watch;
use crate::observe::faults::unless_relaxed;
use crate::sizes::MAX_BITS;
#[cfg(not(evacmap_stub))]
use crate::sizes::SLABS_PIECE;
use crate::sync::{AcqRel, Acquire, AtomicPtr, AtomicUsize, Relaxed};

/// In `oldbuckets`: the old table was cleared; nobody looks for anything behind the link.
const DISCARD: usize = 1;

/// A bucket array with its immutable header, and the words that change while it is filled from its
/// predecessor.
///
/// Who may touch what is tabulated in `engine/mod.rs`. The first line is read by every operation
/// and written at promotion only; the words that writers change during a resize stand on the next.
#[repr(C, align(64))]
pub(crate) struct Table<L: Layout> {
    pub(crate) shape: Shape,
    buckets: BucketArray<L>,
    oldbuckets: AtomicPtr<Table<L>>,
    /// How many times the map had been cleared when this table was made: entries are counted by
    /// era.
    pub(crate) era: usize,
    pub(crate) progress: Progress,
    pub(crate) overflow: Overflow<L>,
    placeholder: bool,
    alive: Alive,
}

#[cfg(all(not(evacmap_loom), not(feature = "tracing"), target_pointer_width = "64"))]
const _: () = {
    assert!(size_of::<Table<Boxed<u8, u8>>>() == 128, "a table is two cache lines");
    assert!(
        core::mem::offset_of!(Table<Boxed<u8, u8>>, progress) == 64,
        "what is written stands on the second"
    );
};

/// The cursors of the resize that fills a table; their protocol is in `engine/resize.rs`.
pub(crate) struct Progress {
    /// The next group to hand out (Go: nevacuate).
    pub(crate) nevacuate: AtomicUsize,
    /// Heads of destinations that are EVACUATED, as counted by those who set the flags.
    pub(crate) evacuated: AtomicUsize,
    /// All groups below are known to be evacuated: advanced by whoever checked them, for when a
    /// helper stalls.
    pub(crate) swept: AtomicUsize,
    /// For the events of that resize.
    pub(crate) watch: Watch,
}

impl Progress {
    /// Destinations counted as filled.
    pub(crate) fn filled(&self) -> usize {
        // ORDERING: Relaxed: a statistic.
        self.evacuated.load(Relaxed)
    }
}

/// The table that a resize empties.
pub(crate) enum Old<'g, L: Layout> {
    /// Its entries move to the new table; until a bucket there is EVACUATED, its chain here is
    /// the truth.
    Source(&'g Table<L>),
    /// It was cleared: its entries are retired.
    Discarded(&'g Table<L>),
}

impl<L: Layout> Clone for Old<'_, L> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<L: Layout> Copy for Old<'_, L> {}

impl<'g, L: Layout> Old<'g, L> {
    pub(crate) fn table(self) -> &'g Table<L> {
        let (Old::Source(table) | Old::Discarded(table)) = self;
        table
    }
}

/// A link that was not null, found under a guard.
pub(crate) struct Link<'g, L: Layout> {
    link: NonNull<Table<L>>,
    under: PhantomData<&'g Table<L>>,
}

impl<'g, L: Layout> Link<'g, L> {
    pub(crate) fn follow(self) -> Old<'g, L> {
        let link = self.link.as_ptr();
        // SAFETY: the old table was published by the CAS on the root that published the one with
        // the link (P7). It is retired by the promotion that unlinks it, so whoever found the link
        // under a guard may use it as long as the guard (I8).
        let table = unsafe { &*link.map_addr(|address| address & !DISCARD) };
        if link.addr() & DISCARD == 0 { Old::Source(table) } else { Old::Discarded(table) }
    }
}

// SAFETY: a table is a set of words; whether the entries behind them may cross threads is decided
// by the map's bounds.
unsafe impl<L: Layout> Sync for Table<L> {}
// SAFETY: as above.
unsafe impl<L: Layout> Send for Table<L> {}

#[cfg(not(evacmap_loom))]
const fn atomic(value: usize) -> AtomicUsize {
    AtomicUsize::new(value)
}

#[cfg(evacmap_loom)]
fn atomic(value: usize) -> AtomicUsize {
    AtomicUsize::new(value)
}

/// What every map starts with: one bucket, frozen and empty, so that reads need no null check and
/// the first write meets a frozen end. It holds no entry, so that it serves maps of all types.
#[cfg(not(evacmap_loom))]
static PLACEHOLDER: Table<Boxed<(), ()>> = {
    static BUCKET: Bucket<Boxed<(), ()>> = Bucket::frozen();
    Table::frozen(&BUCKET)
};

/// The same for slots of 16 bytes.
#[cfg(not(evacmap_loom))]
static PLACEHOLDER_OF_PAIRS: Table<Pair> = {
    static BUCKET: Bucket<Pair> = Bucket::frozen_pairs();
    Table::frozen(&BUCKET)
};

impl<L: Layout> Table<L> {
    /// A placeholder with that bucket.
    #[cfg(not(evacmap_loom))]
    const fn frozen(bucket: &'static Bucket<L>) -> Self {
        Table {
            shape: Shape::new(0, Tag::WIDTH),
            buckets: BucketArray::borrowed(bucket),
            oldbuckets: AtomicPtr::new(core::ptr::null_mut()),
            era: 0,
            progress: Progress {
                nevacuate: atomic(0),
                evacuated: atomic(0),
                swept: atomic(0),
                watch: Watch::new(),
            },
            overflow: Overflow::new(),
            placeholder: true,
            alive: Alive::new(),
        }
    }

    /// The table of a new map.
    #[cfg(not(evacmap_loom))]
    pub(crate) const fn placeholder() -> *mut Self {
        const {
            assert!(
                size_of::<L::Slot>() == size_of::<usize>() || size_of::<L::Slot>() == 16,
                "a layout with other slots needs a placeholder of its own"
            );
        }
        if size_of::<L::Slot>() == 16 {
            (&raw const PLACEHOLDER_OF_PAIRS).cast_mut().cast()
        } else {
            (&raw const PLACEHOLDER).cast_mut().cast()
        }
    }

    /// loom's atomics cannot be static: each map has a placeholder of its own.
    #[cfg(evacmap_loom)]
    pub(crate) fn placeholder() -> *mut Self {
        let buckets = BucketArray::of(Box::new([Bucket::frozen()]));
        let table = Self::assemble(Shape::new(0, Tag::WIDTH), buckets, 0, core::ptr::null_mut());
        Box::into_raw(Box::new(Table { placeholder: true, ..table }))
    }

    /// An empty table of `shape`.
    pub(crate) fn try_new(shape: Shape, era: usize) -> Result<Box<Self>, Refused> {
        Self::try_with(shape, era, BucketArray::try_new)
    }

    /// As `try_new`, but all buckets are to be cleared before anybody looks at them.
    #[cfg(not(evacmap_stub))]
    pub(crate) fn try_new_uncleared(shape: Shape, era: usize) -> Result<Box<Self>, Refused> {
        Self::try_with(shape, era, BucketArray::try_new_uncleared)
    }

    fn try_with(
        shape: Shape,
        era: usize,
        allocate: impl FnOnce(usize) -> Result<BucketArray<L>, Refused>,
    ) -> Result<Box<Self>, Refused> {
        debug_assert!(shape.bits() >= L::IMPLIED_BITS, "words would not say enough");
        if shape.bits() > MAX_BITS {
            return Err(None);
        }
        let buckets = allocate(shape.buckets())?;
        Ok(Box::new(Self::assemble(shape, buckets, era, core::ptr::null_mut())))
    }

    /// Makes some buckets EMPTY.
    #[cfg(not(evacmap_stub))]
    pub(crate) fn clear(&mut self, range: core::ops::Range<usize>) {
        self.buckets.clear(range);
    }

    /// Whether there is memory for a table of `1 << bits` buckets. Nothing is kept of it.
    pub(crate) fn ask_for(bits: u32) -> Result<(), Refused> {
        if bits > MAX_BITS {
            return Err(None);
        }
        BucketArray::<L>::ask_for(1 << bits)
    }

    fn assemble(shape: Shape, buckets: BucketArray<L>, era: usize, oldbuckets: *mut Self) -> Self {
        Table {
            shape,
            buckets,
            oldbuckets: AtomicPtr::new(oldbuckets),
            era,
            progress: Progress {
                nevacuate: atomic(0),
                evacuated: atomic(0),
                swept: atomic(0),
                watch: Watch::new(),
            },
            overflow: Overflow::new(),
            placeholder: false,
            alive: Alive::new(),
        }
    }

    /// Links the table that this one is to be filled from, or that is to be emptied. Before
    /// publication only.
    pub(crate) fn succeed(&mut self, old: *mut Self, discard: bool) {
        let mark = if discard { DISCARD } else { 0 };
        self.oldbuckets = AtomicPtr::new(old.map_addr(|address| address | mark));
    }

    #[inline]
    pub(crate) fn is_placeholder(&self) -> bool {
        self.placeholder
    }

    /// Whether this is the placeholder of all maps, which is never freed.
    pub(crate) fn is_static(&self) -> bool {
        self.placeholder && cfg!(not(evacmap_loom))
    }

    pub(crate) fn buckets(&self) -> usize {
        self.shape.buckets()
    }

    /// The head of chain `index`.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[inline]
    pub(crate) fn bucket(&self, index: usize) -> &Bucket<L> {
        assert!(index < self.buckets(), "a table of {} has no bucket {index}", self.buckets());
        // SAFETY: just compared: an array has as many buckets as its table's shape says.
        unsafe { self.bucket_unchecked(index) }
    }

    /// # Safety
    ///
    /// `index < self.buckets()`
    #[inline]
    unsafe fn bucket_unchecked(&self, index: usize) -> &Bucket<L> {
        self.alive.check();
        // SAFETY: the caller's promise is the same.
        crate::observe::counters::walked(unsafe { self.buckets.get_unchecked(index) })
    }

    /// The head of the chain that a hash belongs to.
    #[inline]
    pub(crate) fn head(&self, hash: Hash) -> (&Bucket<L>, L::Probe) {
        let home = self.shape.home(hash);
        // SAFETY: this table's own shape has masked the index to the number of buckets.
        (unsafe { self.bucket_unchecked(home.index) }, L::probe(hash, home.tag))
    }

    pub(crate) fn prefetch(&self, index: usize) {
        self.buckets.prefetch(index);
    }

    /// The way to the table that this one is being filled from, if it still is.
    #[inline]
    pub(crate) fn link<'g>(&'g self, _guard: &'g Guard) -> Option<Link<'g, L>> {
        // ORDERING: Acquire. Non-null, P7: sees the old table. Null, P8: sees every chain that the
        // resize filled.
        let link = NonNull::new(self.oldbuckets.load(Acquire))?;
        Some(Link { link, under: PhantomData })
    }

    /// The table that this one is being filled from, if it still is.
    #[inline]
    pub(crate) fn old<'g>(&'g self, guard: &'g Guard) -> Option<Old<'g, L>> {
        self.link(guard).map(Link::follow)
    }

    /// Whether a resize has yet to be completed.
    pub(crate) fn is_filling(&self) -> bool {
        // ORDERING: Acquire, P8, for callers that go on to look at chains.
        !self.oldbuckets.load(Acquire).is_null()
    }

    /// The link to the old table as it is, for the end of the map.
    pub(crate) fn old_pointer(&self) -> *mut Self {
        // ORDERING: Relaxed: exclusive access, or only compared.
        self.oldbuckets.load(Relaxed).map_addr(|address| address & !DISCARD)
    }

    /// Drops the link to the old table. The one caller that did it gets that table, and has to
    /// retire it.
    #[must_use]
    pub(crate) fn unlink(&self, old: Old<'_, L>) -> Option<NonNull<Self>> {
        // ORDERING: Relaxed: only compared, and exchanged right below.
        let link = self.oldbuckets.load(Relaxed);
        let table = link.map_addr(|address| address & !DISCARD);
        // ORDERING: AcqRel. Release, P8: whoever finds the link null relies on every chain being
        // filled, which the caller has acquired through `evacuated`. The failure is not looked at.
        let order = unless_relaxed!("unlink_relaxed", AcqRel);
        let unlinked = core::ptr::eq(table, old.table())
            && self
                .oldbuckets
                .compare_exchange(link, core::ptr::null_mut(), order, Relaxed)
                .is_ok();
        NonNull::new(table).filter(|_| unlinked)
    }

    /// Bytes that this table holds, but for what its slabs have beside the buckets that are in use.
    /// At once.
    #[cfg(not(evacmap_stub))]
    pub(crate) fn bytes_about(&self) -> usize {
        let overflow = self.overflow.all() * size_of::<Bucket<L>>();
        size_of::<Self>() + BucketArray::<L>::bytes(self.buckets()) + overflow
    }

    /// Bytes that this table holds. Looks at every slab, and at every renewed chain.
    pub(crate) fn bytes(&self, guard: &Guard) -> usize {
        if self.placeholder {
            return 0;
        }
        size_of::<Self>() + BucketArray::<L>::bytes(self.buckets()) + self.overflow.bytes(guard)
    }

    /// Gives back the next piece of what hangs off a table, of whose array the first `given` bytes
    /// are gone. Returns how many are then, or `None` if there is nothing left but what `free_rest`
    /// does.
    #[cfg(not(evacmap_stub))]
    pub(crate) fn give_some(
        &mut self,
        given: usize,
        by_page: bool,
        touched: usize,
    ) -> Option<usize> {
        if !self.overflow.free_some(SLABS_PIECE) {
            return Some(given);
        }
        if by_page || self.buckets.is_mapping() {
            self.buckets.give_pages(given, touched)
        } else {
            None
        }
    }

    /// Frees a table of whose array the first `given` bytes are gone.
    #[cfg(not(evacmap_stub))]
    pub(crate) fn free_rest(mut self: Box<Self>, given: usize) {
        self.overflow.free_renewed(usize::MAX);
        self.buckets.free(given);
        let table = Box::into_raw(self);
        // SAFETY: from the box just now; without an array that could be freed twice.
        unsafe { crate::memory::free(table) };
    }

    /// Frees a table.
    ///
    /// # Safety
    ///
    /// `table` came from `Box::into_raw` or [`Table::placeholder`], nobody can reach it any more,
    /// and the entries in it are taken care of.
    pub(crate) unsafe fn free(table: *mut Self) {
        // SAFETY: the caller promises that it is valid, and freed by nobody else.
        if unsafe { &*table }.is_static() {
            return;
        }
        // SAFETY: not the static one, so it may be written; and nobody else can reach it.
        unsafe { &mut *table }.overflow.free_renewed(usize::MAX);
        // SAFETY: it came from a box.
        unsafe { crate::memory::free(table) };
    }

    /// Frees a table when every guard that is held now is gone.
    ///
    /// # Safety
    ///
    /// The table came from `Box::into_raw` or [`Table::placeholder`], and has been unlinked: no
    /// guard pinned later can find it. The entries in it are taken care of. Nobody retires it
    /// twice.
    pub(crate) unsafe fn retire(table: NonNull<Self>, pin: &Pin) {
        // SAFETY: not freed yet: the caller holds a guard.
        if unsafe { table.as_ref() }.is_static() {
            return;
        }
        #[cfg(not(evacmap_stub))]
        {
            // SAFETY: the caller promises that it is unlinked: by then no guard can see it. A
            // table's memory belongs to no thread and to no map once it is unlinked, and freeing it
            // touches no key and no value; so the closure may run anywhere, at any time later.
            let free = move || unsafe { Self::free(table.as_ptr()) };
            // SAFETY: as just said.
            unsafe { pin.defer(free) };
        }
        #[cfg(evacmap_stub)]
        {
            unsafe fn free<L: Layout>(table: *mut ()) {
                // SAFETY: past its grace period.
                unsafe { Table::<L>::free(table.cast()) };
            }
            // SAFETY: the caller promises that it is unlinked, and retired once.
            unsafe { pin.retire(0, table.as_ptr().cast(), free::<L>) };
        }
    }
}
