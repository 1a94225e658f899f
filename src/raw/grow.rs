//! Driving a resize: when, how big, starting it, sharing the work out, ending it. How a bucket
//! looks is not known here.
//!
//! # Protocol of the cursors
//!
//! `nevacuate` hands out groups, [`SHARE_GROUPS`] at a time; each helper evacuates its share and
//! adds the heads that it set INITIALISED to `evacuated`. Whoever brings `evacuated` to the number
//! of destinations promotes. That is the whole story as long as nobody stalls.
//!
//! A helper may stop for ever, with its share half done, or with a head INITIALISED and not yet
//! counted. So when the groups have all been handed out and `evacuated` is still short, writers
//! *sweep*: `swept` says that all groups below it are known to be evacuated; a sweeper makes the
//! next few so, evacuating whatever is not, and then moves `swept` past them by CAS. Several may do
//! the same groups; nobody depends on anybody. When `swept` reaches the end, the sweeper promotes.
//! (The count alone would not do: a helper that stops between setting a flag and counting it would
//! keep the old table linked and the next growth from ever starting.)

use core::cmp::Ordering;
use core::ops::RangeInclusive;

use super::RawMap;
use super::array::{Refused, fail};
use super::evacuate;
use super::hash::{Hash, Shape};
use super::lookup::Chain;
use super::sizes::{
    DEAD_PART, FOURFOLD_BELOW_BITS, LOAD, MAX_BITS, MAX_GROW_STEP, MAX_SHRINK_STEP, MIN_BITS,
    MIN_TAG_BITS, OVERDUE_LOAD, PREFETCH_GROUPS, SHARE_GROUPS, SHRINK_SHARE_SOURCES, SLOTS,
};
use super::slot::Tag;
use super::table::{Old, Table};
use crate::fault::{fault, unless_relaxed};
use crate::guard::Guard;
use crate::hooks::{Branch, Point, hit, reach};
use crate::reclaim::LocalRef;
use crate::sync::{AcqRel, Relaxed};

/// What a full chain leads to.
pub(super) enum Room {
    /// A resize has begun, here or elsewhere: start again.
    Resizing,
    /// Append an overflow bucket.
    Append,
}

/// How long a write waits for the table that others prepare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Haste {
    /// Until it is there, or overdue.
    None,
    /// No longer: what is left to be cleared is cleared at once.
    Overdue,
    /// For very long: it is never overdue.
    Never,
}

/// Why a table gets a successor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// More buckets.
    Grow,
    /// As many, without the DEAD slots (Go: sameSizeGrow).
    Rebuild,
    /// Fewer buckets.
    Shrink,
    /// As many, without any entry.
    Clear,
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
pub(super) fn bits_for(entries: usize) -> Option<u32> {
    let buckets = entries.div_ceil(LOAD).max(1 << MIN_BITS).checked_next_power_of_two()?;
    Some(buckets.trailing_zeros()).filter(|bits| *bits <= MAX_BITS)
}

/// Groups of a resize, and destinations: a group is a prefix of the index, as long as the smaller
/// table has bits.
fn groups<K, V>(new: &Table<K, V>, old: Old<'_, K, V>) -> usize {
    new.buckets().min(old.table().buckets())
}

