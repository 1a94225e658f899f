//! What stands in a slot, and what stands behind the slots of a bucket.

use std::fmt;

/// A key. There are few: see [`crate::program::KEYS`].
pub type Key = u8;
/// Which entry: each insertion and replacement puts in one of its own.
pub type Value = u8;
/// A reading of the clock.
pub type Number = u8;
/// Which bucket of the arena.
pub type BucketId = u8;

const FROZEN: u16 = 1 << 15;
const LIVE: u16 = 1 << 14;
const DEAD: u16 = 1 << 13;
const LOW: u16 = 0x3F;

/// A slot word: EMPTY, LIVE with a key and an entry, or DEAD with a number; each perhaps FROZEN.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Word(u16);

impl Word {
    pub const EMPTY: Word = Word(0);

    pub const fn live(key: Key, value: Value) -> Word {
        Word(LIVE | (key as u16) << 6 | value as u16)
    }

    pub const fn dead(number: Number) -> Word {
        Word(DEAD | number as u16)
    }

    pub fn is_empty(self) -> bool {
        self.thawed().0 == 0
    }

    pub fn is_live(self) -> bool {
        self.0 & LIVE != 0
    }

    pub fn is_live_with(self, entry: Value) -> bool {
        self.is_live() && self.value() == entry
    }

    pub fn is_frozen(self) -> bool {
        self.0 & FROZEN != 0
    }

    pub fn key(self) -> Option<Key> {
        self.is_live().then_some((self.0 >> 6 & 7) as Key)
    }

    pub fn value(self) -> Value {
        (self.0 & LOW) as Value
    }

    /// The number of a DEAD word.
    pub fn number(self) -> Option<Number> {
        (self.0 & DEAD != 0).then_some((self.0 & LOW) as Number)
    }

    pub fn frozen(self) -> Word {
        Word(self.0 | FROZEN)
    }

    pub fn thawed(self) -> Word {
        Word(self.0 & !FROZEN)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let frozen = if self.is_frozen() { "*" } else { "" };
        match (self.key(), self.number()) {
            (Some(key), _) => write!(f, "k{key}=e{}{frozen}", self.value()),
            (None, Some(number)) => write!(f, "DEAD({number}){frozen}"),
            (None, None) => write!(f, "EMPTY{frozen}"),
        }
    }
}

/// An overflow word: a link, and flags.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Over(u16);

/// On the head of a destination: its chain is filled, and the truth.
pub const EVACUATED: Over = Over(1 << 8);
/// On the last bucket of a chain: nothing can be appended any more.
pub const END: Over = Over(1 << 9);
/// On a head: the truth begins at the block that the link names.
pub const RENEWED: Over = Over(1 << 10);
/// On a head: no renewal any more, and no bucket behind it if there is none yet.
pub const CLOSED: Over = Over(1 << 11);

impl Over {
    pub const NULL: Over = Over(0);

    pub fn link(self) -> Option<BucketId> {
        (self.0 as u8).checked_sub(1)
    }

    /// The same flags with this link.
    pub fn linked(self, to: BucketId) -> Over {
        Over(self.0 & 0xFF00 | (u16::from(to) + 1))
    }

    pub fn has(self, flag: Over) -> bool {
        self.0 & flag.0 != 0
    }

    pub fn with(self, flag: Over) -> Over {
        Over(self.0 | flag.0)
    }
}

impl fmt::Debug for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.link() {
            Some(to) => write!(f, "-> b{to}")?,
            None => write!(f, "-|")?,
        }
        let flags =
            [(EVACUATED, "EVACUATED"), (END, "END"), (RENEWED, "RENEWED"), (CLOSED, "CLOSED")];
        for (_, name) in flags.iter().filter(|(flag, _)| self.has(*flag)) {
            write!(f, " {name}")?;
        }
        Ok(())
    }
}
