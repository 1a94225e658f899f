//! Hashers that spread keys well, badly, or not at all.

use std::hash::{BuildHasher, Hasher};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Good,
    /// All keys in one chain.
    Constant,
    /// All keys in two chains, of one group or of two.
    OneBit,
    /// Neighbours in neighbouring buckets.
    Ordered,
    Identity,
}

pub const MODES: [Mode; 5] =
    [Mode::Good, Mode::Constant, Mode::OneBit, Mode::Ordered, Mode::Identity];

/// The map multiplies by this (the odd number next to 2^64 over the golden ratio) and takes the
/// high bits; the inverse makes a hash come out as it is meant.
const INVERSE: u64 = 0xF1DE_83E1_9937_733D;

impl BuildHasher for Mode {
    type Hasher = ModeHasher;

    fn build_hasher(&self) -> ModeHasher {
        ModeHasher { mode: *self, key: 0 }
    }
}

pub struct ModeHasher {
    mode: Mode,
    key: u64,
}

impl Hasher for ModeHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u8(&mut self, key: u8) {
        self.write_u64(u64::from(key));
    }

    fn write_u64(&mut self, key: u64) {
        self.key = self.key << 8 ^ key;
    }

    fn finish(&self) -> u64 {
        match self.mode {
            Mode::Good => {
                let mixed = (self.key + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93)
            }
            Mode::Constant => 0,
            Mode::OneBit => (self.key << 63).wrapping_mul(INVERSE),
            Mode::Ordered => (self.key << 60).wrapping_mul(INVERSE),
            Mode::Identity => self.key,
        }
    }
}
