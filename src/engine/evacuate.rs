//! Evacuating one group: the only code that moves entries between tables.
//!
//! A group is a common prefix of the two tables' indices, as long as the smaller table has bits.
//! Its sources are all old buckets with that prefix (one when growing, several when shrinking), its
//! destinations all new buckets with it (several when growing, one otherwise). One routine serves
//! growth, rebuild and shrink; `discard` walks the same way.
//!
//! Any number of helpers may evacuate the same group at the same time, and any of them may sleep
//! through years of it:
//!
//! - each freezes a source word and reads it in one step, unless it is DEAD for good, and closes a
//!   head that is full, so that all of them read the same words of the same generation (I3);
//! - each therefore computes the same destinations and positions, and fills each by CAS from EMPTY
//!   (I4);
//! - a position that was filled is never EMPTY again, so a latecomer's CAS fails (I5); in a chain
//!   that has been renewed since, it stops at the head.
//!
//! No user code runs here (I6), but that of entries of earlier that are dropped where [`discard`]
//! retires others; nothing is allocated but overflow buckets, nothing is waited for.
//!
//! # Half-set groups
//!
//! A growing group has several heads, and their flags are set one after the other. As soon as the
//! first is set, writers may replace and remove entries behind it, and those are retired and freed
//! although frozen words of the source still name them; a thread that pins later is not protected
//! from that. So while any flag of a group is set, nobody may dereference what the source's words
//! name, except for the entries of a destination whose own flag is not set:
//!
//! - a helper that finds any flag set does not walk, but sets the others: all of the group is
//!   filled ([`group`]);
//! - a reader or writer that goes on in the source looks only at words whose tag matches its hash,
//!   and the tag's top bits are the destination's; without tags it takes any flag of the group for
//!   its own ([`is_evacuated`]).

use core::ops::Range;

use super::freeze;
use crate::layout::hash::{Hash, Shape};
use crate::layout::tag::Tag;
use crate::layout::{Layout, Slot, Word};
use crate::memory::Guard;
use crate::observe::faults::fault;
use crate::observe::hooks::{Branch, Point, hit, reach};
use crate::sizes::{MAX_GROW_STEP, MIN_TAG_BITS};
use crate::table::{Bucket, Next, Old, Table};

/// The next free position of a destination chain, as every helper computes it.
struct Destination<'g, L: Layout> {
    /// `None` when others have filled the chain long ago.
    bucket: Option<&'g Bucket<L>>,
    at: usize,
}

impl<'g, L: Layout> Destination<'g, L> {
    fn place(&mut self, table: &'g Table<L>, word: L::Word<'g>, guard: &'g Guard) {
        if self.at == L::SLOTS {
            self.bucket = self.bucket.and_then(|bucket| extend(bucket, table, guard));
            self.at = 0;
        }
        let Some(bucket) = self.bucket else { return };
        bucket.slot(self.at).place(word);
        self.at += 1;
        reach(Point::Placed);
    }
}

/// The bucket behind a full one of a destination: there already, or appended now, by this helper or
/// another. `None` if this helper is late: then the chain has been filled, and used since.
#[cold]
fn extend<'g, L: Layout>(
    bucket: &'g Bucket<L>,
    table: &'g Table<L>,
    guard: &'g Guard,
) -> Option<&'g Bucket<L>> {
    loop {
        let lead = bucket.lead(guard);
        if lead.is_renewed() && !fault!("late_helper_follows") {
            // What stands there has EMPTY slots, which are not this helper's to fill.
            hit(Branch::LateAtRenewed);
            return None;
        }
        if let Some(next) = lead.next() {
            return Some(next);
        }
        if matches!(bucket.next(), Next::Frozen) {
            return None;
        }
        hit(Branch::OverflowInDestination);
        if bucket.append(table.overflow.allocate()) {
            table.overflow.count();
        }
    }
}

const _: () =
    assert!(MAX_GROW_STEP <= MIN_TAG_BITS, "a tag always names the destination of a growth");

/// Where a source word goes, and under which tag.
struct Route {
    old: Shape,
    new: Shape,
    /// The tag does not say enough: look at the hash in the entry.
    by_hash: bool,
}

impl Route {
    fn new(old: Shape, new: Shape) -> Self {
        let grown = new.bits().saturating_sub(old.bits());
        let known = (old.tag_bits() + old.bits().saturating_sub(new.bits())).saturating_sub(grown);
        // A growth that asks for more bits than are known refills; so does every resize without
        // tags.
        let by_hash = Tag::WIDTH == 0 || new.tag_bits() > known.min(Tag::WIDTH);
        Route { old, new, by_hash }
    }

