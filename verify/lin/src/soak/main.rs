//! Random workloads, round after round: `cargo xtask soak`. A round that fails prints its seed,
//! with which it can be run again by itself.

mod aftermath;
mod arena;
mod counted;
mod coverage;
mod jobs;
mod round;

use std::panic;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;

use coverage::Coverage;
use jobs::nest;

/// A round takes seconds; one that takes this long hangs.
const LONGEST_ROUND: Duration = Duration::from_secs(900);
/// How often the coverage is printed.
const REPORT_EVERY: Duration = Duration::from_secs(60);
/// Every so many rounds there is one with nested maps.
const NEST_EVERY: u64 = 4;
const NESTED_COUNTS: u64 = 20_000;

#[derive(Parser)]
#[command(name = "soak", about = "Runs random workloads on the map and checks it after each")]
struct Options {
    /// How long, in hours or parts of them
    #[arg(long, default_value_t = 1.0)]
    hours: f64,
    /// What is done follows from it; when, does not
    #[arg(long, default_value_t = rand::random())]
    seed: u64,
}

/// The seed of the round that is running.
static SEED: AtomicU64 = AtomicU64::new(0);

fn main() {
    let options = Options::parse();
    println!("soak: {} hours, seed {}", options.hours, options.seed);
    abort_on_panic();
    let (start, mut reported) = (Instant::now(), Instant::now());
    let mut coverage = Coverage::default();
    while start.elapsed().as_secs_f64() < options.hours * 3600.0 {
        run(options.seed.wrapping_add(coverage.rounds), &mut coverage);
        if reported.elapsed() > REPORT_EVERY {
            println!("\n{:.0} s: {coverage}", start.elapsed().as_secs_f64());
            reported = Instant::now();
        }
    }
    println!("\nall {:.0} s: {coverage}", start.elapsed().as_secs_f64());
}

fn run(seed: u64, coverage: &mut Coverage) {
    SEED.store(seed, Relaxed);
    // Dropped at the end of the round, which ends the watch.
    let _watch = watch();
    let (done, stats) = round::run(seed).expect("the invariants hold");
    coverage.add(&done, &stats);
    if coverage.rounds.is_multiple_of(NEST_EVERY) {
        let counts = nest::run(seed, 3, NESTED_COUNTS);
        coverage.done.nested.fetch_add(counts, Relaxed);
    }
    coverage.rounds += 1;
}

/// Ends the process if what this returns lives too long.
fn watch() -> Sender<()> {
    let (alive, end) = channel::<()>();
    thread::spawn(move || {
        if end.recv_timeout(LONGEST_ROUND) == Err(RecvTimeoutError::Timeout) {
            eprintln!("the round with seed {} hangs", SEED.load(Relaxed));
            process::abort();
        }
    });
    alive
}

/// A panic on one thread of a round would leave the others at work.
fn abort_on_panic() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        report(info);
        eprintln!(
            "in the round with seed {}: run it again with `--hours 0.001 --seed {0}`",
            SEED.load(Relaxed)
        );
        process::abort();
    }));
}
