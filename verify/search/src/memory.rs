//! What all threads share: buckets, the root, the clock, and what has been retired.

use std::fmt;
use std::hash::{Hash, Hasher};

use crate::word::{BucketId, CLOSED, END, EVACUATED, Key, Number, Over, RENEWED, Value, Word};

/// Buckets that a run may use; one that wants more is cut off as a fault.
pub const BUCKETS: usize = 14;
/// The most slots that a bucket has.
pub const SLOTS: usize = 2;
/// Entries that a run may put in.
pub const VALUES: usize = 40;

/// The head of the one chain in the first table and in the second.
pub const HEADS: [BucketId; 2] = [0, 1];

/// In place of the number of what has not been retired.
const NEVER: Number = Number::MAX;

/// The number of grace periods after which what was retired is freed.
const RIPE: Number = 2;

/// Which table is the map's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Root {
    /// The first, at rest.
    Old,
    /// The second, which is being filled from the first.
    Moving,
    /// The second, empty from the beginning: what is in the first is discarded.
    Cleared,
    /// The second, at rest.
    New,
}

/// What a bucket is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Unused,
    /// A head, or an overflow bucket of the slab: it stays for as long as its table.
    OfTable(u8),
    /// A bucket of a block that renewed a chain of this table.
    OfBlock(u8),
}

/// Which slot of which bucket.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Place {
    pub bucket: BucketId,
    pub index: u8,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b{}[{}]", self.bucket, self.index)
    }
}

impl Place {
    /// A bit of its own for each slot.
    pub fn bit(self) -> u32 {
        1 << (usize::from(self.bucket) * SLOTS + usize::from(self.index))
    }
}

#[derive(Clone, PartialEq, Eq)]
pub struct Memory {
    /// Slots of a bucket that are in use.
    pub width: u8,
    pub root: Root,
    pub clock: Number,
    slots: [[Word; SLOTS]; BUCKETS],
    over: [Over; BUCKETS],
    kinds: [Kind; BUCKETS],
    /// With which number each bucket was retired.
    bucket_retired: [Number; BUCKETS],
    entry_retired: [Number; VALUES],
}

/// Of the arena only what is in use: that comes first, and is never given back.
impl Hash for Memory {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.root, self.clock, self.entry_retired).hash(state);
        let used = self.kinds.iter().take_while(|kind| **kind != Kind::Unused).count();
        self.slots[..used].iter().flatten().for_each(|word| word.hash(state));
        self.over[..used].hash(state);
        self.kinds[..used].hash(state);
        self.bucket_retired[..used].hash(state);
    }
}

impl Memory {
    pub fn new(width: u8, clock: Number) -> Self {
        let mut kinds = [Kind::Unused; BUCKETS];
        for (table, head) in HEADS.iter().enumerate() {
            kinds[usize::from(*head)] = Kind::OfTable(table as u8);
        }
        Memory {
            width,
            root: Root::Old,
            clock,
            slots: [[Word::EMPTY; SLOTS]; BUCKETS],
            over: [Over::NULL; BUCKETS],
            kinds,
            bucket_retired: [NEVER; BUCKETS],
            entry_retired: [NEVER; VALUES],
        }
    }

    pub fn word(&self, at: Place) -> Word {
        self.slots[usize::from(at.bucket)][usize::from(at.index)]
    }

    pub fn over(&self, bucket: BucketId) -> Over {
        self.over[usize::from(bucket)]
    }

    pub fn set(&mut self, at: Place, word: Word) {
        self.slots[usize::from(at.bucket)][usize::from(at.index)] = word;
    }

    /// Exchanges every word.
    pub fn for_each_word(&mut self, exchange: impl Fn(Word) -> Word) {
        self.slots.iter_mut().flatten().for_each(|word| *word = exchange(*word));
    }

    pub fn set_over(&mut self, bucket: BucketId, over: Over) {
        self.over[usize::from(bucket)] = over;
    }

    /// A compare-and-swap.
    #[must_use]
    pub fn swap(&mut self, at: Place, from: Word, to: Word) -> bool {
        let fits = self.word(at) == from;
        if fits {
            self.set(at, to);
        }
        fits
    }

    /// A read-modify-write that sets a flag; what stood there before.
    pub fn flag(&mut self, bucket: BucketId, flag: Over) -> Over {
        let before = self.over(bucket);
        self.set_over(bucket, before.with(flag));
        before
    }

    /// A read-modify-write that freezes a slot; what stood there before.
    pub fn freeze(&mut self, at: Place) -> Word {
        let before = self.word(at);
        self.set(at, before.frozen());
        before
    }

    /// A bucket that was never used. `None` if the arena is used up.
    pub fn allocate(&mut self, kind: Kind) -> Option<BucketId> {
        let free = self.kinds.iter().position(|kind| *kind == Kind::Unused)?;
        self.kinds[free] = kind;
        Some(free as BucketId)
    }

    /// Hands a block to the collector: not what was appended behind it, which is of the slab.
    pub fn retire_block(&mut self, first: BucketId, number: Number) {
        let mut next = Some(first);
        while let Some(bucket) = next.filter(|b| self.is_of_block(*b)) {
            self.bucket_retired[usize::from(bucket)] = number;
            next = self.over(bucket).link();
        }
    }

