//! Counts events by key in two ways, and takes the counts out while the counting goes on.
//!
//! ```text
//! cargo run --release -p counter -- [--threads N] [--keys N] [--events N]
//! ```
//!
//! - **Atomics as values.** The entry is inserted once, and every event adds to it in place.
//!   Nothing is allocated or retired, so this is the faster way by far, for whatever fits into an
//!   atomic (or has a lock of its own). But to find an entry and to add to it are two steps:
//!   whoever removes the entry in between loses the event. So the counts are taken out by
//!   `swap(0)`, and entries stay.
//! - **Update.** Each event replaces the entry by one with a new value, in a single step: an
//!   allocation, and an old entry to free. The value may be anything, several fields change
//!   together, and `remove` or `extract_if` return exactly what was there: no event can slip in
//!   between. So the counts are taken out together with the entries.
//!
//! As a rule: atomics for counters, flags and clocks that stay; `update` for values that are more
//! than a word, or whose entries come and go.
//!
//! Some keys are much more frequent than others. One thread takes out what has been counted, again
//! and again, while the others count. At the end the sums of all that was taken out are compared,
//! key by key, with a count by std's map; the program exits with 1 on any difference.

use std::collections::HashMap as Plain;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::Instant;

use clap::{Parser, value_parser};
use evacmap::{HashMap, HashMapRef};
use rand::{Rng, SeedableRng, rngs::SmallRng};

/// Events counted under one guard. A guard that is held keeps every thread's garbage, so it is
/// given back now and then.
const EVENTS_PER_GUARD: usize = 1024;

/// Counts events by atomic values and by updates, and compares.
#[derive(Parser)]
#[command(name = "counter")]
struct Args {
    /// Number of counting threads
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = value_parser!(u16).range(1..=1024))]
    threads: u16,

    /// Number of keys
    #[arg(long, value_name = "N", default_value_t = 10_000, value_parser = value_parser!(u32).range(1..))]
    keys: u32,

    /// Number of events of each thread
    #[arg(long, value_name = "N", default_value_t = 500_000)]
    events: usize,
}

/// The key of an event: a page that was visited, say.
type Key = u32;

/// A way to count.
trait Count: Send + Sync + Sized {
    const NAME: &str;

    /// Counts an event.
    fn add(counts: &HashMapRef<'_, Key, Self>, key: Key);

    /// Takes out what has been counted so far.
    fn take(counts: &HashMapRef<'_, Key, Self>, taken: &mut Plain<Key, u64>);
}

impl Count for AtomicU64 {
    const NAME: &str = "atomics";

    fn add(counts: &HashMapRef<'_, Key, Self>, key: Key) {
        counts.get_or_insert_with(key, || AtomicU64::new(0)).fetch_add(1, Relaxed);
    }

    fn take(counts: &HashMapRef<'_, Key, Self>, taken: &mut Plain<Key, u64>) {
        for (key, count) in counts {
            *taken.entry(*key).or_default() += count.swap(0, Relaxed);
        }
    }
}

impl Count for u64 {
    const NAME: &str = "update";

    fn add(counts: &HashMapRef<'_, Key, Self>, key: Key) {
        counts.update_or_insert(key, |count| count + 1, 1);
    }

    fn take(counts: &HashMapRef<'_, Key, Self>, taken: &mut Plain<Key, u64>) {
        for (key, count) in counts.extract_if(|_, _| true) {
            *taken.entry(*key).or_default() += count;
        }
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let events: Vec<Vec<Key>> = (0..args.threads).map(|seed| draw(seed, &args)).collect();
    let expected = count_plainly(&events);
    println!(
        "{} threads, {} events each, {} different keys",
        args.threads,
        args.events,
        expected.len()
    );
    let right = [run::<AtomicU64>(&events, &expected), run::<u64>(&events, &expected)];
    if right == [true; 2] { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The events of one thread.
fn draw(seed: u16, args: &Args) -> Vec<Key> {
    let mut random = SmallRng::seed_from_u64(u64::from(seed));
    // Twice below a bound drawn before: the small keys are met most often.
    let mut key = || (0..2).fold(args.keys, |bound, _| random.random_range(0..bound) + 1) - 1;
    (0..args.events).map(|_| key()).collect()
}

fn count_plainly(events: &[Vec<Key>]) -> Plain<Key, u64> {
    let mut counts = Plain::new();
    for key in events.iter().flatten() {
        *counts.entry(*key).or_default() += 1;
    }
    counts
}

/// Counts in one of the ways; says how fast that was, and returns whether it was right.
fn run<C: Count>(events: &[Vec<Key>], expected: &Plain<Key, u64>) -> bool {
    let mut counts: HashMap<Key, C> = HashMap::new();
    let mut taken = Plain::new();
    let over = AtomicBool::new(false);
    let start = Instant::now();
    let (seconds, times) = thread::scope(|scope| {
        let taker = scope.spawn(|| take_until(&over, &counts, &mut taken));
        let counting: Vec<_> =
            events.iter().map(|events| scope.spawn(|| add_all(&counts, events))).collect();
        let joined: Vec<_> = counting.into_iter().map(|thread| thread.join()).collect();
        let seconds = start.elapsed().as_secs_f64();
        // Before a panic goes on: else the scope would wait for the taker for ever.
        over.store(true, Relaxed);
        joined.into_iter().for_each(|result| result.expect("a counting thread panicked"));
        (seconds, taker.join().expect("the taking thread panicked"))
    });
    let speed = events.iter().map(Vec::len).sum::<usize>() as f64 / seconds / 1e6;
    println!(
        "{:8} {speed:6.2} M events/s ({seconds:.3} s), counts taken out {times} times",
        C::NAME
    );
    C::take(&counts.pin(), &mut taken);
    let valid = counts.validate();
    taken.retain(|_, count| *count > 0);
    let verdict = if taken == *expected && valid.is_ok() { "right" } else { "WRONG" };
    let (sum, wanted) = (taken.values().sum::<u64>(), expected.values().sum::<u64>());
    println!(
        "         {verdict}: {sum} events of {wanted} taken out, under {} keys; {valid:?}",
        taken.len()
    );
    verdict == "right"
}

fn add_all<C: Count>(counts: &HashMap<Key, C>, events: &[Key]) {
    for events in events.chunks(EVENTS_PER_GUARD) {
        let counts = counts.pin();
        events.iter().for_each(|key| C::add(&counts, *key));
    }
}

/// Takes out counts until the counting is over. Returns how often.
fn take_until<C: Count>(
    over: &AtomicBool,
    counts: &HashMap<Key, C>,
    taken: &mut Plain<Key, u64>,
) -> u64 {
    let mut times = 0;
    while !over.load(Relaxed) {
        C::take(&counts.pin(), taken);
        times += 1;
        thread::yield_now();
    }
    times
}
