//! Every size and threshold of the engine, each with its reason. Under the models all of them
//! shrink, so that two inserts fill a bucket and the third key starts a growth.

/// Slots in a bucket: with the overflow word they fill one 64-byte cache line.
pub(crate) const SLOTS: usize = if cfg!(evacmap_loom) { 2 } else { 7 };

/// Buckets in a map's first table, as a power of two: 128 bytes, so that a small map stays small.
pub(crate) const MIN_BITS: u32 = if cfg!(evacmap_loom) { 0 } else { 1 };

/// The largest table: beyond it a bucket array would not fit an address space of 47 bits.
pub(crate) const MAX_BITS: u32 = if usize::BITS == 64 { 40 } else { usize::BITS - 8 };

/// Entries per bucket, on average, above which a full chain makes the table grow, whether there are
/// DEAD slots or not. With a good hash a bucket of an average of 5 overflows its 7 slots with
/// probability 13 % (Poisson), and 71 % of the slots are in use.
pub(crate) const LOAD: usize = if cfg!(evacmap_loom) { 1 } else { 5 };
const _: () = assert!(LOAD < SLOTS, "a table must grow before the average chain is full");

/// Below this size a growth is fourfold, above it twofold. Growing fourfold, a map that starts
/// small moves a third as many entries on its way; above, the memory of a table that is a quarter
/// full would be felt. (Where keys come and go it is taken instead of that of overflow buckets.)
pub(crate) const FOURFOLD_BELOW_BITS: u32 = 14;

/// A table is left behind for its DEAD slots when there is one for so many buckets, as far as its
/// overflow buckets show: with two and a half entries to a bucket that is when four buckets in ten
/// have an overflow. Waiting until there is one to each made removing and inserting a tenth to a
/// fifth slower with a million entries, for the second line of a chain is a miss; a rebuild goes
/// through memory in order.
pub(crate) const DEAD_PART: usize = 4;

/// Entries per bucket, on average, above which a growth has waited too long for the thread that
/// prepares the new table.
pub(crate) const OVERDUE_LOAD: usize = LOAD + 2;

/// Tables of up to so many buckets are cleared at once: 64 KiB, in some two microseconds. For the
/// tests all are large.
#[cfg(not(evacmap_stub))]
pub(crate) const CLEARED_AT_ONCE: usize =
    if cfg!(any(evacmap_loom, feature = "_hooks")) { 0 } else { 1024 };

/// Tables of up to so many buckets, overflow buckets among them, are freed at once, by the
/// collector. For the tests all are large.
#[cfg(not(evacmap_stub))]
pub(crate) const FREED_AT_ONCE: usize =
    if cfg!(any(evacmap_loom, feature = "_hooks")) { 0 } else { 1024 };

/// Buckets of a larger one that a write clears: 16 KiB.
#[cfg(not(evacmap_stub))]
pub(crate) const PIECE: usize = if cfg!(evacmap_loom) { 1 } else { 256 };

/// How often the table that is being prepared for a shrink may be found in another's hands, at
/// least, before its place is taken. It is for a microsecond, for the time that the scheduler takes
/// from a thread now and then, and for ever if that thread has stopped.
#[cfg(not(evacmap_stub))]
pub(crate) const PATIENCE: usize = 1024;

/// For a growth or rebuild that is overdue it is one part in so many of the new buckets: until then
/// the others append, so many buckets at most, for with more threads than processors each of those
/// that make a table at once may be stopped by the scheduler.
#[cfg(not(evacmap_stub))]
pub(crate) const OVERDUE_PART: usize = 16;

/// A chain of so many buckets, the head among them, that is full and at most half LIVE is renewed;
/// a shorter one gets a bucket more. The new one has as many at least, and has room for as many
/// entries again as live in it: so a renewal pays for itself, and a chain has no more buckets than
/// this, or those for twice its entries and two more.
pub(crate) const RENEWED_FROM: usize = if cfg!(evacmap_loom) { 2 } else { 3 };

