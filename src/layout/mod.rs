//! The seam between the engine and the ways to keep an entry.
//!
//! The engine and the tables know slots, words and buckets of a [`Layout`]. They never know keys
//! and values. A layout says how an entry looks in a slot, and how a slot changes.
//!
//! | layout | a slot holds | a reader gets |
//! |---|---|---|
//! | [`Boxed`] | a tag, and the address of a heap node of hash, key and value | a reference under a guard |
//! | [`Pair`] | the key's hash, of which the key can be told, and the value | a copy |
//! | [`Packed`] | the same in one word, for narrow keys and values | a copy |
//!
//! # What a layout provides
//!
//! | item | what it is |
//! |---|---|
//! | [`Layout::Slot`] | the slot in memory, and each transition that it can make: [`Slot`] |
//! | [`Layout::Word`] | a copy of its content, decoded: [`Word`] |
//! | [`Layout::View`] | what an operation sees of a live entry |
//! | [`Layout::Retired`] | what an unlinked word leaves behind, to be freed when every guard is gone |
//! | [`Layout::Probe`], [`Layout::survey`], [`Layout::candidates`] | the scan of one bucket |
//! | [`Layout::Slots`] and the constants | how a bucket is filled |
//! | [`Draft`] | an entry that is about to be put in |
//!
//! What stays once for all layouts: the walk along a chain, assignment, deletion, evacuation,
//! growing, clearing, iteration, validation and teardown.

pub(crate) mod bijection;
pub(crate) mod bits;
pub(crate) mod boxed;
pub(crate) mod copied;
pub(crate) mod hash;
pub(crate) mod mask;
pub(crate) mod pair;
pub(crate) mod row;
#[cfg(all(
    target_arch = "x86_64",
    target_pointer_width = "64",
    not(any(feature = "_scalar", evacmap_loom, miri))
))]
mod sse2;
pub(crate) mod tag;
pub(crate) mod word;

pub(crate) use boxed::Boxed;
pub(crate) use pair::Pair;
pub(crate) use word::Packed;

use core::ptr::NonNull;

use crate::garbage::LocalRef;
use crate::memory::{Guard, Number};
use crate::observe::faults::fault;
use crate::sizes::REUSE;
use hash::Hash;
use mask::{Mask, Survey};
use row::Row;
use tag::Tag;

/// A way to keep an entry in a slot. See the module's text.
pub(crate) trait Layout: Sized {
    /// A slot in memory. All-zero memory is an EMPTY slot, and a slot needs no drop.
    type Slot: Slot<Self>;
    /// The slots of one bucket.
    type Slots: Row<Self::Slot>;
    /// A copy of a slot's content, read while the guard of `'g` was held.
    type Word<'g>: Word<'g, Self>;
    /// What an operation sees of a live entry.
    type View<'g>: Copy
    where
        Self: 'g;
    /// What an unlinked word leaves behind.
    type Retired;
    /// What the scan of a bucket compares its words with.
    type Probe: Copy + core::fmt::Debug;

    /// Slots in a bucket.
    const SLOTS: usize = <Self::Slots as Row<Self::Slot>>::LEN;

    /// Entries per bucket, on average, above which a full chain makes the table grow.
    const LOAD: usize;

    /// Entries per bucket, on average, above which a growth has waited too long for the thread that
    /// prepares the new table.
    const OVERDUE_LOAD: usize;

    /// Buckets in a map's first table, as a power of two.
    const MIN_BITS: u32;

    /// Bits of a hash that are not in a word, since the number of its bucket implies them: no table
    /// has fewer buckets than that takes.
    const IMPLIED_BITS: u32;

    /// Whether entries are apart from their slots, so that something is left of each that is
    /// unlinked. If not, a word says all of its entry ([`Word::whole`]).
    const APART: bool;

    /// What to look for in a bucket.
    fn probe(hash: Hash, tag: Tag) -> Self::Probe;

    /// The hash of an entry.
    fn hash<'g>(view: Self::View<'g>) -> Hash
    where
        Self: 'g;

    /// The names of the key's and the value's type, for events.
    #[cfg_attr(not(feature = "tracing"), allow(dead_code))]
    fn types() -> (&'static str, &'static str);

    /// The slots of a bucket whose word carries what is looked for. Those are the key's own, if it
    /// is here, and now and then another's.
    ///
    /// # Safety
    ///
    /// `line` points to the first of the [`Self::SLOTS`] slots of a bucket, which is 64-aligned,
    /// and may be read for the whole of that bucket.
    unsafe fn candidates(line: *const Self::Slot, probe: Self::Probe) -> Mask;

    /// The candidates, the vacant and the dead slots, of one snapshot.
    ///
    /// # Safety
    ///
    /// As for [`Layout::candidates`].
    unsafe fn survey(line: *const Self::Slot, probe: Self::Probe) -> Survey;
}

/// A layout whose entries can be told apart by their keys.
pub(crate) trait Keyed: Layout {
    /// Whether two entries have the same key.
    fn same_key<'g>(one: Self::View<'g>, other: Self::View<'g>) -> bool
    where
        Self: 'g;

    /// Whether two entries are the same one, or cannot be told apart.
    fn is_same<'g>(one: Self::View<'g>, other: Self::View<'g>) -> bool
    where
        Self: 'g;
}

