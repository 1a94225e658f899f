//! Exclusive access at the end of a map: every entry that it still has, one by one, and then the
//! tables.

use core::ptr::NonNull;

use super::RawMap;
use super::bucket::Bucket;
use super::entry::Entry;
use super::evacuate;
use super::sizes::MAX_GROW_STEP;
use super::slot::Word;
use super::table::{Old, Table};
use crate::guard::Guard;
use crate::sync::Relaxed;

/// Owns the tables of a map that has ended, and the entries in them that have not been taken out
/// yet.
pub(crate) struct Remains<K, V> {
    root: NonNull<Table<K, V>>,
    /// The next bucket of the root, then of a discarded old table.
    bucket: usize,
    entries: Vec<NonNull<Entry<K, V>>>,
}

// SAFETY: owns keys and values, and tables, which belong to no thread.
unsafe impl<K: Send, V: Send> Send for Remains<K, V> {}
// SAFETY: gives nothing out through `&`.
unsafe impl<K: Sync, V: Sync> Sync for Remains<K, V> {}

fn live<'g, K, V>(
    head: &'g Bucket<K, V>,
    guard: &'g Guard,
) -> impl Iterator<Item = Word<'g, K, V>> {
    head.chain()
        .flat_map(Bucket::slots)
        .map(|slot| slot.load(guard))
        .filter(|word| !word.pointer().is_null())
}

fn pointer<K, V>(word: Word<'_, K, V>) -> Option<NonNull<Entry<K, V>>> {
    NonNull::new(word.pointer())
}

impl<K, V> RawMap<K, V> {
    /// Takes the tables away from the map, which is empty and as new afterwards, but for its
    /// garbage.
    pub(crate) fn take_remains(&mut self) -> Remains<K, V> {
        // ORDERING: Relaxed: exclusive access.
        let root = self.table.load(Relaxed);
        self.table = crate::sync::AtomicPtr::new(Table::placeholder());
        let root = NonNull::new(root).expect("the root is never null");
        Remains { root, bucket: 0, entries: Vec::new() }
    }
}

/// Gathers the entries of the next group of buckets of a table to which nobody else has access.
/// `false` if that was all.
///
/// A whole group at once, before any of it is given out: without tags, telling which of a source's
/// entries belong to which destination takes a look at all of them.
pub(super) fn gather<K, V>(
    root: &Table<K, V>,
    bucket: &mut usize,
    entries: &mut Vec<NonNull<Entry<K, V>>>,
) -> bool {
    let guard = crate::pin();
    let first = *bucket;
    if first >= root.buckets() {
        return false;
    }
    *bucket = root.buckets().min(first + (1 << MAX_GROW_STEP));
    for part in (first..*bucket).flat_map(|index| evacuate::parts(root, index, &guard)) {
        entries
            .extend(live(part.head, &guard).filter(|word| part.holds(*word)).filter_map(pointer));
    }
    true
}

impl<K, V> Remains<K, V> {
    /// The next entry of the map, which is the caller's to drop and to free.
    pub(crate) fn take(&mut self) -> Option<NonNull<Entry<K, V>>> {
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
    fn take_discarded(&mut self) -> Option<NonNull<Entry<K, V>>> {
        let guard = crate::pin();
        // SAFETY: as in `take`.
        let root = unsafe { self.root.as_ref() };
        let Some(Old::Discarded(old)) = root.old(&guard) else { return None };
        while self.entries.is_empty() && self.bucket - root.buckets() < old.buckets() {
            let index = self.bucket - root.buckets();
            self.entries.extend(live(old.bucket(index), &guard).filter_map(pointer));
            self.bucket += 1;
        }
        self.entries.pop()
    }
}

impl<K, V> Drop for Remains<K, V> {
    fn drop(&mut self) {
        let tables = Tables(self.root);
        drop_all(|| self.take().or_else(|| self.take_discarded()));
        drop(tables);
    }
}

/// Frees the root and what hangs off it, also when an entry's drop panics.
struct Tables<K, V>(NonNull<Table<K, V>>);

impl<K, V> Drop for Tables<K, V> {
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
pub(super) fn drop_all<K, V>(mut next: impl FnMut() -> Option<NonNull<Entry<K, V>>>) {
    struct Rest<F: FnMut() -> Option<NonNull<Entry<K, V>>>, K, V>(F);

    impl<F: FnMut() -> Option<NonNull<Entry<K, V>>>, K, V> Rest<F, K, V> {
        fn run(&mut self) {
            while let Some(entry) = (self.0)() {
                let _memory = Memory(entry);
                // SAFETY: unlinked or exclusively ours, and given out once.
                unsafe { entry.drop_in_place() };
            }
        }
    }

    impl<F: FnMut() -> Option<NonNull<Entry<K, V>>>, K, V> Drop for Rest<F, K, V> {
        fn drop(&mut self) {
            self.run();
        }
    }

    Rest(&mut next).run();
}

/// Frees an entry's memory, whether or not the drop of its content panicked.
struct Memory<K, V>(NonNull<Entry<K, V>>);

impl<K, V> Drop for Memory<K, V> {
    fn drop(&mut self) {
        // SAFETY: the content has been dropped, or abandoned by a panic in its drop.
        unsafe { crate::reclaim::free_bare(self.0) };
    }
}

/// Moves an entry's content out and frees it.
///
/// # Safety
///
/// The entry was given out by `Remains::take`.
pub(crate) unsafe fn into_content<K, V>(entry: NonNull<Entry<K, V>>) -> Entry<K, V> {
    // SAFETY: by the caller it is ours alone.
    let content = unsafe { entry.read() };
    drop(Memory(entry));
    content
}
