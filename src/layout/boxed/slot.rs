//! The slot word: one machine word that says everything about a slot, and every transition that it
//! can make.
//!
//! On 64-bit platforms whose user addresses leave the top 16 bits free:
//!
//! ```text
//!   63            48 47                       3 2   0
//!  +----------------+--------------------------+-----+
//!  |      tag       |   entry (8-aligned)      |flags|      flags: bit 0 FROZEN, bit 1 LIVE, bit 2 DEAD
//!  +----------------+--------------------------+-----+
//! ```
//!
//! Elsewhere (32-bit, Android's tagged heap, anything unknown, or the feature `_no_tags`) there is
//! no tag: every used slot is a candidate and the hash in the entry decides.
//!
//! A DEAD word has a number of the clock in the place of the entry, as much of it as fits: 45 bits,
//! or 61 without a tag, or 29 on 32-bit platforms. A clock that goes round is dealt with
//! (`engine/reuse.rs`).
//!
//! # Truth table
//!
//! | tag | entry | DEAD | LIVE | FROZEN | state | a reader | a writer | written by |
//! |---|---|---|---|---|---|---|---|---|
//! | 0 | 0 | 0 | 0 | 0 | EMPTY | the chain ends: absent | the first one is where an insert goes, if there is one | nobody: fresh memory |
//! | t | e | 0 | 1 | 0 | LIVE | compares tag, hash, key | replaces or removes by CAS | `publish`, `replace`, `reuse`, `place` |
//! | 0 | n | 1 | 0 | 0 | DEAD since n | skips | skips, or uses it again (I1) | `kill`, `stamp_anew` |
//! | 0 | 0 | 0 | 0 | 1 | EMPTY, frozen | the chain ends: absent | the chain ends: evacuate, start again | `freeze` |
//! | t | e | 0 | 1 | 1 | LIVE, frozen | as LIVE: still the truth for it | evacuate, start again | `freeze` |
//! | 0 | n | 1 | 0 | 1 | DEAD, frozen | skips | skips | `freeze`; `discard`, with a number of no meaning |
//!
//! No other pattern is ever written.
//!
//! # Legal arrows
//!
//! ```text
//!  EMPTY --publish--> LIVE --replace--> LIVE' --kill--> DEAD(n)   by operations, on no frozen word
//!  DEAD(n) --reuse--> LIVE          DEAD(n) --stamp_anew--> DEAD(m)  by inserts, on no frozen word
//!  EMPTY --place----> LIVE                                         by evacuation, in a destination
//!  any   --freeze---> same | FROZEN                                by evacuation, in a source; not
//!                                                                  if it is DEAD for good
//!  LIVE | FROZEN --discard--> DEAD | FROZEN                        by `clear`, in a source
//! ```
//!
//! LIVE has a flag of its own so that one test tells it from both others.

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::entry::Entry;
use super::kind::Boxed;
use crate::layout::Word as _;
use crate::layout::hash::Hash;
use crate::layout::tag::{TAG_MASK, Tag};
use crate::memory::{Guard, Number};
use crate::observe::faults::{fault, unless_relaxed};
use crate::observe::hooks::{Branch, hit};
use crate::sync::{AcqRel, Acquire, AtomicPtr, Relaxed};

pub(super) const FROZEN: usize = 1;
const LIVE: usize = 2;
pub(super) const DEAD: usize = 4;
const FLAGS: usize = 7;

const ENTRY_MASK: usize = !(TAG_MASK | FLAGS);

/// The place of the number in a DEAD word.
const NUMBER_SHIFT: u32 = FLAGS.count_ones();
pub(super) const NUMBER_BITS: u32 = ENTRY_MASK.count_ones();

const _: () =
    assert!(align_of::<Entry<u8, u8>>() > FLAGS, "the flags fit below an entry's address");

/// A copy of a slot word, read with Acquire while the guard of lifetime `'g` was held.
pub(crate) struct Word<'g, K, V>(*mut Entry<K, V>, PhantomData<&'g ()>);

impl<K, V> Clone for Word<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K, V> Copy for Word<'_, K, V> {}