/// A slot: every transition of its word is one method, and one atomic step.
pub(crate) trait Slot<L: Layout<Slot = Self>>: Sized {
    /// A slot that has never been used.
    #[cfg(any(evacmap_loom, test))]
    fn empty() -> Self;

    /// A slot of the table that a new map starts with: EMPTY, frozen.
    #[cfg(evacmap_loom)]
    fn frozen() -> Self;

    /// Reads the word. The guard is what keeps the entry that it names alive.
    fn load<'g>(&self, guard: &'g Guard) -> L::Word<'g>;

    /// EMPTY -> LIVE. The winner has put its key where nobody else can have it (I2).
    #[must_use]
    fn publish(&self, word: L::Word<'_>) -> bool;

    /// LIVE -> LIVE with another entry of the same key. Fails if anything happened to the slot
    /// since `seen`.
    #[must_use]
    fn replace(&self, seen: L::Word<'_>, word: L::Word<'_>) -> bool;

    /// LIVE -> DEAD since `now`. Fails if anything happened to the slot since `seen`.
    #[must_use]
    fn kill(&self, seen: L::Word<'_>, now: Number) -> bool;

    /// DEAD -> LIVE with any entry. When that is allowed is said in `engine/reuse.rs`. Fails if
    /// anything happened to the slot since `seen`.
    #[must_use]
    fn reuse(&self, seen: L::Word<'_>, word: L::Word<'_>) -> bool;

    /// DEAD -> DEAD since `now`. Fails if anything happened to the slot since `seen`.
    #[must_use]
    fn stamp_anew(&self, seen: L::Word<'_>, now: Number) -> bool;

    /// Any -> the same, frozen, unless it is settled. Returns what the word was. From here on only
    /// `discard` changes it (I3).
    fn freeze<'g>(&self, guard: &'g Guard) -> L::Word<'g>;

    /// EMPTY -> LIVE in the destination of an evacuation. A failure means that another helper did
    /// the same before (I4, I5).
    fn place(&self, word: L::Word<'_>);

    /// LIVE | FROZEN -> DEAD | FROZEN. Exactly one caller wins, and retires the entry.
    #[must_use]
    fn discard(&self, seen: L::Word<'_>) -> bool;

    /// Fills a slot of a bucket that nobody else can see yet.
    fn fill_private(&self, word: L::Word<'_>);

    /// Empties a slot of a bucket that nobody else has seen.
    fn clear_private(&self);
}

/// A copy of a slot's content, decoded.
pub(crate) trait Word<'g, L: Layout>: Copy {
    /// The slot is being evacuated, or has been.
    fn is_frozen(self) -> bool;

    /// EMPTY, frozen or not.
    fn is_empty(self) -> bool;

    /// DEAD, frozen or not.
    fn is_dead(self) -> bool;

    /// LIVE, frozen or not.
    fn is_live(self) -> bool;

    /// DEAD for good: frozen, or where removed slots are not used again.
    #[inline]
    fn is_settled(self) -> bool {
        self.is_dead() && (!REUSE || self.is_frozen() || fault!("reuse_dead_unfrozen"))
    }

    /// Of a DEAD word: the steps of the clock from the removal to `now`, see
    /// [`Number::steps_since`].
    fn dead_for(self, now: Number) -> usize;

    /// The hash bits beside the entry, if it is apart from its slot.
    fn tag(self) -> Tag;

    /// The entry's hash, if the word says it: all but what the number of its bucket implies, which
    /// is taken from `beside`, a hash of the same bucket. `None` if the entry is apart.
    fn whole(self, beside: Hash) -> Option<Hash>;

    /// Whether a LIVE word carries what is looked for.
    fn carries(self, probe: L::Probe) -> bool;

    /// The same entry under another tag, not frozen: what evacuation writes into a destination.
    fn moved_under(self, tag: Tag) -> Self;

    /// The entry, if LIVE. `beside` is a hash of the same bucket, as for [`Word::whole`].
    ///
    /// # Safety
    ///
    /// The word was *the truth* for its key at a moment since the guard of `'g` was pinned: it was
    /// read, or written, in a chain that was the truth for this key then (I9). Or nobody else is at
    /// the map.
    unsafe fn view(self, beside: Hash) -> Option<L::View<'g>>
    where
        L: 'g;

    /// What is left when the word has been unlinked; `None` if it is not LIVE, or nothing is left.
    fn retired(self) -> Option<NonNull<L::Retired>>;

    /// Asks for the entry's line ahead of its use.
    fn prefetch(self);
}

/// What a write is about to put in.
pub(crate) trait Draft<L: Layout> {
    /// The key's hash.
    fn hash(&self) -> Hash;

    /// Whether an entry has the draft's key.
    fn is_key_of<'g>(&self, view: L::View<'g>) -> bool
    where
        L: 'g;

    /// The entry's word for a table in which this is looked for. Makes the entry if there is none
    /// yet.
    fn word<'g>(&mut self, probe: L::Probe, guard: &'g Guard) -> L::Word<'g>;

    /// Gives the entry up to the map.
    ///
    /// # Safety
    ///
    /// The word has been linked while the guard was held.
    unsafe fn linked<'g>(&mut self, guard: &'g Guard) -> L::View<'g>
    where
        L: 'g;

    /// The thread that writes.
    fn local(&self) -> &LocalRef<'_, L::Retired>;
}
