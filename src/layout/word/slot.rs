//! The slot of one word, which is all of an entry: what is left of the key's hash, the value, and
//! the flags.
//!
//! ```text
//!   63                                                                       3 2   0
//!  +---------------------------------------------+----------------------------+-----+
//!  |  the key's hash, without what is implied    |           value            |flags|
//!  +---------------------------------------------+----------------------------+-----+
//! ```
//!
//! The flags are bit 0 FROZEN, bit 1 LIVE, bit 2 DEAD. The hash is a bijection of the key, a number
//! of as many bits. Where key and value leave no room for the flags, the top bits of the hash are
//! left out, up to three: the index of a bucket, of which a table has eight or more then, implies
//! them (quotienting). A word stays what it is when it moves from one table to the next.
//!
//! The states are those of `Pair` (`layout/pair/slot.rs`), and the arrows those of `Boxed`
//! (`layout/boxed/slot.rs`). Of a DEAD word all but the flags is the number that says
//! since when it is (`engine/reuse.rs`).
//!
//! On platforms with words of 32 bits there is no such slot.

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::kind::{FLAGS, Packed, Sought};
use crate::layout::Word as _;
use crate::layout::bits::Bits;
use crate::layout::copied::{Copied, Nothing, Whole};
use crate::layout::hash::Hash;
use crate::layout::tag::Tag;
use crate::memory::{Guard, Number};
use crate::observe::faults::{fault, unless_relaxed};
use crate::observe::hooks::{Branch, hit};
use crate::sync::{AcqRel, Acquire, AtomicUsize, Relaxed};

const FROZEN: u64 = 1;
const LIVE: u64 = 2;
const DEAD: u64 = 4;

/// Bits of the number in a DEAD word.
const NUMBER_BITS: u32 = if usize::BITS < 64 - FLAGS { usize::BITS } else { 64 - FLAGS };

/// A copy of a slot.
pub(crate) struct Word<K, V>(u64, PhantomData<(K, V)>);

impl<K, V> Clone for Word<K, V> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K, V> Copy for Word<K, V> {}

impl<K: Bits, V: Bits> Word<K, V> {
    #[inline(always)]
    fn of(bits: u64) -> Self {
        Word(bits, PhantomData)
    }

    /// What a LIVE word of this hash is, but for FROZEN and the value.
    #[inline(always)]
    pub(super) fn probe(hash: Hash) -> u64 {
        hash.bits() << Packed::<K, V>::IMPLIED | LIVE
    }

    /// What the scan looks for.
    #[inline(always)]
    pub(super) fn sought(probe: u64) -> Sought {
        Sought { mask: !(Packed::<K, V>::REST ^ (LIVE | DEAD)), bits: probe }
    }

    /// EMPTY, and DEAD, frozen or not.
    pub(super) const STATES: [Sought; 2] =
        [Sought { mask: !FROZEN, bits: 0 }, Sought { mask: DEAD, bits: DEAD }];

    /// What `kill` leaves.
    #[inline]
    fn dead(since: Number) -> Self {
        Self::of((since.kept(NUMBER_BITS) as u64) << FLAGS | DEAD)
    }
}

impl<K: Bits, V: Bits> Whole for Word<K, V> {
    #[inline(always)]
    fn live(entry: Copied) -> Self {
        Self::of(Self::probe(entry.hash) | entry.value << FLAGS)
    }
}

impl<'g, K: Bits, V: Bits> crate::layout::Word<'g, Packed<K, V>> for Word<K, V> {
    #[inline]
    fn is_frozen(self) -> bool {
        self.0 & FROZEN != 0
    }

    #[inline]
    fn is_empty(self) -> bool {
        self.0 & !FROZEN == 0
    }

    #[inline]
    fn is_dead(self) -> bool {
        self.0 & DEAD != 0
    }

    #[inline]
    fn is_live(self) -> bool {
        self.0 & LIVE != 0
    }

    #[inline]
    fn dead_for(self, now: Number) -> usize {
        debug_assert!(self.is_dead());
        now.steps_since((self.0 >> FLAGS) as usize, NUMBER_BITS)
    }

    fn tag(self) -> Tag {
        Tag::new(0)
    }

    #[inline(always)]
    fn whole(self, beside: Hash) -> Option<Hash> {
        let implied = Packed::<K, V>::IMPLIED;
        Some(beside.with_low((self.0 & !Packed::<K, V>::REST) >> implied, u64::BITS - implied))
    }

    #[inline]
    fn carries(self, probe: u64) -> bool {
        let of = Self::sought(probe);
        self.0 & of.mask == of.bits
    }

    #[inline]
    fn moved_under(self, _tag: Tag) -> Self {
        Self::of(self.0 & !FROZEN)
    }

