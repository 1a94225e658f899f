//! The slot of two words: the key half, which says everything about the slot's state, and the value
//! half, which is nothing but the value.
//!
//! ```text
//!   63                                           3 2   0     63                              0
//!  +----------------------------------------------+-----+   +---------------------------------+
//!  |  the key's hash, without its top three bits  |flags|   |              value              |
//!  +----------------------------------------------+-----+   +---------------------------------+
//!                     key half                                          value half
//! ```
//!
//! The flags are bit 0 FROZEN, bit 1 LIVE, bit 2 DEAD. The hash is a bijection of the key
//! (`layout/bijection.rs`), and the index of a bucket is its top bits. So a table of eight buckets
//! or more implies the three bits that the flags have taken the place of (quotienting), every key
//! and every value of 64 bits fits, none is a sentinel, and a word stays what it is when it moves
//! from one table to the next.
//!
//! # Truth table
//!
//! | key half | flags | state | value half | written by |
//! |---|---|---|---|---|
//! | 0 | none | EMPTY | 0 | nobody: fresh memory |
//! | hash | LIVE | LIVE | the value | `publish`, `replace`, `reuse`, `place` |
//! | a number | DEAD | DEAD | the last value | `kill`, `stamp_anew` |
//! | as it was | and FROZEN | as it was | as it was | `freeze` |
//! | a number | DEAD, FROZEN | DEAD, frozen | the last value | `discard`; `freeze` |
//!
//! The arrows are those of `Boxed` (`layout/boxed/slot.rs`). All but `freeze` are one exchange of
//! both halves; `freeze` sets one bit of the key half. The number of a DEAD word says since when it
//! is (`engine/reuse.rs`), and has 61 bits of room.
//!
//! # Why two loads are one read
//!
//! A slot is read in two steps: the key half at one moment, the value half at a later one. Between
//! them lies no pin: both are read under the same guard. The pair that comes of it was in the slot
//! at one moment not before the first step, and not after the second:
//!
//! - **LIVE was read.** Under a guard the slot belongs to that key from then on (I1): it can be
//!   replaced, frozen, moved away from, or killed, and it does not become another key's. (Where
//!   DEAD slots are used again, that takes as many steps of the clock as no guard survives that was
//!   held when the slot was killed; so not while this guard is held, under which it was seen LIVE.)
//!   As long as it is LIVE the value half is the key's value of that very moment. If it is killed
//!   or discarded between the steps, the value half keeps what it was, and that was the key's
//!   value until then, which is after the first step. `freeze` does not touch it. So the value that
//!   was read was that of the key at some moment between the two steps: the moment of the second,
//!   or that just before the kill.
//! - **EMPTY or DEAD was read.** The value half is not looked at by anybody, but as what an
//!   exchange compares. An exchange succeeds only if both halves are there at once.
//!
//! The flags are of the first step. A writer that acts on a pair does so by an exchange, which
//! fails if either half has changed since; if it was replaced between the steps, the pair is the
//! newer one, and was in the slot as it is. A reader that finds a word not frozen may rely on that
//! for the moment of the first step; the moment at which the value was current may be later, and
//! the slot frozen by then. That is as if it had been frozen right after a read of one step.
//!
//! The latter is what an iteration relies on (it reads the root after the word, and takes a word
//! that is not frozen for current): the table of the word was the truth at the first step. If the
//! value is of a later moment, it is one that was put in after that, in the slot that was the
//! key's, so it was current when it was put in; and that was within the same call.
//!
//! A chain that is renewed, or a group that is evacuated, reads its words after they have been
//! frozen. Then neither half changes any more, but by `discard`, which keeps the value.

use core::ptr::NonNull;

use super::kind::Pair;
use crate::layout::Word as _;
use crate::layout::copied::{Copied, Nothing, Whole};
use crate::layout::hash::Hash;
use crate::layout::tag::Tag;
use crate::memory::{Guard, Number};
use crate::observe::faults::fault;
use crate::observe::hooks::{Branch, hit};
use crate::sync::AtomicPair;

