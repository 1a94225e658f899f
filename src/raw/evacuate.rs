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
//! - each freezes a source word and reads it in one step, unless it is DEAD, so that all of them
//!   read the same (I3);
//! - each therefore computes the same destinations and positions, and fills each by CAS from EMPTY
//!   (I4);
//! - a position that was filled is never EMPTY again, so a latecomer's CAS fails (I5).
//!
//! No user code runs here (I6), nothing is allocated but overflow buckets, nothing is waited for.
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
//!   its own ([`is_settled`]).

use core::ops::Range;

use super::bucket::{Bucket, Next};
use super::hash::Shape;
use super::prefetch::prefetch;
use super::sizes::{MAX_GROW_STEP, MIN_TAG_BITS, SLOTS};
use super::slot::{Slot, Tag, Word};
use super::table::{Old, Table};
use crate::fault::fault;
use crate::guard::Guard;
use crate::hooks::{Branch, Point, hit, reach};

/// Freezes a chain word by word, and calls `each` with what stood in each used slot, in order.
fn freeze<'g, K, V>(
    head: &'g Bucket<K, V>,
    guard: &'g Guard,
    mut each: impl FnMut(&'g Slot<K, V>, Word<'g, K, V>),
) {
    let mut bucket = head;
    loop {
        for slot in bucket.slots() {
            let word = slot.freeze(guard);
            if word.is_empty() {
                // Ordered fill: nothing can ever follow a frozen EMPTY.
                return;
            }
            each(slot, word);
        }
        match bucket.freeze_end() {
            Some(next) => bucket = next,
            None => return,
        }
    }
}

/// The next free position of a destination chain, as every helper computes it.
struct Destination<'g, K, V> {
    bucket: &'g Bucket<K, V>,
    at: usize,
}

impl<'g, K, V> Destination<'g, K, V> {
    fn place(&mut self, table: &'g Table<K, V>, word: Word<'g, K, V>) {
        if self.at == SLOTS {
            self.bucket = extend(self.bucket, table);
            self.at = 0;
        }
        self.bucket.slot(self.at).place(word);
        self.at += 1;
        reach(Point::Placed);
    }
}

