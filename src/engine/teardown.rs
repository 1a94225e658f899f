//! Exclusive access at the end of a map: every entry that it still has, one by one, and then the
//! tables.

use core::ptr::NonNull;

use super::evacuate;
use super::raw::RawMap;
use crate::layout::{Layout, Slot, Word};
use crate::memory::Guard;
use crate::observe::faults::fault;
use crate::sizes::MAX_GROW_STEP;
use crate::table::{Bucket, Old, Table};

/// Owns the tables of a map that has ended, and the entries in them that have not been taken out
/// yet.
pub(crate) struct Remains<L: Layout> {
    root: NonNull<Table<L>>,
    /// The next bucket of the root, then of a discarded old table.
    bucket: usize,
    entries: Vec<NonNull<L::Retired>>,
}

// SAFETY: owns entries, and tables, which belong to no thread.
unsafe impl<L: Layout> Send for Remains<L> where L::Retired: Send {}
// SAFETY: gives nothing out through `&`.
unsafe impl<L: Layout> Sync for Remains<L> where L::Retired: Sync {}

/// The live words of a chain. Nobody else is at it. Those of a head that has been renewed are
/// copies, and belong to nobody.
fn live<'g, L: Layout>(head: &'g Bucket<L>, guard: &'g Guard) -> impl Iterator<Item = L::Word<'g>> {
    let copies = head.lead(guard).is_renewed() && !fault!("teardown_counts_copies");
    let buckets = head.chain().skip(usize::from(copies));
    let words = buckets.flat_map(Bucket::slots).map(|slot| slot.load(guard));
    words.filter(|word| word.is_live())
}

impl<L: Layout> RawMap<L> {
    /// Takes the tables away from the map, which is empty and as new afterwards, but for its
    /// garbage.
    pub(crate) fn take_remains(&mut self) -> Remains<L> {
        Remains { root: self.take_root(), bucket: 0, entries: Vec::new() }
    }
}

impl<L: Layout> Drop for RawMap<L> {
    fn drop(&mut self) {
        /// What a panicking `Drop` of an entry must not keep from happening.
        struct Rest<'m, L: Layout>(&'m mut RawMap<L>);

        impl<L: Layout> Drop for Rest<'_, L> {
            fn drop(&mut self) {
                let placeholder = self.0.take_root();
                // SAFETY: put there by `take_remains`, empty, and nobody else's.
                unsafe { Table::free(placeholder.as_ptr()) };
                let mut garbage = self.0.locals.abandon().into_iter();
                drop_all(|| garbage.next());
            }
        }

        let rest = Rest(self);
        drop(rest.0.take_remains());
    }
}

/// Gathers the entries of the next group of buckets of a table to which nobody else has access.
/// `false` if that was all.
///
/// A whole group at once, before any of it is given out: without tags, telling which of a source's
/// entries belong to which destination takes a look at all of them.
pub(super) fn gather<L: Layout>(
    root: &Table<L>,
    bucket: &mut usize,
    entries: &mut Vec<NonNull<L::Retired>>,
) -> bool {
    let guard = crate::memory::pin();
    let first = *bucket;
    if first >= root.buckets() {
        return false;
    }
    *bucket = root.buckets().min(first + (1 << MAX_GROW_STEP));
    for part in (first..*bucket).flat_map(|index| evacuate::parts(root, index, &guard)) {
        entries.extend(
            live::<L>(part.head, &guard).filter(|word| part.holds(*word)).filter_map(Word::retired),
        );
    }
    true
}

impl<L: Layout> Remains<L> {
    /// The content of the next entry of the map.
    pub(crate) fn next(&mut self) -> Option<L::Retired> {
        let entry = self.take()?;
        let memory = Memory(entry);
        // SAFETY: taken out just now, once, so this thread's alone. Only the memory is freed below.
        let content = unsafe { entry.read() };
        drop(memory);
        Some(content)
    }

    /// The next entry of the map, which is the caller's to drop and to free.
    fn take(&mut self) -> Option<NonNull<L::Retired>> {
        loop {
            if let Some(entry) = self.entries.pop() {
                return Some(entry);
            }
            // SAFETY: the tables are ours, and are freed in `drop` alone.
            let root = unsafe { self.root.as_ref() };
            if !gather(root, &mut self.bucket, &mut self.entries) {
                return None;
            }
        }
    }

    /// The next entry that `clear` took out of the map and that nobody has come to retire. After
    /// all of `take`.
    fn take_discarded(&mut self) -> Option<NonNull<L::Retired>> {
        let guard = crate::memory::pin();
        // SAFETY: as in `take`.
        let root = unsafe { self.root.as_ref() };
        let Some(Old::Discarded(old)) = root.old(&guard) else { return None };
        while self.entries.is_empty() && self.bucket - root.buckets() < old.buckets() {
            let index = self.bucket - root.buckets();
            self.entries.extend(live::<L>(old.bucket(index), &guard).filter_map(Word::retired));
            self.bucket += 1;
        }
        self.entries.pop()
    }
}

impl<L: Layout> Drop for Remains<L> {
    fn drop(&mut self) {
        let tables = Tables(self.root);
        if L::APART {
            drop_all(|| self.take().or_else(|| self.take_discarded()));
        }
        drop(tables);
    }
}

/// Frees the root and what hangs off it, also when an entry's drop panics.
struct Tables<L: Layout>(NonNull<Table<L>>);

impl<L: Layout> Drop for Tables<L> {
    fn drop(&mut self) {
        // SAFETY: the tables are ours alone.
        let old = unsafe { self.0.as_ref() }.old_pointer();
        if !old.is_null() {
            // SAFETY: ours alone, and its entries have been taken out, or belong to the root.
            unsafe { Table::free(old) };
        }
        // SAFETY: as above.
        unsafe { Table::free(self.0.as_ptr()) };
    }
}

/// Drops and frees every entry that `next` gives. If a `Drop` panics, the others are dropped while
/// the panic goes on.
fn drop_all<T>(mut next: impl FnMut() -> Option<NonNull<T>>) {
    struct Rest<F: FnMut() -> Option<NonNull<T>>, T>(F);

    impl<F: FnMut() -> Option<NonNull<T>>, T> Rest<F, T> {
        fn run(&mut self) {
            while let Some(entry) = (self.0)() {
                let _memory = Memory(entry);
                // SAFETY: unlinked or exclusively ours, and given out once.
                unsafe { entry.drop_in_place() };
            }
        }
    }

    impl<F: FnMut() -> Option<NonNull<T>>, T> Drop for Rest<F, T> {
        fn drop(&mut self) {
            self.run();
        }
    }

    Rest(&mut next).run();
}

/// Frees an entry's memory, whether or not the drop of its content panicked.
struct Memory<T>(NonNull<T>);

impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        // SAFETY: the content has been dropped or moved out, or abandoned by a panic in its drop.
        unsafe { crate::memory::free_bare(self.0) };
    }
}
