//! A bucket: one cache line of slots and the link to its overflow. No policy: when to append is
//! decided elsewhere.
//!
//! # The overflow word
//!
//! ```text
//!   63                          6 5     2    1        0
//!  +-----------------------------+-------+------+---------+
//!  | next bucket (64-aligned)    |   0   | END  |EVACUATED|
//!  +-----------------------------+-------+------+---------+
//! ```
//!
//! | bit | on | means | set by |
//! |---|---|---|---|
//! | EVACUATED | the head of a destination | its group has been evacuated: this chain is the truth now | `declare_evacuated` |
//! | END | the last bucket of a source's chain, if it is full; any of it that was the last | frozen: nothing can be appended any more | `freeze_end` |
//!
//! The link goes from null to a bucket once and never changes again; both bits are only ever set.

#[cfg(not(evacmap_loom))]
use crate::layout::Boxed;
use crate::layout::Layout;
#[cfg(not(evacmap_loom))]
use crate::layout::Pair;
#[cfg(evacmap_loom)]
use crate::layout::Slot;
use crate::layout::mask::{Mask, Survey};
use crate::layout::row::Row;
use crate::memory::prefetch;
use crate::observe::faults::{fault, unless_relaxed};
use crate::sync::{AcqRel, Acquire, AtomicPtr, Relaxed};

const EVACUATED: usize = 1;
const END: usize = 2;
const FLAGS: usize = 63;

/// See the module's text.
#[repr(C, align(64))]
pub(crate) struct Bucket<L: Layout> {
    slots: L::Slots,
    overflow: AtomicPtr<Bucket<L>>,
}

#[cfg(all(not(evacmap_loom), target_pointer_width = "64"))]
const _: () = {
    assert!(size_of::<Bucket<Boxed<u8, u8>>>() == 64, "a bucket is one cache line");
    assert!(size_of::<Bucket<Pair>>() == 64, "a bucket is one cache line");
};

/// What follows a bucket in its chain.
pub(crate) enum Next<'g, L: Layout> {
    /// Another bucket.
    Bucket(&'g Bucket<L>),
    /// Nothing yet: a bucket may be appended.
    Open,
    /// Nothing, ever.
    Frozen,
}

#[cfg(not(evacmap_loom))]
impl<K, V> Bucket<Boxed<K, V>> {
    /// A bucket that was frozen before it was ever used: the content of a new map.
    pub(crate) const fn frozen() -> Self {
        Bucket {
            slots: [const { crate::layout::boxed::Slot::frozen() }; _],
            overflow: AtomicPtr::new(core::ptr::without_provenance_mut(END)),
        }
    }
}

#[cfg(not(evacmap_loom))]
impl Bucket<Pair> {
    /// The same for slots of 16 bytes.
    pub(crate) const fn frozen_pairs() -> Self {
        Bucket {
            slots: [const { crate::layout::pair::Slot::frozen() }; _],
            overflow: AtomicPtr::new(core::ptr::without_provenance_mut(END)),
        }
    }
}

impl<L: Layout> Bucket<L> {
    #[cfg(evacmap_loom)]
    pub(crate) fn empty() -> Self {
        Bucket { slots: Row::of(Slot::empty), overflow: AtomicPtr::new(core::ptr::null_mut()) }
    }

    /// A bucket that was frozen before it was ever used: the content of a new map.
    #[cfg(evacmap_loom)]
    pub(crate) fn frozen() -> Self {
        Bucket {
            slots: Row::of(Slot::frozen),
            overflow: AtomicPtr::new(core::ptr::without_provenance_mut(END)),
        }
    }

    /// The slots whose word carries what is looked for. See [`Layout::candidates`].
    #[inline(always)]
    pub(crate) fn candidates(&self, probe: L::Probe) -> Mask {
        // SAFETY: `self` is a bucket, whose slots come first.
        unsafe { L::candidates(core::ptr::from_ref(self).cast(), probe) }
    }

