//! The slot word: one machine word that says everything about a slot, and every transition that it
//! can make.
//!
//! On 64-bit platforms whose user addresses leave the top 16 bits free:
//!
//! ```text
//!   63            48 47                       3 2   0
//!  +----------------+--------------------------+-----+
//!  |      tag       |   entry (8-aligned)      |flags|      flags: bit 0 FROZEN, bit 2 DEAD
//!  +----------------+--------------------------+-----+
//! ```
//!
//! Elsewhere (32-bit, Android's tagged heap, anything unknown, or the feature `_no_tags`) there is
//! no tag: every used slot is a candidate and the hash in the entry decides.
//!
//! # Truth table
//!
//! | tag | entry | DEAD | FROZEN | state | a reader | a writer | written by |
//! |---|---|---|---|---|---|---|---|
//! | 0 | null | 0 | 0 | EMPTY | the chain ends: absent | the first one is where an insert goes | nobody: fresh memory |
//! | t | e | 0 | 0 | LIVE | compares tag, hash, key | replaces or removes by CAS | `publish`, `replace`, `place` |
//! | 0 | null | 1 | 0 | DEAD | skips | skips: never used again (I1) | `kill` |
//! | 0 | null | 0 | 1 | EMPTY, frozen | the chain ends: absent | the chain ends: evacuate, start again | `freeze` |
//! | t | e | 0 | 1 | LIVE, frozen | as LIVE: still the truth for it | evacuate, start again | `freeze` |
//! | 0 | null | 1 | 1 | DEAD, frozen | skips | skips | `discard`; `freeze`, if a `kill` came first |
//!
//! No other pattern is ever written.
//!
//! # Legal arrows
//!
//! ```text
//!  EMPTY --publish--> LIVE --replace--> LIVE' --kill--> DEAD          by operations, never on a frozen word
//!  EMPTY --place----> LIVE                                            by evacuation, into a destination
//!  any   --freeze---> same | FROZEN                                   by evacuation, in a source; not if it is seen to be DEAD
//!  LIVE | FROZEN --discard--> DEAD | FROZEN                           by `clear`, in a source
//! ```

use core::marker::PhantomData;
use core::ptr::NonNull;

use super::entry::Entry;
use crate::fault::{fault, unless_relaxed};
use crate::guard::Guard;
use crate::sync::{AcqRel, Acquire, AtomicPtr, Relaxed};

const FROZEN: usize = 1;
const DEAD: usize = 4;
const FLAGS: usize = 7;

/// Whether the platform leaves the top 16 bits of user addresses free: x86-64 and AArch64 give a
/// process 47 or 48 bits unless it asks for more. Each allocation is checked, see
/// [`Tag::fits_beside`].
const FREE_HIGH_BITS: bool = cfg!(all(
    not(feature = "_no_tags"),
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    any(target_os = "linux", target_os = "macos", target_os = "windows", target_os = "freebsd")
));

/// The bits of a word that hold the tag.
pub(crate) const TAG_MASK: usize =
    if Tag::WIDTH == 0 { 0 } else { usize::MAX << (usize::BITS - 16) };

const ENTRY_MASK: usize = !(TAG_MASK | FLAGS);
const _: () =
    assert!(align_of::<Entry<u8, u8>>() > FLAGS, "the flags fit below an entry's address");

/// Hash bits kept beside the pointer (Go's tophash), already in place: all other bits of it are
/// zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Tag(usize);

impl Tag {
    /// Bits in a tag.
    pub(crate) const WIDTH: u32 = if FREE_HIGH_BITS { 16 } else { 0 };

    #[inline]
    pub(crate) fn new(high: usize) -> Self {
        Tag(high & TAG_MASK)
    }

    /// The whole word's worth of bits.
    #[inline]
    pub(crate) fn bits(self) -> usize {
        self.0
    }

