//! A bucket: one cache line of slots and the link to its overflow. No policy: when to append is
//! decided elsewhere.
//!
//! # The overflow word
//!
//! ```text
//!   63                          6 5   4    3       2      1        0
//!  +-----------------------------+-----+------+-------+------+---------+
//!  | next bucket (64-aligned)    |  0  |CLOSED|RENEWED| END  |EVACUATED|
//!  +-----------------------------+-----+------+-------+------+---------+
//! ```
//!
//! | bit | on | means | set by |
//! |---|---|---|---|
//! | EVACUATED | the head of a destination | its group has been evacuated: this chain is the truth now | `declare_evacuated` |
//! | END | the last bucket of a chain that is frozen, if it is full; any of it that was the last | frozen: nothing can be appended any more | `freeze_end` |
//! | RENEWED | a head | what the chain holds begins at the bucket that is linked here; the head's own words are copies ([`crate::engine`], "Renewal") | `renew` |
//! | CLOSED | the head of a source, if it is full | frozen: nothing can be appended here, and the chain is not renewed any more | `close` |
//!
//! The link goes from null to a bucket once, and never changes again but for a head's, which each
//! renewal leads to other buckets until the head is CLOSED. All four bits are only ever set.

use core::marker::PhantomData;
use core::ptr::NonNull;

#[cfg(not(evacmap_loom))]
use crate::layout::Boxed;
use crate::layout::Layout;
#[cfg(not(evacmap_loom))]
use crate::layout::Pair;
#[cfg(evacmap_loom)]
use crate::layout::Slot;
use crate::layout::mask::{Mask, Survey};
use crate::layout::row::Row;
use crate::memory::{Alive, Guard, prefetch};
use crate::observe::faults::{fault, unless_relaxed};
use crate::sync::{AcqRel, Acquire, AtomicPtr, Relaxed};

const EVACUATED: usize = 1;
const END: usize = 2;
const RENEWED: usize = 4;
const CLOSED: usize = 8;
const FLAGS: usize = 63;

/// See the module's text.
#[repr(C, align(64))]
pub(crate) struct Bucket<L: Layout> {
    slots: L::Slots,
    overflow: AtomicPtr<Bucket<L>>,
    /// Of buckets that stand alone. Of others it is never cleared.
    alive: Alive,
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

/// The overflow word of a head as it was at some moment: one generation of the chain.
pub(crate) struct Lead<'g, L: Layout> {
    word: *mut Bucket<L>,
    of: PhantomData<&'g Bucket<L>>,
}

impl<L: Layout> Clone for Lead<'_, L> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<L: Layout> Copy for Lead<'_, L> {}

impl<'g, L: Layout> Lead<'g, L> {
    /// Whether the head's own words are copies.
    #[inline]
    pub(crate) fn is_renewed(self) -> bool {
        self.word.addr() & RENEWED != 0
    }

    /// Whether the chain is not renewed any more.
    pub(crate) fn is_closed(self) -> bool {
        self.word.addr() & CLOSED != 0
    }

    /// The bucket behind the head.
    #[inline]
    pub(crate) fn next(self) -> Option<&'g Bucket<L>> {
        // SAFETY: a link that is not null was set by `append` or `renew` to a bucket that was
        // initialised before (P2). A slab's lives as long as its table; one that stands alone was
        // found in the head under the caller's guard, and is retired after it was unlinked there
        // (I8). `'g` is of the borrow of the head, which ends with either.
        let next = unsafe { self.word.map_addr(|address| address & !FLAGS).as_ref() };
        next.map(crate::observe::counters::walked)
    }
}

/// How a renewal ended.
#[must_use]
pub(crate) enum Renewal {
    /// The chain has the new buckets.
    Published,
    /// Another thread has renewed it.
    Lost,
    /// The head is CLOSED.
    Closed,
}

#[cfg(not(evacmap_loom))]
impl<K, V> Bucket<Boxed<K, V>> {
    /// A bucket that was frozen before it was ever used: the content of a new map.
    pub(crate) const fn frozen() -> Self {
        Bucket {
            slots: [const { crate::layout::boxed::Slot::frozen() }; _],
            overflow: AtomicPtr::new(core::ptr::without_provenance_mut(END)),
            alive: Alive::new(),
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
            alive: Alive::new(),
        }
    }
}

impl<L: Layout> Bucket<L> {
    #[cfg(evacmap_loom)]
    pub(crate) fn empty() -> Self {
        Bucket {
            slots: Row::of(Slot::empty),
            overflow: AtomicPtr::new(core::ptr::null_mut()),
            alive: Alive::new(),
        }
    }

    /// A bucket that was frozen before it was ever used: the content of a new map.
    #[cfg(evacmap_loom)]
    pub(crate) fn frozen() -> Self {
        Bucket {
            slots: Row::of(Slot::frozen),
            overflow: AtomicPtr::new(core::ptr::without_provenance_mut(END)),
            alive: Alive::new(),
        }
    }

    /// The slots whose word carries what is looked for. See [`Layout::candidates`].
    #[inline(always)]
    pub(crate) fn candidates(&self, probe: L::Probe) -> Mask {
        self.alive.check();
        // SAFETY: `self` is a bucket, whose slots come first.
        unsafe { L::candidates(core::ptr::from_ref(self).cast(), probe) }
    }

    /// What a writer has to know of the bucket. See [`Layout::survey`].
    #[inline(always)]
    pub(crate) fn survey(&self, probe: L::Probe) -> Survey {
        self.alive.check();
        // SAFETY: as in `candidates`.
        unsafe { L::survey(core::ptr::from_ref(self).cast(), probe) }
    }

