//! The walk along a chain, for readers (`find`) and for writers (`locate`), and the choice of the
//! chain to walk.

use super::evacuate;
use super::raw::RawMap;
use crate::layout::hash::Hash;
use crate::layout::mask::Mask;
use crate::layout::{Keyed, Layout, Slot, Word};
use crate::memory::Guard;
use crate::observe::faults::fault;
use crate::observe::hooks::{Branch, Point, hit, reach};
use crate::table::{Bucket, Link, Next, Old, Table};

/// What a writer finds at the end of its walk along a chain.
pub(super) enum Located<'g, L: Layout> {
    /// The key's slot, LIVE.
    Occupied { slot: &'g L::Slot, word: L::Word<'g>, view: L::View<'g> },
    /// The key is absent; the first EMPTY slot of the chain is where an insert goes.
    Vacant { slot: &'g L::Slot },
    /// The key is absent, every slot is used, and nothing follows this bucket.
    Full { tail: &'g Bucket<L> },
    /// The key is here, and its slot is frozen: the chain is being evacuated or renewed.
    FrozenKey,
    /// The key was absent when the chain was frozen, and so when the operation began or later.
    FrozenEnd,
}

/// The chain that is the truth for a hash.
pub(super) struct Chain<'g, L: Layout> {
    /// The table that the root named.
    root: &'g Table<L>,
    /// The table that the chain is in: `root`, or the one that is being evacuated into it.
    pub(super) table: &'g Table<L>,
    pub(super) tag: L::Probe,
    pub(super) head: &'g Bucket<L>,
    /// A hash that belongs to it.
    hash: Hash,
}

impl<L: Layout> RawMap<L> {
    /// Looks up the entry of `hash` that `is_it`. Wait-free: at most two tables, one chain, no
    /// retry. (From a head that holds copies it goes on to the next generation, once.)
    ///
    /// Linearised at a moment between the load of the root and the end: the chain that `chain`
    /// chose was the truth at some moment of that choice, stays so until it is frozen and its
    /// destination EVACUATED, and a frozen word keeps the value of that moment.
    #[inline]
    pub(crate) fn find<'g>(
        &'g self,
        hash: Hash,
        is_it: impl FnMut(L::View<'g>) -> bool,
        guard: &'g Guard,
    ) -> Option<L::View<'g>> {
        self.chain(hash, guard).find(is_it, guard)
    }

    /// Looks up the key of an entry that was seen before.
    pub(crate) fn find_again<'g>(
        &'g self,
        view: L::View<'g>,
        guard: &'g Guard,
    ) -> Option<L::View<'g>>
    where
        L: Keyed,
    {
        let hash = L::hash(view);
        self.find(hash, |other| L::hash(other) == hash && L::same_key(other, view), guard)
    }

    /// Chooses the chain to work on: the root's, unless a resize has yet to reach it.
    #[inline]
    pub(super) fn chain<'g>(&'g self, hash: Hash, guard: &'g Guard) -> Chain<'g, L> {
        let root = self.root(guard);
        reach(Point::RootLoaded);
        let table = match root.link(guard) {
            None => root,
            Some(link) => truth(root, link, hash),
        };
        let (head, tag) = table.head(hash);
        Chain { root, table, tag, head, hash }
    }
}

/// During a resize: the table that has the truth about a hash. Out of line, so that look-ups in a
/// map at rest stay short, and the processor has more of them in flight.
#[inline(never)]
fn truth<'g, L: Layout>(root: &'g Table<L>, link: Link<'g, L>, hash: Hash) -> &'g Table<L> {
    match link.follow() {
        Old::Source(old) if !evacuate::is_evacuated(root, old, root.shape.home(hash).index) => old,
        _ => root,
    }
}

impl<'g, L: Layout> Chain<'g, L> {
    /// Whether the chain is in the table that is being evacuated.
    pub(super) fn is_old(&self) -> bool {
        !core::ptr::eq(self.root, self.table)
    }

