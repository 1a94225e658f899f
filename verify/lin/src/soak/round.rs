//! One round: a map, threads with their jobs, and the checks at the end.

use std::thread;

use evacmap::{Stats, Violation};
use lin::pauses::{pause_briefly, pause_briefly_and_long};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::aftermath;
use crate::arena::{Arena, Done, Ledger};
use crate::jobs::{hold, iterate, resize, write};

/// The most operations of one writer.
const MOST: f64 = 200_000.0;

/// Everything but the timing follows from the seed.
pub fn run(seed: u64) -> Result<(Done, Stats), Violation> {
    let mut random = SmallRng::seed_from_u64(seed);
    let mut arena = Arena::random(&mut random);
    let ledgers = storm(&arena, &mut random);
    let done = std::mem::take(&mut arena.done);
    Ok((done, aftermath::check(arena, &ledgers)?))
}

/// Writers, and for as long as they write, now and then threads with other jobs.
fn storm(arena: &Arena, random: &mut SmallRng) -> Vec<Ledger> {
    let writers = random.random_range(1..=6);
    let operations = MOST.powf(random.random_range(0.5..1.0)) as u64;
    let pauses = Pauses::random(random);
    let [iterates, resizes, holds] = [(); 3].map(|()| random.random_bool(0.6));
    let seed: u64 = random.random();
    let random = |number: usize| pauses.random_of_thread(seed.wrapping_add(number as u64));
    thread::scope(|scope| {
        let beside = [
            iterates.then(|| scope.spawn(|| iterate::run(arena))),
            (resizes || arena.clears)
                .then(|| scope.spawn(|| resize::run(arena, &mut random(writers)))),
            holds.then(|| scope.spawn(|| hold::run(arena, &mut random(writers + 1)))),
        ];
        let write = |thread| move || write::run(arena, thread, operations, &mut random(thread));
        let writers: Vec<_> = (0..writers).map(|thread| scope.spawn(write(thread))).collect();
        let ledgers =
            writers.into_iter().map(|writer| writer.join().expect("a writer panicked")).collect();
        arena.end();
        drop(beside);
        ledgers
    })
}

/// Whether threads pause at hand-over steps.
#[derive(Clone, Copy)]
enum Pauses {
    None,
    Brief,
    BriefAndLong,
}

impl Pauses {
    fn random(random: &mut SmallRng) -> Self {
        [Pauses::None, Pauses::Brief, Pauses::BriefAndLong][random.random_range(0..3)]
    }

    /// Has this thread pause, and gives it its random numbers.
    fn random_of_thread(self, seed: u64) -> SmallRng {
        let mut random = SmallRng::seed_from_u64(seed);
        let source = SmallRng::seed_from_u64(random.random());
        match self {
            Pauses::None => {}
            Pauses::Brief => pause_briefly(source),
            Pauses::BriefAndLong => pause_briefly_and_long(source),
        }
        random
    }
}
