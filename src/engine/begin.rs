//! Beginning a resize.

use core::cmp::Ordering;

use super::policy::{Wanted, bits_for, successor};
use super::raw::RawMap;
use super::tally::Kind;
use super::writer::Writer;
use crate::layout::Layout;
use crate::layout::hash::Shape;
use crate::layout::tag::Tag;
use crate::memory::Guard;
use crate::observe::events::Facts;
use crate::observe::hooks::{Branch, Point, hit, reach};
use crate::sizes::{MAX_GROW_STEP, MAX_SHRINK_STEP, SHARE_GROUPS};
use crate::table::{Haste, Refused, Table, fail};

impl<'g, L: Layout> Writer<'_, 'g, L> {
    /// Puts a first table in the place of the placeholder.
    #[cold]
    pub(super) fn install(self, bits: u32) -> Result<(), Refused> {
        let placeholder = self.root();
        if !placeholder.is_placeholder() {
            return Ok(());
        }
        let first = Table::try_new(Shape::new(bits, Tag::WIDTH), 0)?;
        match self.map.swap_root(placeholder, first, self.guard) {
            // SAFETY: unlinked by the swap; it holds no entry.
            Ok(placeholder) => unsafe { Table::retire(placeholder, self.guard.pin()) },
            Err(_) => hit(Branch::InstallLost),
        }
        Ok(())
    }

    /// Decides what a full chain of the root's table leads to, of which some slots are DEAD and
    /// cannot be used yet, or not. `true` if a resize has begun, here or elsewhere; `false` if the
    /// chain is to have an overflow bucket. Asked nowhere else, so that no write pays for the
    /// decision.
    pub(super) fn make_room(self, table: &'g Table<L>, has_dead: bool) -> bool {
        self.map.workshop.give_some();
        if table.is_filling() {
            return false;
        }
        let Some(wanted) = self.map.due(table, has_dead) else { return false };
        let begun = self.try_replace(table, &wanted);
        match begun.or_else(|_| self.try_replace(table, &wanted.smallest())) {
            Ok(begun) => begun,
            // Another has begun one, and may have had the memory.
            Err(_) if !core::ptr::eq(self.root(), table) => true,
            Err(what) if wanted.haste == Haste::Overdue => fail(what),
            // The present table will do for a while.
            Err(_) => false,
        }
    }

    /// Goes on with a shrink that is due: prepares a piece of the smaller table, or begins, if that
    /// was the last. Returns whether there is more to prepare, and nobody else is at that.
    #[cold]
    pub(super) fn shrink_if_sparse(self) -> bool {
        let (map, root) = (self.map, self.root());
        if !map.may_shrink(root) {
            return false;
        }
        let Some(wanted) = map.sparse(root) else {
            map.workshop.prepare_none_below(root.shape.bits());
            return false;
        };
        match self.try_replace(root, &wanted) {
            Ok(begun) => !begun && map.workshop.has_prepared(),
            // Without memory for a smaller table the larger one will do.
            Err(_) => false,
        }
    }

    /// Begins to replace a table that is at rest by the one that is wanted, or by one that is
    /// serving as well and has been begun with. `false` while that is being prepared.
    fn try_replace(self, table: &'g Table<L>, wanted: &Wanted) -> Result<bool, Refused> {
        let serves = |shape: Shape| {
            let bits = shape.bits();
            wanted.serving.contains(&bits) && shape == successor(table.shape, bits)
        };
        let shape = successor(table.shape, wanted.bits);
        let prepared = self.map.workshop.prepare(shape, table.era, wanted.haste, serves)?;
        let Some(new) = prepared else { return Ok(false) };
        let kind = match new.buckets().cmp(&table.buckets()) {
            Ordering::Less => Kind::Shrink,
            Ordering::Equal => Kind::Rebuild,
            Ordering::Greater => Kind::Grow,
        };
        self.begin(table, new, kind);
        Ok(true)
    }

    /// Publishes an empty table of `1 << bits` buckets that will be filled from `table`. Never
    /// while `table` is itself being filled.
    ///
    /// Returns whether it was this call that did it; if not, another resize began.
    fn try_begin(self, table: &'g Table<L>, bits: u32, kind: Kind) -> Result<bool, Refused> {
        let (shape, era) = match kind {
            Kind::Clear => (table.shape, table.era + 1),
            _ => (successor(table.shape, bits), table.era),
        };
        let new = Table::try_new(shape, era)?;
        Ok(self.begin(table, new, kind))
    }

    /// As `try_begin`, with a new table of the right shape.
    fn begin(self, table: &'g Table<L>, mut new: Box<Table<L>>, kind: Kind) -> bool {
        debug_assert!(!table.is_filling());
        let buckets = new.buckets();
        new.succeed(self.map.root_pointer(self.guard), kind == Kind::Clear);
        let begun = new.progress.watch.begin(kind.name());
        reach(Point::BeforeStart);
        if let Err(unused) = self.map.swap_root(table, new, self.guard) {
            hit(Branch::StartLost);
            self.map.workshop.dispose(unused);
            return false;
        }
        self.map.tally.count(kind);
        self.map.workshop.stop_preparing();
        reach(Point::Started);
        begun.started(|| self.facts(table.buckets(), buckets, table));
        true
    }

    /// What is told of a resize: the sizes, and the content as `counted` has it.
    pub(super) fn facts(self, from: usize, to: usize, counted: &Table<L>) -> Facts {
        let len = self.map.locals.len(counted.era);
        Facts {
            from,
            to,
            len,
            load: len as f64 / counted.buckets() as f64,
            overflow: counted.overflow.all(),
            map: core::ptr::from_ref(self.map).cast(),
            types: L::types(),
        }
    }

    /// Helps the resize that is running until it is over. Others may do most of it, and nobody is
    /// waited for.
    fn finish(self) {
        let root = self.root();
        while let Some(resize) = self.resize_of(root) {
            resize.share(SHARE_GROUPS);
        }
    }

    /// Brings the table to `1 << bits` buckets if it has fewer (or more, when `shrink`), in steps
    /// that each keep a group small. The last step is left running for the writers.
    fn bring_to(self, bits: u32, shrink: bool) -> Result<(), Refused> {
        loop {
            let root = self.root();
            let now = root.shape.bits();
            if root.is_placeholder() {
                if shrink {
                    return Ok(());
                }
                self.install(bits)?;
                continue;
            }
            if if shrink { now <= bits } else { now >= bits } {
                return Ok(());
            }
            self.finish();
            if root.is_filling() {
                continue;
            }
            if shrink {
                let bits = bits.max(now.saturating_sub(MAX_SHRINK_STEP));
                self.try_begin(root, bits, Kind::Shrink)?;
            } else {
                self.try_begin(root, bits.min(now + MAX_GROW_STEP), Kind::Grow)?;
            }
        }
    }
}