    #[inline(always)]
    unsafe fn view(self, beside: Hash) -> Option<Copied>
    where
        Packed<K, V>: 'g,
    {
        let hash = self.whole(beside)?;
        let value = (self.0 & Packed::<K, V>::REST) >> FLAGS;
        self.is_live().then_some(Copied { hash, value })
    }

    fn retired(self) -> Option<NonNull<Nothing>> {
        None
    }

    #[inline]
    fn prefetch(self) {}
}

/// A slot of a bucket.
#[repr(transparent)]
pub(crate) struct Slot(AtomicUsize);

impl Slot {
    /// The bits alone, for the scan of a bucket.
    #[inline(always)]
    pub(super) fn bits(&self) -> u64 {
        // ORDERING: Relaxed: only compared. A LIVE slot never changes its key (I1), so a mismatch
        // seen here is final, and a candidate is loaded again with Acquire.
        self.0.load(Relaxed) as u64
    }

    #[cfg(all(test, not(evacmap_loom)))]
    pub(super) fn of_bits(bits: u64) -> Self {
        Slot(AtomicUsize::new(bits as usize))
    }

    #[inline]
    fn exchange(&self, seen: u64, word: u64) -> bool {
        // ORDERING: AcqRel on success, P1, though nothing stands behind the word: whoever builds on
        // the slot's history has acquired it. Relaxed on failure: what stands there instead is
        // loaded again before it is looked at; and a helper that sets EVACUATED because another has
        // filled the position passes that on by coherence alone.
        let order = unless_relaxed!("publish_relaxed", AcqRel);
        self.0.compare_exchange(seen as usize, word as usize, order, Relaxed).is_ok()
    }
}

impl<K: Bits, V: Bits> crate::layout::Slot<Packed<K, V>> for Slot {
    #[cfg(any(evacmap_loom, test))]
    fn empty() -> Self {
        Slot(AtomicUsize::new(0))
    }

    #[cfg(evacmap_loom)]
    fn frozen() -> Self {
        Slot(AtomicUsize::new(FROZEN as usize))
    }

    #[inline(always)]
    fn load(&self, _guard: &Guard) -> Word<K, V> {
        // ORDERING: Acquire, P1; P3: sees the new table whose evacuation froze the word.
        Word::of(self.0.load(Acquire) as u64)
    }

    #[inline]
    fn publish(&self, word: Word<K, V>) -> bool {
        self.exchange(0, word.0)
    }

    #[inline]
    fn replace(&self, seen: Word<K, V>, word: Word<K, V>) -> bool {
        debug_assert!(!seen.is_frozen() && seen.is_live());
        self.exchange(seen.0, word.0)
    }

    #[inline]
    fn kill(&self, seen: Word<K, V>, now: Number) -> bool {
        debug_assert!(!seen.is_frozen() && seen.is_live());
        let dead = if fault!("remove_empties") { 0 } else { Word::<K, V>::dead(now).0 };
        self.exchange(seen.0, dead)
    }

    #[inline]
    fn reuse(&self, seen: Word<K, V>, word: Word<K, V>) -> bool {
        debug_assert!(!seen.is_frozen() && seen.is_dead());
        self.exchange(seen.0, word.0)
    }

    #[inline]
    fn stamp_anew(&self, seen: Word<K, V>, now: Number) -> bool {
        debug_assert!(!seen.is_frozen() && seen.is_dead());
        self.exchange(seen.0, Word::<K, V>::dead(now).0)
    }

    #[inline]
    fn freeze(&self, _guard: &Guard) -> Word<K, V> {
        let seen = Word::of(self.bits());
        if seen.is_settled() {
            return seen;
        }
        let frozen = if fault!("no_freeze") { 0 } else { FROZEN as usize };
        // ORDERING: AcqRel. Acquire, P1: the word is released again by `place`. Release, P3:
        // whoever finds the word frozen has to find the new table at the root.
        let order = unless_relaxed!("freeze_relaxed", AcqRel);
        Word::of(self.0.fetch_or(frozen, order) as u64)
    }

    #[inline]
    fn place(&self, word: Word<K, V>) {
        debug_assert!(!word.is_frozen());
        // A failure is as good as success: the position was filled by another helper, and possibly
        // changed since.
        if !self.exchange(0, word.0) {
            hit(Branch::PlaceLost);
        }
    }

    fn discard(&self, seen: Word<K, V>) -> bool {
        self.exchange(seen.0 | FROZEN, Word::<K, V>::dead(Number::new(0)).0 | FROZEN)
    }

    fn fill_private(&self, word: Word<K, V>) {
        // ORDERING: Relaxed: the bucket is published afterwards, with Release, by the append (P2).
        self.0.store(word.0 as usize, Relaxed);
    }