    /// What a writer has to know of the bucket. See [`Layout::survey`].
    #[inline(always)]
    pub(crate) fn survey(&self, probe: L::Probe) -> Survey {
        // SAFETY: as in `candidates`.
        unsafe { L::survey(core::ptr::from_ref(self).cast(), probe) }
    }

    #[inline]
    pub(crate) fn slot(&self, index: usize) -> &L::Slot {
        &self.slots.slots()[index]
    }

    pub(crate) fn slots(&self) -> &[L::Slot] {
        self.slots.slots()
    }

    #[inline]
    pub(crate) fn next(&self) -> Next<'_, L> {
        // ORDERING: Acquire, P2: sees the content that the appended bucket was published with; P3:
        // sees the new table of the evacuation that froze the end.
        self.follow(self.overflow.load(Acquire))
    }

    fn follow(&self, word: *mut Self) -> Next<'_, L> {
        // SAFETY: a non-null link was set by `append` to a bucket of the same table, initialised
        // before (P2), and overflow buckets live as long as their table (I8), which `self` borrows
        // from.
        match unsafe { word.map_addr(|address| address & !FLAGS).as_ref() } {
            Some(bucket) => Next::Bucket(crate::observe::counters::walked(bucket)),
            None if word.addr() & END != 0 => Next::Frozen,
            None => Next::Open,
        }
    }

    /// This bucket and its overflows, as far as they are linked now.
    pub(crate) fn chain(&self) -> impl Iterator<Item = &Self> {
        core::iter::successors(Some(self), |bucket| match bucket.next() {
            Next::Bucket(next) => Some(next),
            Next::Open | Next::Frozen => None,
        })
    }

    /// Links a bucket behind this one. `false` if another bucket is there already or the end is
    /// frozen.
    #[must_use]
    pub(crate) fn append(&self, bucket: &Self) -> bool {
        // ORDERING: Acquire: only the flags are kept of it; P3 as in `next`.
        let seen = self.overflow.load(Acquire);
        if seen.addr() & (!FLAGS | END) != 0 {
            return false;
        }
        let link = core::ptr::from_ref(bucket).cast_mut().map_addr(|address| address | seen.addr());
        // ORDERING: AcqRel, P2: publishes the appended bucket's content. Relaxed on failure: loaded
        // again by `next`.
        self.overflow
            .compare_exchange(seen, link, unless_relaxed!("append_relaxed", AcqRel), Relaxed)
            .is_ok()
    }

    /// Freezes the end of the chain, unless the chain goes on: the next bucket, if any.
    pub(crate) fn freeze_end(&self) -> Option<&Self> {
        // ORDERING: AcqRel. Acquire, P2: the next bucket's content. Release, P3: whoever finds the
        // end frozen has to find the new table. A link never changes: there is no end to freeze.
        if let Next::Bucket(next) = self.next() {
            return Some(next);
        }
        let end = if fault!("no_freeze_of_end") { 0 } else { END };
        match self.follow(self.overflow.fetch_or(end, AcqRel)) {
            Next::Bucket(next) => Some(next),
            Next::Open | Next::Frozen => None,
        }
    }

    /// Whether the group has been evacuated that this bucket, a head, belongs to.
    #[inline]
    pub(crate) fn is_evacuated(&self) -> bool {
        // ORDERING: Acquire, P5: with the flag come all words that the evacuation placed.
        self.overflow.load(Acquire).addr() & EVACUATED != 0
    }

    /// Declares the group evacuated that this bucket belongs to. `true` for the one helper that set
    /// the flag.
    #[must_use]
    pub(crate) fn declare_evacuated(&self) -> bool {
        // ORDERING: AcqRel. Release, P5: publishes every word placed, also those of other helpers,
        // which this one found when its own `place` failed (coherence). Acquire: a helper that
        // finds the flag set counts on the chain.
        let order = unless_relaxed!("flag_relaxed", AcqRel);
        self.overflow.fetch_or(EVACUATED, order).addr() & EVACUATED == 0
    }

    /// Asks for the bucket's line ahead of its use.
    #[inline]
    pub(crate) fn prefetch(&self) {
        prefetch(self);
    }
}
