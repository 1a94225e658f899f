//! The maps in turns: A B C A B C …, so that whatever disturbs the machine disturbs all of them
//! alike.

use std::time::Duration;

use super::content::{Content, Large, Strings};
use super::contestants::for_each_map;
use super::ledger::Ledger;
use super::map::{Hasher, Map};
use super::pool::Pool;
use super::session::{Sample, Session, Upbringing};
use super::workload::{Config, Kind};

/// What all cells have in common.
pub struct Course<'p> {
    pub pool: &'p Pool,
    pub hasher: Hasher,
    pub upbringing: Upbringing,
    /// How long each map is measured in each round, about.
    pub cell: Duration,
}

/// A map to be measured, its type forgotten outside of the measurement.
#[derive(Clone, Copy)]
pub struct Contestant {
    pub name: &'static str,
    calibrate: fn(&Course<'_>, Config) -> u64,
    measure: fn(&Course<'_>, Config, u64, u64) -> (Sample, u64),
}

fn contestant<C: Content, M: Map<C>>() -> Contestant {
    Contestant { name: M::NAME, calibrate: calibrate::<C, M>, measure: measure::<C, M> }
}

/// All that can hold such content.
pub fn contestants(kind: Kind) -> Vec<Contestant> {
    match kind {
        Kind::Numbers => for_each_map!(contestant::<Numbers>()),
        Kind::Strings => for_each_map!(contestant::<for Strings>()),
        Kind::Large => for_each_map!(contestant::<for Large>()),
    }
}

/// All maps in each round, each round beginning with the next one, so that none always follows the
/// same other.
pub fn measure_row(
    course: &Course<'_>,
    config: Config,
    maps: &[Contestant],
    rounds: u64,
    ledger: &mut Ledger,
) {
    let operations: Vec<u64> = maps.iter().map(|map| (map.calibrate)(course, config)).collect();
    for round in 1..=rounds {
        let mut turns: Vec<_> = maps.iter().zip(&operations).collect();
        turns.rotate_left((round - 1) as usize % maps.len());
        for (map, &operations) in turns {
            let (sample, wrong) = (map.measure)(course, config, round, operations);
            ledger.record(config, map.name, [sample.nanoseconds()], wrong);
        }
    }
}

/// Finds how many operations of each thread fill a cell, in the round that does not count.
fn calibrate<C: Content, M: Map<C>>(course: &Course<'_>, config: Config) -> u64 {
    const PROBE: u64 = 20_000;
    let target = course.cell.as_nanos() as f64;
    let fitting =
        |sample: Sample| ((target / sample.nanoseconds()) as u64).max(config.least_operations());
    let session = Session::<C, M>::new(course.pool, config, course.upbringing, &course.hasher, 0);
    session.open();
    let first_guess = fitting(session.run(PROBE));
    // The probe was cold and short: what counts is the second look, unless it comes to more than
    // the cell holds anyway.
    let least = first_guess == config.least_operations();
    let operations = if least { first_guess } else { fitting(session.run(first_guess)) };
    session.close();
    operations
}

/// One cell of one round, from making the map to dropping it, and how many answers were wrong.
fn measure<C: Content, M: Map<C>>(
    course: &Course<'_>,
    config: Config,
    round: u64,
    operations: u64,
) -> (Sample, u64) {
    let session =
        Session::<C, M>::new(course.pool, config, course.upbringing, &course.hasher, round);
    session.open();
    let warm_up = config.warm_up(operations);
    if warm_up > 0 {
        session.run(warm_up);
    }
    let sample = session.run(operations);
    (sample, session.close())
}