const FROZEN: u64 = 1;
const LIVE: u64 = 2;
const DEAD: u64 = 4;
const FLAGS: u32 = 3;

/// Those of the number in a DEAD word.
const NUMBER_BITS: u32 = if usize::BITS < 64 - FLAGS { usize::BITS } else { 64 - FLAGS };

/// The key half of a slot, on its own.
#[derive(Clone, Copy)]
pub(super) struct Key(u64);

impl Key {
    #[inline(always)]
    pub(super) fn carries(self, probe: u64) -> bool {
        self.0 & !FROZEN == probe
    }

    #[inline(always)]
    pub(super) fn is_empty(self) -> bool {
        self.0 & !FROZEN == 0
    }

    #[inline(always)]
    pub(super) fn is_dead(self) -> bool {
        self.0 & DEAD != 0
    }
}

/// A copy of a slot, read under a guard.
#[derive(Clone, Copy)]
pub(crate) struct Word {
    key: Key,
    value: u64,
}

impl Word {
    /// As many as there are flags.
    pub(super) const IMPLIED_BITS: u32 = FLAGS;

    /// What a LIVE key half of this hash is, but for FROZEN.
    #[inline(always)]
    pub(super) fn probe(hash: Hash) -> u64 {
        hash.bits() << FLAGS | LIVE
    }

    #[inline(always)]
    fn halves(self) -> [u64; 2] {
        [self.key.0, self.value]
    }

    #[inline(always)]
    fn of([key, value]: [u64; 2]) -> Self {
        Word { key: Key(key), value }
    }

    /// What `kill` leaves.
    #[inline]
    fn dead(self, since: Number) -> Self {
        Word { key: Key((since.kept(NUMBER_BITS) as u64) << FLAGS | DEAD), value: self.value }
    }

    #[inline]
    fn frozen(self) -> Self {
        Word { key: Key(self.key.0 | FROZEN), value: self.value }
    }
}

impl Whole for Word {
    #[inline(always)]
    fn live(entry: Copied) -> Self {
        Word { key: Key(Self::probe(entry.hash)), value: entry.value }
    }
}

impl<'g> crate::layout::Word<'g, Pair> for Word {
    #[inline]
    fn is_frozen(self) -> bool {
        self.key.0 & FROZEN != 0
    }

    #[inline]
    fn is_empty(self) -> bool {
        self.key.is_empty()
    }

    #[inline]
    fn is_dead(self) -> bool {
        self.key.is_dead()
    }

    #[inline]
    fn is_live(self) -> bool {
        self.key.0 & LIVE != 0
    }

    #[inline]
    fn dead_for(self, now: Number) -> usize {
        debug_assert!(self.is_dead());
        now.steps_since((self.key.0 >> FLAGS) as usize, NUMBER_BITS)
    }

    fn tag(self) -> Tag {
        Tag::new(0)
    }

    #[inline(always)]
    fn whole(self, beside: Hash) -> Option<Hash> {
        Some(beside.with_low(self.key.0 >> FLAGS, u64::BITS - FLAGS))
    }

    #[inline]
    fn carries(self, probe: u64) -> bool {
        self.key.carries(probe)
    }

    #[inline]
    fn moved_under(self, _tag: Tag) -> Self {
        Word { key: Key(self.key.0 & !FROZEN), value: self.value }
    }

    #[inline(always)]
    unsafe fn view(self, beside: Hash) -> Option<Copied>
    where
        Pair: 'g,
    {
        let hash = self.whole(beside)?;
        self.is_live().then_some(Copied { hash, value: self.value })
    }

    fn retired(self) -> Option<NonNull<Nothing>> {
        None
    }

    #[inline]
    fn prefetch(self) {}
}

/// A slot of a bucket.
#[repr(transparent)]
pub(crate) struct Slot(AtomicPair);

impl Slot {
    /// A slot of the table that a new map starts with.
    #[cfg(not(evacmap_loom))]
    pub(crate) const fn frozen() -> Self {
        Slot(AtomicPair::new([FROZEN, 0]))
    }

