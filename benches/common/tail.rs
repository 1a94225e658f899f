//! The slowest operations: every insert of a map that grows from empty, and every look-up beside
//! it, timed one by one.

use std::borrow::Borrow;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use super::content::Content;
use super::contestants::{complain, for_each_map};
use super::fresh::Fresh;
use super::map::{Hasher, Map};
use super::markdown::{line, markdown};
use super::options::Options;
use super::pool::{Barrier, Pool};
use super::quantiles::median;
use super::random::Random;
use super::workload::short;

/// What was timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Inserts, nobody else about.
    Insert,
    /// Inserts, another thread looking keys up.
    InsertBesideReader,
    /// Those look-ups.
    ReadBesideGrowth,
    /// Look-ups when nobody writes.
    ReadAtRest,
}

impl Phase {
    const ALL: [Self; 4] =
        [Self::Insert, Self::InsertBesideReader, Self::ReadBesideGrowth, Self::ReadAtRest];

    pub fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::InsertBesideReader => "insert beside a reader",
            Self::ReadBesideGrowth => "look-up beside growth",
            Self::ReadAtRest => "look-up at rest",
        }
    }
}

/// The control: nothing but the memory.
pub const CONTROL: &str = "(fresh pages)";

/// The columns of the table: how many operations there are to one that is slower.
const COLUMNS: [f64; 5] = [2.0, 1e2, 1e3, 1e4, 1e5];

/// One map in one phase.
pub struct Tail {
    pub map: &'static str,
    pub phase: Phase,
    /// Of so many operations one takes longer than so many nanoseconds: medians of the rounds. The
    /// last one is the longest.
    pub curve: Vec<(f64, f64)>,
    columns: Vec<f64>,
    longest: f64,
}

type Times = Histogram<u64>;

/// The map that grows, and what the threads at it share.
struct Stage<M> {
    map: M,
    entries: u64,
    /// So many are in, for the reader. Not told after each: the line would go to and fro.
    inserted: AtomicU64,
    barrier: Barrier,
}

/// One round of one map: what it was about, and what was measured.
type Round = Vec<(Phase, Times)>;

pub fn measure(options: &Options, pool: &Pool) -> (u64, Vec<Tail>) {
    let entries = options.choose(2_000, 1_000_000, 10_000_000);
    let rounds = options.choose(1, 3, 3);
    let mut maps = for_each_map!(contestant::<Numbers>());
    maps.retain(|(name, _)| options.maps.iter().any(|map| map == name));
    maps.push((CONTROL, control));

    let mut measured: Vec<Vec<Round>> = maps.iter().map(|_| Vec::new()).collect();
    for round in 0..rounds {
        for turn in 0..maps.len() {
            let at = (turn + round) % maps.len();
            measured[at].push((maps[at].1)(pool, entries));
            eprintln!("growth tail: round {} of {rounds}, {}", round + 1, maps[at].0);
        }
    }
    let tails =
        maps.iter().zip(&measured).flat_map(|((map, _), rounds)| summarise(map, rounds)).collect();
    (entries, tails)
}

fn contestant<C: Content, M: Map<C>>() -> (&'static str, fn(&Pool, u64) -> Round) {
    (M::NAME, grow::<C, M>)
}

/// Grows the map alone, then another one beside a reader, which goes on when that is done.
fn grow<C: Content, M: Map<C>>(pool: &Pool, entries: u64) -> Round {
    let mut round = Vec::new();
    for threads in [1, 2] {
        let map = M::empty(Hasher::default());
        let stage = Arc::new(Stage {
            map,
            entries,
            inserted: AtomicU64::new(0),
            barrier: Barrier::new(threads),
        });
        let shared = Arc::clone(&stage);
        round.extend(pool.run(M::NAME, threads, move |thread| match (thread, threads) {
            (0, 1) => (Phase::Insert, shared.write::<C>()),
            (0, _) => (Phase::InsertBesideReader, shared.write::<C>()),
            _ => (Phase::ReadBesideGrowth, shared.read::<C>(u64::MAX)),
        }));
        if stage.map.len() as u64 != entries {
            complain(M::NAME, M::NAME, "has lost entries");
        }
        if threads > 1 {
            let reads = entries.min(1_000_000);
            round
                .extend(pool.run(M::NAME, 1, move |_| (Phase::ReadAtRest, stage.read::<C>(reads))));
        }
    }
    round
}

