//! Removed slots are used again, by age: what an insert may do with the DEAD words that it passes.
//!
//! **It is built with the private feature `_reuse` alone.** Where keys come and go it saves nine
//! rebuilds of ten, but each insert then looks at the ages of the DEAD words of its chain, and that
//! costs more than a share in a rebuild does: measured so far, a map is not faster with it, in any
//! layout. What a hot key did to its chain is mended by renewal (`renew`) without it. Without the
//! feature a DEAD word stays DEAD for as long as its generation lasts, and every argument that is
//! made for DEAD words that change holds all the more.
//!
//! Without that, a chain through which keys come and go would grow until its table is rebuilt. What
//! makes it hard is that two inserts of one key may look at a chain at different moments, choose
//! different slots, and both succeed. Here one compare-and-swap inserts and one removes, as
//! everywhere in the map. Nothing is claimed beforehand, and there is no fence and no version. The
//! clock of grace periods (`src/memory/collector/clock.rs`) does the rest: it bounds how far apart
//! the moments can be.
//!
//! # The rule
//!
//! A removal reads the clock under its guard, and writes DEAD with that number. An insert reads the
//! clock under its guard **before the first slot of its walk**, and the number belongs to that walk
//! and to no other: after anything that fails, the walk begins again at position 0, with a new
//! number `now`. Of the DEAD words that it passes it notes how old they are, which is `now` minus
//! their own number. Frozen ones are final, and are skipped. If its key is absent:
//!
//! 1. **There is an EMPTY slot**: the first one is taken. If it is beyond the head, the DEAD words
//!    that were passed in earlier buckets, and are two steps old or more, are *read a second time*
//!    before; if any has changed, the walk begins again.
//! 2. **Else, if the DEAD word that is oldest is three steps old or more**: it is taken, the first
//!    of equals.
//! 3. **Else, if none is two steps old**: a bucket is appended.
//! 4. **Else** every DEAD word that is two steps old is *stamped anew*, by a compare-and-swap to
//!    DEAD with `now`; if one fails, the walk begins again. Then a bucket is appended. So nobody
//!    ever waits for the clock.
//!
//! Where a guard is held for long the clock stands still and nothing gets older: chains grow and
//! tables are rebuilt.
//!
//! # What is used of the clock
//!
//! - **L** (5 there). An insert that has read n sees everything that was written by operations that
//!   had read n - 2 or less and had the same guard all the while. So of two operations neither of
//!   which has seen the other's end, the numbers differ by one at most.
//! - **+3** (6 there). When a slot is used again, nobody is left who saw its former content. So a
//!   LIVE slot that was seen under a guard belongs to the same key for as long as that is held, or
//!   is DEAD; an entry's address does not come back under a writer's eyes; and an iterator finds in
//!   the slots that it has noted what it noted there, or nothing.
//! - From L: while an insert with number n goes on, what is removed or stamped anew beside it gets
//!   n - 1 or more. So of the DEAD words that are two steps old for it there are never more, only
//!   fewer, and none of them changes and comes back as it was.
//!
//! # Why two inserts of one key meet
//!
//! Let A and B insert the same key into one chain, each at the end of a walk that did not find it,
//! in different slots, neither having seen the other's entry. Then their numbers differ by one at
//! most. *Seen* means read, in the order of the modifications of one word, or later in that order.
//!
//! **Both take an EMPTY slot, or append.** Slots fill in order and are never EMPTY again. The one
//! whose slot comes later has seen the earlier slot used, and it was first used by the other. So it
//! has seen the other's entry. Both appending is two swaps of one link.
//!
//! **Both take a DEAD slot**, A takes y and B takes x. B found x three steps old, so its number is
//! A's number minus 2, or less; by L, A saw that removal. It did not see what B put there, so it
//! saw the very same DEAD word, and so did B at y. If each held the other's slot for ripe, both
//! chose by the same order, and so the same slot. If B did not hold y for ripe, then y has a larger
//! number than x, and A, for which y was ripe, should have taken x. The other way round it is the
//! same.
//!
//! **A takes a DEAD slot x, B an EMPTY slot or a new bucket.** A saw no EMPTY slot; had it seen
//! B's slot used, it would have found B's entry, so B's slot was not in the chain when A came to
//! the end of it. B has passed x, and by L it found the DEAD word that A took, two steps old at
//! least. If B appends, it has not done so by 3. By 4 it has swapped the word that A swapped: one
//! of the two failed. So B takes an EMPTY slot, by 1, behind a link that A found missing. The
//! operation C which set that link has not been seen by A, so its number is A's minus 1 or more.
//! It too has passed x, and by L it saw that DEAD word or something later. If it saw the word, then
//! by 3 and 4 it has swapped it, and A failed. So C saw something later, before it set the link.
//! B followed the link and then read x a second time. That reading comes after C's, so it finds
//! something later too: x has changed, and B has begun again. (Of C's reading no more is used than
//! coherence, so the scan of a bucket may be relaxed.)
//!
//! That last case is why there is a second reading. The first form of this rule had none, and loom
//! did not see it: see `loom-tests/tests/blind_spot.rs`.
//!
//! The other orders are sound for simple reasons. Freezing a chain covers its DEAD words, and no
//! compare-and-swap here succeeds on a frozen word. So whatever was put into a chain was put there
//! before it was copied, and whoever works on the copy sees it. Where one insert passes a frozen
//! DEAD word, and another has seen it before it was frozen, the other's swap fails.
//!
//! # Counting in the place of remembering
//!
//! An insert does not remember each DEAD word but how many were two steps old. Of those there are
//! never more while it goes on, and none is replaced by another, so if a second count comes to the
//! same, each is as it was. So it is with stamping anew: a word that is still two steps old is the
//! one that was passed, and if as many were swapped as were counted, all were.
//!
//! # When the clock goes round
//!
//! A word keeps as much of the number as it has room for. What lies back by half of what it tells
//! apart, or more, may be of any age: it is *untold*. Such a word is stamped anew like one that is
//! two steps old, and nobody takes any slot by 2 who has passed one. So for two inserts that differ
//! by one step about it, one takes a slot by 2 and the other stamps it anew, and the two compete
//! for that word. Between untold and new lies half of the range, so nobody takes for new what
//! another takes for ripe.

