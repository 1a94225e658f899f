//! A hierarchical timing wheel without locks.
//!
//! # Why not the obvious thing
//!
//! A heap of deadlines needs a lock, and so do wheels as they are usually built, for their lists
//! are linked through the entries and each removal unlinks one. Here the lists are of *names*: an
//! entry's hash and a number that no other entry with that hash ever has. A name says where to look
//! and never where something lies. When it comes up, the map is asked: the entry is due and goes;
//! or its deadline has moved, and the name is filed again; or there is no such entry, and the name
//! was stale. So to replace, remove or touch an entry is no business of the wheel's.
//!
//! # Picture
//!
//! ```text
//!  level 0   64 slots of   1 tick    (100 ms by default)      6.4 s
//!  level 1   64 slots of  64 ticks                            7 minutes
//!  level 2   64 slots of  64 x 64 ticks                       7 hours
//!  level 3   64 slots of  64 x 64 x 64 ticks                  19 days, and comes up again then
//! ```
//!
//! Each level has a *hand*: the number of the first of its units that has not been passed. A name
//! is filed in the lowest level of which the 64 units from the hand on have its tick. A unit is due
//! when its first tick has come, at level 0, or when the hand of the level below has come to its
//! first unit. Then its names are taken, one by one, by whichever threads are there; the slot
//! passes on to the next rotation (see [`slot`]); and the hand moves. Names of level 1 and above
//! mostly are not due yet, and are filed again further down.
//!
//! # What holds
//!
//! - **W4.** A slot of unit *u* is open for a rotation that is not before that of *u* while the
//!   hand is at or before *u*, and passes only when *u* is due. So a name that finds the rotation
//!   of its unit is taken when that is due. One that does not has been overtaken, and is filed
//!   elsewhere.
//! - **W5.** The hand of a level is at most one unit past that of the level below: so a tick of a
//!   unit that has been passed is within reach of a lower level.
//! - **W6.** Rotations are told apart modulo 16. A thread that stops in the middle of filing, for
//!   as long as 16 rotations of that level or a multiple, may file in a slot that has been passed.
//!   Its name then comes up with the next rotation. That costs memory until then, and no reader
//!   sees it, for readers look at the deadline.
//!
//! # Stale names
//!
//! They leave when they come up. If more than three in four are stale they leave sooner: the wheel
//! has two *banks* of slots. A *scrub* turns to the other bank for filing, and goes through the
//! slots of the first. It drops what is stale and files the rest again. Blocks are counted, names
//! are not: [`Wheel::wants_scrub`].

mod block;
mod name;
mod slot;
mod word;

use crossbeam_utils::CachePadded;

use self::block::{Block, NAMES};
pub(crate) use self::name::Name;
use self::slot::{Filed, Slot, Took};
use self::word::ROTATIONS;
use crate::memory::Guard;
use crate::sync::{AcqRel, Acquire, AtomicU64, AtomicUsize, Relaxed};

const BITS: u32 = if cfg!(evacmap_loom) { 1 } else { 6 };
const UNITS: u64 = 1 << BITS;
const LEVELS: usize = if cfg!(evacmap_loom) { 2 } else { 4 };
/// Slots of a bank.
const SLOTS: usize = LEVELS << BITS;
const BANKS: usize = 2;

/// Blocks beyond which a scrub may begin. A slot whose list has one name has a block for it, and
/// there may be one in each.
const SPARE_BLOCKS: usize = if cfg!(evacmap_loom) { 4 } else { BANKS * SLOTS };

/// See the module's text.
pub(crate) struct Wheel {
    hands: CachePadded<[AtomicU64; LEVELS]>,
    /// Counts scrubs, and says at which slot the present one is: `scrubs << 32 | slot`. All scrubs
    /// together are over when the slot is [`SLOTS`]. The bank to file in is the count's parity.
    scrub: CachePadded<AtomicU64>,
    blocks: CachePadded<AtomicUsize>,
    slots: Box<[Slot]>,
}

/// A step of the wheel.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// This name has come up. It is in the wheel no more.
    Name(Name),
    /// Something that is none has moved.
    Moved,
    /// Nothing is due.
    Idle,
}

impl Wheel {
    /// A wheel that begins at tick 0: its slots are open for their first rotation.
    pub(crate) fn new() -> Self {
        Wheel {
            hands: CachePadded::new(core::array::from_fn(|_| AtomicU64::new(0))),
            scrub: CachePadded::new(AtomicU64::new(SLOTS as u64)),
            blocks: CachePadded::new(AtomicUsize::new(0)),
            slots: (0..BANKS * SLOTS).map(|_| Slot::new()).collect(),
        }
    }

    fn hand(&self, level: usize) -> u64 {
        // ORDERING: Acquire, P30: whoever sees that a hand has moved sees the lower one that
        // allowed it.
        self.hands[level].load(Acquire)
    }

    fn move_hand(&self, level: usize, from: u64, to: u64) {
        // ORDERING: AcqRel, P30. The failure means that another thread has moved it.
        _ = self.hands[level].compare_exchange(from, to, AcqRel, Relaxed);
    }

    /// The ticks that have been passed in full are below this.
    pub(crate) fn passed(&self) -> u64 {
        self.hand(0)
    }

    fn slot(&self, bank: usize, level: usize, unit: u64) -> &Slot {
        &self.slots[bank * SLOTS + (level << BITS) + (unit % UNITS) as usize]
    }