impl<K, V> Word<'_, K, V> {
    fn from_bits(bits: *mut Entry<K, V>) -> Self {
        Word(bits, PhantomData)
    }

    /// The word of a live entry. To look at the entry through it takes a promise of its own, that
    /// of [`view`](crate::layout::Word::view).
    #[inline]
    pub(crate) fn live(entry: NonNull<Entry<K, V>>, tag: Tag) -> Self {
        Self::from_bits(entry.as_ptr().map_addr(|address| address | tag.bits() | LIVE))
    }

    fn dead(since: Number) -> Self {
        let number = since.kept(NUMBER_BITS) << NUMBER_SHIFT;
        Self::from_bits(core::ptr::without_provenance_mut(number | DEAD))
    }

    /// The entry's address, if LIVE.
    #[inline]
    pub(crate) fn pointer(self) -> *mut Entry<K, V> {
        self.0.map_addr(|address| address & ENTRY_MASK)
    }
}

impl<'g, K, V> crate::layout::Word<'g, Boxed<K, V>> for Word<'g, K, V> {
    #[inline]
    fn is_frozen(self) -> bool {
        self.0.addr() & FROZEN != 0
    }

    #[inline]
    fn is_empty(self) -> bool {
        self.0.addr() & !FROZEN == 0
    }

    #[inline]
    fn is_dead(self) -> bool {
        self.0.addr() & DEAD != 0
    }

    #[inline]
    fn is_live(self) -> bool {
        self.0.addr() & LIVE != 0
    }

    #[inline]
    fn dead_for(self, now: Number) -> usize {
        debug_assert!(self.is_dead());
        now.steps_since((self.0.addr() & ENTRY_MASK) >> NUMBER_SHIFT, NUMBER_BITS)
    }

    #[inline]
    fn tag(self) -> Tag {
        Tag::new(self.0.addr())
    }

    #[inline(always)]
    fn whole(self, _beside: Hash) -> Option<Hash> {
        None
    }

    fn carries(self, tag: Tag) -> bool {
        self.tag() == tag
    }

    #[inline]
    fn moved_under(self, tag: Tag) -> Self {
        Self::from_bits(self.0.map_addr(|address| address & (ENTRY_MASK | LIVE) | tag.bits()))
    }

    #[inline]
    unsafe fn view(self, _beside: Hash) -> Option<&'g Entry<K, V>>
    where
        Boxed<K, V>: 'g,
    {
        if !self.is_live() {
            return None;
        }
        // SAFETY: LIVE, and read with Acquire from a slot (P1: the entry is initialised). By the
        // caller the entry was linked in the truth since the guard of `'g` was pinned. So by I7 it
        // is retired later than that, if at all, and by I8 not freed before the guard ends.
        let entry = unsafe { &*self.pointer() };
        entry.alive.check();
        Some(entry)
    }

    #[inline]
    fn retired(self) -> Option<NonNull<Entry<K, V>>> {
        if self.is_live() { NonNull::new(self.pointer()) } else { None }
    }

    #[inline]
    fn prefetch(self) {
        crate::memory::prefetch(self.pointer());
    }
}

/// A slot of a bucket.
#[repr(transparent)]
pub(crate) struct Slot<K, V>(AtomicPtr<Entry<K, V>>);

impl<K, V> Slot<K, V> {
    /// A slot of the table that a new map starts with.
    #[cfg(not(evacmap_loom))]
    pub(crate) const fn frozen() -> Self {
        Slot(AtomicPtr::new(core::ptr::without_provenance_mut(FROZEN)))
    }

    /// The bits alone, for the scan of a bucket: nothing behind them may be looked at.
    #[allow(dead_code)] // by the portable scan alone
    #[inline]
    pub(crate) fn peek(&self) -> usize {
        // ORDERING: Relaxed: only compared. A slot that is seen to be another key's is not the
        // walk's own for as long as its guard lasts (I1), so a mismatch seen here stands. What
        // matches, or is DEAD, is loaded again with Acquire.
        self.0.load(Relaxed).addr()
    }