use crate::layout::mask::Mask;
use crate::layout::{Layout, Slot, Word};
use crate::memory::{Guard, Number, UNTOLD};
use crate::observe::faults::fault;
use crate::observe::hooks::{Branch, hit};
use crate::sizes::REUSE;
use crate::table::Bucket;

/// Steps after which a DEAD word may be taken, by 2.
const RIPE: usize = 3;

/// Steps from which on another may hold it for ripe, so that it is not passed by: by L one less.
const NEARLY: usize = RIPE - 1;

/// What an insert has passed on its walk along a chain.
pub(super) struct Passed<'g, L: Layout> {
    pub(super) guard: &'g Guard,
    /// The clock, from before the walk.
    now: Number,
    /// The first bucket of the walk, once it has been left behind, and how many have been: they
    /// have no EMPTY slot.
    first: Option<&'g Bucket<L>>,
    buckets: usize,
    /// DEAD words in them, but for frozen ones.
    dead_words: usize,
    /// How many of those are nearly ripe or ripe, or untold.
    nearly: usize,
    /// The one of them that has been DEAD for longest, and for how many steps. One whose age is
    /// untold counts as the oldest.
    oldest: Option<(&'g L::Slot, L::Word<'g>)>,
    steps: usize,
}

impl<'g, L: Layout> Passed<'g, L> {
    /// At the beginning of a walk, before the first slot is read.
    #[inline]
    pub(super) fn new(guard: &'g Guard) -> Self {
        Passed {
            guard,
            now: guard.now(),
            first: None,
            buckets: 0,
            dead_words: 0,
            nearly: 0,
            oldest: None,
            steps: 0,
        }
    }