    fn is_of_block(&self, bucket: BucketId) -> bool {
        matches!(self.kinds[usize::from(bucket)], Kind::OfBlock(_))
    }

    /// Hands a table to the collector, with all buckets that are still its own.
    pub fn retire_table(&mut self, table: u8) {
        let own = [Kind::OfTable(table), Kind::OfBlock(table)];
        for (kind, retired) in self.kinds.iter().zip(&mut self.bucket_retired) {
            if own.contains(kind) && *retired == NEVER {
                *retired = self.clock;
            }
        }
    }

    pub fn retire_entry(&mut self, entry: Value) {
        self.entry_retired[usize::from(entry)] = self.clock;
    }

    /// Whether a bucket may be freed while a pin from `pinned` on lasts.
    pub fn bucket_may_go(&self, bucket: BucketId, pinned: Number) -> bool {
        may_go(self.bucket_retired[usize::from(bucket)], pinned)
    }

    /// The same of an entry.
    pub fn entry_may_go(&self, entry: Value, pinned: Number) -> bool {
        may_go(self.entry_retired[usize::from(entry)], pinned)
    }

    /// Whether an entry was retired twice or is linked after it was: asked when it is retired.
    pub fn is_retired(&self, entry: Value) -> bool {
        self.entry_retired[usize::from(entry)] != NEVER
    }

    /// Where the generation begins that is the truth of a table's chain, as far as `over`, the word
    /// of its head, says.
    pub fn generation(table: u8, over: Over) -> BucketId {
        match over.link() {
            Some(block) if over.has(RENEWED) => block,
            _ => HEADS[usize::from(table)],
        }
    }

    /// The table whose chain is the truth at this moment.
    pub fn truth(&self) -> u8 {
        let filled = self.over(HEADS[1]).has(EVACUATED);
        match self.root {
            Root::Old => 0,
            Root::Moving => u8::from(filled),
            Root::Cleared | Root::New => 1,
        }
    }

    /// Slots of the chain that is the truth at this moment, in order.
    pub fn content(&self) -> impl Iterator<Item = Word> + '_ {
        let table = self.truth();
        let first = Self::generation(table, self.over(HEADS[usize::from(table)]));
        let buckets = std::iter::successors(Some(first), |bucket| self.over(*bucket).link());
        buckets.flat_map(move |bucket| {
            (0..self.width).map(move |index| self.word(Place { bucket, index }))
        })
    }

    /// A key that is in the truth twice.
    pub fn duplicate(&self) -> Option<Key> {
        let mut met = 0_u8;
        self.content().filter_map(Word::key).find(|key| {
            let before = met;
            met |= 1 << key;
            before == met
        })
    }

    /// Whether a bucket may get another behind it: `bucket` is perhaps a head.
    pub fn is_open(bucket: BucketId, over: Over) -> bool {
        over.link().is_none() && !over.has(END) && !(HEADS.contains(&bucket) && over.has(CLOSED))
    }
}

/// Under a pin from `pinned` on, the clock comes to `pinned + 1` at most; but it may come there.
fn may_go(retired: Number, pinned: Number) -> bool {
    retired != NEVER && retired + RIPE <= pinned + 1
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "clock {} root {:?}", self.clock, self.root)?;
        for bucket in 0..BUCKETS {
            if self.kinds[bucket] == Kind::Unused {
                continue;
            }
            let words = &self.slots[bucket][..usize::from(self.width)];
            write!(f, " | b{bucket} {words:?} {:?}", self.over[bucket])?;
            if self.bucket_retired[bucket] != NEVER {
                write!(f, " retired at {}", self.bucket_retired[bucket])?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_truth_counts() {
        let mut memory = Memory::new(1, 10);
        let head = Place { bucket: HEADS[0], index: 0 };
        memory.set(head, Word::live(1, 1).frozen());
        let block = memory.allocate(Kind::OfBlock(0)).unwrap();
        memory.set(Place { bucket: block, index: 0 }, Word::live(1, 1));
        memory.set_over(head.bucket, Over::NULL.linked(block));
        assert_eq!(memory.duplicate(), Some(1));
        memory.flag(head.bucket, RENEWED);
        assert_eq!(memory.duplicate(), None);
        assert_eq!(memory.content().count(), 1);
    }

    #[test]
    fn what_was_retired_before_a_pin_may_go_under_it() {
        let mut memory = Memory::new(1, 10);
        memory.retire_entry(3);
        assert!(memory.entry_may_go(3, 11) && !memory.entry_may_go(3, 10));
        assert!(!memory.entry_may_go(4, 11));
    }

    #[test]
    fn a_block_goes_without_what_was_appended_to_it() {
        let mut memory = Memory::new(1, 10);
        let [first, last] = [(); 2].map(|()| memory.allocate(Kind::OfBlock(0)).unwrap());
        let slab = memory.allocate(Kind::OfTable(0)).unwrap();
        memory.set_over(first, Over::NULL.linked(last));
        memory.set_over(last, Over::NULL.linked(slab));
        memory.retire_block(first, 5);
        let gone = [first, last, slab].map(|bucket| memory.bucket_may_go(bucket, 10));
        assert_eq!(gone, [true, true, false]);
    }
}
