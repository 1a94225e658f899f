//! Driving a resize: sharing the work out, and ending it. When one begins, and how large the new
//! table is, is said in `policy`; how a group is moved, in `evacuate`.
//!
//! # Protocol of the cursors
//!
//! `nevacuate` hands out groups, [`SHARE_GROUPS`] at a time; each helper evacuates its share and
//! adds the heads that it set EVACUATED to `evacuated`. Whoever brings `evacuated` to the number
//! of destinations promotes. That is the whole story as long as nobody stalls.
//!
//! A helper may stop for ever, with its share half done, or with a head EVACUATED and not yet
//! counted. So when the groups have all been handed out and `evacuated` is still short, writers
//! *sweep*: `swept` says that all groups below it are known to be evacuated; a sweeper makes the
//! next few so, evacuating whatever is not, and then moves `swept` past them by CAS. Several may do
//! the same groups; nobody depends on anybody. When `swept` reaches the end, the sweeper promotes.
//! (The count alone would not do: a helper that stops between setting a flag and counting it would
//! keep the old table linked and the next growth from ever starting.)

use core::ptr::NonNull;

use super::evacuate;
use super::lookup::Chain;
use super::writer::Writer;
use crate::layout::Layout;
use crate::layout::hash::Hash;
use crate::observe::events::Facts;
use crate::observe::faults::{fault, unless_relaxed};
use crate::observe::hooks::{Branch, Point, hit, reach};
use crate::sizes::{PREFETCH_GROUPS, SHARE_GROUPS, SHRINK_SHARE_SOURCES};
use crate::sync::{AcqRel, Relaxed};
use crate::table::{Old, Table, fail};

/// A resize that is running, and a thread that helps with it.
pub(super) struct Resize<'w, 'g, L: Layout> {
    pub(super) by: Writer<'w, 'g, L>,
    pub(super) new: &'g Table<L>,
    pub(super) old: Old<'g, L>,
}

impl<'w, 'g, L: Layout> Writer<'w, 'g, L> {
    /// The resize that is running, if one is.
    #[inline]
    pub(super) fn resize(self) -> Option<Resize<'w, 'g, L>> {
        self.resize_of(self.root())
    }

    /// The resize that fills a table, if that is not over.
    #[inline]
    pub(super) fn resize_of(self, new: &'g Table<L>) -> Option<Resize<'w, 'g, L>> {
        let old = new.old(self.guard)?;
        Some(Resize { by: self, new, old })
    }

    /// As [`RawMap::chain`], after doing this write's share of a running resize.
    #[inline]
    pub(super) fn chain(self, hash: Hash) -> Chain<'g, L> {
        if let Some(resize) = self.resize()
            && self.local.tick()
        {
            resize.share(SHARE_GROUPS);
        }
        self.map.chain(hash, self.guard)
    }

    /// A frozen word, or a full old chain, stands in the way of a write: evacuates the group of
    /// `hash`, if the current resize has not done so yet, or else completes the renewal of its
    /// chain, if one is under way. Returns having made sure that the write
    /// finds something else next time.
    #[cold]
    pub(super) fn unblock(self, hash: Hash) {
        hit(Branch::FrozenEnd);
        if self.root().is_placeholder() {
            self.install(L::MIN_BITS).unwrap_or_else(|what| fail(what));
        } else if let Some(resize) = self.resize()
            && let Old::Source(old) = resize.old
            && !evacuate::is_evacuated(resize.new, old, resize.new.shape.home(hash).index)
        {
            resize.evacuate_group_of(hash);
        } else {
            self.help_renewal(hash);
        }
    }
}