    /// Leaves a bucket behind that has no EMPTY slot. `false` if one that was DEAD is so no longer:
    /// the bucket is to be looked at again, for it may be the key's own.
    #[inline]
    pub(super) fn leave(&mut self, bucket: &'g Bucket<L>, dead: Mask) -> bool {
        if !REUSE {
            return true;
        }
        if dead.lowest().is_some() && !self.note(bucket, dead) {
            return false;
        }
        self.first = self.first.or(Some(bucket));
        self.buckets += 1;
        true
    }

    #[inline(never)]
    fn note(&mut self, bucket: &'g Bucket<L>, dead: Mask) -> bool {
        let (guard, now) = (self.guard, self.now);
        let (mut words, mut nearly) = (0, 0);
        let (mut steps, mut oldest) = (self.steps, None);
        for index in dead {
            let slot = bucket.slot(index);
            let word = slot.load(guard);
            if !word.is_dead() {
                hit(Branch::ReusedMeanwhile);
                return false;
            }
            if word.is_frozen() {
                continue;
            }
            let age = word.dead_for(now);
            words += 1;
            nearly += usize::from(age >= NEARLY);
            if age > steps && !(fault!("reuse_first_not_oldest") && steps >= RIPE) {
                (steps, oldest) = (age, Some((slot, word)));
            }
        }
        self.dead_words += words;
        self.nearly += nearly;
        if oldest.is_some() {
            (self.steps, self.oldest) = (steps, oldest);
        }
        true
    }

    /// Whether any DEAD word was passed that could not be used.
    pub(super) fn has_dead(&self) -> bool {
        !REUSE || self.dead_words > 0
    }

    /// By 2, if there was no EMPTY slot: the slot to be taken, and what it was seen to be.
    #[inline]
    pub(super) fn ripe(&self) -> Option<(&'g L::Slot, L::Word<'g>)> {
        let (slot, word) = if REUSE { self.oldest? } else { return None };
        let steps = match fault!("reuse_number_after_walk") {
            true => word.dead_for(self.guard.now()),
            false => self.steps,
        };
        let wait = if fault!("reuse_after_two_steps") { NEARLY } else { RIPE };
        (steps >= wait && steps != UNTOLD).then_some((slot, word))
    }

    /// By 1, before the EMPTY slot is taken: whether what was passed is as it was.
    #[inline]
    pub(super) fn still_stands(&self) -> bool {
        !REUSE || self.nearly == 0 || fault!("reuse_no_second_reading") || self.read_again()
    }

    #[inline(never)]
    fn read_again(&self) -> bool {
        let left = self.words().filter(|(_, word)| self.is_nearly_ripe(*word)).count();
        hit(if left == self.nearly { Branch::ReadAgain } else { Branch::ChangedMeanwhile });
        left == self.nearly
    }

    /// By 4, before a bucket is appended: `false` if a word has changed.
    #[must_use]
    pub(super) fn stamp_anew(&self) -> bool {
        if !REUSE || self.nearly == 0 || fault!("reuse_no_stamping_anew") {
            return true;
        }
        let nearly = self.words().filter(|(_, word)| self.is_nearly_ripe(*word));
        let stamped = nearly.filter(|(slot, word)| slot.stamp_anew(*word, self.now)).count();
        let all = stamped == self.nearly;
        hit(if all { Branch::StampedAnew } else { Branch::StampLost });
        all || fault!("reuse_lost_stamp_ignored")
    }

    /// What stands now in the buckets that were left behind.
    fn words(&self) -> impl Iterator<Item = (&'g L::Slot, L::Word<'g>)> {
        let buckets = self.first.into_iter().flat_map(Bucket::chain).take(self.buckets);
        let slots = buckets.flat_map(Bucket::slots);
        slots.map(|slot| (slot, slot.load(self.guard)))
    }

    fn is_nearly_ripe(&self, word: L::Word<'g>) -> bool {
        word.is_dead() && !word.is_frozen() && word.dead_for(self.now) >= NEARLY
    }
}
