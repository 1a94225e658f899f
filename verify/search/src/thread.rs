//! What a thread has in its hands between two of its steps.

use arrayvec::ArrayVec;

use crate::memory::Place;
use crate::program::KEYS;
use crate::word::{BucketId, Number, Over, Word};

/// Removed slots that a walk remembers.
const REMEMBERED: usize = 10;
/// Words that a copy collects.
const COPIED: usize = 12;

/// The next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Pc {
    /// Between two operations.
    #[default]
    Idle,
    /// Read the clock.
    Number,
    /// Read the root.
    Root,
    /// Read whether the destination is filled.
    Truth,
    /// Read a slot.
    Slot,
    /// Read the slot once more, for its number: only by mistake.
    SecondLook,
    /// The key's word is frozen: read which generation of the chain is the truth.
    Generation,
    /// Read what follows a bucket.
    Next,
    /// Read the clock, too late: only by mistake.
    LateNumber,
    /// Read the n-th remembered slot again.
    ReadAgain(u8),
    /// EMPTY to LIVE.
    Take,
    /// DEAD to LIVE.
    Reuse,
    /// The n-th remembered slot gets this number.
    Restamp(u8),
    /// Link a bucket.
    Append,
    /// LIVE to another LIVE word or to DEAD.
    Change,
    /// A frozen word is in the way: read the root again.
    Unblock,
    /// Read the head's word, from which the chain is renewed.
    RenewBegin,
    /// Freeze a slot.
    Freeze,
    /// Freeze the end of a bucket, if it is the last.
    FreezeEnd,
    /// Link the block.
    Publish,
    /// Put the second table in the first's place.
    Start,
    /// Read whether the destination is filled already.
    EvacuateBegin,
    /// Close the head to renewals.
    Close,
    /// Fill the destination's next position.
    Fill,
    /// Go on to the destination's next bucket.
    Extend,
    /// Declare the destination filled.
    Declare,
    /// Take the first table away.
    Promote,
}

/// A walk along a chain.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Walk {
    pub table: u8,
    /// Whether the table was being evacuated when the chain was chosen.
    pub is_old: bool,
    /// Where the generation begins that the walk is in.
    pub first: BucketId,
    pub at: Place,
    /// Buckets, used slots and LIVE ones that it has passed in this generation.
    pub buckets: u8,
    pub used: u8,
    pub live: u8,
    /// What is wanted of the target, or the key's frozen word.
    pub found: Word,
    pub target: Place,
    /// Removed slots that are old enough to matter.
    pub dead: ArrayVec<(Place, Word), REMEMBERED>,
    /// What an iteration has met.
    pub all: ArrayVec<Word, KEYS>,
}

impl Walk {
    /// Goes on, or begins again, at the beginning of a generation.
    pub fn enter(&mut self, first: BucketId) {
        let (table, is_old) = (self.table, self.is_old);
        let at = Place { bucket: first, index: 0 };
        *self = Walk { table, is_old, first, at, buckets: 1, ..Walk::default() };
    }
}

/// A chain on its way to a block or a destination.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Copying {
    pub evacuates: bool,
    pub table: u8,
    /// The head's word when a renewal began.
    pub over: Over,
    pub first: BucketId,
    pub at: Place,
    pub words: ArrayVec<Word, COPIED>,
    /// Where the next of the words goes, and which it is.
    pub target: Place,
    pub next: u8,
}

#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Thread {
    /// Operations that have ended.
    pub ended: u8,
    pub pc: Pc,
    /// The clock when the thread was pinned, if it is.
    pub pin: Option<Number>,
    /// The operation's number.
    pub now: Number,
    /// Slots that it has seen LIVE under its present pin.
    pub saw: u32,
    pub walk: Walk,
    pub copy: Copying,
}

impl Thread {
    /// Begins again at position 0.
    pub fn restart(&mut self, pc: Pc) {
        self.walk = Walk::default();
        self.copy = Copying::default();
        self.pc = pc;
    }

    pub fn unpin(&mut self) {
        self.pin = None;
        self.saw = 0;
    }
}
