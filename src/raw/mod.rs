//! The engine: a lock-free hash map with incremental, cooperative rehash.
//!
//! # Why not the obvious thing
//!
//! A lock per map, shard or bucket makes every writer wait for whichever thread the scheduler has
//! put to sleep inside it, and a resize under a lock stops everybody for milliseconds. Open
//! addressing without locks needs either two words changed at once or a version per group. Chains
//! of nodes cost a cache miss per link. What is left is what Go's runtime had until 1.24: an array
//! of small buckets, a second array while growing, and a counter that says how far the move has
//! come. Go's map refuses concurrent use; this is what it takes to allow it.
//!
//! Ancestry: Go's `runtime/map.go` (`hmap`, `bmap`, `tophash`, `oldbuckets`, `nevacuate`,
//! `growWork`, `evacuate`, `sameSizeGrow`). What differs: many writers and no lock; no garbage
//! collector, but epochs; entries behind pointers, so that a reader's `&V` stays where it is while
//! its entry moves between tables; index by the high bits of the hash, so that a bucket splits into
//! adjacent ones.
//!
//! # Terms
//!
//! | term | meaning |
//! |---|---|
//! | [`Table`] | one bucket array with its immutable header, and the words that change while it is filled |
//! | bucket | one cache line: 7 slots and the link to an overflow bucket ([`bucket`]) |
//! | chain | a bucket and its overflow buckets |
//! | position | a slot's place in its chain: the head's slots first, then the first overflow's, and so on |
//! | slot word | tag, pointer to an entry, flags, in one word ([`slot`]) |
//! | tag | hash bits just below the index bits (Go: tophash) |
//! | entry | heap node of hash, key and value; never moves, never changes once published ([`entry`]) |
//! | group | old buckets and new buckets with a common index prefix: the unit of evacuation ([`evacuate`]) |
//! | promote | drop the link to the old table once every group is evacuated ([`grow`]) |
//! | retire | hand something unreachable to the collector ([`crate::reclaim`]) |
//!
//! # Picture
//!
//! ```text
//!  at rest       RawMap -- table --> Table N { oldbuckets = null }
//!  resizing      RawMap -- table --> Table N { oldbuckets --> Table O, nevacuate, evacuated }
//! ```
//!
//! One pointer publishes everything: the old table hangs off the new one, so that no reader can see
//! one without the other.
//!
//! # Ordered fill
//!
//! The slots of a chain fill strictly in position order: an insert walks from position 0 and tries
//! `EMPTY -> LIVE` at the first EMPTY; if that fails it looks again. A chain that is full gets a
//! bucket appended by CAS on its last overflow word. A removed slot is DEAD for the life of the
//! table; an evacuation into a fresh table leaves the DEAD ones behind.
//!
//! # Invariants
//!
//! - **I1.** A slot, once used, belongs to one key for the life of its table. Replacement keeps the
//!   key; DEAD is final.
//! - **I2.** A key has at most one LIVE slot in a table. The inserter that wins position *g* has
//!   seen every position before *g* used by another key or DEAD, both final by I1; and *g* and all
//!   after it were EMPTY. So nobody has put the key anywhere else, and nobody ever can. One CAS, no
//!   version, no second look.
//! - **I3.** A source chain is immutable once each of its words is frozen or DEAD (but for
//!   `discard`, which turns LIVE into DEAD).
//! - **I4.** Until some head of a group is INITIALISED only helpers write to its destinations, and
//!   all of them write the same words to the same positions.
//! - **I5.** A destination position that was filled is never EMPTY again: a helper that slept
//!   through everything fails every CAS. It can neither resurrect a removed key nor overwrite a
//!   newer value.
//! - **I6.** Evacuation runs no user code: the hash is in the entry.
//! - **I7.** An entry is retired by the one thread that won the transition which unlinked it from
//!   the chain that was the truth. Words of superseded chains may go on naming it; who may still
//!   follow those is said in [`evacuate`], "Half-set groups": only those that were pinned before it
//!   was retired.
//! - **I8.** What is retired is freed when every guard that was held at that moment is gone.
//!   Overflow buckets live as long as their table.
//!
//! [`RawMap::validate`] is their executable form.
//!
//! # Who may touch what
//!
//! | word | written by | when | ordering |
//! |---|---|---|---|
//! | `RawMap::table` | whoever starts a resize or installs the first table | the table it replaces is at rest | CAS AcqRel, P7 |
//! | `Table::oldbuckets` | set before publication; nulled by the one that promotes | every destination INITIALISED | CAS AcqRel, P8 |
//! | `nevacuate`, `swept` | any writer | a resize is running | Relaxed |
//! | `evacuated` | any writer | a resize is running | AcqRel, P14 |
//! | `watch` (feature `tracing`) | any writer, once | a resize is running | Relaxed |
//! | slot words | see the truth table in [`slot`] | | AcqRel, P1 |
//! | overflow words | see [`bucket`] | | AcqRel, P2, P5 |
//! | everything else in a table | its maker | before publication | P7 |
//!
//! The pairs P1 to P17 are listed in [`crate::docs::memory_model`].
//!
//! # Progress
//!
//! Reading is wait-free: it never helps, never retries, writes nothing shared. Everything else is
//! lock-free, during a resize too: with any thread stopped at any instruction all others go on, and
//! complete that resize and the next.

