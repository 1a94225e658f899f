//! What the targets share: bytes read as keys and values, ways to hash badly, keys and values that
//! count their drops.

use std::borrow::Borrow;
use std::fmt::Debug;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use evacmap::HashMap;

/// Few, so that they collide.
pub(super) const KEYS: u8 = 48;
/// Tables of more buckets are not made larger by force.
#[cfg(feature = "_hooks")]
const MAX_BUCKETS: usize = 1 << 8;

/// The bytes not read yet.
pub(super) struct Input<'a> {
    pub(super) bytes: &'a [u8],
}

impl Input<'_> {
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(first)
    }

    pub(super) fn byte_or_zero(&mut self) -> u8 {
        self.byte().unwrap_or(0)
    }

    pub(super) fn key(&mut self) -> u8 {
        self.byte_or_zero() % KEYS
    }

    /// Few values too, so that comparisons succeed.
    pub(super) fn value(&mut self) -> u32 {
        u32::from(self.byte_or_zero() % 16) * 0x0101_0101
    }
}

/// How keys are hashed: well, or in one of the ways that break maps.
#[derive(Clone, Copy, Debug)]
pub(super) enum Mode {
    Good,
    Constant,
    ThreeBits,
    Identity,
    LowBitsZero,
    LowBitsOne,
}

impl Mode {
    pub(super) fn new(byte: u8) -> Self {
        [
            Self::Good,
            Self::Constant,
            Self::ThreeBits,
            Self::Identity,
            Self::LowBitsZero,
            Self::LowBitsOne,
        ][usize::from(byte % 6)]
    }

    fn hash(self, key: u8) -> u64 {
        let key = u64::from(key);
        match self {
            Self::Good => {
                let mixed = (key + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93)
            }
            Self::Constant => 0,
            Self::ThreeBits => key & 7,
            Self::Identity => key,
            Self::LowBitsZero => key << 56,
            Self::LowBitsOne => key << 56 | u64::MAX >> 8,
        }
    }
}

impl BuildHasher for Mode {
    type Hasher = ModeHasher;

    fn build_hasher(&self) -> ModeHasher {
        ModeHasher { mode: *self, key: 0 }
    }
}

pub(super) struct ModeHasher {
    mode: Mode,
    key: u8,
}

impl Hasher for ModeHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.key = bytes.iter().fold(self.key, |key, byte| key ^ byte);
    }

    fn finish(&self) -> u64 {
        self.mode.hash(self.key)
    }
}

/// How many counted things were made and dropped in one case.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) made: AtomicU64,
    pub(super) dropped: AtomicU64,
}

impl Tally {
    pub(super) fn alive(&self) -> i64 {
        (self.made.load(Relaxed) - self.dropped.load(Relaxed)) as i64
    }
}

/// A key or a value, plain or counted.
pub(super) trait Part<T>: Clone + Debug + PartialEq + Send + Sync {
    fn make(plain: T, tally: &Arc<Tally>) -> Self;
    fn plain(&self) -> T;
}

impl<T: Copy + Debug + PartialEq + Send + Sync> Part<T> for T {
    fn make(plain: T, _: &Arc<Tally>) -> Self {
        plain
    }

    fn plain(&self) -> T {
        *self
    }
}

/// Counts itself, and notices when it is used or dropped after its drop. It is boxed because the
/// map uses the memory of its entries again, where a sanitizer would not see that.
#[derive(Debug)]
pub(super) struct Counted<T> {
    plain: Box<T>,
    pub(super) tally: Arc<Tally>,
    alive: bool,
}

impl<T> Counted<T> {
    pub(super) fn new(plain: T, tally: &Arc<Tally>) -> Self {
        tally.made.fetch_add(1, Relaxed);
        Self { plain: Box::new(plain), tally: Arc::clone(tally), alive: true }
    }

    pub(super) fn check(&self) -> &T {
        assert!(self.alive, "used after its drop");
        &self.plain
    }
}

impl<T: Copy + Debug + PartialEq + Send + Sync> Part<T> for Counted<T> {
    fn make(plain: T, tally: &Arc<Tally>) -> Self {
        Self::new(plain, tally)
    }

    fn plain(&self) -> T {
        *self.check()
    }
}

impl<T: Copy + Debug + PartialEq + Send + Sync> Clone for Counted<T> {
    fn clone(&self) -> Self {
        Self::make(self.plain(), &self.tally)
    }
}

impl<T> Drop for Counted<T> {
    fn drop(&mut self) {
        self.check();
        self.alive = false;
        self.tally.dropped.fetch_add(1, Relaxed);
    }
}

impl<T: PartialEq> PartialEq for Counted<T> {
    fn eq(&self, other: &Self) -> bool {
        self.check() == other.check()
    }
}

impl<T: Eq> Eq for Counted<T> {}

impl<T: Hash> Hash for Counted<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.check().hash(state);
    }
}

impl Borrow<u8> for Counted<u8> {
    fn borrow(&self) -> &u8 {
        self.check()
    }
}

/// Begins a rebuild or a resize by force, if the crate is built with hooks for its tests.
#[cfg(feature = "_hooks")]
pub(super) fn start_resize<K: Eq + Hash + Send, V: Send>(number: u8, map: &HashMap<K, V, Mode>) {
    match [0, -6, -2, -1, 0, 1, 2, 3][usize::from(number)] {
        0 => map.start_rebuild(),
        bits if bits < 0 || map.stats().buckets < MAX_BUCKETS => map.start_resize(bits),
        _ => {}
    }
}

#[cfg(not(feature = "_hooks"))]
pub(super) fn start_resize<K, V>(_: u8, _: &HashMap<K, V, Mode>) {}
