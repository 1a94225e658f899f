//! The wheel by itself, for the models.

use super::wheel::{Name, Step, Wheel};
use crate::memory::Guard;

/// A wheel without a map.
pub struct BareWheel(Wheel);

/// A step of it.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BareStep {
    Name { hash: u64, number: u64 },
    Moved,
    Idle,
}

impl From<Step> for BareStep {
    fn from(step: Step) -> Self {
        match step {
            Step::Name(Name { hash, number }) => BareStep::Name { hash, number },
            Step::Moved => BareStep::Moved,
            Step::Idle => BareStep::Idle,
        }
    }
}

impl Default for BareWheel {
    fn default() -> Self {
        BareWheel(Wheel::new())
    }
}

impl BareWheel {
    /// Files a name.
    pub fn file(&self, hash: u64, number: u64, tick: u64, guard: &Guard) {
        self.0.file(Name { hash, number }, tick, guard);
    }

    /// Does a step of what is due.
    pub fn step(&self, now: u64, guard: &Guard) -> BareStep {
        self.0.step(now, guard).into()
    }

    /// Begins a scrub.
    pub fn begin_scrub(&self) {
        self.0.begin_scrub();
    }

    /// Does a step of a scrub.
    pub fn step_scrub(&self, guard: &Guard) -> BareStep {
        self.0.step_scrub(guard).into()
    }

    /// The ticks below this have been passed.
    pub fn passed(&self) -> u64 {
        self.0.passed()
    }

    /// Blocks in the wheel.
    pub fn blocks(&self) -> usize {
        self.0.blocks()
    }
}