impl<M> Stage<M> {
    fn write<C: Content>(&self) -> Times
    where
        M: Map<C>,
    {
        const TOLD_EVERY: u64 = 64;
        let (mut times, mut wrong) = (new_times(), 0);
        self.barrier.wait();
        for index in 0..self.entries {
            let (key, value) = (C::key(index), C::value(index));
            let start = Instant::now();
            let absent = self.map.insert(key, value);
            record(&mut times, start);
            wrong += u64::from(!absent);
            if index % TOLD_EVERY == 0 {
                self.inserted.store(index + 1, Ordering::Release);
            }
        }
        self.inserted.store(self.entries, Ordering::Release);
        checked::<C, M>(times, wrong)
    }

    /// Looks up what has been inserted, until all is in or for that many times.
    fn read<C: Content>(&self, most: u64) -> Times
    where
        M: Map<C>,
    {
        let (mut times, mut wrong, mut random) = (new_times(), 0, Random::new(self.entries));
        let beside_growth = most == u64::MAX;
        if beside_growth {
            self.barrier.wait();
        }
        while times.len() < most {
            let inserted = self.inserted.load(Ordering::Acquire);
            if beside_growth && inserted == self.entries {
                break;
            }
            if inserted == 0 {
                continue;
            }
            let index = random.below(inserted);
            let probe = C::probe(index);
            let start = Instant::now();
            let right = self.map.read(probe.borrow(), |value| C::is_of(value, index));
            record(&mut times, start);
            wrong += u64::from(right != Some(true));
        }
        checked::<C, M>(times, wrong)
    }
}

/// Touches as many fresh pages, one after the other, as a map of that many entries has: 48 bytes
/// for an entry and its share of a bucket. What the machine does to that, no map can help.
fn control(pool: &Pool, entries: u64) -> Round {
    const BYTES: usize = 48;
    let touch = move |_| {
        let (fresh, mut times) = (Fresh::new(entries as usize * BYTES), new_times());
        for index in 0..entries as usize {
            let start = Instant::now();
            fresh.touch(index * BYTES);
            record(&mut times, start);
        }
        (Phase::Insert, black_box(times))
    };
    pool.run(CONTROL, 1, touch)
}

fn new_times() -> Times {
    const MINUTE: u64 = 60_000_000_000;
    Times::new_with_bounds(1, MINUTE, 3).expect("the bounds are in order")
}

#[inline]
fn record(times: &mut Times, start: Instant) {
    times.saturating_record(start.elapsed().as_nanos() as u64);
}

fn checked<C: Content, M: Map<C>>(times: Times, wrong: u64) -> Times {
    if wrong > 0 {
        complain(M::NAME, M::NAME, &format!("gave {wrong} wrong answers while it grew"));
    }
    times
}

fn summarise(map: &'static str, rounds: &[Round]) -> Vec<Tail> {
    let phase = |phase: Phase| {
        let of_phase = |round: &Round| {
            round.iter().find(|(about, _)| *about == phase).map(|(_, times)| times.clone())
        };
        let times: Vec<Times> = rounds.iter().filter_map(of_phase).collect();
        let operations =
            times.iter().map(Histogram::len).min().filter(|operations| *operations > 0)?;
        let median_of = |figure: &dyn Fn(&Times) -> u64| {
            median(&times.iter().map(|times| figure(times) as f64).collect::<Vec<_>>())
        };
        let slower = |among: f64| median_of(&|times| times.value_at_quantile(1.0 - 1.0 / among));
        let steps = (0..).map(|step| 10_f64.powf(f64::from(step) / 8.0)).skip(2);
        let mut curve: Vec<_> = steps
            .take_while(|among| *among < operations as f64)
            .map(|among| (among, slower(among)))
            .collect();
        let longest = median_of(&|times| times.max());
        curve.push((operations as f64, longest));
        Some(Tail {
            map,
            phase,
            curve,
            columns: COLUMNS.into_iter().map(slower).collect(),
            longest,
        })
    };
    Phase::ALL.into_iter().filter_map(phase).collect()
}

pub fn table(entries: u64, tails: &[Tail]) -> String {
    let mut lines =
        vec![line(["growth tail, ns", "of", "p50", "p99", "p99.9", "p99.99", "p99.999", "max"])];
    for phase in Phase::ALL {
        for tail in tails.iter().filter(|tail| tail.phase == phase) {
            let mut cells =
                vec![format!("{} ({})", phase.name(), short(entries)), tail.map.to_owned()];
            cells.extend(
                tail.columns.iter().chain([&tail.longest]).map(|time| format!("{time:.0}")),
            );
            lines.push(cells);
        }
    }
    markdown(&lines)
}

pub fn json(entries: u64, tails: &[Tail]) -> Value {
    let tail = |tail: &Tail| {
        json!({
            "map": tail.map, "phase": tail.phase.name(), "entries": entries,
            "p50_p99_p999_p9999_p99999": tail.columns, "max": tail.longest,
            "curve": tail.curve,
        })
    };
    tails.iter().map(tail).collect()
}
