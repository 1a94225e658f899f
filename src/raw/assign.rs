//! Go's `mapassign`: every operation that may put a new entry in.

use super::entry::Entry;
use super::grow::Room;
use super::lookup::{Chain, Located};
use super::slot::Slot;
use super::{RawMap, bucket::Bucket};
use crate::fault::fault;
use crate::guard::Guard;
use crate::hooks::{Branch, Point, hit, reach};
use crate::reclaim::Draft;

/// What an operation wants done, having seen the key's entry or its absence. It is asked again
/// after each lost race.
pub(crate) enum Step {
    /// Insert the draft, or replace the entry by it.
    Put,
    /// Remove the entry; as `Leave` if there is none.
    Remove,
    /// Change nothing.
    Leave,
}

/// What was done.
pub(crate) enum Outcome<'g, K, V> {
    Inserted(&'g Entry<K, V>),
    Replaced { old: &'g Entry<K, V>, new: &'g Entry<K, V> },
    Removed(&'g Entry<K, V>),
    Left(Option<&'g Entry<K, V>>),
}

impl<K: Eq, V> RawMap<K, V> {
    /// The one loop behind all operations that take their key by value. Lock-free: each turn but
    /// the last means that another thread's operation succeeded on this chain, or that the chain
    /// was evacuated.
    ///
    /// # Safety
    ///
    /// Keys and values may be dropped on any thread.
    #[inline]
    pub(crate) unsafe fn assign<'g>(
        &'g self,
        draft: &mut Draft<'_, K, V>,
        guard: &'g Guard,
        mut decide: impl FnMut(Option<&'g Entry<K, V>>, &mut Draft<'_, K, V>) -> Step,
    ) -> Outcome<'g, K, V> {
        loop {
            let chain = self.chain_for_write(draft.hash, &draft.local, guard);
            let done = match Self::locate(&chain, draft.hash, |key| key == draft.key(), guard) {
                // SAFETY: passed on.
                Located::Occupied { slot, word, entry } => match decide(Some(entry), draft) {
                    Step::Leave => Some(Outcome::Left(Some(entry))),
                    // SAFETY: passed on.
                    Step::Remove => {
                        unsafe { self.remove_at(slot, word, &chain, &draft.local, guard) }
                            .then_some(Outcome::Removed(entry))
                    }
                    Step::Put => {
                        let new = draft.word(chain.tag);
                        reach(Point::BeforeReplace);
                        if slot.replace(word, new) {
                            let new = draft.linked();
                            // SAFETY: passed on; we won its removal from the only slot that linked
                            // it.
                            unsafe { self.retire(word, &draft.local, guard) };
                            return Outcome::Replaced { old: entry, new };
                        }
                        hit(Branch::ReplaceLost);
                        None
                    }
                },
                Located::Vacant { slot } => match decide(None, draft) {
                    Step::Put => self.publish(slot, &chain, draft),
                    Step::Remove | Step::Leave => Some(Outcome::Left(None)),
                },
                Located::Full { tail } => self.assign_full(tail, &chain, draft, guard, &mut decide),
                Located::FrozenKey | Located::FrozenEnd => {
                    self.unblock(draft.hash, &draft.local, guard);
                    None
                }
            };
            if let Some(outcome) = done {
                return outcome;
            }
        }
    }

    /// EMPTY -> LIVE, and the count.
    #[inline]
    fn publish<'g>(
        &self,
        slot: &Slot<K, V>,
        chain: &Chain<'g, K, V>,
        draft: &mut Draft<'_, K, V>,
    ) -> Option<Outcome<'g, K, V>> {
        let word = draft.word(chain.tag);
        reach(Point::BeforePublish);
        if fault!("count_before_link") {
            draft.local.count(chain.table.era, 1);
        }
        if !slot.publish(word) {
            hit(Branch::PublishLost);
            return None;
        }
        let new = draft.linked();
        reach(Point::Published);
        if !fault!("count_before_link") {
            draft.local.count(chain.table.era, 1);
        }
        Some(Outcome::Inserted(new))
    }

    /// The chain has no room: the table grows, or is rebuilt, or the chain does grow by a bucket.
    #[cold]
    fn assign_full<'g>(
        &'g self,
        tail: &'g Bucket<K, V>,
        chain: &Chain<'g, K, V>,
        draft: &mut Draft<'_, K, V>,
        guard: &'g Guard,
        decide: &mut impl FnMut(Option<&'g Entry<K, V>>, &mut Draft<'_, K, V>) -> Step,
    ) -> Option<Outcome<'g, K, V>> {
        match decide(None, draft) {
            Step::Remove | Step::Leave => return Some(Outcome::Left(None)),
            Step::Put => {}
        }
        if chain.is_old() {
            // An old chain that is full is evacuated, never extended.
            hit(Branch::OldChainFull);
            self.unblock(draft.hash, &draft.local, guard);
            return None;
        }
        match self.make_room(chain.table, &draft.local, guard) {
            Room::Resizing => return None,
            Room::Append => {}
        }
        let bucket = chain.table.overflow.allocate();
        bucket.slot(0).fill_private(draft.word(chain.tag));
        reach(Point::BeforeAppend);
        if !tail.append(bucket) {
            // Never seen by anybody, and left unused in its slab.
            hit(Branch::AppendLost);
            bucket.slot(0).clear_private();
            return None;
        }
        let new = draft.linked();
        reach(Point::Appended);
        chain.table.overflow.count();
        draft.local.count(chain.table.era, 1);
        Some(Outcome::Inserted(new))
    }
}
