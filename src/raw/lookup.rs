//! The walk along a chain, for readers (`find`) and for writers (`locate`), and the choice of the
//! chain to walk.

use super::bucket::{Bucket, Next};
use super::entry::Entry;
use super::hash::Hash;
use super::scan::{self, Mask};
use super::slot::{Slot, Tag, Word};
use super::table::{Link, Old, Table};
use super::{RawMap, evacuate};
use crate::fault::fault;
use crate::guard::Guard;
use crate::hooks::{Branch, Point, hit, reach};

/// What a writer finds at the end of its walk along a chain.
pub(super) enum Located<'g, K, V> {
    /// The key's slot, LIVE.
    Occupied { slot: &'g Slot<K, V>, word: Word<'g, K, V>, entry: &'g Entry<K, V> },
    /// The key is absent; the first EMPTY slot of the chain is where an insert goes.
    Vacant { slot: &'g Slot<K, V> },
    /// The key is absent, every slot is used, and nothing follows this bucket.
    Full { tail: &'g Bucket<K, V> },
    /// The key is here, and its slot is frozen: the chain is being evacuated.
    FrozenKey,
    /// The key was absent when the chain was frozen, and so when the operation began or later.
    FrozenEnd,
}

/// The chain that is the truth for a hash.
pub(super) struct Chain<'g, K, V> {
    /// The table that the root named.
    pub(super) root: &'g Table<K, V>,
    /// The table that the chain is in: `root`, or the one that is being evacuated into it.
    pub(super) table: &'g Table<K, V>,
    pub(super) tag: Tag,
    pub(super) head: &'g Bucket<K, V>,
}

impl<'g, K, V> Chain<'g, K, V> {
    /// Whether the chain is in the table that is being evacuated.
    pub(super) fn is_old(&self) -> bool {
        !core::ptr::eq(self.root, self.table)
    }
}

impl<K, V> RawMap<K, V> {
    /// Looks a key up. Wait-free: at most two tables, one chain, no retry.
    ///
    /// Linearised at a moment between the load of the root and the end: the chain that `chain`
    /// chose was the truth at some moment of that choice, stays so until it is frozen and its
    /// destination INITIALISED, and a frozen word keeps the value of that moment.
    #[inline]
    pub(crate) fn get<'g>(
        &'g self,
        hash: Hash,
        mut is_key: impl FnMut(&K) -> bool,
        guard: &'g Guard,
    ) -> Option<&'g Entry<K, V>> {
        let chain = self.chain(hash, guard);
        find(chain.head, chain.tag, hash, &mut is_key, guard)
    }

    /// Chooses the chain to work on: the root's, unless a resize has yet to reach it.
    #[inline]
    pub(super) fn chain<'g>(&'g self, hash: Hash, guard: &'g Guard) -> Chain<'g, K, V> {
        let root = self.root(guard);
        if fault!("root_before_guard") {
            guard.pin().lapse();
        }
        reach(Point::RootLoaded);
        let table = match root.link(guard) {
            None => root,
            Some(link) => truth(root, link, hash),
        };
        let (head, tag) = table.head(hash);
        Chain { root, table, tag, head }
    }

    /// The writers' walk.
    #[inline]
    pub(super) fn locate<'g>(
        chain: &Chain<'g, K, V>,
        hash: Hash,
        mut is_key: impl FnMut(&K) -> bool,
        guard: &'g Guard,
    ) -> Located<'g, K, V> {
        let mut bucket = chain.head;
        loop {
            let mut survey = scan::survey(bucket, chain.tag);
            if fault!("two_scans") {
                survey.vacant = scan::survey(bucket, chain.tag).vacant;
            }
            if let Some(found) = locate_key(bucket, survey.candidates, hash, &mut is_key, guard) {
                return found;
            }
            if let Some(index) = survey.vacant.lowest() {
                let slot = bucket.slot(index);
                let word = slot.load(guard);
                match (word.is_empty(), word.is_frozen() && !fault!("frozen_empty_ignored")) {
                    (true, false) => return Located::Vacant { slot },
                    (true, true) => return Located::FrozenEnd,
                    // Taken since the scan: by our key or by another, so look at this bucket again.
                    (false, _) => continue,
                }
            }
            match bucket.next() {
                Next::Bucket(next) => bucket = next,
                Next::Open => return Located::Full { tail: bucket },
                Next::Frozen => return Located::FrozenEnd,
            }
        }
    }
}

/// During a resize: the table that has the truth about a hash. Out of line, so that look-ups in a
/// map at rest stay short, and the processor has more of them in flight.
#[inline(never)]
fn truth<'g, K, V>(root: &'g Table<K, V>, link: Link<'g, K, V>, hash: Hash) -> &'g Table<K, V> {
    match link.follow() {
        Old::Source(old) if !evacuate::is_settled(root, old, root.shape.place(hash).index) => old,
        _ => root,
    }
}

/// The readers' walk: a frozen word is read through.
#[inline]
fn find<'g, K, V>(
    head: &'g Bucket<K, V>,
    tag: Tag,
    hash: Hash,
    is_key: &mut impl FnMut(&K) -> bool,
    guard: &'g Guard,
) -> Option<&'g Entry<K, V>> {
    let mut bucket = head;
    loop {
        for index in scan::candidates(bucket, tag) {
            if let Some(entry) = bucket.slot(index).load(guard).entry()
                && entry.hash == hash
                && is_key(&entry.key)
            {
                return Some(entry);
            }
        }
        match bucket.next() {
            Next::Bucket(next) => bucket = next,
            Next::Open | Next::Frozen => return None,
        }
    }
}

/// The key's slot in one bucket, if it is there.
#[inline]
fn locate_key<'g, K, V>(
    bucket: &'g Bucket<K, V>,
    candidates: Mask,
    hash: Hash,
    is_key: &mut impl FnMut(&K) -> bool,
    guard: &'g Guard,
) -> Option<Located<'g, K, V>> {
    for index in candidates {
        let slot = bucket.slot(index);
        let word = slot.load(guard);
        if let Some(entry) = word.entry()
            && entry.hash == hash
            && is_key(&entry.key)
        {
            if word.is_frozen() {
                hit(Branch::FrozenKey);
                return Some(Located::FrozenKey);
            }
            return Some(Located::Occupied { slot, word, entry });
        }
    }
    None
}