    /// The key half alone, for the scan of a bucket.
    #[inline(always)]
    pub(super) fn peek(&self) -> Key {
        // ORDERING: Relaxed: only compared. A LIVE slot never changes its key (I1), so a mismatch
        // seen here is final, and a candidate is loaded again with Acquire.
        Key(self.0.peek())
    }

    #[inline(always)]
    fn exchange(&self, seen: Word, word: Word) -> bool {
        // ORDERING: AcqRel on success, P1: whoever reads the key half reads this value half, or a
        // later one. A failure is not looked at.
        self.0.exchange(seen.halves(), word.halves())
    }
}

/// EMPTY, as it comes from the allocator.
const EMPTY: Word = Word { key: Key(0), value: 0 };

impl crate::layout::Slot<Pair> for Slot {
    #[cfg(any(evacmap_loom, test))]
    fn empty() -> Self {
        Slot(AtomicPair::new([0, 0]))
    }

    #[cfg(evacmap_loom)]
    fn frozen() -> Self {
        Slot(AtomicPair::new([FROZEN, 0]))
    }

    #[inline(always)]
    fn load(&self, _guard: &Guard) -> Word {
        // ORDERING: Acquire, P1: the value half is of that moment, or later; P3: sees the new table
        // whose evacuation froze the word.
        Word::of(self.0.load())
    }

    #[inline]
    fn publish(&self, word: Word) -> bool {
        self.exchange(EMPTY, word)
    }

    #[inline]
    fn replace(&self, seen: Word, word: Word) -> bool {
        debug_assert!(seen.key.0 & (LIVE | FROZEN) == LIVE);
        self.exchange(seen, word)
    }

    #[inline]
    fn kill(&self, seen: Word, now: Number) -> bool {
        debug_assert!(seen.key.0 & (LIVE | FROZEN) == LIVE);
        let dead = if fault!("remove_empties") { EMPTY } else { seen.dead(now) };
        self.exchange(seen, dead)
    }

    #[inline]
    fn reuse(&self, seen: Word, word: Word) -> bool {
        debug_assert!(seen.key.0 & (DEAD | FROZEN) == DEAD);
        self.exchange(seen, word)
    }

    #[inline]
    fn stamp_anew(&self, seen: Word, now: Number) -> bool {
        debug_assert!(seen.key.0 & (DEAD | FROZEN) == DEAD);
        self.exchange(seen, seen.dead(now))
    }

    #[inline]
    fn freeze(&self, _guard: &Guard) -> Word {
        let seen = Word { key: self.peek(), value: 0 };
        if seen.is_settled() {
            return seen;
        }
        let frozen = if fault!("no_freeze") { 0 } else { FROZEN };
        // ORDERING: AcqRel, P1, and P3: whoever finds the word frozen has to find the new table at
        // the root.
        self.0.or_first(frozen);
        // Frozen, by this or another: both halves stay (I3), but for `discard`.
        let [key, value] = self.0.load();
        Word::of([key & !FROZEN, value])
    }

    #[inline]
    fn place(&self, word: Word) {
        debug_assert!(word.key.0 & (LIVE | FROZEN) == LIVE);
        // A failure is as good as success: the position was filled by another helper, and possibly
        // changed since.
        if !self.exchange(EMPTY, word) {
            hit(Branch::PlaceLost);
        }
    }

    fn discard(&self, seen: Word) -> bool {
        self.exchange(seen.frozen(), seen.dead(Number::new(0)).frozen())
    }

    fn fill_private(&self, word: Word) {
        // SAFETY: the caller's bucket is one that nobody else can see yet. It is published
        // afterwards, with Release, by the append (P2).
        unsafe { self.0.set_unseen(word.halves()) };
    }

