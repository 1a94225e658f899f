use std::time::Duration;

use clap::Parser;

use super::contestants::{for_each_map, names};
use super::ledger::{LEGEND, Ledger};
use super::map::{Hasher, Map};
use super::pool::Pool;
use super::session::{Sample, Session, Upbringing};
use super::workload::{Config, Workload};
use super::{quick, warm_memory};

/// Compares the maps in turns and prints a table of medians.
#[derive(Parser)]
#[command(bin_name = "cargo bench --bench compare -- --table")]
struct Options {
    /// This mode
    #[arg(long)]
    table: bool,
    /// Passed by cargo
    #[arg(long, hide = true)]
    bench: bool,
    /// Rounds that count, after one that does not [default: 7, quick: 3]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    rounds: Option<u64>,
    /// Workloads, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Workload::ALL)]
    filter: Vec<Workload>,
    /// Maps, separated by commas
    #[arg(long, value_delimiter = ',', value_parser = names(), default_values_t = names().into_iter().map(str::to_owned))]
    maps: Vec<String>,
    /// Numbers of entries (at least 100), separated by commas
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 1_000_000],
        value_parser = clap::value_parser!(u64).range(100..=1 << 32))]
    sizes: Vec<u64>,
    /// Numbers of threads, separated by commas
    #[arg(long, value_delimiter = ',', default_values_t = [1, 2],
        value_parser = clap::value_parser!(u64).range(1..=255))]
    threads: Vec<u64>,
    /// Aim at this many milliseconds for each map in each round [default: 150, quick: 20]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    cell_ms: Option<u64>,
    /// Memory to touch before the first round, in MiB [default: 2048, quick: 256]
    #[arg(long)]
    warm_mib: Option<usize>,
    /// Let the maps that are looked up, updated or churned grow from empty instead of making them with capacity
    #[arg(long)]
    grown: bool,
}

impl Options {
    fn rounds(&self) -> u64 {
        self.rounds.unwrap_or(if quick() { 3 } else { 7 })
    }

    fn cell(&self) -> Duration {
        Duration::from_millis(self.cell_ms.unwrap_or(if quick() { 20 } else { 150 }))
    }

    fn warm_mib(&self) -> usize {
        self.warm_mib.unwrap_or(if quick() { 256 } else { 2048 })
    }
}

/// What all cells have in common.
struct Course {
    pool: Pool,
    hasher: Hasher,
    upbringing: Upbringing,
    cell: Duration,
}

/// A map to be measured, its type forgotten outside of the measurement.
#[derive(Clone, Copy)]
struct Contestant {
    name: &'static str,
    measure: fn(&Course, Config, u64, u64) -> Sample,
}

fn contestant<M: Map>() -> Contestant {
    Contestant { name: M::NAME, measure: measure::<M> }
}

pub fn main() {
    let options = Options::parse();
    let threads = options.threads.iter().copied().max().unwrap_or(1);
    let course = Course {
        pool: Pool::new(threads),
        hasher: Hasher::default(),
        upbringing: if options.grown { Upbringing::Grown } else { Upbringing::Sized },
        cell: options.cell(),
    };
    let maps: Vec<_> = for_each_map!(contestant())
        .into_iter()
        .filter(|map| options.maps.iter().any(|name| name == map.name))
        .collect();

    println!("{}", preamble(&options));
    warm_memory(options.warm_mib());
    let mut ledger = Ledger::default();
    for config in Config::rows(&options.filter, &options.sizes, &options.threads) {
        measure_row(&course, config, &maps, options.rounds(), &mut ledger);
        eprintln!("{}", ledger.summary(config));
    }
    println!("\n{LEGEND}\n\n{}", ledger.table().unwrap_or_default());
}

fn preamble(options: &Options) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let made = if options.grown { "grown from empty" } else { "made with capacity" };
    format!(
        "u64 to u64; hasher: hashbrown's default (foldhash), one seed; allocator: mimalloc; {cores} cores.\n\
         {} rounds in turns after one discarded, {} ms a cell, {} MiB touched before; maps that are not being filled: \
         {made}.",
        options.rounds(),
        options.cell().as_millis(),
        options.warm_mib(),
    )
}

/// All maps in each round, each round beginning with the next one, so that none always follows the same other.
fn measure_row(course: &Course, config: Config, maps: &[Contestant], rounds: u64, ledger: &mut Ledger) {
    let operations: Vec<u64> = maps.iter().map(|map| calibrate(course, config, map)).collect();
    for round in 1..=rounds {
        let mut turns: Vec<_> = maps.iter().zip(&operations).collect();
        turns.rotate_left((round - 1) as usize % maps.len());
        for (map, &operations) in turns {
            let sample = (map.measure)(course, config, round, operations);
            ledger.record(config, map.name, [sample.nanoseconds()]);
        }
    }
}

/// Finds how many operations of each thread fill a cell, and runs the round that does not count.
fn calibrate(course: &Course, config: Config, map: &Contestant) -> u64 {
    const PROBE: u64 = 20_000;
    let target = course.cell.as_nanos() as f64;
    let fitting = |sample: Sample| ((target / sample.nanoseconds()) as u64).max(config.least_operations());
    let first_guess = fitting((map.measure)(course, config, 0, PROBE));
    // The probe was cold and short: what counts is the second look.
    fitting((map.measure)(course, config, 0, first_guess))
}

/// One cell of one round, from making the map to dropping it.
fn measure<M: Map>(course: &Course, config: Config, round: u64, operations: u64) -> Sample {
    let session = Session::<M>::new(&course.pool, config, course.upbringing, &course.hasher, round);
    session.open();
    let warm_up = config.warm_up(operations);
    if warm_up > 0 {
        session.run(warm_up);
    }
    let sample = session.run(operations);
    session.close();
    sample
}