    /// Where to go on from a frozen word of `bucket`, if that is a copy: only the head's can be, as
    /// every other bucket has been found by way of the head, in the generation that was the truth
    /// at that moment.
    #[cold]
    #[inline(never)]
    fn successor(&self, bucket: &'g Bucket<L>, guard: &'g Guard) -> Option<&'g Bucket<L>> {
        if core::ptr::eq(bucket, self.head) { self.head.successor(guard) } else { None }
    }

    /// The readers' walk: a frozen word is read through, unless it is a copy. Only the head's can
    /// be.
    #[inline]
    fn find(
        &self,
        mut is_it: impl FnMut(L::View<'g>) -> bool,
        guard: &'g Guard,
    ) -> Option<L::View<'g>> {
        let head = self.head;
        let second = 'head: {
            for index in head.candidates(self.tag) {
                let word = head.slot(index).load(guard);
                if word.is_frozen()
                    && !fault!("renewed_ignored")
                    && let Some(first) = head.successor(guard)
                {
                    break 'head first;
                }
                // SAFETY: this chain was the truth for the hash when it was chosen, under `guard`;
                // the word is no copy, and carries the hash's tag, so its key belongs to the same
                // destination of a half-set group (I9).
                if let Some(view) = unsafe { word.view(self.hash) }
                    && is_it(view)
                {
                    return Some(view);
                }
            }
            match head.next() {
                Next::Bucket(next) => next,
                Next::Open | Next::Frozen => return None,
            }
        };
        self.find_from(second, is_it, guard)
    }

    /// The readers' walk, from a bucket that was found by way of the head, under the guard.
    #[inline]
    fn find_from(
        &self,
        first: &'g Bucket<L>,
        mut is_it: impl FnMut(L::View<'g>) -> bool,
        guard: &'g Guard,
    ) -> Option<L::View<'g>> {
        let mut bucket = first;
        loop {
            for index in bucket.candidates(self.tag) {
                let word = bucket.slot(index).load(guard);
                // SAFETY: this generation of the chain was the truth for the hash when it was
                // found, under `guard`; otherwise as in `find` (I9).
                if let Some(view) = unsafe { word.view(self.hash) }
                    && is_it(view)
                {
                    return Some(view);
                }
            }
            match bucket.next() {
                Next::Bucket(next) => bucket = next,
                Next::Open | Next::Frozen => return None,
            }
        }
    }

    /// The writers' walk. `leave` is told of each bucket without an EMPTY slot, and its DEAD slots,
    /// before the next one is looked at; it says whether to go on, or to look at that one again.
    #[inline]
    pub(super) fn locate(
        &self,
        mut is_it: impl FnMut(L::View<'g>) -> bool,
        mut leave: impl FnMut(&'g Bucket<L>, Mask) -> bool,
        guard: &'g Guard,
    ) -> Located<'g, L> {
        let mut bucket = self.head;
        'walk: loop {
            let survey = bucket.survey(self.tag);
            for index in survey.candidates {
                let slot = bucket.slot(index);
                let word = slot.load(guard);
                if word.is_frozen()
                    && let Some(first) = self.successor(bucket, guard)
                {
                    bucket = first;
                    continue 'walk;
                }
                // SAFETY: as in `find`.
                if let Some(view) = unsafe { word.view(self.hash) }
                    && is_it(view)
                {
                    if word.is_frozen() {
                        hit(Branch::FrozenKey);
                        return Located::FrozenKey;
                    }
                    return Located::Occupied { slot, word, view };
                }
            }
            let vacant = if fault!("two_scans") { bucket.survey(self.tag) } else { survey }.vacant;
            if let Some(index) = vacant.lowest() {
                let slot = bucket.slot(index);
                let word = slot.load(guard);
                match (word.is_empty(), word.is_frozen() && !fault!("frozen_empty_ignored")) {
                    (true, false) => return Located::Vacant { slot },
                    (true, true) => return Located::FrozenEnd,
                    // Taken since the scan: by our key or by another, so look at this bucket again.
                    (false, _) => continue,
                }
            }
            if !leave(bucket, survey.dead) {
                continue;
            }
            match bucket.next() {
                Next::Bucket(next) => bucket = next,
                Next::Open => return Located::Full { tail: bucket },
                Next::Frozen => return Located::FrozenEnd,
            }
        }
    }
}