    /// Which of the group's destinations, and the word to place there.
    ///
    /// # Safety
    ///
    /// As for [`Word::view`], if `by_hash`.
    #[inline]
    unsafe fn word<'g, L: Layout + 'g>(
        &self,
        source: usize,
        word: L::Word<'g>,
    ) -> (usize, L::Word<'g>) {
        if let Some(hash) = word.whole(self.old.first(source)) {
            return self.word_of::<L>(hash, word);
        }
        if self.by_hash {
            // SAFETY: the caller's promise is the same.
            return unsafe { self.word_by_hash::<L>(source, word) };
        }
        let tag = word.tag();
        if let Some(grown) = self.new.bits().checked_sub(self.old.bits()) {
            let high = tag.bits() << grown;
            (tag.next_index_bits(grown), word.moved_under(self.new.known(high)))
        } else {
            let shrunk = self.old.bits() - self.new.bits();
            let high = (source << (usize::BITS - shrunk)) | (tag.bits() >> shrunk);
            (0, word.moved_under(self.new.known(high)))
        }
    }

    /// Which of the group's destinations, without a look at the entry where there are tags.
    ///
    /// # Safety
    ///
    /// As for [`Word::view`], if there are no tags.
    unsafe fn which<'g, L: Layout + 'g>(&self, source: usize, word: L::Word<'g>) -> usize {
        if !L::APART || Tag::WIDTH == 0 {
            // SAFETY: the caller's promise is the same.
            return unsafe { self.word::<L>(source, word) }.0;
        }
        word.tag().next_index_bits(self.new.bits().saturating_sub(self.old.bits()))
    }

    /// Reads the entry: once in eight doublings.
    ///
    /// # Safety
    ///
    /// As for [`Word::view`].
    #[cold]
    unsafe fn word_by_hash<'g, L: Layout + 'g>(
        &self,
        source: usize,
        word: L::Word<'g>,
    ) -> (usize, L::Word<'g>) {
        hit(Branch::TagRefill);
        // SAFETY: the caller's promise is the same.
        let view = unsafe { word.view(self.old.first(source)) }.expect("only live words are moved");
        self.word_of::<L>(L::hash(view), word)
    }

    /// The same for a word of which the hash is known.
    #[inline]
    fn word_of<'g, L: Layout + 'g>(&self, hash: Hash, word: L::Word<'g>) -> (usize, L::Word<'g>) {
        let home = self.new.home(hash);
        let within = (1 << self.new.bits().saturating_sub(self.old.bits())) - 1;
        (home.index & within, word.moved_under(home.tag))
    }
}

/// Evacuates group `index` of the resize from `old` to `new`. Returns how many heads this call set
/// EVACUATED.
pub(super) fn group<'g, L: Layout>(
    new: &'g Table<L>,
    old: &'g Table<L>,
    index: usize,
    guard: &'g Guard,
) -> usize {
    let destinations = span(index, new, old);
    if fault!("flag_early") {
        declare_evacuated(new, destinations.clone());
    } else if !fault!("half_set_ignored")
        && destinations.clone().any(|to| new.bucket(to).is_evacuated())
    {
        return declare_evacuated(new, destinations);
    }
    let route = Route::new(old.shape, new.shape);
    let sources = span(index, old, new);
    let mut cursors: [_; 1 << MAX_GROW_STEP] = core::array::from_fn(|i| {
        let bucket = new.bucket(destinations.start + i % destinations.len());
        Destination { bucket: Some(bucket), at: 0 }
    });
    for source in sources {
        freeze::source(old.bucket(source), guard, |_, word| {
            reach(Point::SourceFrozen);
            if word.is_live() {
                // SAFETY: read under `guard`, in a group no head of which was EVACUATED just
                // before: the word was the truth then (I9).
                let (which, word) = unsafe { route.word::<L>(source, word) };
                cursors[which].place(new, word, guard);
            }
        });
    }
    reach(Point::BeforeEvacuated);
    declare_evacuated(new, destinations)
}

/// Asks for the entries that the evacuation of these groups will look at, if it is one that does.
/// They come from all over memory, and to wait for one after the other made such a share ten times
/// as long as others. A prefetch may name what is gone.
pub(super) fn prefetch_entries<L: Layout>(
    new: &Table<L>,
    old: &Table<L>,
    groups: Range<usize>,
    guard: &Guard,
) {
    if !L::APART || !Route::new(old.shape, new.shape).by_hash {
        return;
    }
    for source in groups.flat_map(|group| span(group, old, new)) {
        for slot in old.bucket(source).slots() {
            slot.load(guard).prefetch();
        }
    }
}