impl<'g, L: Layout> Resize<'_, 'g, L> {
    /// Groups of the resize: a group is a prefix of the index, as long as the smaller table has
    /// bits.
    fn groups(&self) -> usize {
        self.new.buckets().min(self.old.table().buckets())
    }

    /// Does up to `count` groups, and promotes if they were the last. Bounded work.
    pub(super) fn share(&self, count: usize) {
        self.by.map.workshop.give_some();
        let groups = self.groups();
        // Shrinking has several sources to a group.
        let sources = self.old.table().buckets() / groups;
        let count =
            if sources > 1 { count * SHRINK_SHARE_SOURCES / SHARE_GROUPS / sources } else { count };
        let count = count.clamp(1, groups);
        let cursor = &self.new.progress.nevacuate;
        // ORDERING: Relaxed: a hint that saves the counter from running on.
        if cursor.load(Relaxed) < groups {
            // ORDERING: Relaxed: hands out numbers; what was read or written is ordered by the
            // words themselves.
            let first = cursor.fetch_add(count, Relaxed);
            if first < groups {
                reach(Point::ShareTaken);
                let taken = first..groups.min(first + count);
                if let Old::Source(old) = self.old {
                    evacuate::prefetch_entries(self.new, old, taken.clone(), self.by.guard);
                }
                let evacuate = |group| {
                    self.old.table().prefetch(group + PREFETCH_GROUPS);
                    self.evacuate_group(group)
                };
                return self.account(taken.map(evacuate).sum());
            }
        }
        if !fault!("no_sweep") {
            self.sweep(count);
        }
    }

    /// All groups are handed out: makes sure that the next few are done, whoever had them.
    #[cold]
    fn sweep(&self, count: usize) {
        let (groups, cursor) = (self.groups(), &self.new.progress.swept);
        // ORDERING: Relaxed: what was found done below it is seen through `account`, whose text
        // says why.
        let first = cursor.load(Relaxed);
        let end = groups.min(first + count);
        let mut set = 0;
        for group in first..end {
            if !evacuate::group_is_evacuated(self.new, self.old, group) {
                hit(Branch::Swept);
                set += self.evacuate_group(group);
            }
        }
        if set > 0 || !fault!("sweep_unordered") {
            self.account(set);
        }
        // ORDERING: Relaxed, as above. A failure means that another sweeper was as far; the next
        // share goes on from there.
        let moved = cursor.compare_exchange(first, end, Relaxed, Relaxed).is_ok();
        if moved && end == groups {
            self.promote();
        }
    }

    /// Evacuates the group that a hash belongs to.
    pub(super) fn evacuate_group_of(&self, hash: Hash) {
        let old = self.old.table();
        let smaller = if self.new.buckets() < old.buckets() { self.new } else { old };
        self.account(self.evacuate_group(smaller.shape.home(hash).index));
    }

    /// Evacuates a group. Returns how many heads this call set EVACUATED.
    fn evacuate_group(&self, group: usize) -> usize {
        crate::observe::counters::group();
        self.new.progress.watch.helped(|resize| self.by.local.joins(resize));
        let guard = self.by.guard;
        match self.old {
            Old::Source(old) => evacuate::group(self.new, old, group, guard),
            Old::Discarded(old) => evacuate::discard(self.new, old, group, guard, |word| {
                // SAFETY: `discard` calls this for the one winner of the entry's last transition
                // (I7). A map that was cleared could only be filled by operations that demand what
                // they retire to be `Send`.
                unsafe { self.by.retire(word) }
            }),
        }
    }

    /// Adds to the count of EVACUATED heads, and promotes when it is complete.
    ///
    /// A sweeper adds also when it has set none, between its look at `swept` and its move of it.
    /// That is what orders the sweepers: say A has moved `swept` to where B found it. Had B added
    /// before A, A's addition would have acquired B's, and B's look would have come before the move
    /// that it has seen. So B added after A, and acquired what A had seen done.
    fn account(&self, set: usize) {
        reach(Point::BeforeAccount);
        // ORDERING: AcqRel, P14: the last to add has acquired the work of all who added before, and
        // promotes on the strength of it.
        let order = unless_relaxed!("evacuated_relaxed", AcqRel);
        let before = self.new.progress.evacuated.fetch_add(set, order);
        let of_a_group = self.new.buckets() / self.groups();
        let early = if fault!("promote_early") { of_a_group } else { 0 };
        if before + set + early >= self.new.buckets() {
            self.promote();
        }
    }

    /// Every chain of the new table is filled: drops the link to the old one, which its one winner
    /// retires.
    #[cold]
    fn promote(&self) {
        reach(Point::BeforePromote);
        let Some(unlinked) = self.new.unlink(self.old) else { return };
        reach(Point::Promoted);
        self.retire(unlinked);
        let old = self.old.table();
        self.new.progress.watch.ended(|| self.facts());
        if self.new.buckets() <= old.buckets() {
            self.by.shrink_if_sparse();
        }
    }

    /// Gives the old table back, after `unlink` has returned it.
    fn retire(&self, unlinked: NonNull<Table<L>>) {
        let (map, pin) = (self.by.map, self.by.guard.pin());
        let has_shrunk = self.new.buckets() < self.old.table().buckets();
        // SAFETY: unlinked by this thread, and it was never the root again: no guard pinned later
        // finds it. Its entries live on in the new table, or were retired one by one when they were
        // discarded.
        unsafe { map.workshop.retire(unlinked, has_shrunk, pin) };
    }

    /// What is told of its end.
    fn facts(&self) -> Facts {
        self.by.facts(self.old.table().buckets(), self.new.buckets(), self.new)
    }
}
