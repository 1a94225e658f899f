//! The rules that are searched, and the mistakes that can be made in them.

use clap::ValueEnum;

/// A mistake: one rule is left out or another stands in its place. Each is found by a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mistake {
    /// An insert that finds the chain full reads its number again, after its walk
    NumberAfterWalk,
    /// A slot is used again two steps after its removal, not three
    ReuseAfterTwo,
    /// The number of a removed slot is read after the look for the key, and what is no longer
    /// removed then is passed over
    NumberReadApart,
    /// The first slot that is old enough is used again, not the oldest
    FirstNotOldest,
    /// An EMPTY slot beyond the head is taken without a second look at old slots before it
    NoSecondReading,
    /// Whoever fails to stamp a slot anew goes on
    RestampGoesOn,
    /// A bucket is appended although a removed slot is between two and three steps old
    AppendWithinStep,
    /// The second look is at slots that are three steps old only, not two
    SecondReadingLate,
    /// Removed slots are not frozen
    DeadNotFrozen,
    /// Removed slots are copied with what lives
    DeadCarriedOver,
    /// An evacuation does not close the chain to renewals
    NotClosed,
    /// Readers take a frozen word for the truth
    FrozenTrusted,
    /// An iteration keeps what it has read in the head of a chain that was renewed
    HeadKept,
    /// Readers and writers look into an entry before they look whether its word is frozen
    LooksFirst,
    /// A write that meets a frozen word begins again, and does not help
    NobodyHelps,
    /// A helper that comes late follows the link to a block
    LateFollows,
    /// A helper fills slots by stores
    HelperStores,
    /// A removal leaves an EMPTY slot
    RemoveEmpties,
    /// A block is published before all of the chain is frozen
    PublishedEarly,
    /// The end of a renewed chain is left open
    EndOpen,
    /// A superseded block is freed at once
    FreedAtOnce,
    /// The link from which a chain is renewed is read again when the block is published
    LinkReadAgain,
}

/// Which rules a search follows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    pub mistake: Option<Mistake>,
    /// A walk that begins again reads a new number; else it keeps the operation's. Both are
    /// permitted.
    pub new_number: bool,
}

/// Steps from a removal after which its slot may be used again.
const REUSE: u8 = 3;
/// Steps from a removal after which another may have used its slot again, unseen by whoever saw it
/// DEAD.
const STALE: u8 = 2;

impl Rules {
    pub fn with(mistake: Mistake) -> Self {
        Rules { mistake: Some(mistake), ..Rules::default() }
    }

    pub fn has(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }

    /// From which age on a removed slot is used again.
    pub fn reuse_age(&self) -> u8 {
        if self.has(Mistake::ReuseAfterTwo) { REUSE - 1 } else { REUSE }
    }

    /// From which age on it keeps a bucket from being appended.
    pub fn append_age(&self) -> u8 {
        if self.has(Mistake::AppendWithinStep) { REUSE } else { STALE }
    }

    /// From which age on it is read again.
    pub fn second_reading_age(&self) -> u8 {
        if self.has(Mistake::SecondReadingLate) { REUSE } else { STALE }
    }
}
