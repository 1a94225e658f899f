//! The rules that are searched, and the mistakes that can be made in them.

use clap::ValueEnum;

use crate::word::{Number, Word};

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
    /// A `clear` retires what the head of a renewed chain names
    CopiesRetired,
    /// A `clear` empties a chain from its beginning, before all of it is frozen
    KilledEarly,
    /// The link from which a chain is renewed is read again when the block is published
    LinkReadAgain,
}

/// The two forms of the rules that are searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// As they are argued: see the library's text
    #[default]
    Argued,
    /// As the map has them: see the library's text, "As it is built"
    Built,
}

/// Which rules a search follows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    pub form: Form,
    pub mistake: Option<Mistake>,
}

/// Steps from a removal after which its slot may be used again.
const REUSE: u8 = 3;
/// Steps from a removal after which another may have used its slot again, unseen by whoever saw it
/// DEAD.
const STALE: u8 = 2;

/// Numbers that a DEAD word of the built form tells apart. Up to half of them lie back; the last
/// one is that of a removal whose thread has read the clock a moment later; any other is untold.
const TOLD_APART: u8 = 16;

impl Rules {
    pub fn is_built(&self) -> bool {
        self.form == Form::Built
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

    /// What a DEAD word keeps of a number.
    pub fn dead(&self, number: Number) -> Word {
        Word::dead(if self.is_built() { number % TOLD_APART } else { number })
    }

    /// The steps from a removal to `now`, if the word is DEAD and its number tells.
    pub fn age(&self, word: Word, now: Number) -> Option<u8> {
        let number = word.number()?;
        if !self.is_built() {
            return Some(now.saturating_sub(number));
        }
        match now.wrapping_sub(number) % TOLD_APART {
            steps if steps < TOLD_APART / 2 => Some(steps),
            steps if steps == TOLD_APART - 1 => Some(0),
            _ => None,
        }
    }

    /// Whether a word is DEAD and has been for `age` steps, or may have been.
    pub fn is_aged(&self, word: Word, age: u8, now: Number) -> bool {
        word.number().is_some() && self.age(word, now).is_none_or(|steps| steps >= age)
    }
}