    /// The tag as a 16-bit number, for the vector scan.
    #[allow(dead_code)] // by the vector scan alone
    #[inline]
    pub(crate) fn as_u16(self) -> u16 {
        (self.0 >> (usize::BITS - 16)) as u16
    }

    /// The top `count` bits: the index bits that a table larger by `1 << count` adds.
    #[inline]
    pub(crate) fn next_index_bits(self, count: u32) -> usize {
        if count == 0 { 0 } else { self.0 >> (usize::BITS - count) }
    }

    /// Whether an address leaves room for a tag.
    #[inline]
    pub(crate) fn fits_beside(address: usize) -> bool {
        address & TAG_MASK == 0
    }
}

/// A copy of a slot word, read with Acquire while the guard of lifetime `'g` was held.
pub(crate) struct Word<'g, K, V>(*mut Entry<K, V>, PhantomData<&'g Entry<K, V>>);

impl<K, V> Clone for Word<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K, V> Copy for Word<'_, K, V> {}

impl<'g, K, V> Word<'g, K, V> {
    fn from_bits(bits: *mut Entry<K, V>) -> Self {
        Word(bits, PhantomData)
    }

    /// The word of a live entry.
    ///
    /// # Safety
    ///
    /// `entry` points to an initialised entry that stays so while any table holds the word and for
    /// the grace period after.
    #[inline]
    pub(crate) unsafe fn live(entry: NonNull<Entry<K, V>>, tag: Tag) -> Self {
        Self::from_bits(entry.as_ptr().map_addr(|address| address | tag.bits()))
    }

    #[inline]
    pub(crate) fn is_frozen(self) -> bool {
        self.0.addr() & FROZEN != 0
    }

    /// No operation changes it any more.
    pub(crate) fn is_final(self) -> bool {
        self.is_frozen() || self.is_dead()
    }

    /// EMPTY, frozen or not.
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.0.addr() & !FROZEN == 0
    }

    /// DEAD, frozen or not.
    #[inline]
    pub(crate) fn is_dead(self) -> bool {
        self.0.addr() & !FROZEN == DEAD
    }

    #[inline]
    pub(crate) fn tag(self) -> Tag {
        Tag::new(self.0.addr())
    }

    /// The entry's address; null if EMPTY or DEAD.
    #[inline]
    pub(crate) fn pointer(self) -> *mut Entry<K, V> {
        self.0.map_addr(|address| address & ENTRY_MASK)
    }

    /// The entry, if LIVE, frozen or not.
    #[inline]
    pub(crate) fn entry(self) -> Option<&'g Entry<K, V>> {
        // SAFETY: the word comes from an Acquire read of a slot under the guard of `'g` (P1: the
        // entry is initialised), in a chain that was reached from the root under that guard, or
        // names an entry that the caller has just made. Callers keep to the rule of "Half-set
        // groups" (`evacuate`), so that the entry was linked in the truth after the guard was
        // pinned: by I7 it is retired, if at all, later than that, and by I8 not freed before the
        // guard ends.
        let entry = unsafe { self.pointer().as_ref() }?;
        entry.alive.check();
        Some(entry)
    }

    /// The same state under another tag, not frozen: what evacuation writes into a destination.
    #[inline]
    pub(crate) fn moved_under(self, tag: Tag) -> Self {
        Self::from_bits(self.0.map_addr(|address| address & ENTRY_MASK | tag.bits()))
    }
}

/// A slot of a bucket.
#[repr(transparent)]
pub(crate) struct Slot<K, V>(AtomicPtr<Entry<K, V>>);

impl<K, V> Slot<K, V> {
    /// A slot that has never been used.
    #[cfg(any(evacmap_loom, test))]
    pub(crate) fn empty() -> Self {
        Slot(AtomicPtr::new(core::ptr::null_mut()))
    }

    /// A slot of the table that a new map starts with.
    #[cfg(not(evacmap_loom))]
    pub(crate) const fn frozen() -> Self {
        Slot(AtomicPtr::new(core::ptr::without_provenance_mut(FROZEN)))
    }

