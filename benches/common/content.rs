use std::borrow::Borrow;
use std::hash::Hash;

/// What a map holds, and how it follows from an index: distinct indices below 2^41 give distinct
/// keys.
pub trait Content: Send + Sync + 'static {
    type Key: Borrow<Self::Query> + Clone + Hash + Ord + Send + Sync + 'static;
    /// What keys are looked up by.
    type Query: Hash + Ord + ToOwned<Owned = Self::Key> + ?Sized;
    /// What a timed loop makes to look a key up, without allocating.
    type Probe: Borrow<Self::Query>;
    type Value: Clone + Send + Sync + 'static;

    fn probe(index: u64) -> Self::Probe;
    fn value(index: u64) -> Self::Value;
    /// Changes a value in a way that `is_of` does not see.
    fn bump(value: &mut Self::Value);
    /// Whether this is the value of that index, however often it has been bumped.
    fn is_of(value: &Self::Value, index: u64) -> bool;

    fn key(index: u64) -> Self::Key {
        Self::probe(index).borrow().to_owned()
    }

    #[inline]
    fn bumped(value: &Self::Value) -> Self::Value {
        let mut value = value.clone();
        Self::bump(&mut value);
        value
    }
}

/// A bijection that spreads small numbers over all 64 bits.
#[inline]
fn spread(index: u64) -> u64 {
    index.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Bumps are counted above the index.
const BUMP: u64 = 1 << 48;

/// `u64` to `u64`.
pub struct Numbers;

impl Content for Numbers {
    type Key = u64;
    type Query = u64;
    type Probe = u64;
    type Value = u64;

    #[inline]
    fn probe(index: u64) -> u64 {
        spread(index)
    }

    #[inline]
    fn value(index: u64) -> u64 {
        index
    }

    #[inline]
    fn bump(value: &mut u64) {
        *value = value.wrapping_add(BUMP);
    }

    #[inline]
    fn is_of(value: &u64, index: u64) -> bool {
        value % BUMP == index
    }
}

/// `u64` to 256 bytes.
pub struct Large;

impl Content for Large {
    type Key = u64;
    type Query = u64;
    type Probe = u64;
    type Value = [u64; 32];

    #[inline]
    fn probe(index: u64) -> u64 {
        spread(index)
    }

    #[inline]
    fn value(index: u64) -> [u64; 32] {
        [index; 32]
    }

    #[inline]
    fn bump(value: &mut [u64; 32]) {
        Numbers::bump(&mut value[0]);
    }

    /// Looks at both ends, which are lines apart.
    #[inline]
    fn is_of(value: &[u64; 32], index: u64) -> bool {
        Numbers::is_of(&value[0], index) && value[31] == index
    }
}

/// `String`s of 8 to 40 bytes to `u64`.
pub struct Strings;

impl Content for Strings {
    type Key = String;
    type Query = str;
    type Probe = Text;
    type Value = u64;

    #[inline]
    fn probe(index: u64) -> Text {
        Text::new(index)
    }

    #[inline]
    fn value(index: u64) -> u64 {
        index
    }

    #[inline]
    fn bump(value: &mut u64) {
        Numbers::bump(value);
    }

    #[inline]
    fn is_of(value: &u64, index: u64) -> bool {
        Numbers::is_of(value, index)
    }
}

/// A string key, on the stack.
pub struct Text {
    bytes: [u8; Self::LONGEST],
    len: usize,
}

impl Text {
    const SHORTEST: usize = 8;
    const LONGEST: usize = 40;

    #[inline]
    fn new(index: u64) -> Self {
        let mixed = spread(index);
        // An odd factor is a bijection of the low 48 bits, too.
        let word = letters(mixed % (1 << 48)).to_le_bytes();
        let mut bytes = [0; Self::LONGEST];
        bytes.chunks_exact_mut(word.len()).for_each(|chunk| chunk.copy_from_slice(&word));
        let more = (mixed >> 48) as usize % (Self::LONGEST - Self::SHORTEST + 1);
        Self { bytes, len: Self::SHORTEST + more }
    }
}

/// Eight printable characters of six bits each.
#[inline]
fn letters(bits: u64) -> u64 {
    let halves = (bits & 0x0000_00ff_ffff) | (bits & 0xffff_ff00_0000) << 8;
    let quarters = (halves & 0x0000_0fff_0000_0fff) | (halves & 0x00ff_f000_00ff_f000) << 4;
    let eighths = (quarters & 0x003f_003f_003f_003f) | (quarters & 0x0fc0_0fc0_0fc0_0fc0) << 2;
    eighths + 0x3030_3030_3030_3030
}

impl Borrow<str> for Text {
    #[inline]
    fn borrow(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).expect("all characters are of one byte")
    }
}