    #[inline]
    pub(crate) fn slot(&self, index: usize) -> &L::Slot {
        self.alive.check();
        &self.slots.slots()[index]
    }

    pub(crate) fn slots(&self) -> &[L::Slot] {
        self.alive.check();
        self.slots.slots()
    }

    #[inline]
    pub(crate) fn next(&self) -> Next<'_, L> {
        // ORDERING: Acquire, P2, P28: sees the content that the next bucket was published with; P3:
        // sees the new table of the evacuation that froze the end.
        self.follow(self.overflow.load(Acquire))
    }

    fn follow(&self, word: *mut Self) -> Next<'_, L> {
        // SAFETY: as in `Lead::next`; of a bucket that is no head the link does not change, and
        // leads to what lives as long as the bucket.
        match unsafe { word.map_addr(|address| address & !FLAGS).as_ref() } {
            Some(bucket) => Next::Bucket(crate::observe::counters::walked(bucket)),
            None if word.addr() & (END | CLOSED) != 0 => Next::Frozen,
            None => Next::Open,
        }
    }

    /// This bucket and its overflows, as far as they are linked now: what a walk goes through.
    pub(crate) fn chain(&self) -> impl Iterator<Item = &Self> {
        core::iter::successors(Some(self), |bucket| match bucket.next() {
            Next::Bucket(next) => Some(next),
            Next::Open | Next::Frozen => None,
        })
    }

    /// The overflow word of this bucket, a head. The guard is what keeps alive what it leads to.
    #[inline]
    pub(crate) fn lead<'g>(&'g self, _guard: &'g Guard) -> Lead<'g, L> {
        // ORDERING: Acquire, P2, as in `next`; P28: sees what a renewal has published.
        Lead { word: self.overflow.load(Acquire), of: PhantomData }
    }

    /// The buckets that a generation of this chain is the content of, in order: without this one,
    /// the head, if that holds but copies. What was appended since may be among them; never what
    /// another renewal has led to.
    pub(crate) fn generation<'g>(
        &'g self,
        lead: Lead<'g, L>,
    ) -> impl Iterator<Item = &'g Self> + use<'g, L> {
        let head = (!lead.is_renewed()).then_some(self);
        head.into_iter().chain(lead.next().into_iter().flat_map(Self::chain))
    }

    /// As `generation`, of the one that is the truth now.
    pub(crate) fn truth<'g>(
        &'g self,
        guard: &'g Guard,
    ) -> impl Iterator<Item = &'g Self> + use<'g, L> {
        self.generation(self.lead(guard))
    }

    /// The first bucket of what this head's words are copies of, if they are.
    #[inline]
    pub(crate) fn successor<'g>(&'g self, guard: &'g Guard) -> Option<&'g Self> {
        let lead = self.lead(guard);
        if lead.is_renewed() { lead.next() } else { None }
    }

    /// Links a bucket behind this one. `false` if another bucket is there already or the end is
    /// frozen.
    #[must_use]
    pub(crate) fn append(&self, bucket: &Self) -> bool {
        // ORDERING: Acquire: only the flags are kept of it; P3 as in `next`.
        let seen = self.overflow.load(Acquire);
        if seen.addr() & (!FLAGS | END | CLOSED) != 0 {
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

    /// Has this bucket, a head, lead to `first` instead of what it was `seen` to lead to: that
    /// generation has been frozen, and what lives in it is behind `first`.
    pub(crate) fn renew(&self, seen: Lead<'_, L>, first: NonNull<Self>) -> Renewal {
        let mut seen = seen.word;
        loop {
            if seen.addr() & CLOSED != 0 {
                return Renewal::Closed;
            }
            let flags = seen.addr() & FLAGS | RENEWED;
            let word = first.as_ptr().map_addr(|address| address | flags);
            // ORDERING: AcqRel, P28: publishes the new buckets with the words in them, and that the
            // old ones are frozen. A failure is only compared.
            let order = unless_relaxed!("renewal_relaxed", AcqRel);
            match self.overflow.compare_exchange(seen, word, order, Relaxed) {
                Ok(_) => return Renewal::Published,
                // It was declared EVACUATED, or CLOSED.
                Err(now) if (now.addr() ^ seen.addr()) & !(EVACUATED | CLOSED) == 0 => seen = now,
                Err(_) => return Renewal::Lost,
            }
        }
    }

    /// Ends appends to this bucket, the full head of a source, and renewals of its chain: the last
    /// generation.
    pub(crate) fn close<'g>(&'g self, guard: &'g Guard) -> Lead<'g, L> {
        let left_open = fault!("no_freeze_of_end")
            || fault!("never_closed") && self.lead(guard).next().is_some();
        let closed = if left_open { 0 } else { CLOSED };
        // ORDERING: AcqRel. Acquire, P2, P28: the next bucket's content. Release, P3: whoever finds
        // it CLOSED has to find the new table.
        Lead { word: self.overflow.fetch_or(closed, AcqRel), of: PhantomData }
    }

    /// What is linked behind a bucket that nobody else can reach.
    pub(super) fn private_next(&self) -> Option<NonNull<Self>> {
        // ORDERING: Relaxed: exclusive access, or not published yet.
        NonNull::new(self.overflow.load(Relaxed).map_addr(|address| address & !FLAGS))
    }

    /// Links `next` behind a bucket that nobody else can reach.
    pub(super) fn link_private(&self, next: NonNull<Self>) {
        // ORDERING: Relaxed: published afterwards, with Release, by `renew` (P28).
        self.overflow.store(next.as_ptr(), Relaxed);
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