    /// The level and the unit in which a tick is to be filed.
    fn place(&self, tick: u64) -> (usize, u64) {
        let lowest = self.hand(0);
        // Due. Whoever filed further up might find that passed, and lose ticks.
        if tick <= lowest {
            return (0, lowest);
        }
        for level in 0..LEVELS {
            let hand = if level == 0 { lowest } else { self.hand(level) };
            let unit = tick >> (BITS * level as u32);
            if unit >= hand && unit - hand < UNITS {
                return (level, unit);
            }
        }
        // So far ahead that it comes up once before.
        let top = LEVELS - 1;
        (top, self.hand(top) + UNITS - 1)
    }

    /// Files a name: it comes up at the tick, or before. `true` if that took a new block. Each turn
    /// but the last means that a hand has moved, or is about to.
    pub(crate) fn file(&self, name: Name, mut tick: u64, guard: &Guard) -> bool {
        let (mut before, mut sooner) = (None, 0);
        loop {
            let (level, unit) = self.place(tick);
            // The slot has been passed, and its hand has not moved yet: the next tick is as good.
            // Further up only a slot that was passed too early (W6) can look so, and another place
            // is as good.
            if before.replace((level, unit)) == Some((level, unit)) {
                sooner += 1;
                tick = if level == 0 { unit + 1 } else { self.hand(0) + sooner };
                continue;
            }
            // ORDERING: Relaxed: either bank will do.
            let bank = (self.scrub.load(Relaxed) >> 32) as usize % BANKS;
            match self.slot(bank, level, unit).file(name, (unit >> BITS) as usize, guard) {
                Filed::Here { new_block } => {
                    if new_block {
                        // ORDERING: Relaxed: a statistic.
                        self.blocks.fetch_add(1, Relaxed);
                    }
                    return new_block;
                }
                Filed::Passed => {}
            }
        }
    }

    /// Takes a name that is due at `now`, or does something else that is. Constant work.
    pub(crate) fn step(&self, now: u64, guard: &Guard) -> Step {
        for level in 0..LEVELS {
            let hand = self.hand(level);
            let last = if level == 0 { now } else { self.hand(level - 1) >> BITS };
            if hand <= last {
                return self.step_at(level, hand, last, guard);
            }
        }
        Step::Idle
    }

    /// Whether a step would find something that is due: mostly one look at one word.
    #[inline]
    pub(crate) fn is_due(&self, now: u64) -> bool {
        self.hand(0) <= now
            || (1..LEVELS).any(|level| self.hand(level) <= self.hand(level - 1) >> BITS)
    }

    #[cold]
    fn step_at(&self, level: usize, hand: u64, last: u64, guard: &Guard) -> Step {
        // Nobody has come by for long. All slots are due, and it is enough to pass each once. As
        // many rotations as a slot tells apart can be left out.
        let (cycle, ahead) = (UNITS * ROTATIONS as u64, last - hand);
        if ahead >= cycle + UNITS {
            self.move_hand(level, hand, hand + (ahead - UNITS) / cycle * cycle);
            return Step::Moved;
        }
        let rotation = (hand >> BITS) as usize;
        for bank in 0..BANKS {
            let slot = self.slot(bank, level, hand);
            match slot.take(Some(rotation), guard) {
                Took::Name(name) => return Step::Name(name),
                Took::Block => return self.block_gone(),
                Took::Passed => {}
                Took::Nothing if slot.pass(rotation, guard) => {}
                Took::Nothing => return Step::Moved,
            }
        }
        self.move_hand(level, hand, hand + 1);
        Step::Moved
    }

    fn block_gone(&self) -> Step {
        // ORDERING: Relaxed: a statistic.
        self.blocks.fetch_sub(1, Relaxed);
        Step::Moved
    }

    /// Blocks in the wheel.
    pub(crate) fn blocks(&self) -> usize {
        // ORDERING: Relaxed: a statistic. Whoever pushes a block counts it later, so that another
        // may have taken it off before.
        self.blocks.load(Relaxed).cast_signed().max(0).cast_unsigned()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.blocks() * size_of::<Block>() + self.slots.len() * size_of::<Slot>()
    }

    /// Whether most names are stale, as far as the blocks show, if there are `live` entries.
    pub(crate) fn wants_scrub(&self, live: usize) -> bool {
        self.blocks() > SPARE_BLOCKS + live.div_ceil(NAMES) * 4
    }

    /// Whether a scrub is under way.
    #[inline]
    pub(crate) fn is_scrubbing(&self) -> bool {
        // ORDERING: Relaxed: to save work.
        (self.scrub.load(Relaxed) as u32 as usize) < SLOTS
    }

    /// Begins a scrub, unless one is under way.
    pub(crate) fn begin_scrub(&self) {
        // ORDERING: Relaxed: compared, and nothing is read through it.
        let seen = self.scrub.load(Relaxed);
        if seen as u32 as usize == SLOTS {
            // ORDERING: Relaxed, both: as above.
            let begun = ((seen >> 32) + 1) << 32;
            _ = self.scrub.compare_exchange(seen, begun, Relaxed, Relaxed);
        }
    }

    /// Takes a name from the bank that is being left, or does something else for the scrub.
    /// Constant work.
    pub(crate) fn step_scrub(&self, guard: &Guard) -> Step {
        // ORDERING: Relaxed: what is read through it goes by its own words.
        let seen = self.scrub.load(Relaxed);
        let at = seen as u32 as usize;
        if at >= SLOTS {
            return Step::Idle;
        }
        let left = ((seen >> 32) as usize + 1) % BANKS;
        match self.slots[left * SLOTS + at].take(None, guard) {
            Took::Name(name) => Step::Name(name),
            Took::Block => self.block_gone(),
            Took::Passed | Took::Nothing => {
                // ORDERING: Relaxed, both: as above.
                _ = self.scrub.compare_exchange(seen, seen + 1, Relaxed, Relaxed);
                Step::Moved
            }
        }
    }
}
