//! The invariants of [`super`], executable: a walk over everything that a map consists of.

use super::evacuate::{self, Part};
use super::raw::RawMap;
use crate::layout::{Keyed, Layout, Slot, Word};
use crate::memory::Guard;
use crate::sync::Relaxed;
use crate::table::{Bucket, Next, Old, Table};

/// What is wrong, in words; for tests and for bug reports.
pub(crate) type Finding = String;

macro_rules! check {
    ($holds:expr, $($text:tt)*) => {
        if !$holds {
            return Err(format!($($text)*));
        }
    };
}

impl<L: Keyed> RawMap<L> {
    /// Checks every invariant. Takes time in proportion to the map. `&mut`: nobody else is at it.
    pub(crate) fn validate(&mut self) -> Result<(), Finding> {
        let guard = crate::memory::pin();
        let root = self.root(&guard);
        if root.is_placeholder() {
            let counted = self.locals.len(root.era);
            check!(counted == 0, "a map without a table counts {counted} entries");
            return Ok(());
        }
        let old = root.old(&guard);
        let mut linked = 0;
        for index in 0..root.buckets() {
            linked += Self::validate_chain(root, index, &guard)?;
        }
        let counted = root.overflow.all();
        check!(linked == counted, "{linked} overflow buckets are linked, {counted} counted");
        if let Some(old) = old {
            Self::validate_resize(root, old, &guard)?;
        }
        let mut live = 0;
        for index in 0..root.buckets() {
            live += self.validate_entries(root, index, &guard)?;
        }
        let counted = self.locals.len(root.era);
        check!(live == counted, "{live} entries are linked, {counted} counted");
        Ok(())
    }

    /// A chain of a table that has no successor: ordered fill, and nothing frozen, unless its
    /// renewal has been begun with. Then a first part is. Returns its overflow buckets.
    fn validate_chain(table: &Table<L>, index: usize, guard: &Guard) -> Result<usize, Finding> {
        let head = table.bucket(index);
        let lead = head.lead(guard);
        check!(!lead.is_closed(), "bucket {index}: CLOSED in the newest table");
        check!(
            lead.next().is_some() || !lead.is_renewed(),
            "bucket {index}: RENEWED, and no overflow"
        );
        if lead.is_renewed() {
            let mut words = head.slots().iter().map(|slot| slot.load(guard));
            check!(
                words.all(|word| is_final::<L>(word) && !word.is_empty()),
                "bucket {index}: RENEWED, and not frozen (I3)"
            );
        }
        let (mut ended, mut thawed, mut buckets) = (false, lead.next().is_none(), 0);
        for bucket in head.generation(lead) {
            check!(
                !ended || lead.is_renewed(),
                "bucket {index}: an overflow behind a bucket that is not full"
            );
            buckets += 1;
            for slot in bucket.slots() {
                let word = slot.load(guard);
                check!(
                    !(word.is_frozen() && thawed),
                    "bucket {index}: a frozen word, and no renewal"
                );
                check!(
                    word.is_empty() || !ended,
                    "bucket {index}: a used slot behind an EMPTY one (ordered fill)"
                );
                // What is behind a frozen EMPTY is never used.
                ended |= word.is_empty();
                thawed |= !is_final::<L>(word);
            }
            let end_is_frozen = matches!(bucket.next(), Next::Frozen);
            check!(!(end_is_frozen && thawed), "bucket {index}: a frozen end, and no renewal");
        }
        Ok(buckets - usize::from(!lead.is_renewed()))
    }

    /// A running resize: sources of filled destinations are frozen, the counts agree with the
    /// flags.
    fn validate_resize(root: &Table<L>, old: Old<'_, L>, guard: &Guard) -> Result<(), Finding> {
        let groups = root.buckets().min(old.table().buckets());
        let per_group = old.table().buckets() / groups;
        for group in (0..groups).filter(|group| evacuate::group_is_evacuated(root, old, *group)) {
            for source in group * per_group..(group + 1) * per_group {
                Self::validate_frozen(old.table().bucket(source), source, guard)?;
            }
        }
        let flags = (0..root.buckets()).filter(|index| root.bucket(*index).is_evacuated()).count();
        // ORDERING: Relaxed: exclusive access.
        let counted = root.progress.evacuated.load(Relaxed);
        check!(counted <= flags, "{counted} destinations counted as filled, {flags} flagged");
        // ORDERING: Relaxed: exclusive access.
        let swept = root.progress.swept.load(Relaxed);
        let done =
            (0..swept.min(groups)).all(|group| evacuate::group_is_evacuated(root, old, group));
        check!(done, "swept past a group that is not evacuated");
        Ok(())
    }

    fn validate_frozen(head: &Bucket<L>, index: usize, guard: &Guard) -> Result<(), Finding> {
        let head_slots = head.slots().iter();
        for slot in head_slots.chain(head.truth(guard).flat_map(Bucket::slots)) {
            let word = slot.load(guard);
            check!(is_final::<L>(word), "old bucket {index}: evacuated, and not frozen (I3)");
            if word.is_empty() {
                break;
            }
        }
        Ok(())
    }

    /// Every entry of a bucket is where its hash belongs, under the right tag, once, and can be
    /// found. Returns their number.
    fn validate_entries<'g>(
        &'g self,
        root: &'g Table<L>,
        index: usize,
        guard: &'g Guard,
    ) -> Result<usize, Finding> {
        let parts: Vec<Part<'g, L>> = evacuate::parts(root, index, guard).collect();
        let mut entries: Vec<L::View<'g>> = Vec::new();
        for part in &parts {
            let own = core::ptr::eq(part.head, root.bucket(index));
            for slot in part.head.truth(guard).flat_map(Bucket::slots) {
                let word = slot.load(guard);
                if word.is_empty() {
                    break;
                }
                if word.is_live() && part.holds(word) {
                    entries.push(Self::validate_entry(root, index, word, own)?);
                }
            }
        }
        for (at, &entry) in entries.iter().enumerate() {
            // A key that is not equal to itself is never found, and may be there many times.
            if !L::same_key(entry, entry) {
                continue;
            }
            let is_twin = |other: &L::View<'g>| {
                L::hash(*other) == L::hash(entry) && L::same_key(*other, entry)
            };
            check!(!entries[..at].iter().any(is_twin), "bucket {index}: a key twice (I2)");
            let found = self.find_again(entry, guard);
            check!(
                found.is_some_and(|found| L::is_same(found, entry)),
                "bucket {index}: an entry is lost"
            );
        }
        Ok(entries.len())
    }

    fn validate_entry<'g>(
        root: &Table<L>,
        index: usize,
        word: L::Word<'g>,
        own: bool,
    ) -> Result<L::View<'g>, Finding> {
        // SAFETY: nobody else is at the map.
        let view =
            unsafe { word.view(root.shape.first(index)) }.expect("a live word names an entry");
        let home = root.shape.home(L::hash(view));
        check!(home.index == index, "bucket {index}: an entry of bucket {}", home.index);
        check!(
            !own || word.carries(L::probe(L::hash(view), home.tag)),
            "bucket {index}: tag {:?} for {:?}",
            word.tag(),
            home.tag
        );
        Ok(view)
    }
}

/// Whether only `discard` may change the word any more.
fn is_final<'g, L: Layout>(word: L::Word<'g>) -> bool {
    word.is_frozen() || word.is_settled()
}
