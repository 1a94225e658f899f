//! From a hasher's 64 bits to an index and a tag.
//!
//! The index is taken from the HIGH bits, so that bucket `i` of a table splits into adjacent
//! buckets of a larger one, and the tag from the bits just below, so that its top bits are the next
//! index bits (see [`super::tag`]).

use super::tag::{TAG_MASK, Tag};

/// A finalised hash, as kept in each entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Hash(u64);

impl Hash {
    /// Multiplies by an odd constant (2^64 divided by the golden ratio: Fibonacci hashing, Knuth,
    /// TAOCP 3, 6.4). Odd makes it a bijection, and the product carries every input bit into the
    /// high bits that the map uses, so a hasher that is the identity, or leaves its low bits zero,
    /// does no harm.
    #[inline]
    pub(crate) fn finalise(raw: u64) -> Self {
        Hash(raw.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// Of a key that the hash stands for.
impl Hash {
    #[inline(always)]
    pub(crate) const fn exactly(bits: u64) -> Self {
        Hash(bits)
    }

    #[inline(always)]
    pub(crate) const fn bits(self) -> u64 {
        self.0
    }

    /// This hash with others for its lowest `count` bits, of which there are some.
    #[inline(always)]
    pub(crate) const fn with_low(self, low: u64, count: u32) -> Self {
        let mask = u64::MAX >> (u64::BITS - count);
        Hash(self.0 & !mask | low & mask)
    }
}

/// How a table of `1 << bits` buckets reads a hash. Fixed when the table is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shape {
    bits: u32,
    tag_bits: u32,
    index_mask: usize,
    tag_mask: usize,
}

/// Where a hash belongs in a table.
#[derive(Clone, Copy)]
pub(crate) struct Home {
    pub(crate) index: usize,
    pub(crate) tag: Tag,
}

impl Shape {
    /// A shape for `1 << bits` buckets of which the top `tag_bits` of each tag are known.
    pub(crate) const fn new(bits: u32, tag_bits: u32) -> Self {
        let tag_mask = TAG_MASK << (Tag::WIDTH - tag_bits);
        Shape { bits, tag_bits, index_mask: (1 << bits) - 1, tag_mask }
    }

    pub(crate) const fn bits(&self) -> u32 {
        self.bits
    }

    /// The lowest hash that belongs to a bucket.
    #[inline]
    pub(crate) const fn first(&self, index: usize) -> Hash {
        Hash(if self.bits == 0 { 0 } else { (index as u64) << (u64::BITS - self.bits) })
    }

    pub(crate) const fn tag_bits(&self) -> u32 {
        self.tag_bits
    }

    pub(crate) const fn buckets(&self) -> usize {
        self.index_mask + 1
    }

    /// One rotation brings the index to the bottom and the tag to the top, where the slot word has
    /// it.
    #[inline]
    pub(crate) fn home(&self, hash: Hash) -> Home {
        let rotated = hash.0.rotate_left(self.bits);
        let high = (rotated >> (u64::BITS - usize::BITS)) as usize;
        Home { index: rotated as usize & self.index_mask, tag: self.known(high) }
    }

    /// The tag of a word or hash whose top bits are in place, without the bits that this table does
    /// not know.
    #[inline]
    pub(crate) fn known(&self, high: usize) -> Tag {
        Tag::new(high & self.tag_mask)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_table_splits_a_bucket_into_adjacent_ones() {
        for bits in 0..20 {
            let index = (1 << bits) - 1;
            let shape = Shape::new(bits, Tag::WIDTH);
            assert_eq!(shape.home(shape.first(index)).index, index);
            let (small, large) = (Shape::new(bits, Tag::WIDTH), Shape::new(bits + 2, Tag::WIDTH));
            for i in 0..1000_u64 {
                let hash = Hash::finalise(i);
                assert_eq!(small.home(hash).index, large.home(hash).index >> 2);
            }
        }
    }

    #[test]
    fn the_top_bits_of_a_tag_are_the_next_index_bits() {
        if Tag::WIDTH == 0 {
            return;
        }
        let (small, large) = (Shape::new(5, Tag::WIDTH), Shape::new(7, Tag::WIDTH - 2));
        for i in 0..1000_u64 {
            let hash = Hash::finalise(i);
            let (from, to) = (small.home(hash), large.home(hash));
            assert_eq!(from.tag.next_index_bits(2), to.index & 3);
            assert_eq!(large.known(from.tag.bits() << 2), to.tag);
        }
    }

    #[test]
    fn weak_hashers_still_spread() {
        let shape = Shape::new(8, Tag::WIDTH);
        for shift in [0, 8, 32, 48] {
            let mut used = std::collections::HashSet::new();
            used.extend((0..256_u64).map(|i| shape.home(Hash::finalise(i << shift)).index));
            assert!(
                used.len() > 100,
                "multiples of 2^{shift} fall into {} of 256 buckets",
                used.len()
            );
        }
    }
}