/// The bucket behind a full one of a destination: there already, or appended now, by this helper or
/// another.
#[cold]
fn extend<'g, K, V>(bucket: &'g Bucket<K, V>, table: &'g Table<K, V>) -> &'g Bucket<K, V> {
    loop {
        if let Next::Bucket(next) = bucket.next() {
            return next;
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
    #[inline]
    fn word<'g, K, V>(&self, source: usize, word: Word<'g, K, V>) -> (usize, Word<'g, K, V>) {
        if self.by_hash {
            return self.word_by_hash(word);
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
    fn which<K, V>(&self, word: Word<'_, K, V>) -> usize {
        if Tag::WIDTH == 0 {
            return self.word_by_hash(word).0;
        }
        word.tag().next_index_bits(self.new.bits().saturating_sub(self.old.bits()))
    }

    /// Reads the entry: once in eight doublings.
    #[cold]
    fn word_by_hash<'g, K, V>(&self, word: Word<'g, K, V>) -> (usize, Word<'g, K, V>) {
        hit(Branch::TagRefill);
        let entry = word.entry().expect("only live words are moved");
        let place = self.new.place(entry.hash);
        let within = (1 << self.new.bits().saturating_sub(self.old.bits())) - 1;
        (place.index & within, word.moved_under(place.tag))
    }
}

/// Evacuates group `index` of the resize from `old` to `new`. Returns how many heads this call set
/// INITIALISED.
pub(super) fn group<'g, K, V>(
    new: &'g Table<K, V>,
    old: &'g Table<K, V>,
    index: usize,
    guard: &'g Guard,
) -> usize {
    let destinations = span(index, new, old);
    if fault!("initialised_early") {
        initialise(new, destinations.clone());
    } else if !fault!("half_set_ignored")
        && destinations.clone().any(|to| new.bucket(to).is_initialised())
    {
        return initialise(new, destinations);
    }
    let route = Route::new(old.shape, new.shape);
    let sources = span(index, old, new);
    let mut cursors: [_; 1 << MAX_GROW_STEP] = core::array::from_fn(|i| {
        let bucket = new.bucket(destinations.start + i % destinations.len());
        Destination { bucket, at: 0 }
    });
    for source in sources {
        freeze(old.bucket(source), guard, |_, word| {
            reach(Point::SourceFrozen);
            if !word.pointer().is_null() {
                let (which, word) = route.word(source, word);
                cursors[which].place(new, word);
            }
        });
    }
    reach(Point::BeforeInitialise);
    initialise(new, destinations)
}

/// Asks for the entries that the evacuation of these groups will look at, if it is one that does.
/// They come from all over memory, and to wait for one after the other made such a share ten times
/// as long as others. A prefetch may name what is gone.
pub(super) fn prefetch_entries<K, V>(
    new: &Table<K, V>,
    old: &Table<K, V>,
    groups: Range<usize>,
    guard: &Guard,
) {
    if !Route::new(old.shape, new.shape).by_hash {
        return;
    }
    for source in groups.flat_map(|group| span(group, old, new)) {
        for slot in old.bucket(source).slots() {
            prefetch(slot.load(guard).pointer());
        }
    }
}

/// Declares all destinations of a group filled. Returns how many this call was the first to
/// declare.
fn initialise<K, V>(new: &Table<K, V>, destinations: Range<usize>) -> usize {
    let mut set = 0;
    for to in destinations {
        set += usize::from(new.bucket(to).initialise());
        reach(Point::Initialised);
    }
    set
}

/// Empties group `index` of a cleared table: each entry still in it is handed to `retire`, by one
/// helper. Returns how many heads this call marked as done.
pub(super) fn discard<'g, K, V>(
    new: &'g Table<K, V>,
    old: &'g Table<K, V>,
    index: usize,
    guard: &'g Guard,
    mut retire: impl FnMut(Word<'g, K, V>),
) -> usize {
    debug_assert_eq!(new.buckets(), old.buckets());
    // All of the chain, before any of it is emptied: a writer that still works on it, and finds its
    // key gone, must find no slot to insert it into.
    freeze(old.bucket(index), guard, |_, _| reach(Point::SourceFrozen));
    freeze(old.bucket(index), guard, |slot, word| {
        if !word.pointer().is_null() {
            reach(Point::BeforeKill);
            if slot.discard(word) || fault!("clear_retires_twice") {
                retire(word)
            } else {
                hit(Branch::DiscardLost)
            }
        }
    });
    initialise(new, index..index + 1)
}

/// The buckets of `table` in group `index` of its resize from or to `other`.
fn span<K, V>(index: usize, table: &Table<K, V>, other: &Table<K, V>) -> Range<usize> {
    let more = table.shape.bits().saturating_sub(other.shape.bits());
    index << more..(index + 1) << more
}

/// Whether a group has been evacuated, by whomever.
pub(super) fn is_done<K, V>(new: &Table<K, V>, old: Old<'_, K, V>, index: usize) -> bool {
    span(index, new, old.table()).all(|to| new.bucket(to).is_initialised())
}

/// Whether the chain of bucket `index` of `new` is the truth; if not, the chain in `old` is. See
/// "Half-set groups".
#[inline]
pub(super) fn is_settled<K, V>(new: &Table<K, V>, old: &Table<K, V>, index: usize) -> bool {
    if fault!("initialised_ignored") {
        return true;
    }
    if Tag::WIDTH > 0 {
        return new.bucket(index).is_initialised();
    }
    let more = new.shape.bits().saturating_sub(old.shape.bits());
    span(index >> more, new, old).any(|to| new.bucket(to).is_initialised())
}

/// A chain in which entries of some bucket are, perhaps among others'.
pub(super) struct Part<'g, K, V> {
    pub(super) head: &'g Bucket<K, V>,
    /// Which of the group's destinations is meant, if the chain is a source.
    filter: Option<(Route, usize)>,
}

impl<K, V> Part<'_, K, V> {
    /// Whether a live word of the chain belongs to the bucket that was asked for.
    pub(super) fn holds(&self, word: Word<'_, K, V>) -> bool {
        self.filter.as_ref().is_none_or(|(route, within)| route.which(word) == *within)
    }
}

/// Where the entries of bucket `index` of `table` are now: in its own chain, or still in those that
/// fill it.
pub(super) fn parts<'g, K, V>(
    table: &'g Table<K, V>,
    index: usize,
    guard: &'g Guard,
) -> impl Iterator<Item = Part<'g, K, V>> {
    let unsettled = match table.old(guard) {
        Some(Old::Source(old)) if !is_settled(table, old, index) => Some(old),
        _ => None,
    };
    let own = unsettled.is_none().then(|| Part { head: table.bucket(index), filter: None });
    let sources = unsettled.into_iter().flat_map(move |old| {
        let more = table.shape.bits().saturating_sub(old.shape.bits());
        let within = index & ((1 << more) - 1);
        span(index >> more, old, table).map(move |source| {
            let route = Route::new(old.shape, table.shape);
            Part { head: old.bucket(source), filter: Some((route, within)) }
        })
    });
    own.into_iter().chain(sources)
}
