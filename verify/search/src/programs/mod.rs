//! The programs that are searched. Values of the first chain are numbered like their keys; DEAD(5)
//! is old when the clock stands at 10, where it begins, DEAD(8) and DEAD(7) are two and three steps
//! old.

mod evacuation;
mod renewal;
mod reuse;

use crate::program::{Actor, Chain, Operation, Pins, Program};
use crate::word::{Number, Word};

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Program> {
    reuse::PROGRAMS.iter().chain(renewal::PROGRAMS).chain(evacuation::PROGRAMS)
}

const E: Word = Word::EMPTY;

const fn live(key: u8) -> Word {
    Word::live(key, key)
}

const fn dead(number: u8) -> Word {
    Word::dead(number)
}

const fn each(operations: &'static [Operation]) -> Actor {
    Actor { pins: Pins::Each, operations }
}

const fn held(operations: &'static [Operation]) -> Actor {
    Actor { pins: Pins::Held, operations }
}

const fn leased(operations: &'static [Operation]) -> Actor {
    Actor { pins: Pins::Lease, operations }
}

const fn since(steps: Number, operations: &'static [Operation]) -> Actor {
    Actor { pins: Pins::Since(steps), operations }
}

/// A chain with buckets of one slot.
const fn narrow(buckets: &'static [&'static [Word]]) -> Chain {
    Chain { slots: 1, buckets, block: &[] }
}

/// A chain with buckets of two.
const fn wide(buckets: &'static [&'static [Word]]) -> Chain {
    Chain { slots: 2, buckets, block: &[] }
}

/// What a block has superseded.
const SUPERSEDED: &[&[Word]] = &[&[dead(5)], &[dead(5)]];

/// A chain with buckets of one slot whose truth begins at a block.
const fn renewed(block: &'static [&'static [Word]]) -> Chain {
    Chain { slots: 1, buckets: SUPERSEDED, block }
}
