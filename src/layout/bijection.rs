//! From a key's bits to a hash, and back: no two keys have the same hash, so that the hash stands
//! for the key.
//!
//! Fold the upper half onto the lower, multiply, fold, multiply: each step is a bijection of the
//! numbers of so many bits. The first product carries every bit of the key into the upper half, the
//! fold brings it into the lower, and the second product carries all into the high bits, from which
//! the index is taken. (Without the fold ahead, keys that differ in their upper halves alone come
//! out regular: the first product leaves their lower halves zero.) Both factors come from the map's
//! seed. Numbers of fewer than 64 bits are kept at the upper end of a word, where a product of 64
//! bits is theirs too.

use super::hash::Hash;

/// The two factors of a map, and what undoes them.
#[derive(Clone, Copy)]
pub(crate) struct Bijection {
    first: u64,
    second: u64,
    undo_first: u64,
    undo_second: u64,
}

/// What is left of a word that holds a number of so many bits, and is shifted by half of them.
const fn fold(word: u64, width: u32) -> u64 {
    let kept = if width == 0 { 0 } else { u64::MAX << (u64::BITS - width) };
    word ^ ((word >> width.div_ceil(2)) & kept)
}

/// Steps to the next number of a stream of well mixed ones (Steele, Lea and Flood's SplitMix).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

/// The number whose product with an odd one is 1: Newton's iteration, which doubles the right bits
/// each time, from 3 of them.
fn inverse(odd: u64) -> u64 {
    let step = |near: u64, _| near.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(near)));
    (0..5).fold(odd, step)
}

impl Bijection {
    pub(crate) fn of(seed: u64) -> Self {
        let mut state = seed;
        let (first, second) = (next(&mut state) | 1, next(&mut state) | 1);
        Bijection { first, second, undo_first: inverse(first), undo_second: inverse(second) }
    }

    /// The hash of a key of `width` bits; at most 64, and the lower ones of a word.
    #[inline(always)]
    pub(crate) fn hash(&self, key: u64, width: u32) -> Hash {
        let high = key.checked_shl(u64::BITS - width).unwrap_or(0);
        let folded = fold(fold(high, width).wrapping_mul(self.first), width);
        Hash::exactly(folded.wrapping_mul(self.second))
    }

    /// The key that has this hash.
    #[inline(always)]
    pub(crate) fn key(&self, hash: Hash, width: u32) -> u64 {
        let folded = fold(hash.bits().wrapping_mul(self.undo_second), width);
        let high = fold(folded.wrapping_mul(self.undo_first), width);
        high.checked_shr(u64::BITS - width).unwrap_or(0)
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;
    use crate::layout::bits::low;
    use std::collections::HashSet;

    #[test]
    fn every_key_comes_back_and_no_two_have_one_hash() {
        for seed in [0, 1, u64::MAX, 0x0123_4567_89AB_CDEF] {
            let map = Bijection::of(seed);
            for width in 0..=16 {
                let hashes: HashSet<u64> = (0..1_u64 << width)
                    .map(|key| {
                        let hash = map.hash(key, width);
                        assert_eq!(map.key(hash, width), key, "{width} bits");
                        hash.bits()
                    })
                    .collect();
                assert_eq!(hashes.len(), 1 << width);
            }
            for width in 17..=64 {
                for key in
                    (0..64).flat_map(|bit| [0, 1, 2].map(|more| (1_u64 << bit).wrapping_sub(more)))
                {
                    let key = low(key, width);
                    let hash = map.hash(key, width);
                    assert_eq!(map.key(hash, width), key, "{width} bits");
                    assert_eq!(low(hash.bits(), 64 - width), 0, "nothing below the number");
                }
            }
        }
    }

    #[test]
    fn regular_keys_spread_over_the_buckets() {
        for seed in 0..20 {
            let map = Bijection::of(seed);
            for (width, shift) in [(64, 0), (64, 3), (64, 32), (64, 48), (32, 0), (32, 8), (32, 16)]
            {
                let buckets: HashSet<u64> =
                    (0..4096_u64).map(|i| map.hash(i << shift, width).bits() >> 52).collect();
                assert!(buckets.len() > 2000, "{} of 4096 used: {width}, {shift}", buckets.len());
            }
        }
    }

    #[test]
    fn seeds_make_different_maps() {
        let hash = |seed| Bijection::of(seed).hash(1, 64).bits();
        assert_eq!((0..100).map(hash).collect::<HashSet<_>>().len(), 100);
    }
}