/// Declares all destinations of a group filled. Returns how many this call was the first to
/// declare.
fn declare_evacuated<L: Layout>(new: &Table<L>, destinations: Range<usize>) -> usize {
    let mut set = 0;
    for to in destinations {
        set += usize::from(new.bucket(to).declare_evacuated());
        reach(Point::Evacuated);
    }
    set
}

/// Empties group `index` of a cleared table: each entry still in it is handed to `retire`, by one
/// helper. Returns how many heads this call marked as done.
pub(super) fn discard<'g, L: Layout>(
    new: &'g Table<L>,
    old: &'g Table<L>,
    index: usize,
    guard: &'g Guard,
    mut retire: impl FnMut(L::Word<'g>),
) -> usize {
    debug_assert_eq!(new.buckets(), old.buckets());
    // All of the chain, before any of it is emptied: a writer that still works on it, and finds its
    // key gone, must find no slot to insert it into.
    freeze::source(old.bucket(index), guard, |_, _| reach(Point::SourceFrozen));
    freeze::source(old.bucket(index), guard, |slot, word| {
        if word.is_live() {
            reach(Point::BeforeKill);
            if slot.discard(word) || fault!("clear_retires_twice") {
                retire(word)
            } else {
                hit(Branch::DiscardLost)
            }
        }
    });
    declare_evacuated(new, index..index + 1)
}

/// The buckets of `table` in group `index` of its resize from or to `other`.
fn span<L: Layout>(index: usize, table: &Table<L>, other: &Table<L>) -> Range<usize> {
    let more = table.shape.bits().saturating_sub(other.shape.bits());
    index << more..(index + 1) << more
}

/// Whether a group has been evacuated, by whomever.
pub(super) fn group_is_evacuated<L: Layout>(new: &Table<L>, old: Old<'_, L>, index: usize) -> bool {
    span(index, new, old.table()).all(|to| new.bucket(to).is_evacuated())
}

/// Whether the chain of bucket `index` of `new` is the truth; if not, the chain in `old` is. See
/// "Half-set groups".
#[inline]
pub(super) fn is_evacuated<L: Layout>(new: &Table<L>, old: &Table<L>, index: usize) -> bool {
    if fault!("flag_ignored") {
        return true;
    }
    if Tag::WIDTH > 0 {
        return new.bucket(index).is_evacuated();
    }
    let more = new.shape.bits().saturating_sub(old.shape.bits());
    span(index >> more, new, old).any(|to| new.bucket(to).is_evacuated())
}

/// A chain in which entries of some bucket are, perhaps among others'.
pub(super) struct Part<'g, L: Layout> {
    pub(super) head: &'g Bucket<L>,
    /// The number of the source, if the chain is one, and which of the group's destinations is
    /// meant.
    filter: Option<(Route, usize, usize)>,
}

impl<'g, L: Layout> Part<'g, L> {
    /// Whether a live word of the chain belongs to the bucket that was asked for.
    pub(super) fn holds(&self, word: L::Word<'g>) -> bool {
        let Some((route, source, within)) = &self.filter else { return true };
        // SAFETY: without tags this is a source of a group no head of which was EVACUATED when
        // `parts` looked, under the guard of the word: the word was the truth then (I9).
        unsafe { route.which::<L>(*source, word) == *within }
    }
}

/// Where the entries of bucket `index` of `table` are now: in its own chain, or still in those that
/// fill it.
pub(super) fn parts<'g, L: Layout>(
    table: &'g Table<L>,
    index: usize,
    guard: &'g Guard,
) -> impl Iterator<Item = Part<'g, L>> {
    let unsettled = match table.old(guard) {
        Some(Old::Source(old)) if !is_evacuated(table, old, index) => Some(old),
        _ => None,
    };
    let own = unsettled.is_none().then(|| Part { head: table.bucket(index), filter: None });
    let sources = unsettled.into_iter().flat_map(move |old| {
        let more = table.shape.bits().saturating_sub(old.shape.bits());
        let within = index & ((1 << more) - 1);
        span(index >> more, old, table).map(move |source| {
            let route = Route::new(old.shape, table.shape);
            Part { head: old.bucket(source), filter: Some((route, source, within)) }
        })
    });
    own.into_iter().chain(sources)
}
