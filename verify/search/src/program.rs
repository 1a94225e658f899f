//! What a search is given: a chain to begin with, and what each thread does.

use clap::ValueEnum;

use crate::memory::{HEADS, Kind, Memory, Place, SLOTS};
use crate::word::{EVACUATED, Key, Number, RENEWED, Value, Word};

/// Keys are smaller than this.
pub const KEYS: usize = 8;
/// Threads that a program may have.
pub const THREADS: usize = 4;
/// Operations that a thread may do.
const OPERATIONS: u8 = 8;
/// The clock when a search begins: far enough from zero for old removals.
pub const BEGIN: Number = 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Inserts, or replaces.
    Put(Key),
    /// Replaces if the key is there.
    Replace(Key),
    Remove(Key),
    Get(Key),
    /// Reads the whole chain: an iteration of one bucket.
    Scan,
    /// What a writer does that finds the chain due: here by itself.
    Renew,
    /// Begins the evacuation of the first table, and carries it to its end.
    Evacuate,
    /// Puts an empty table in the place of the first, and discards what is in that.
    Clear,
    /// Helps to discard, if there is anything.
    Discard,
    /// What is left of the evacuation that filled the first table: a helper that knows the words
    /// and has yet to place each of them.
    Fill(&'static [Word]),
}

impl Operation {
    /// The key that it is about, if it is one.
    pub fn key(self) -> Option<Key> {
        match self {
            Operation::Put(key)
            | Operation::Replace(key)
            | Operation::Remove(key)
            | Operation::Get(key) => Some(key),
            Operation::Scan
            | Operation::Renew
            | Operation::Evacuate
            | Operation::Clear
            | Operation::Discard
            | Operation::Fill(_) => None,
        }
    }

    /// What it is for this key, if anything: an iteration reads each, and all are cleared.
    pub fn on(self, key: Key) -> Option<Operation> {
        match self {
            Operation::Scan => Some(Operation::Get(key)),
            Operation::Clear => Some(Operation::Clear),
            _ => (self.key() == Some(key)).then_some(self),
        }
    }

    /// Whether it may change an entry.
    pub fn writes(self) -> bool {
        matches!(self, Operation::Put(_) | Operation::Replace(_) | Operation::Remove(_))
    }
}

/// How long a thread stays pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pins {
    /// For each operation by itself.
    Each,
    /// From its first operation to the end of its last: one guard.
    Held,
    /// From an operation on until somebody takes the lease from the idle thread.
    Lease,
    /// As `Held`, from before the beginning, when the clock stood this much lower.
    Since(Number),
}

#[derive(Clone, Copy, Debug)]
pub struct Actor {
    pub pins: Pins,
    pub operations: &'static [Operation],
}

impl Actor {
    /// The entry that an operation puts in.
    pub fn value(thread: usize, operation: u8) -> Value {
        KEYS as Value + thread as Value * OPERATIONS + operation
    }
}

/// A chain in the first table: buckets of as many words as a bucket has slots.
#[derive(Clone, Copy, Debug)]
pub struct Chain {
    pub slots: u8,
    /// The head and its overflow buckets.
    pub buckets: &'static [&'static [Word]],
    /// The block that has superseded them, if one has.
    pub block: &'static [&'static [Word]],
}

impl Chain {
    fn lay_out(&self, memory: &mut Memory) {
        let head = HEADS[0];
        memory.set_over(head, EVACUATED);
        self.link(memory, head, self.buckets, Kind::OfTable(0));
        if !self.block.is_empty() {
            let block = memory.allocate(Kind::OfBlock(0)).expect("a new arena has room");
            self.link(memory, block, self.block, Kind::OfBlock(0));
            for bucket in 0..self.buckets.len() as u8 {
                let bucket = if bucket == 0 { head } else { HEADS[1] + bucket };
                (0..self.slots).for_each(|index| {
                    memory.freeze(Place { bucket, index });
                });
            }
            let over = memory.over(head).linked(block).with(RENEWED);
            memory.set_over(head, over);
        }
    }

    fn link(&self, memory: &mut Memory, first: u8, buckets: &[&[Word]], kind: Kind) {
        let mut last = first;
        fill(memory, last, buckets[0]);
        for words in &buckets[1..] {
            let bucket = memory.allocate(kind).expect("a new arena has room");
            fill(memory, bucket, words);
            memory.set_over(last, memory.over(last).linked(bucket));
            last = bucket;
        }
    }
}

fn fill(memory: &mut Memory, bucket: u8, words: &[Word]) {
    for (index, word) in words.iter().enumerate() {
        memory.set(Place { bucket, index: index as u8 }, *word);
    }
}

/// How large the search of a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Size {
    /// Some ten thousand states: for the tests
    Quick,
    /// Some hundred thousand, or a few millions in the built form
    Short,
    /// More
    Long,
}

#[derive(Clone, Copy, Debug)]
pub struct Program {
    pub name: &'static str,
    pub size: Size,
    pub chain: Chain,
    /// How often the clock may move.
    pub moves: Number,
    /// Buckets from which on a full chain is renewed, if at most half of its slots are LIVE.
    pub renew_at: u8,
    pub actors: &'static [Actor],
}

impl Program {
    /// No chain has as many buckets.
    const NEVER: u8 = u8::MAX;

    pub(crate) const fn new(
        name: &'static str,
        chain: Chain,
        moves: Number,
        actors: &'static [Actor],
    ) -> Self {
        Program { name, size: Size::Short, chain, moves, renew_at: Self::NEVER, actors }
    }

    /// With writers that renew chains of so many buckets.
    pub(crate) const fn renewing(self, renew_at: u8) -> Self {
        Program { renew_at, ..self }
    }

    pub(crate) const fn quick(self) -> Self {
        Program { size: Size::Quick, ..self }
    }

    pub(crate) const fn long(self) -> Self {
        Program { size: Size::Long, ..self }
    }

    pub fn memory(&self) -> Memory {
        assert!(usize::from(self.chain.slots) <= SLOTS);
        let mut memory = Memory::new(self.chain.slots, BEGIN);
        self.chain.lay_out(&mut memory);
        memory
    }

    pub fn operation(&self, thread: usize, number: u8) -> Option<Operation> {
        self.actors[thread].operations.get(usize::from(number)).copied()
    }
}