    fn clear_private(&self) {
        // SAFETY: as above.
        unsafe { self.0.set_unseen(EMPTY.halves()) };
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;
    use crate::layout::Slot as _;
    use crate::layout::bijection::Bijection;
    use crate::layout::hash::Shape;
    use crate::sizes::REUSE;

    fn word(key: u64, value: u64) -> (Hash, Word) {
        let hash = Bijection::of(3).hash(key, 64);
        (hash, Word::live(Copied { hash, value }))
    }

    /// The arrows of a DEAD slot.
    fn used_again(slot: &Slot, [first, second]: [Word; 2], guard: &Guard) {
        let now = guard.now();
        let dead = slot.load(guard);
        assert_eq!(dead.dead_for(now), 0);
        assert!(slot.reuse(dead, second) && !slot.reuse(dead, first));
        assert_eq!(slot.load(guard).halves(), second.halves());
        assert!(slot.kill(second, Number::new(5)));
        let dead = slot.load(guard);
        assert_eq!(dead.dead_for(Number::new(7)), 2);
        assert!(slot.stamp_anew(dead, Number::new(6)) && !slot.stamp_anew(dead, now));
        let dead = slot.load(guard);
        assert_eq!((dead.dead_for(Number::new(7)), dead.value), (1, u64::MAX));
        assert!(slot.freeze(guard).is_dead());
        assert_eq!(slot.load(guard).is_frozen(), REUSE);
        if REUSE {
            assert!(!slot.reuse(dead, first) && !slot.stamp_anew(dead, now), "final");
        }
    }

    #[test]
    fn every_arrow_of_the_truth_table() {
        if !AtomicPair::is_supported() {
            return;
        }
        let guard = crate::memory::pin();
        let now = guard.now();
        for key in [0, 1, 7, u64::MAX, 1 << 63] {
            let (hash, first) = word(key, 0);
            let (_, second) = word(key, u64::MAX);
            let value = |word: Word| {
                // SAFETY: nobody else has the slot.
                unsafe { word.view(hash) }.map(|view| (view.hash, view.value))
            };

            let slot = Slot::empty();
            assert!(slot.load(&guard).is_empty() && value(slot.load(&guard)).is_none());
            assert!(slot.publish(first) && !slot.publish(second), "EMPTY is taken once");
            assert_eq!(value(slot.load(&guard)), Some((hash, 0)));
            assert!(slot.replace(first, second) && !slot.replace(first, second));
            assert_eq!(value(slot.load(&guard)), Some((hash, u64::MAX)));
            assert!(!slot.kill(first, now), "a remove acts on the word that it saw");

            let seen = slot.freeze(&guard);
            assert!(!seen.is_frozen() && slot.load(&guard).is_frozen());
            assert!(
                !slot.replace(second, first) && !slot.kill(second, now),
                "no change when frozen"
            );
            assert_eq!(value(slot.load(&guard)), Some((hash, u64::MAX)), "read through FROZEN");
            assert_eq!(value(seen.moved_under(Tag::new(0))), Some((hash, u64::MAX)));
            assert!(slot.discard(seen) && !slot.discard(seen), "one winner");
            let dead = slot.load(&guard);
            assert!(dead.is_dead() && dead.is_frozen() && value(dead).is_none());
            assert_eq!(dead.value, u64::MAX, "a DEAD slot keeps its last value");

            let slot = Slot::empty();
            slot.place(first);
            slot.place(second);
            assert_eq!(value(slot.load(&guard)), Some((hash, 0)), "the first helper's word stays");
            assert!(slot.kill(first, now) && slot.load(&guard).is_dead());
            slot.place(second);
            assert!(!slot.publish(second) && slot.load(&guard).is_dead());
            used_again(&slot, [first, second], &guard);

            let slot = Slot::frozen();
            let seen = slot.load(&guard);
            assert!(seen.is_empty() && !slot.publish(first), "a frozen EMPTY takes nothing");
        }
    }

    #[test]
    fn a_bucket_of_eight_or_more_implies_what_the_word_does_not_say() {
        for bits in 3..20 {
            let shape = Shape::new(bits, 0);
            for key in (0..1000).chain([u64::MAX, 1 << 63]) {
                let (hash, word) = word(key, 1);
                let home = shape.home(hash);
                assert_eq!(word.whole(shape.first(home.index)), Some(hash));
                assert!(word.carries(Pair::probe(hash, home.tag)));
            }
        }
    }

    use crate::layout::Layout as _;
}