pub(crate) mod array;
mod assign;
pub(crate) mod bucket;
mod delete;
pub(crate) mod entry;
mod evacuate;
pub(crate) mod exclusive;
mod grow;
pub(crate) mod hash;
mod lookup;
mod overflow;
mod policy;
pub(crate) mod prefetch;
mod scan;
pub(crate) mod sizes;
pub(crate) mod slot;
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
mod spent;
mod table;
mod tally;
pub(crate) mod teardown;
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
mod unready;
mod validate;
mod walk;

pub(crate) use array::Refused;
pub(crate) use assign::{Outcome, Step};
pub(crate) use delete::Deleted;
pub(crate) use entry::Entry;
pub(crate) use grow::{Haste, Kind};
pub(crate) use slot::{Tag, Word};
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
pub(crate) use spent::Spent;
pub(crate) use table::Table;
pub(crate) use tally::Tally;
#[cfg(any(not(evacmap_loom), crossbeam_loom))]
pub(crate) use unready::Unready;
pub(crate) use walk::Walk;

use core::ptr::NonNull;

use crate::fault::unless_relaxed;
use crate::guard::Guard;
use crate::reclaim::{Heap, LocalRef};
use crate::sync::{AcqRel, Acquire, AtomicPtr, Relaxed};
use table::Old;

/// A table that nobody else has seen yet.
type NewTable<K, V> = Box<Table<K, V>>;

/// The map without its hasher: keys come with their hashes.
pub(crate) struct RawMap<K, V> {
    table: AtomicPtr<Table<K, V>>,
    pub(crate) heap: Heap<K, V>,
    pub(crate) tally: Tally,
    /// As few bits as the table may shrink to by itself; see [`policy`].
    pub(crate) floor: u32,
    /// Owns keys and values, and is invariant in both: they can be written through `&`.
    owns: core::marker::PhantomData<(core::cell::UnsafeCell<K>, core::cell::UnsafeCell<V>)>,
}

// SAFETY: the map owns its entries, wherever they are; sending it sends them.
unsafe impl<K: Send, V: Send> Send for RawMap<K, V> {}
// SAFETY: `&RawMap` gives out `&K` and `&V` on any thread (Sync), and lets any thread insert, and
// drop what another inserted (Send).
unsafe impl<K: Send + Sync, V: Send + Sync> Sync for RawMap<K, V> {}

impl<K, V> RawMap<K, V> {
    /// An empty map, which has allocated nothing.
    pub(crate) fn new() -> Self {
        RawMap {
            table: AtomicPtr::new(Table::placeholder()),
            heap: Heap::new(),
            tally: Tally::default(),
            floor: policy::NEVER,
            owns: core::marker::PhantomData,
        }
    }