/// Bytes of a retired table that a write gives back, as pages of the array or as slabs of overflow
/// buckets.
#[cfg(not(evacmap_loom))]
pub(crate) const PAGES_PIECE: usize = 64 << 10;
#[cfg(not(evacmap_stub))]
pub(crate) const SLABS_PIECE: usize = if cfg!(evacmap_loom) { 1 } else { 16 };

/// Most bits that one growth adds: an evacuation keeps a cursor for each of the `1 <<
/// MAX_GROW_STEP` destinations.
pub(crate) const MAX_GROW_STEP: u32 = if cfg!(evacmap_loom) { 1 } else { 2 };

/// Most bits that one shrink takes away: a group then has as many sources as a share of a shrink.
pub(crate) const MAX_SHRINK_STEP: u32 = if cfg!(evacmap_loom) { 1 } else { 3 };

/// A map that shrinks by itself does so when less than one part in `SPARSE` of its capacity is
/// used, to a table that holds `ROOMY` times what there is. The distance is the hysteresis: a
/// shrink leaves it half full or less, and a growth a quarter full or more. (Fourfold from beyond
/// its capacity, or twofold from beyond half of it, for the sake of DEAD slots.)
pub(crate) const SPARSE: usize = if cfg!(evacmap_loom) { 4 } else { 8 };
pub(crate) const ROOMY: usize = 2;
const _: () = assert!(SPARSE >= 2 * ROOMY, "a shrink ends with fewer buckets, and not sparse");

/// A map does not shrink by itself below this size, as a power of two: 4 KiB of buckets.
pub(crate) const AUTO_FLOOR_BITS: u32 = if cfg!(evacmap_loom) { 0 } else { 6 };

/// Groups that a writer takes from the cursor at once, and how many of its writes pass before it
/// takes some again. Two groups per write on average: a growth by two is complete long before the
/// new table can be full. Shares are small so that no write is slow: four times larger ones, taken
/// a quarter as often, make one write in a hundred half as slow again and growth no faster.
pub(crate) const SHARE_GROUPS: usize = if cfg!(evacmap_loom) { 1 } else { 4 };
#[cfg(not(evacmap_stub))]
pub(crate) const SHARE_EVERY: usize = if cfg!(evacmap_loom) { 1 } else { 2 };

/// Buckets that a share of a shrink freezes: twice as many as that of a growth, which has two to
/// four destinations to fill for each. At that pace a map that shrinks by itself keeps up with a
/// thread that does nothing but remove: a shrink begins at 5/8 of an entry for each bucket, and
/// ends a quarter of an entry for each bucket later, before the next is due.
pub(crate) const SHRINK_SHARE_SOURCES: usize = 2 * SHARE_GROUPS;
const _: () =
    assert!(1 << MAX_SHRINK_STEP <= SHRINK_SHARE_SOURCES, "no share is larger because a group is");

/// How many groups ahead of the one being evacuated its source line is prefetched.
pub(crate) const PREFETCH_GROUPS: usize = 8;

/// When fewer tag bits than this would remain after a growth, the evacuation reads the entries'
/// hashes and refills them. Eight bits still turn away 255 of 256 foreign entries without touching
/// them.
pub(crate) const MIN_TAG_BITS: u32 = 8;

/// Whether removed slots are used again, by age: see `src/engine/reuse.rs`.
pub(crate) const REUSE: bool = cfg!(feature = "_reuse");

/// Retired entries that a thread gathers before it hands them to the collector as one batch.
#[cfg(not(evacmap_stub))]
pub(crate) const BATCH: usize = if cfg!(evacmap_loom) { 1 } else { 64 };

/// Bytes of bare memory that a thread keeps for its next inserts, at most; more goes to the
/// allocator. An entry of 128 bytes and less is not affected: [`MAX_MAGAZINES`] are less.
#[cfg(not(evacmap_stub))]
pub(crate) const SPARE_BYTES: usize = 64 << 10;

/// Batches of bare memory that a thread keeps, at most.
#[cfg(not(evacmap_stub))]
pub(crate) const MAX_MAGAZINES: usize = if cfg!(evacmap_loom) { 0 } else { 8 };
