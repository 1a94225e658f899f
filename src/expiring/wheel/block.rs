//! A block of names: what the lists of a wheel are made of.
//!
//! Its spots are filled in order. Each has a life of its own:
//!
//! ```text
//!  EMPTY --(file: swap)--> a number --(take: swap)--> TAKEN
//!  EMPTY --(take: swap)--> TAKEN      whoever files finds that, and files elsewhere
//! ```
//!
//! A swap settles between whoever files and whoever takes, so neither waits for the other. A spot
//! is handed out once to a thread that files (`filed`) and once to one that takes (`taken`). The
//! first to take closes the block: nobody files in it any more.

use super::name::Name;
use super::word::Word;
use crate::observe::faults::unless_relaxed;
use crate::sync::{Acquire, AtomicU64, AtomicUsize, Relaxed, Release};

/// Names in a block. With them it has 512 bytes.
pub(crate) const NAMES: usize = if cfg!(evacmap_loom) { 2 } else { 31 };

const EMPTY: u64 = 0;
const TAKEN: u64 = u64::MAX;
/// A bit of `filed`.
const CLOSED: usize = 1 << (usize::BITS - 1);

/// Aligned so that the low bits of its address are free for [`Word`].
#[repr(align(64))]
pub(super) struct Block {
    /// The block below it in its list. Immutable once the block is linked.
    next: Word<Block>,
    /// Spots handed out to threads that file, perhaps more than there are; and [`CLOSED`].
    filed: AtomicUsize,
    /// Spots handed out to threads that take, perhaps more than there are.
    taken: AtomicUsize,
    spots: [Spot; NAMES],
}

struct Spot {
    hash: AtomicU64,
    number: AtomicU64,
}

#[cfg(not(evacmap_loom))]
const _: () = assert!(usize::BITS == 32 || size_of::<Block>() <= 576);

impl Block {
    /// A block that has one name.
    pub(super) fn new(name: Name) -> Box<Self> {
        let spot = |index| {
            let (hash, number) = if index == 0 { (name.hash, name.number) } else { (0, EMPTY) };
            Spot { hash: AtomicU64::new(hash), number: AtomicU64::new(number) }
        };
        Box::new(Block {
            next: Word::default(),
            filed: AtomicUsize::new(1),
            taken: AtomicUsize::new(0),
            spots: core::array::from_fn(spot),
        })
    }

    /// Says what is below it, before it is linked.
    pub(super) fn put_on(&mut self, next: Word<Block>) {
        self.next = next;
    }

    pub(super) fn next(&self) -> Word<Block> {
        self.next
    }

    /// Files a name. `false` if there is no room, or nobody may file here any more.
    pub(super) fn file(&self, name: Name) -> bool {
        // ORDERING: Relaxed, both: a number handed out; the name goes by its own word.
        if self.filed.load(Relaxed) >= NAMES {
            return false;
        }
        let Some(spot) = self.spots.get(self.filed.fetch_add(1, Relaxed)) else { return false };
        // ORDERING: Relaxed: published by the swap.
        spot.hash.store(name.hash, Relaxed);
        // ORDERING: Release, P28: publishes the hash. What was there is only compared.
        spot.number.swap(name.number, unless_relaxed!("name_relaxed", Release)) == EMPTY
    }

    /// Takes a name out, which nobody else gets then. `None`: there is none left, and never will
    /// be.
    pub(super) fn take(&self) -> Option<Name> {
        // ORDERING: Relaxed, both: the bit is final, and each name goes by its own word.
        let mut filed = self.filed.load(Relaxed);
        if filed & CLOSED == 0 {
            filed = self.filed.fetch_or(CLOSED, Relaxed);
        }
        let filed = (filed & !CLOSED).min(NAMES);
        // ORDERING: Relaxed, both: a number handed out.
        while self.taken.load(Relaxed) < filed {
            let at = self.taken.fetch_add(1, Relaxed);
            let Some(spot) = self.spots[..filed].get(at) else { break };
            // ORDERING: Acquire, P28.
            match spot.number.swap(TAKEN, Acquire) {
                // Whoever was about to file here finds it taken.
                EMPTY => {}
                number => {
                    // ORDERING: Relaxed: ordered by the swap.
                    return Some(Name { hash: spot.hash.load(Relaxed), number });
                }
            }
        }
        None
    }

    /// How many names it holds, roughly.
    #[cfg(test)]
    fn held(&self) -> usize {
        // ORDERING: Relaxed: for tests.
        let count = |spot: &&Spot| !matches!(spot.number.load(Relaxed), EMPTY | TAKEN);
        self.spots.iter().filter(count).count()
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;

    fn name(number: u64) -> Name {
        Name { hash: number * 10, number }
    }

    #[test]
    fn names_come_out_once_and_a_block_that_is_taken_from_is_closed() {
        let block = Block::new(name(1));
        for number in 2..=NAMES as u64 {
            assert!(block.file(name(number)));
        }
        assert!(!block.file(name(99)), "full");
        assert_eq!(block.held(), NAMES);
        let taken: Vec<_> = std::iter::from_fn(|| block.take()).collect();
        assert_eq!(taken, (1..=NAMES as u64).map(name).collect::<Vec<_>>());
        assert_eq!((block.take(), block.held()), (None, 0));

        let block = Block::new(name(1));
        assert_eq!(block.take(), Some(name(1)));
        assert!(!block.file(name(2)), "closed");
        assert_eq!(block.take(), None);
    }
}
