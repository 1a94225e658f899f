//! When a table gets a successor, and how large that is. Nothing is changed here.
//!
//! | asked | where | what may follow |
//! |---|---|---|
//! | [`RawMap::due`] | where a chain is full: no other write pays for the decision | a growth, a rebuild, or a shrink |
//! | [`RawMap::sparse`] | where a thread has filled a bag with retired entries, and where a resize that does not grow has ended | a shrink, if the map was built so |

use core::ops::RangeInclusive;

use super::raw::{NEVER, RawMap};
use crate::layout::Layout;
use crate::layout::hash::Shape;
use crate::layout::tag::Tag;
use crate::observe::faults::fault;
use crate::sizes::{
    AUTO_FLOOR_BITS, DEAD_PART, FOURFOLD_BELOW_BITS, MAX_BITS, MAX_GROW_STEP, MAX_SHRINK_STEP,
    MIN_TAG_BITS, ROOMY, SPARSE,
};
use crate::table::{Haste, Table};

/// The size that is to follow, in bits.
#[derive(Clone)]
pub(super) struct Wanted {
    pub(super) bits: u32,
    /// Those that will do, if they have been begun with or there is no memory.
    pub(super) serving: RangeInclusive<u32>,
    pub(super) haste: Haste,
}

impl Wanted {
    /// The least that will do.
    pub(super) fn smallest(&self) -> Self {
        Wanted { bits: *self.serving.start(), ..self.clone() }
    }
}

/// The shape that follows `shape` when its size becomes `1 << bits`.
///
/// Growing by `d` bits moves the top `d` tag bits into the index; the bits that would have to come
/// in below are not in the word. When too few would be left, the evacuation reads the hashes and
/// all are known again. Shrinking gives bits back.
pub(super) fn successor(shape: Shape, bits: u32) -> Shape {
    let tag_bits = if bits > shape.bits() {
        let left = shape.tag_bits().saturating_sub(bits - shape.bits());
        if left < MIN_TAG_BITS && !fault!("stale_tag_bits") { Tag::WIDTH } else { left }
    } else {
        Tag::WIDTH.min(shape.tag_bits() + (shape.bits() - bits))
    };
    Shape::new(bits, tag_bits)
}

/// The fewest bits with which a table holds `entries` without growing; `None` if no table can.
pub(super) fn bits_for<L: Layout>(entries: usize) -> Option<u32> {
    let buckets = entries.div_ceil(L::LOAD).max(1 << L::MIN_BITS).checked_next_power_of_two()?;
    Some(buckets.trailing_zeros()).filter(|bits| *bits <= MAX_BITS)
}

impl<L: Layout> RawMap<L> {
    /// Has the map shrink by itself, but not below what `entries` need.
    pub(crate) fn shrink_by_itself(&mut self, entries: usize) {
        self.floor = bits_for::<L>(entries).map_or(NEVER, |bits| bits.max(AUTO_FLOOR_BITS));
    }

    /// What is to follow a table at rest of which a chain is full, if anything is. DEAD slots are
    /// worth a rebuild as far as they cannot be used where they are, and if this chain is full
    /// because of some: one that is full of entries would be so again.
    pub(super) fn due(&self, table: &Table<L>, has_dead: bool) -> Option<Wanted> {
        let (len, overflows) = (self.locals.len(table.era), table.overflow.linked());
        let (bits, buckets) = (table.shape.bits(), table.buckets());
        // A bucket has an overflow only if its slots were used up at some time, so that so many are
        // DEAD at least, whatever the hash.
        let dead = (L::SLOTS * overflows).saturating_sub(len);
        let (wanted, fewest) = if len > L::LOAD * buckets && bits < MAX_BITS {
            (bits + if bits < FOURFOLD_BELOW_BITS { MAX_GROW_STEP } else { 1 }, bits + 1)
        } else if !has_dead || DEAD_PART * dead < buckets {
            return None;
        } else {
            // More than half full it would be due again before long. (hashbrown grows from the same
            // limit on.)
            let wanted = bits + u32::from(2 * len > L::LOAD * buckets);
            (wanted.min(MAX_BITS), self.fewest_bits(table, len))
        };
        let overdue = len > L::OVERDUE_LOAD * buckets || overflows >= 2 * buckets;
        let haste = if overdue { Haste::Overdue } else { Haste::None };
        Some(Wanted { bits: wanted, serving: fewest..=wanted.max(bits + 1), haste })
    }

    /// Whether the map shrinks by itself, and this table, its root, is one that could become
    /// smaller.
    pub(super) fn may_shrink(&self, root: &Table<L>) -> bool {
        self.floor != NEVER && root.shape.bits() > self.floor && !root.is_filling()
    }

    /// The smaller table that is to follow one that has few entries for its size.
    pub(super) fn sparse(&self, root: &Table<L>) -> Option<Wanted> {
        let len = self.locals.len(root.era);
        if len >= root.buckets() * L::LOAD / SPARSE {
            return None;
        }
        let fewest = self.fewest_bits(root, len);
        let serving = fewest..=root.shape.bits();
        Some(Wanted { bits: fewest, serving, haste: Haste::Never })
    }

    /// The bits of the smallest table that may replace one at rest that has `len` entries.
    fn fewest_bits(&self, root: &Table<L>, len: usize) -> u32 {
        let bits = root.shape.bits();
        let roomy = bits_for::<L>(len.saturating_mul(ROOMY)).unwrap_or(bits);
        roomy.max(self.floor).max(bits.saturating_sub(MAX_SHRINK_STEP)).min(bits)
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;
    use crate::layout::Boxed;
    use crate::sizes::{LOAD, MIN_BITS};

    #[test]
    fn tag_bits_run_out_once_in_eight_doublings_and_shrinking_returns_them() {
        if Tag::WIDTH == 0 {
            return;
        }
        let mut shape = Shape::new(1, 16);
        let mut left = vec![];
        for bits in 2..=18 {
            shape = successor(shape, bits);
            left.push(shape.tag_bits());
        }
        assert_eq!(left[..9], [15, 14, 13, 12, 11, 10, 9, 8, 16]);
        assert_eq!(successor(Shape::new(10, 9), 10).tag_bits(), 9);
        assert_eq!(successor(Shape::new(10, 9), 7).tag_bits(), 12);
        assert_eq!(successor(Shape::new(10, 9), 1).tag_bits(), 16);
    }

    #[test]
    fn sizes_at_their_bounds() {
        assert_eq!(bits_for::<Boxed<(), ()>>(0), Some(MIN_BITS));
        assert_eq!(bits_for::<Boxed<(), ()>>(LOAD << 4), Some(4));
        assert_eq!(bits_for::<Boxed<(), ()>>((LOAD << 4) + 1), Some(5));
        assert_eq!(bits_for::<Boxed<(), ()>>(LOAD << MAX_BITS), Some(MAX_BITS));
        assert_eq!(bits_for::<Boxed<(), ()>>((LOAD << MAX_BITS) + 1), None);
        assert_eq!(bits_for::<Boxed<(), ()>>(usize::MAX), None);
    }
}