    /// The current table: the only way in, and only with a guard in hand.
    #[inline]
    pub(crate) fn root<'g>(&'g self, _guard: &'g Guard) -> &'g Table<K, V> {
        // ORDERING: Acquire, P7: sees the table's header, and the old table behind it. SAFETY:
        // never null; retired only after it was unlinked from here and then from its successor, so
        // that it lives as long as a guard under which it was found (I8).
        unsafe { &*self.table.load(Acquire) }
    }

    /// The root's own pointer, for the link of its successor.
    fn root_pointer(&self, _guard: &Guard) -> *mut Table<K, V> {
        // ORDERING: Relaxed: not followed; published again by the CAS that replaces it, or not at
        // all.
        self.table.load(Relaxed)
    }

    /// Replaces the root, and returns it. `new` back if it is no longer `seen`.
    fn swap_root(
        &self,
        seen: &Table<K, V>,
        new: NewTable<K, V>,
        _guard: &Guard,
    ) -> Result<NonNull<Table<K, V>>, NewTable<K, V>> {
        let new = Box::into_raw(new);
        let seen = core::ptr::from_ref(seen).cast_mut();
        // ORDERING: AcqRel, P7: publishes the new table. The failure is not looked at.
        match self.table.compare_exchange(
            seen,
            new,
            unless_relaxed!("root_relaxed", AcqRel),
            Relaxed,
        ) {
            Ok(old) => Ok(NonNull::new(old).expect("there is always a root")),
            // SAFETY: it was never published, so it is ours alone.
            Err(_) => Err(unsafe { Box::from_raw(new) }),
        }
    }

    /// The number of entries. Exact for whoever has synchronised with all writers.
    pub(crate) fn len(&self, guard: &Guard) -> usize {
        self.heap.len(self.root(guard).era)
    }

    /// Entries that the current table holds without growing, if none is removed.
    pub(crate) fn capacity(&self, guard: &Guard) -> usize {
        let root = self.root(guard);
        if root.is_placeholder() { 0 } else { root.buckets() * sizes::LOAD }
    }

    /// Makes room for `entries` in all.
    pub(crate) fn reserve(
        &self,
        entries: usize,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) -> Result<(), Refused> {
        self.resize(grow::bits_for(entries).ok_or(None)?, false, local, guard)
    }

    /// Gives back what a table for `entries` would not need, as far as there is memory for a
    /// smaller one.
    pub(crate) fn shrink(&self, entries: usize, local: &LocalRef<'_, K, V>, guard: &Guard) {
        if let Some(bits) = grow::bits_for(entries) {
            self.resize(bits, true, local, guard).unwrap_or_default();
        }
    }

    /// The old table's buckets while a resize runs, and bytes of both tables.
    pub(crate) fn footprint(&self, guard: &Guard) -> (usize, usize) {
        let root = self.root(guard);
        let old = root.old(guard).map(Old::table);
        (old.map_or(0, Table::buckets), root.bytes() + old.map_or(0, Table::bytes))
    }

    /// Overflow buckets of the current table.
    pub(crate) fn overflow_buckets(&self, guard: &Guard) -> usize {
        self.root(guard).overflow.linked()
    }

    /// The number of overflow buckets of each chain of the current table.
    pub(crate) fn overflows<'g>(&'g self, guard: &'g Guard) -> impl Iterator<Item = usize> {
        let root = self.root(guard);
        let buckets = if root.is_placeholder() { 0 } else { root.buckets() };
        (0..buckets).map(|index| root.bucket(index).chain().skip(1).count())
    }
}

impl<K, V> Drop for RawMap<K, V> {
    fn drop(&mut self) {
        /// What a panicking `Drop` of an entry must not keep from happening.
        struct Rest<'m, K, V>(&'m mut RawMap<K, V>);

        impl<K, V> Drop for Rest<'_, K, V> {
            fn drop(&mut self) {
                // ORDERING: Relaxed: exclusive access.
                let placeholder = self.0.table.load(Relaxed);
                // SAFETY: put there by `take_remains`, empty, and nobody else's.
                unsafe { Table::free(placeholder) };
                let mut garbage = self.0.heap.abandon().into_iter();
                teardown::drop_all(|| garbage.next());
            }
        }

        let rest = Rest(self);
        drop(rest.0.take_remains());
    }
}
