//! Runs windows and checks them: `cargo xtask lin`.

use std::panic;
use std::process::{self, ExitCode};
use std::time::Instant;

use clap::Parser;
use lin::session::{MAX_THREADS, Session};
use lin::window::{RESIZES, Window};

/// Windows that one map goes through.
const WINDOWS_PER_SESSION: usize = 250;

#[derive(Parser)]
#[command(
    name = "lin",
    about = "Records short windows of concurrent operations and checks that they are linearizable"
)]
struct Options {
    /// How many windows to run
    #[arg(long, default_value_t = 100_000)]
    windows: usize,
    /// What is done follows from it; when, does not
    #[arg(long, default_value_t = rand::random())]
    seed: u64,
    /// The most threads in a window
    #[arg(long, default_value_t = MAX_THREADS, value_parser = clap::value_parser!(u8).range(2..=i64::from(MAX_THREADS)))]
    threads: u8,
}

#[derive(Default)]
struct Tally {
    windows: usize,
    records: usize,
    live: [usize; RESIZES.len()],
    any_live: usize,
    violations: usize,
}

fn main() -> ExitCode {
    let options = Options::parse();
    println!("lin: {} windows, seed {}", options.windows, options.seed);
    // A panic on one thread of a session would leave the others waiting.
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        report(info);
        process::abort();
    }));
    let (start, mut tally) = (Instant::now(), Tally::default());
    while tally.windows < options.windows {
        let seed = options.seed.wrapping_add((tally.windows / WINDOWS_PER_SESSION) as u64);
        let windows = WINDOWS_PER_SESSION.min(options.windows - tally.windows);
        for (number, window) in
            Session::random(seed, windows, options.threads.into()).run().iter().enumerate()
        {
            tally.add(window);
            if let Err(violation) = window.check() {
                tally.violations += 1;
                println!("\nsession {seed}, window {number}: {violation}");
            }
        }
        if tally.violations > 0 {
            break;
        }
    }
    tally.print(start.elapsed().as_secs_f64());
    if tally.violations == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Tally {
    fn add(&mut self, window: &Window) {
        self.windows += 1;
        self.records += window.records.len();
        self.any_live += usize::from(window.live.contains(&true));
        for (count, live) in self.live.iter_mut().zip(window.live) {
            *count += usize::from(live);
        }
    }

    fn print(&self, seconds: f64) {
        let share = |count: usize| 100.0 * count as f64 / self.windows as f64;
        println!(
            "{} windows, {} records, {seconds:.1} s ({:.0} windows/s)",
            self.windows,
            self.records,
            self.windows as f64 / seconds
        );
        println!("a resize was live in {:.1} % of the windows", share(self.any_live));
        for (kind, count) in RESIZES.iter().zip(self.live) {
            println!("  {kind:?}: {count} ({:.1} %)", share(count));
        }
        println!("{} violations", self.violations);
    }
}
