//! What many threads ask for at the same time is computed once, for all of them.
//!
//! ```text
//! cargo run --release -p in_flight -- [--threads N] [--asks N] [--keys N]
//! ```
//!
//! A table of what is in flight: the first who asks for a key puts a cell in (`get_or_insert_with`)
//! and computes; others who ask meanwhile find the cell and wait for it. Then the first takes the
//! cell out again. This is no cache: whoever asks later has it computed anew. So hot keys come and
//! go all the time, which is the hardest that a hash map is used for, and the cells of a few keys
//! go through the map by the million.
//!
//! It is checked that no key is computed twice at the same time; that every answer is right, and
//! was not begun before somebody asked for it who was still waiting; that each computation was
//! somebody's; that nothing is left in the table. The program exits with 1 if any of that does not
//! hold.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::*};
use std::sync::{Arc, Barrier, OnceLock};
use std::thread;
use std::time::Instant;

use clap::{Parser, value_parser};
use evacmap::HashMap;

/// Asks for few keys from many threads.
#[derive(Parser)]
#[command(name = "in_flight")]
struct Args {
    /// Number of threads that ask
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = value_parser!(u64).range(1..=1024))]
    threads: u64,

    /// How often each of them asks
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    asks: u64,

    /// Number of different keys
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = value_parser!(u64).range(1..))]
    keys: u64,
}

type Key = u64;

/// What a computation came to.
#[derive(Clone, Copy)]
struct Answer {
    value: u64,
    /// Which computation of its key it was.
    number: u64,
}

/// An answer on its way.
type Flight = Arc<OnceLock<Answer>>;

/// Computations that somebody waits for.
#[derive(Default)]
struct InFlight {
    flights: HashMap<Key, Flight>,
}

impl InFlight {
    /// The answer for a key: of the computation that is in flight, or of a new one.
    fn ask(&self, key: Key, compute: impl FnOnce() -> Answer) -> Answer {
        // No guard is held while it is computed.
        let flight = self.flights.pin().get_or_insert_with(key, Flight::default).clone();
        let mut mine = false;
        let answer = *flight.get_or_init(|| {
            mine = true;
            compute()
        });
        if mine {
            self.land(key, &flight);
        }
        answer
    }

    /// Takes a flight out that has arrived, which is the one that is there: whoever computes takes
    /// out, and nobody else.
    fn land(&self, key: Key, flight: &Flight) {
        let flights = self.flights.pin();
        let landed = flights.remove_if(&key, |_, there| Arc::ptr_eq(there, flight));
        assert!(matches!(landed, Ok(Some(_))), "only the one who computes takes it out");
    }
}

/// What is computed, and how often; notices a second computation of a key that runs already.
#[derive(Default)]
struct Work {
    begun: AtomicU64,
    ended: AtomicU64,
    twice: AtomicU64,
}

impl Work {
    /// Takes a moment, so that others come to ask for the same.
    fn compute(&self, key: Key) -> Answer {
        // A flight that has landed happens before the next one's start, through the map.
        let number = self.begun.fetch_add(1, AcqRel);
        self.twice.fetch_add(u64::from(self.ended.load(Acquire) != number), Relaxed);
        if number.is_multiple_of(16) {
            thread::yield_now();
        }
        self.ended.fetch_add(1, AcqRel);
        Answer { value: right_value(key), number }
    }
}

fn right_value(key: Key) -> u64 {
    (0..200).fold(key, |value, step| value.rotate_left(5) ^ step)
}

/// What the askers saw.
#[derive(Default)]
struct Seen {
    wrong: u64,
    stale: u64,
}

fn ask_all(table: &InFlight, work: &[Work], args: &Args, thread: u64) -> Seen {
    let mut seen = Seen::default();
    for turn in 0..args.asks {
        let key = (turn / 8 + thread / 4) % args.keys;
        let work = &work[key as usize];
        let ended_before = work.ended.load(Acquire);
        let answer = table.ask(key, || work.compute(key));
        seen.wrong += u64::from(answer.value != right_value(key));
        // One that had ended may still have been in the table, but none before that.
        seen.stale += u64::from(answer.number + 1 < ended_before);
    }
    seen
}

fn main() -> ExitCode {
    let args = Args::parse();
    let table = InFlight::default();
    let work: Vec<Work> = (0..args.keys).map(|_| Work::default()).collect();
    let together = Barrier::new(args.threads as usize);
    let start = Instant::now();
    let seen: Vec<Seen> = thread::scope(|scope| {
        let ask = |thread| {
            together.wait();
            ask_all(&table, &work, &args, thread)
        };
        let threads: Vec<_> =
            (0..args.threads).map(|thread| scope.spawn(move || ask(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("an asker panicked")).collect()
    });
    let seconds = start.elapsed().as_secs_f64();
    report(table, &work, &seen, (args.threads * args.asks, seconds))
}

fn report(table: InFlight, work: &[Work], seen: &[Seen], (asks, seconds): (u64, f64)) -> ExitCode {
    let mut flights = table.flights;
    let sum = |of: fn(&Work) -> &AtomicU64| work.iter().map(|w| of(w).load(Acquire)).sum::<u64>();
    let (begun, twice) = (sum(|work| &work.begun), sum(|work| &work.twice));
    let (wrong, stale) = (
        seen.iter().map(|seen| seen.wrong).sum::<u64>(),
        seen.iter().map(|seen| seen.stale).sum::<u64>(),
    );
    println!(
        "{asks} asked, {begun} computed for {} keys, {:.2} M asks/s; the table has {} buckets",
        work.len(),
        asks as f64 / seconds / 1e6,
        flights.stats().buckets
    );
    println!(
        "computed twice at once {twice}, wrong {wrong}, stale {stale}, left {}",
        flights.len()
    );
    let right = twice == 0
        && wrong == 0
        && stale == 0
        && begun <= asks
        && begun == sum(|work| &work.ended)
        && flights.is_empty()
        && flights.validate().is_ok();
    println!("{}", if right { "right" } else { "WRONG" });
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