    fn clear_private(&self) {
        // ORDERING: Relaxed: as above.
        self.0.store(0, Relaxed);
    }
}

#[cfg(all(test, not(evacmap_loom), target_pointer_width = "64"))]
mod tests {
    use super::*;
    use crate::layout::bijection::Bijection;
    use crate::layout::bits::low;
    use crate::layout::hash::Shape;
    use crate::layout::{Layout, Slot as _};
    use crate::sizes::REUSE;

    /// Keys and values at their ends come back from a word, in tables of every size.
    fn all_fit<K: Bits, V: Bits>() {
        assert!(Packed::<K, V>::FITS);
        let map = Bijection::of(9);
        let ends = |width: u32| [0, 1, 2, u64::MAX, u64::MAX - 1].map(|bits| low(bits, width));
        for bits in Packed::<K, V>::MIN_BITS..20 {
            let shape = Shape::new(bits, 0);
            for (key, value) in
                ends(K::WIDTH).into_iter().flat_map(|key| ends(V::WIDTH).map(|value| (key, value)))
            {
                let entry = Copied { hash: map.hash(key, K::WIDTH), value };
                let word = Word::<K, V>::live(entry);
                let home = shape.home(entry.hash);
                assert!(word.carries(Packed::<K, V>::probe(entry.hash, home.tag)));
                // SAFETY: it is in no map.
                let view = unsafe { word.view(shape.first(home.index)) };
                assert_eq!(view, Some(entry));
                assert_eq!(map.key(entry.hash, K::WIDTH), key);
            }
        }
    }

    #[test]
    fn what_fits_comes_back() {
        all_fit::<u32, u32>();
        all_fit::<u64, ()>();
        all_fit::<u32, u8>();
        all_fit::<u8, u32>();
        all_fit::<u16, (u32, u16)>();
        all_fit::<(), u32>();
        all_fit::<bool, char>();
        all_fit::<(u32, u16), (u8, [bool; 5])>();
        all_fit::<[bool; 3], ([bool; 61], ())>();
        const { assert!(!Packed::<u64, bool>::FITS && !Packed::<(), u64>::FITS) };
        assert_eq!((Packed::<u32, u32>::IMPLIED, Packed::<u32, u16>::IMPLIED), (3, 0));
    }

    #[test]
    fn every_arrow_of_the_truth_table() {
        type L = Packed<u32, u32>;
        let guard = crate::memory::pin();
        let now = guard.now();
        let hash = Bijection::of(3).hash(u64::from(u32::MAX), 32);
        let [first, second] =
            [0, u64::from(u32::MAX)].map(|value| Word::<u32, u32>::live(Copied { hash, value }));
        let load = |slot: &Slot| -> Word<u32, u32> { crate::layout::Slot::<L>::load(slot, &guard) };
        let frozen = |slot: &Slot| crate::layout::Slot::<L>::freeze(slot, &guard);

        let slot: Slot = crate::layout::Slot::<L>::empty();
        assert!(load(&slot).is_empty());
        assert!(slot.publish(first) && !slot.publish(second), "EMPTY is taken once");
        assert!(slot.replace(first, second) && !slot.replace(first, second));
        assert!(!slot.kill(first, now), "a remove acts on the word that it saw");
        let seen = frozen(&slot);
        assert!(!seen.is_frozen() && load(&slot).is_frozen());
        assert!(!slot.replace(second, first) && !slot.kill(second, now), "no change when frozen");
        assert!(slot.discard(seen) && !slot.discard(seen), "one winner");
        assert!(load(&slot).is_dead() && load(&slot).is_frozen());

        let slot: Slot = crate::layout::Slot::<L>::empty();
        slot.place(first);
        slot.place(second);
        assert_eq!(load(&slot).0, first.0, "the first helper's word stays");
        assert!(slot.kill(first, now) && load(&slot).is_dead());
        slot.place(second);
        assert!(!slot.publish(second) && load(&slot).is_dead());
        let dead = load(&slot);
        assert_eq!(dead.dead_for(now), 0);
        assert!(slot.reuse(dead, second) && !slot.reuse(dead, first));
        assert!(slot.kill(second, Number::new(5)));
        let dead = load(&slot);
        assert_eq!(dead.dead_for(Number::new(7)), 2);
        assert!(slot.stamp_anew(dead, Number::new(6)) && !slot.stamp_anew(dead, now));
        let dead = load(&slot);
        assert_eq!(dead.dead_for(Number::new(7)), 1);
        assert!(frozen(&slot).is_dead());
        assert_eq!(load(&slot).is_frozen(), REUSE);
        if REUSE {
            assert!(!slot.reuse(dead, first) && !slot.stamp_anew(dead, now), "final");
        }
    }
}