    /// The one compare-and-swap of the crate's writes.
    #[inline]
    fn exchange(&self, seen: *mut Entry<K, V>, word: *mut Entry<K, V>) -> bool {
        // ORDERING: AcqRel on success. Release, P1: publishes the entry. Acquire: completes the
        // chain for whoever builds on the slot's history. Relaxed on failure: what stands there
        // instead is loaded again before it is looked at; and a helper that sets EVACUATED because
        // another has filled the position passes that on by coherence alone.
        let order = unless_relaxed!("publish_relaxed", AcqRel);
        self.0.compare_exchange(seen, word, order, Relaxed).is_ok()
    }
}

impl<K, V> crate::layout::Slot<Boxed<K, V>> for Slot<K, V> {
    #[cfg(any(evacmap_loom, test))]
    fn empty() -> Self {
        Slot(AtomicPtr::new(core::ptr::null_mut()))
    }

    #[cfg(evacmap_loom)]
    fn frozen() -> Self {
        Slot(AtomicPtr::new(core::ptr::without_provenance_mut(FROZEN)))
    }

    #[inline]
    fn load<'g>(&self, _guard: &'g Guard) -> Word<'g, K, V> {
        // ORDERING: Acquire, P1: sees the entry that `publish`, `replace` or `place` released; P3:
        // sees the new table whose evacuation froze the word.
        Word::from_bits(self.0.load(Acquire))
    }

    #[inline]
    fn publish(&self, word: Word<'_, K, V>) -> bool {
        self.exchange(core::ptr::null_mut(), word.0)
    }

    #[inline]
    fn replace(&self, seen: Word<'_, K, V>, word: Word<'_, K, V>) -> bool {
        debug_assert!(!seen.is_frozen() && seen.is_live());
        self.exchange(seen.0, word.0)
    }

    #[inline]
    fn kill(&self, seen: Word<'_, K, V>, now: Number) -> bool {
        debug_assert!(!seen.is_frozen() && seen.is_live());
        let dead = if fault!("remove_empties") {
            core::ptr::null_mut()
        } else {
            Word::<K, V>::dead(now).0
        };
        self.exchange(seen.0, dead)
    }

    #[inline]
    fn reuse(&self, seen: Word<'_, K, V>, word: Word<'_, K, V>) -> bool {
        debug_assert!(!seen.is_frozen() && seen.is_dead());
        self.exchange(seen.0, word.0)
    }

    #[inline]
    fn stamp_anew(&self, seen: Word<'_, K, V>, now: Number) -> bool {
        debug_assert!(!seen.is_frozen() && seen.is_dead());
        self.exchange(seen.0, Word::<K, V>::dead(now).0)
    }

    #[inline]
    fn freeze<'g>(&self, _guard: &'g Guard) -> Word<'g, K, V> {
        // ORDERING: Relaxed: what is DEAD and frozen is final and names nothing; of anything else
        // nothing is kept.
        let seen = Word::from_bits(self.0.load(Relaxed));
        if seen.is_settled() {
            return seen;
        }
        let frozen = if fault!("no_freeze") { 0 } else { FROZEN };
        // ORDERING: AcqRel. Acquire, P1: the entry's hash is read, and the entry is released again
        // by `place`. Release, P3: whoever finds the word frozen has to find the new table at the
        // root.
        Word::from_bits(self.0.fetch_or(frozen, unless_relaxed!("freeze_relaxed", AcqRel)))
    }

    #[inline]
    fn place(&self, word: Word<'_, K, V>) {
        debug_assert!(!word.is_frozen());
        // ORDERING: Relaxed: what a helper that stores instead would overwrite; only for the fault.
        let seen =
            if fault!("helper_stores") { self.0.load(Relaxed) } else { core::ptr::null_mut() };
        // A failure is as good as success: the position was filled by another helper, and possibly
        // changed since.
        if !self.exchange(seen, word.0) {
            hit(Branch::PlaceLost);
        }
    }

    fn discard(&self, seen: Word<'_, K, V>) -> bool {
        let frozen = seen.0.map_addr(|address| address | FROZEN);
        self.exchange(frozen, core::ptr::without_provenance_mut(DEAD | FROZEN))
    }

    fn fill_private(&self, word: Word<'_, K, V>) {
        // ORDERING: Relaxed: the bucket is published afterwards, with Release, by the append (P2).
        self.0.store(word.0, Relaxed);
    }

    fn clear_private(&self) {
        // ORDERING: Relaxed: as above.
        self.0.store(core::ptr::null_mut(), Relaxed);
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;
    use crate::layout::Slot as _;
    use crate::layout::hash::Shape;
    use crate::sizes::REUSE;

    fn entry() -> Entry<u32, u32> {
        Entry::new(Hash::finalise(7), 1, 2)
    }

    #[test]
    fn every_arrow_of_the_truth_table() {
        let guard = crate::memory::pin();
        let (mut one, mut two) = (entry(), entry());
        let tag = Shape::new(3, Tag::WIDTH).home(one.hash).tag;
        let first = Word::live(NonNull::from(&mut one), tag);
        let second = Word::live(NonNull::from(&mut two), tag);

        let slot = Slot::<u32, u32>::empty();
        assert!(slot.load(&guard).is_empty());
        assert!(slot.publish(first) && !slot.publish(second), "EMPTY is taken once");
        assert_eq!(slot.load(&guard).tag(), tag);
        assert!(slot.replace(first, second) && !slot.replace(first, second));
        assert!(!slot.kill(first, guard.now()), "a remove acts on the word that it saw");

        let seen = slot.freeze(&guard);
        assert!(!seen.is_frozen() && slot.load(&guard).is_frozen());
        assert!(!slot.replace(second, first), "frozen words do not change");
        assert!(!slot.kill(second, guard.now()), "frozen words do not change");
        assert!(
            slot.load(&guard).retired().is_some_and(|entry| Some(entry) == seen.retired()),
            "read through FROZEN"
        );
        assert!(slot.discard(seen) && !slot.discard(seen), "one winner");
        assert!(slot.load(&guard).is_dead() && slot.load(&guard).is_frozen());

        let slot = Slot::<u32, u32>::empty();
        slot.place(first);
        slot.place(second);
        assert_eq!(slot.load(&guard).pointer(), first.pointer(), "the first helper's word stays");
        assert!(slot.kill(first, guard.now()) && slot.load(&guard).is_dead());
        slot.place(second);
        assert!(slot.load(&guard).is_dead(), "a late helper cannot resurrect a removed key (I5)");
        assert!(!slot.publish(second), "DEAD is not EMPTY (I5)");

        let slot = Slot::<u32, u32>::frozen();
        assert!(
            slot.load(&guard).is_empty() && !slot.publish(first),
            "a frozen EMPTY takes nothing"
        );
    }

    #[test]
    fn a_dead_word_says_since_when_and_is_used_again_or_frozen() {
        let guard = crate::memory::pin();
        let mut one = entry();
        let tag = Shape::new(3, Tag::WIDTH).home(one.hash).tag;
        let live = Word::live(NonNull::from(&mut one), tag);
        let number = |steps: usize| Number::new((1_usize << (NUMBER_BITS - 1)) - 2 + steps);

        let slot = Slot::<u32, u32>::empty();
        assert!(slot.publish(live) && slot.kill(live, number(0)));
        let dead = slot.load(&guard);
        assert!(dead.is_dead() && !dead.is_live() && !dead.is_empty() && dead.retired().is_none());
        // SAFETY: nobody else is at the slot.
        assert!(unsafe { dead.view(one.hash) }.is_none());
        assert_eq!((dead.dead_for(number(0)), dead.dead_for(number(3))), (0, 3));

        assert!(slot.stamp_anew(dead, number(2)) && !slot.reuse(dead, live), "seen before");
        let dead = slot.load(&guard);
        assert_eq!(dead.dead_for(number(5)), 3);
        assert!(slot.reuse(dead, live) && !slot.stamp_anew(dead, number(5)));
        assert!(slot.load(&guard).is_live() && slot.kill(live, number(7)));

        let dead = slot.freeze(&guard);
        assert!(dead.is_dead() && !dead.is_frozen());
        assert_eq!(slot.freeze(&guard).dead_for(number(8)), 1);
        // Where slots are not used again, what is DEAD is final as it is.
        assert_eq!(slot.load(&guard).is_frozen(), REUSE);
        if REUSE {
            assert!(!slot.reuse(dead, live) && !slot.stamp_anew(dead, number(8)), "final");
        }
    }
}