    #[cfg(evacmap_loom)]
    pub(crate) fn frozen() -> Self {
        Slot(AtomicPtr::new(core::ptr::without_provenance_mut(FROZEN)))
    }

    /// Reads the word; the guard is what keeps the entry that it names alive.
    #[inline]
    pub(crate) fn load<'g>(&self, _guard: &'g Guard) -> Word<'g, K, V> {
        // ORDERING: Acquire, P1: sees the entry that `publish`, `replace` or `place` released; P3:
        // sees the new table whose evacuation froze the word.
        Word::from_bits(self.0.load(Acquire))
    }

    /// The bits alone, for the scan of a bucket: nothing behind them may be looked at.
    #[allow(dead_code)] // by the portable scan alone
    #[inline]
    pub(crate) fn peek(&self) -> usize {
        // ORDERING: Relaxed: only compared. A key's slot never changes its key (I1), so a mismatch
        // seen here is final, and a candidate is loaded again with Acquire.
        self.0.load(Relaxed).addr()
    }

    /// EMPTY -> LIVE. The winner has put its key where nobody else can have it (I2).
    #[inline]
    #[must_use]
    pub(crate) fn publish(&self, word: Word<'_, K, V>) -> bool {
        self.exchange(core::ptr::null_mut(), word.0)
    }

    /// LIVE -> LIVE with another entry of the same key. Fails if anything happened to the slot
    /// since `seen`.
    #[inline]
    #[must_use]
    pub(crate) fn replace(&self, seen: Word<'_, K, V>, word: Word<'_, K, V>) -> bool {
        debug_assert!(!seen.is_frozen() && !seen.pointer().is_null());
        self.exchange(seen.0, word.0)
    }

    /// LIVE -> DEAD, for good. Fails if anything happened to the slot since `seen`.
    #[inline]
    #[must_use]
    pub(crate) fn kill(&self, seen: Word<'_, K, V>) -> bool {
        debug_assert!(!seen.is_frozen() && !seen.pointer().is_null());
        let dead = if fault!("remove_empties") { 0 } else { DEAD };
        self.exchange(seen.0, core::ptr::without_provenance_mut(dead))
    }

    /// Any -> the same, frozen; returns what the word was. From here on only `discard` changes it
    /// (I3). A DEAD word does not change as it is, and is spared the locked instruction: where keys
    /// come and go most words of a source are DEAD.
    #[inline]
    pub(crate) fn freeze<'g>(&self, _guard: &'g Guard) -> Word<'g, K, V> {
        // ORDERING: Relaxed: DEAD is final (I1) and names nothing; of anything else nothing is
        // kept.
        let seen = Word::from_bits(self.0.load(Relaxed));
        if seen.is_dead() {
            return seen;
        }
        // ORDERING: AcqRel. Acquire, P1: the entry's hash is read, and the entry is released again
        // by `place`. Release, P3: whoever finds the word frozen has to find the new table at the
        // root.
        if fault!("no_freeze") {
            return Word::from_bits(self.0.load(Acquire));
        }
        Word::from_bits(self.0.fetch_or(FROZEN, unless_relaxed!("freeze_relaxed", AcqRel)))
    }

    /// EMPTY -> LIVE in the destination of an evacuation. Failure means that another helper did the
    /// same before (I4, I5).
    #[inline]
    pub(crate) fn place(&self, word: Word<'_, K, V>) {
        debug_assert!(!word.is_frozen());
        if fault!("helper_stores") {
            // ORDERING: as in `exchange`.
            return self.0.store(word.0, crate::sync::Release);
        }
        // A failure is as good as success: the position was filled by another helper, and possibly
        // changed since.
        if !self.exchange(core::ptr::null_mut(), word.0) {
            crate::hooks::hit(crate::hooks::Branch::PlaceLost);
        }
    }

    /// LIVE | FROZEN -> DEAD | FROZEN. Exactly one caller wins, and retires the entry.
    #[must_use]
    pub(crate) fn discard(&self, seen: Word<'_, K, V>) -> bool {
        let frozen = seen.0.map_addr(|address| address | FROZEN);
        self.exchange(frozen, core::ptr::without_provenance_mut(DEAD | FROZEN))
    }

    /// Fills a slot of a bucket that nobody else can see yet.
    pub(crate) fn fill_private(&self, word: Word<'_, K, V>) {
        // ORDERING: Relaxed: the bucket is published afterwards, with Release, by the append (P2).
        self.0.store(word.0, Relaxed);
    }

    /// Empties a slot of a bucket that nobody else has seen.
    pub(crate) fn clear_private(&self) {
        // ORDERING: Relaxed: as above.
        self.0.store(core::ptr::null_mut(), Relaxed);
    }

    /// The one compare-and-swap of the crate's writes.
    #[inline]
    fn exchange(&self, seen: *mut Entry<K, V>, word: *mut Entry<K, V>) -> bool {
        // ORDERING: AcqRel on success. Release, P1: publishes the entry. Acquire: completes the
        // chain for whoever builds on the slot's history. Relaxed on failure: what stands there
        // instead is loaded again before it is looked at; and a helper that sets INITIALISED
        // because another has filled the position passes that on by coherence alone.
        self.0
            .compare_exchange(seen, word, unless_relaxed!("publish_relaxed", AcqRel), Relaxed)
            .is_ok()
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;
    use crate::raw::hash::{Hash, Shape};

    fn entry() -> Entry<u32, u32> {
        Entry::new(Hash::finalise(7), 1, 2)
    }

    #[test]
    fn every_arrow_of_the_truth_table() {
        let guard = crate::pin();
        let (mut one, mut two) = (entry(), entry());
        let tag = Shape::new(3, Tag::WIDTH).place(one.hash).tag;
        // SAFETY: the entries outlive every word made here.
        let first = unsafe { Word::live(NonNull::from(&mut one), tag) };
        // SAFETY: as above.
        let second = unsafe { Word::live(NonNull::from(&mut two), tag) };

        let slot = Slot::empty();
        assert!(slot.load(&guard).is_empty());
        assert!(slot.publish(first) && !slot.publish(second), "EMPTY is taken once");
        assert_eq!(slot.load(&guard).tag(), tag);
        assert!(slot.replace(first, second) && !slot.replace(first, second));
        assert!(!slot.kill(first), "a remove acts on the word that it saw");

        let seen = slot.freeze(&guard);
        assert!(!seen.is_frozen() && slot.load(&guard).is_frozen());
        assert!(!slot.replace(second, first) && !slot.kill(second), "frozen words do not change");
        assert!(
            core::ptr::eq(slot.load(&guard).entry().unwrap(), seen.entry().unwrap()),
            "read through FROZEN"
        );
        assert!(slot.discard(seen) && !slot.discard(seen), "one winner");
        assert!(slot.load(&guard).is_dead() && slot.load(&guard).is_frozen());

        let slot = Slot::empty();
        slot.place(first);
        slot.place(second);
        assert_eq!(slot.load(&guard).pointer(), first.pointer(), "the first helper's word stays");
        assert!(slot.kill(first) && slot.load(&guard).is_dead());
        slot.place(second);
        assert!(slot.load(&guard).is_dead(), "a late helper cannot resurrect a removed key (I5)");
        assert!(!slot.publish(second), "DEAD is final (I1)");
        assert!(
            slot.freeze(&guard).is_dead() && !slot.load(&guard).is_frozen(),
            "and stays as it is"
        );

        let slot = Slot::<u32, u32>::frozen();
        assert!(
            slot.load(&guard).is_empty() && !slot.publish(first),
            "a frozen EMPTY takes nothing"
        );
    }
}
