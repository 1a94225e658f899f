//! Freezing a chain, word by word and in order: what evacuation and renewal begin with.
//!
//! A frozen EMPTY ends it: nothing can ever follow (ordered fill). A full bucket has its link
//! frozen too, unless that leads on.

use crate::layout::{Layout, Slot, Word};
use crate::memory::Guard;
use crate::sizes::SLOTS;
use crate::table::{Bucket, Lead};

/// Freezes a bucket, and gives each used slot with what stood in it. Whether all were used.
fn bucket<'g, L: Layout>(
    bucket: &'g Bucket<L>,
    guard: &'g Guard,
    mut each: impl FnMut(&'g L::Slot, L::Word<'g>),
) -> bool {
    for slot in bucket.slots() {
        let word = slot.freeze(guard);
        if word.is_empty() {
            return false;
        }
        each(slot, word);
    }
    true
}

/// Freezes a bucket that is no head, if there is one, and what follows it as far as it is used.
/// Returns how many there are.
fn rest<'g, L: Layout>(
    first: Option<&'g Bucket<L>>,
    guard: &'g Guard,
    mut each: impl FnMut(&'g L::Slot, L::Word<'g>),
) -> usize {
    let (mut next, mut buckets) = (first, 0);
    while let Some(present) = next {
        if !bucket(present, guard, &mut each) {
            // Behind it there may be others that stand alone, and are not used yet.
            return buckets + present.chain().count();
        }
        buckets += 1;
        next = present.freeze_end();
    }
    buckets
}

/// Freezes the chain of a source, and ends its renewals. Calls `each` with the used slots of its
/// last generation, in order, and what stood in them.
///
/// The head's slots come first. If one is EMPTY, the head was never full, has no overflow, and has
/// never been renewed. Else it is closed, and what is found then decides whether its words are the
/// chain's or copies, which nobody may follow (I9).
pub(super) fn source<'g, L: Layout>(
    head: &'g Bucket<L>,
    guard: &'g Guard,
    mut each: impl FnMut(&'g L::Slot, L::Word<'g>),
) {
    const { assert!(L::SLOTS <= SLOTS) };
    let (mut words, mut used) = ([None; SLOTS], 0);
    let is_full = bucket(head, guard, |_, word| {
        words[used] = Some(word);
        used += 1;
    });
    let lead = is_full.then(|| head.close(guard));
    if !lead.is_some_and(Lead::is_renewed) {
        let words = words.into_iter().flatten();
        head.slots().iter().zip(words).for_each(|(slot, word)| each(slot, word));
    }
    rest(lead.and_then(Lead::next), guard, each);
}

/// Freezes one generation of a chain that is to be renewed, and calls `each` with the words of its
/// used slots, in order. Returns how many buckets it has behind the head.
///
/// It goes by the link as that generation has it. The head's word, if it were read again, might
/// lead to what has been published since, and that would be frozen for nothing.
pub(super) fn generation<'g, L: Layout>(
    head: &'g Bucket<L>,
    lead: Lead<'g, L>,
    guard: &'g Guard,
    mut each: impl FnMut(L::Word<'g>),
) -> usize {
    if !lead.is_renewed() {
        let is_full = bucket(head, guard, |_, word| each(word));
        debug_assert!(is_full, "a head that has an overflow is full");
    }
    rest(lead.next(), guard, |_, word| each(word))
}