/// What a user asks for.
impl<L: Layout> RawMap<L> {
    /// Makes room for `entries` in all.
    pub(crate) fn reserve(&self, entries: usize, guard: &Guard) -> Result<(), Refused> {
        let bits = bits_for::<L>(entries).ok_or(None)?;
        let steps = bits.saturating_sub(self.root(guard).shape.bits()).div_ceil(MAX_GROW_STEP);
        if steps > 1 {
            // Before the first of them: what cannot be had is refused, and nothing is taken.
            Table::<L>::ask_for(bits)?;
        }
        Writer::new(self, &self.locals.local(), guard).bring_to(bits, false)
    }

    /// Gives back what a table for `entries` would not need, as far as there is memory for a
    /// smaller one.
    pub(crate) fn shrink(&self, entries: usize, guard: &Guard) {
        if let Some(bits) = bits_for::<L>(entries) {
            let local = self.locals.local();
            Writer::new(self, &local, guard).bring_to(bits, true).unwrap_or_default();
        }
    }

    /// Brings the table to `bits` more bits than it has, or fewer.
    #[cfg(any(feature = "_hooks", evacmap_loom))]
    pub(crate) fn resize_by(&self, bits: i32, guard: &Guard) {
        let local = self.locals.local();
        let wanted = self.root(guard).shape.bits().saturating_add_signed(bits).max(L::IMPLIED_BITS);
        let done = Writer::new(self, &local, guard).bring_to(wanted, bits < 0);
        done.unwrap_or_else(|what| fail(what));
    }

    /// Helps the running resize until it is over, prepares the shrink that is due then, if one is,
    /// and begins it.
    pub(crate) fn finish(&self, guard: &Guard) {
        let local = self.locals.local();
        let by = Writer::new(self, &local, guard);
        by.finish();
        while by.shrink_if_sparse() {}
    }

    /// Helps with about `count` groups, or with a part of a shrink that is due. Returns how many
    /// destinations of how many are filled.
    pub(crate) fn help(&self, count: usize, guard: &Guard) -> (usize, usize) {
        let local = self.locals.local();
        let by = Writer::new(self, &local, guard);
        let root = by.root();
        let mut left = count;
        while let Some(resize) = by.resize_of(root).filter(|_| left > 0) {
            let now = left.min(SHARE_GROUPS);
            resize.share(now);
            left -= now;
        }
        if left > 0 {
            by.shrink_if_sparse();
        }
        self.progress(guard)
    }

    /// How many destinations of how many are filled. Of a table at rest: all.
    pub(crate) fn progress(&self, guard: &Guard) -> (usize, usize) {
        let (root, total) = (self.root(guard), self.buckets(guard));
        if root.is_filling() { (root.progress.filled().min(total), total) } else { (total, total) }
    }

    /// Rebuilds the table at its size, once.
    #[cfg(any(feature = "_hooks", evacmap_loom))]
    pub(crate) fn rebuild(&self, guard: &Guard) {
        let local = self.locals.local();
        let by = Writer::new(self, &local, guard);
        by.finish();
        let root = by.root();
        if !root.is_placeholder() && !root.is_filling() {
            let begun = by.try_begin(root, root.shape.bits(), Kind::Rebuild);
            begun.unwrap_or_else(|what| fail(what));
        }
    }

    /// Swaps in an empty table. The swap is the linearisation point; the old entries are retired
    /// group by group.
    pub(crate) fn clear(&self, guard: &Guard)
    where
        L::Retired: Send,
    {
        let local = self.locals.local();
        let by = Writer::new(self, &local, guard);
        loop {
            by.finish();
            let root = by.root();
            if root.is_placeholder() {
                return;
            }
            if !root.is_filling() {
                let begun = by.try_begin(root, root.shape.bits(), Kind::Clear);
                if begun.unwrap_or_else(|what| fail(what)) {
                    return;
                }
            }
        }
    }

    /// Drops all garbage of the map that no guard can see, after having the collector go on as far
    /// as it can. Runs user code.
    pub(crate) fn flush(&self)
    where
        L::Retired: Send,
    {
        // SAFETY: what is retired may be dropped on any thread: it is `Send`.
        unsafe { self.locals.local().flush() };
        while self.workshop.give_some() {}
    }
}
