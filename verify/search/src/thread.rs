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
    /// Count once more what was passed: read a slot.
    Recount,
    /// Read what follows a bucket that was passed.
    RecountNext,
    /// What was read in it gets this number.
    StampAnew,
    /// Link a bucket.
    Append,
    /// Read the clock for a removal.
    RemovalNumber,
    /// LIVE to another LIVE word or to DEAD.
    Change,
    /// A frozen word is in the way: read the root again.
    Unblock,
    /// Read the head's word, from which the chain is renewed.
    RenewBegin,
    /// The same, to help if it is frozen.
    RenewHelp,
    /// Read whether the generation is frozen.
    RenewPeek,
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
    /// The n-th word that was found in a cleared chain: LIVE to DEAD.
    Kill(u8),
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
    /// In the place of `dead`, where they are counted.
    pub passed: Passed,
    /// What an iteration has met.
    pub all: ArrayVec<Word, KEYS>,
}

/// What an insert knows of the buckets that it has left behind, none of which has an EMPTY slot.
/// `dead` has the oldest alone.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Passed {
    pub first: Option<BucketId>,
    pub buckets: u8,
    /// Slots in them that are two steps old, or whose age is untold; and those of the bucket that
    /// the walk is in.
    pub nearly: u8,
    pub here: u8,
    pub untold: bool,
    /// They are counted once more: where, how many buckets are left, how many slots were found.
    pub at: Place,
    pub left: u8,
    pub found: u8,
    pub stamps: bool,
}

impl Walk {
    /// Goes on, or begins again, at the beginning of a generation.
    pub fn enter(&mut self, first: BucketId) {
        let (table, is_old) = (self.table, self.is_old);
        let at = Place { bucket: first, index: 0 };
        *self = Walk { table, is_old, first, at, buckets: 1, ..Walk::default() };
    }
}

impl Walk {
    /// Leaves a bucket behind that has no EMPTY slot.
    pub fn leave(&mut self) {
        let passed = &mut self.passed;
        passed.first.get_or_insert(self.at.bucket);
        passed.buckets += 1;
        passed.nearly += std::mem::take(&mut passed.here);
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
    /// Where they stood.
    pub places: ArrayVec<Place, COPIED>,
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