impl<K, V> RawMap<K, V> {
    /// As [`RawMap::chain`], after doing this write's share of a running resize.
    #[inline]
    pub(super) fn chain_for_write<'g>(
        &'g self,
        hash: Hash,
        local: &LocalRef<'_, K, V>,
        guard: &'g Guard,
    ) -> Chain<'g, K, V> {
        let root = self.root(guard);
        if let Some(old) = root.old(guard)
            && local.tick()
        {
            self.share(root, old, SHARE_GROUPS, local, guard);
        }
        self.chain(hash, guard)
    }

    /// A frozen word, or a full old chain, stands in the way of a write: evacuates the group of
    /// `hash`, if the current resize has not done so yet. Returns having made sure that the write
    /// finds something else next time.
    #[cold]
    pub(super) fn unblock(&self, hash: Hash, local: &LocalRef<'_, K, V>, guard: &Guard) {
        hit(Branch::FrozenEnd);
        let root = self.root(guard);
        if root.is_placeholder() {
            self.install(root, MIN_BITS, guard).unwrap_or_else(|what| fail(what));
        } else if let Some(old @ Old::Source(source)) = root.old(guard)
            && !evacuate::is_settled(root, source, root.shape.place(hash).index)
        {
            let in_smaller =
                if root.buckets() < source.buckets() { root.shape } else { source.shape };
            let set = self.evacuate_group(root, old, in_smaller.place(hash).index, local, guard);
            self.account(root, old, set, local, guard);
        }
    }

    /// Puts a first table in the place of the placeholder.
    #[cold]
    fn install(&self, placeholder: &Table<K, V>, bits: u32, guard: &Guard) -> Result<(), Refused> {
        let first = Table::try_new(Shape::new(bits, Tag::WIDTH), 0)?;
        match self.swap_root(placeholder, first, guard) {
            // SAFETY: unlinked by the swap; it holds no entry.
            Ok(placeholder) => unsafe { guard.pin().retire_table(placeholder) },
            Err(_) => hit(Branch::InstallLost),
        }
        Ok(())
    }

    /// Decides what a full chain of the root's table leads to. Asked nowhere else, so that no write
    /// pays for the decision.
    pub(super) fn make_room(
        &self,
        table: &Table<K, V>,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) -> Room {
        local.give_some();
        if table.is_filling() {
            return Room::Append;
        }
        let (len, overflows) = (self.heap.len(table.era), table.overflow.linked());
        let Some((wanted, serving)) = self.due(table, len, overflows) else { return Room::Append };
        let overdue = len > OVERDUE_LOAD * table.buckets() || overflows >= 2 * table.buckets();
        let haste = if overdue { Haste::Overdue } else { Haste::None };
        let begin = |bits| self.try_replace(table, bits, serving.clone(), haste, local, guard);
        match begin(wanted).or_else(|_| begin(*serving.start())) {
            Ok(true) => Room::Resizing,
            Ok(false) => Room::Append,
            // Another has begun one, and may have had the memory.
            Err(_) if !core::ptr::eq(self.root(guard), table) => Room::Resizing,
            Err(what) if overdue => fail(what),
            // The present table will do for a while.
            Err(_) => Room::Append,
        }
    }

    /// The size, in bits, that is to follow that of a table of such content, if one is, and those
    /// that will do if they have been begun with, or there is no memory.
    fn due(
        &self,
        table: &Table<K, V>,
        len: usize,
        overflows: usize,
    ) -> Option<(u32, RangeInclusive<u32>)> {
        let (bits, buckets) = (table.shape.bits(), table.buckets());
        // A bucket has an overflow only if its slots are used up, so that so many are DEAD at
        // least, whatever the hash.
        let dead = (SLOTS * overflows).saturating_sub(len);
        let (wanted, fewest) = if len > LOAD * buckets && bits < MAX_BITS {
            (bits + if bits < FOURFOLD_BELOW_BITS { MAX_GROW_STEP } else { 1 }, bits + 1)
        } else if DEAD_PART * dead < buckets {
            return None;
        } else {
            // More than half full it would be due again before long. (hashbrown grows from the same
            // limit on.)
            let wanted = bits + u32::from(2 * len > LOAD * buckets);
            (wanted.min(MAX_BITS), self.fewest_bits(table, len))
        };
        Some((wanted, fewest..=wanted.max(bits + 1)))
    }

    /// Begins to replace a table that is at rest by one of `1 << wanted` buckets, or by one that is
    /// serving as well and has been begun with. `false` while that is being prepared.
    pub(super) fn try_replace(
        &self,
        table: &Table<K, V>,
        wanted: u32,
        serving: RangeInclusive<u32>,
        haste: Haste,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) -> Result<bool, Refused> {
        let serves = |shape: Shape| {
            serving.contains(&shape.bits()) && shape == successor(table.shape, shape.bits())
        };
        let Some(new) = local.prepare(successor(table.shape, wanted), table.era, haste, serves)?
        else {
            return Ok(false);
        };
        let kind = match new.buckets().cmp(&table.buckets()) {
            Ordering::Less => Kind::Shrink,
            Ordering::Equal => Kind::Rebuild,
            Ordering::Greater => Kind::Grow,
        };
        self.begin(table, new, kind, local, guard);
        Ok(true)
    }

    /// As `try_start`, with the standard ends for a failure.
    fn start(
        &self,
        table: &Table<K, V>,
        bits: u32,
        kind: Kind,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) -> bool {
        self.try_start(table, bits, kind, local, guard).unwrap_or_else(|what| fail(what))
    }

    /// Publishes an empty table that will be filled from `table`. Never while `table` is itself
    /// being filled.
    ///
    /// Returns whether it was this call that did it; if not, another resize began.
    fn try_start(
        &self,
        table: &Table<K, V>,
        bits: u32,
        kind: Kind,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) -> Result<bool, Refused> {
        let (shape, era) = match kind {
            Kind::Clear => (table.shape, table.era + 1),
            _ => (successor(table.shape, bits), table.era),
        };
        let new = Table::try_new(shape, era)?;
        Ok(self.begin(table, new, kind, local, guard))
    }

    /// As `try_start`, with a new table of the right shape.
    fn begin(
        &self,
        table: &Table<K, V>,
        mut new: Box<Table<K, V>>,
        kind: Kind,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) -> bool {
        debug_assert!(!table.is_filling());
        let buckets = new.buckets();
        new.succeed(self.root_pointer(guard), kind == Kind::Clear);
        let begun = new.progress.watch.begin(kind);
        reach(Point::BeforeStart);
        if let Err(unused) = self.swap_root(table, new, guard) {
            hit(Branch::StartLost);
            local.dispose(unused);
            return false;
        }
        self.tally.count(kind);
        self.heap.stop_preparing();
        reach(Point::Started);
        begun.started(self, table, buckets);
        true
    }

    /// Does up to `count` groups of the resize of `new`, and promotes if they were the last.
    /// Bounded work.
    pub(super) fn share(
        &self,
        new: &Table<K, V>,
        old: Old<'_, K, V>,
        count: usize,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) {
        local.give_some();
        let groups = groups(new, old);
        // Shrinking has several sources to a group.
        let sources = old.table().buckets() / groups;
        let count =
            if sources > 1 { count * SHRINK_SHARE_SOURCES / SHARE_GROUPS / sources } else { count };
        let count = count.clamp(1, groups);
        // ORDERING: Relaxed: a hint that saves the counter from running on.
        if new.progress.nevacuate.load(Relaxed) < groups {
            // ORDERING: Relaxed: hands out numbers; what was read or written is ordered by the
            // words themselves.
            let first = new.progress.nevacuate.fetch_add(count, Relaxed);
            if first < groups {
                reach(Point::ShareTaken);
                let taken = first..groups.min(first + count);
                if let Old::Source(old) = old {
                    evacuate::prefetch_entries(new, old, taken.clone(), guard);
                }
                let set = taken
                    .map(|group| {
                        old.table().prefetch(group + PREFETCH_GROUPS);
                        self.evacuate_group(new, old, group, local, guard)
                    })
                    .sum();
                return self.account(new, old, set, local, guard);
            }
        }
        if !fault!("no_sweep") {
            self.sweep(new, old, groups, count, local, guard);
        }
    }

    /// All groups are handed out: makes sure that the next few are done, whoever had them.
    #[cold]
    fn sweep(
        &self,
        new: &Table<K, V>,
        old: Old<'_, K, V>,
        groups: usize,
        count: usize,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) {
        // ORDERING: Relaxed: what was found done below it is seen through `account`, whose text
        // says why.
        let first = new.progress.swept.load(Relaxed);
        let end = groups.min(first + count);
        let mut set = 0;
        for group in first..end {
            if !evacuate::is_done(new, old, group) {
                hit(Branch::Swept);
                set += self.evacuate_group(new, old, group, local, guard);
            }
        }
        if set > 0 || !fault!("sweep_unordered") {
            self.account(new, old, set, local, guard);
        }
        // ORDERING: Relaxed, as above. A failure means that another sweeper was as far; the next
        // share goes on from there.
        let moved = new.progress.swept.compare_exchange(first, end, Relaxed, Relaxed).is_ok();
        if moved && end == groups {
            self.promote(new, old, local, guard);
        }
    }

    fn evacuate_group(
        &self,
        new: &Table<K, V>,
        old: Old<'_, K, V>,
        group: usize,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) -> usize {
        crate::work::group();
        new.progress.watch.helped(local);
        match old {
            Old::Source(old) => evacuate::group(new, old, group, guard),
            Old::Discarded(old) => evacuate::discard(new, old, group, guard, |word| {
                // SAFETY: `discard` calls this for the one winner of the entry's last transition,
                // and a map that was cleared could only be filled by operations that demand `K:
                // Send, V: Send`.
                unsafe { self.retire(word, local, guard) }
            }),
        }
    }

    /// Adds to the count of INITIALISED heads, and promotes when it is complete.
    ///
    /// A sweeper adds also when it has set none, between its look at `swept` and its move of it.
    /// That is what orders the sweepers: say A has moved `swept` to where B found it. Had B added
    /// before A, A's addition would have acquired B's, and B's look would have come before the move
    /// that it has seen. So B added after A, and acquired what A had seen done.
    pub(super) fn account(
        &self,
        new: &Table<K, V>,
        old: Old<'_, K, V>,
        set: usize,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) {
        reach(Point::BeforeAccount);
        // ORDERING: AcqRel, P14: the last to add has acquired the work of all who added before, and
        // promotes on the strength of it.
        let before =
            new.progress.evacuated.fetch_add(set, unless_relaxed!("evacuated_relaxed", AcqRel));
        let early = if fault!("promote_early") { new.buckets() / groups(new, old) } else { 0 };
        if before + set + early >= new.buckets() {
            self.promote(new, old, local, guard);
        }
    }

    /// Every chain of `new` is filled: drops the link to the old table, which its one winner
    /// retires.
    #[cold]
    fn promote(
        &self,
        new: &Table<K, V>,
        old: Old<'_, K, V>,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) {
        reach(Point::BeforePromote);
        if let Some(unlinked) = new.unlink(old) {
            reach(Point::Promoted);
            let has_shrunk = new.buckets() < old.table().buckets();
            // SAFETY: unlinked, and it was never the root again: no guard pinned later finds it.
            // Its entries live on in `new`, or were retired one by one when they were discarded.
            unsafe { local.retire_table(unlinked, has_shrunk, guard.pin()) };
            if fault!("retire_table_twice") {
                // SAFETY: none: this is the fault.
                unsafe { local.retire_table(unlinked, has_shrunk, guard.pin()) };
            }
            new.progress.watch.ended(self, old.table(), new);
            if new.buckets() <= old.table().buckets() {
                self.shrink_if_sparse(local, guard);
            }
        }
    }

    /// Helps the resize that is running until it is over. Others may do most of it, and nobody is
    /// waited for.
    pub(crate) fn finish(&self, local: &LocalRef<'_, K, V>, guard: &Guard) {
        let root = self.root(guard);
        while let Some(old) = root.old(guard) {
            self.share(root, old, SHARE_GROUPS, local, guard);
        }
    }

    /// As `finish`, and then prepares the shrink that is due, if one is, and begins it.
    pub(crate) fn finish_and_shrink(&self, local: &LocalRef<'_, K, V>, guard: &Guard) {
        self.finish(local, guard);
        while self.shrink_if_sparse(local, guard) {}
    }

    /// Helps with about `count` groups, or with a part of a shrink that is due. Returns how many of
    /// how many are done.
    pub(crate) fn help(
        &self,
        count: usize,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) -> (usize, usize) {
        let root = self.root(guard);
        let mut left = count;
        while let Some(old) = root.old(guard).filter(|_| left > 0) {
            let now = left.min(SHARE_GROUPS);
            self.share(root, old, now, local, guard);
            left -= now;
        }
        if left > 0 {
            self.shrink_if_sparse(local, guard);
        }
        self.progress(guard)
    }

    /// How many destinations of how many are filled. Of a table at rest: all.
    pub(crate) fn progress(&self, guard: &Guard) -> (usize, usize) {
        let root = self.root(guard);
        let total = if root.is_placeholder() { 0 } else { root.buckets() };
        if root.old(guard).is_none() {
            return (total, total);
        }
        // ORDERING: Relaxed: a statistic.
        (root.progress.evacuated.load(Relaxed).min(total), total)
    }

    /// Brings the table to `1 << bits` buckets if it has fewer (or more, when `shrink`), in steps
    /// that each keep a group small. The last step is left running for the writers.
    pub(crate) fn resize(
        &self,
        bits: u32,
        shrink: bool,
        local: &LocalRef<'_, K, V>,
        guard: &Guard,
    ) -> Result<(), Refused> {
        loop {
            let root = self.root(guard);
            let now = root.shape.bits();
            if root.is_placeholder() {
                if shrink {
                    return Ok(());
                }
                self.install(root, bits, guard)?;
                continue;
            }
            if if shrink { now <= bits } else { now >= bits } {
                return Ok(());
            }
            self.finish(local, guard);
            if root.is_filling() {
                continue;
            }
            if shrink {
                self.try_start(
                    root,
                    bits.max(now.saturating_sub(MAX_SHRINK_STEP)),
                    Kind::Shrink,
                    local,
                    guard,
                )?;
            } else {
                self.try_start(root, bits.min(now + MAX_GROW_STEP), Kind::Grow, local, guard)?;
            }
        }
    }

    /// Rebuilds the table at its size, once.
    #[cfg(any(feature = "_hooks", evacmap_loom))]
    pub(crate) fn rebuild(&self, local: &LocalRef<'_, K, V>, guard: &Guard) {
        self.finish(local, guard);
        let root = self.root(guard);
        if !root.is_placeholder() && !root.is_filling() {
            self.start(root, root.shape.bits(), Kind::Rebuild, local, guard);
        }
    }

    /// Swaps in an empty table. The swap is the linearisation point; the old entries are retired
    /// group by group.
    pub(crate) fn clear(&self, local: &LocalRef<'_, K, V>, guard: &Guard) {
        loop {
            self.finish(local, guard);
            let root = self.root(guard);
            if root.is_placeholder() {
                return;
            }
            if !root.is_filling() && self.start(root, root.shape.bits(), Kind::Clear, local, guard)
            {
                return;
            }
        }
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;

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
        assert_eq!(bits_for(0), Some(MIN_BITS));
        assert_eq!(bits_for(LOAD << 4), Some(4));
        assert_eq!(bits_for((LOAD << 4) + 1), Some(5));
        assert_eq!(bits_for(LOAD << MAX_BITS), Some(MAX_BITS));
        assert_eq!(bits_for((LOAD << MAX_BITS) + 1), None);
        assert_eq!(bits_for(usize::MAX), None);
    }
}
