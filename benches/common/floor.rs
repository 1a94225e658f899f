//! What no map can go below on this machine: the misses, the locked instruction and the pin that an
//! operation is made of.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crossbeam_utils::CachePadded;
use serde_json::{Value, json};

use super::markdown::{line, markdown};
use super::pool::{Barrier, Pool, elapsed};
use super::quantiles::median;
use super::random::Random;
use super::workload::short;

/// One figure.
pub struct Floor {
    what: &'static str,
    /// The entries of the map whose memory it is, if it is about memory.
    entries: Option<u64>,
    threads: u64,
    nanoseconds: f64,
}

/// Measures all of it, in that many rounds.
pub fn measure(pool: &Pool, sizes: &[u64], threads: &[u64], rounds: u64) -> Vec<Floor> {
    let mut floors = Vec::new();
    for &threads in threads {
        let mut add = |what, entries: Option<u64>, job: fn(&Memory, u64, u64) -> u64| {
            let memory = Arc::new(Memory::new(entries.unwrap_or(1), threads));
            let samples: Vec<f64> =
                (0..=rounds).map(|_| time(pool, threads, &memory, job)).skip(1).collect();
            floors.push(Floor { what, entries, threads, nanoseconds: median(&samples) });
        };
        for &entries in sizes {
            add("bucket and entry, many in flight", Some(entries), chase_side_by_side);
        }
        for &entries in sizes {
            add("bucket and entry, one after the other", Some(entries), chase_in_turn);
        }
        add("locked addition, a line for each thread", None, add_own);
        add("locked addition, one line for all", None, add_shared);
        add("pin and unpin", None, pin);
    }
    floors
}

pub fn table(floors: &[Floor]) -> String {
    let lines = floors.iter().map(|floor| {
        let entries = floor.entries.map_or("-".to_owned(), short);
        vec![
            floor.what.to_owned(),
            entries,
            floor.threads.to_string(),
            format!("{:.1}", floor.nanoseconds),
        ]
    });
    let head = line(["floor", "n", "threads", "thread-ns"]);
    markdown(&[head].into_iter().chain(lines).collect::<Vec<_>>())
}

pub fn json(floors: &[Floor]) -> Value {
    let json = |floor: &Floor| {
        json!({
            "what": floor.what, "entries": floor.entries, "threads": floor.threads, "thread_ns": floor.nanoseconds,
        })
    };
    floors.iter().map(json).collect()
}

#[repr(align(64))]
struct Bucket(u64);

#[repr(align(32))]
struct Entry(u64);

/// As much memory as a map of that many entries looks up in, five to a bucket.
struct Memory {
    buckets: Vec<Bucket>,
    entries: Vec<Entry>,
    own: Vec<CachePadded<AtomicU64>>,
    shared: CachePadded<AtomicU64>,
}

impl Memory {
    fn new(entries: u64, threads: u64) -> Self {
        let mut random = Random::new(entries);
        let buckets = (entries / 5).max(1).next_power_of_two();
        Self {
            buckets: (0..buckets).map(|_| Bucket(random.below(entries))).collect(),
            // Zeros, but neither compiler nor processor knows.
            entries: (0..entries).map(|_| Entry(black_box(0))).collect(),
            own: (0..threads).map(|_| CachePadded::default()).collect(),
            shared: CachePadded::default(),
        }
    }

    #[inline(always)]
    fn chase(&self, bucket: u64) -> u64 {
        self.entries[self.buckets[bucket as usize].0 as usize].0
    }
}

const OPERATIONS: u64 = 200_000;

fn time(pool: &Pool, threads: u64, memory: &Arc<Memory>, job: fn(&Memory, u64, u64) -> u64) -> f64 {
    let (memory, barrier) = (Arc::clone(memory), Barrier::new(threads));
    let spans = pool.run("floor", threads, move |thread| {
        // Brings the memory into this thread's caches, as far as it fits, and the code into the
        // processor's.
        black_box(job(&memory, thread, OPERATIONS));
        barrier.wait();
        let start = Instant::now();
        black_box(job(&memory, thread, OPERATIONS));
        (start, Instant::now())
    });
    elapsed(spans.into_iter()).as_nanos() as f64 / OPERATIONS as f64
}

/// Each chase leads to where the next one begins.
fn chase_in_turn(memory: &Memory, thread: u64, operations: u64) -> u64 {
    let (mut random, buckets) = (Random::new(thread), memory.buckets.len() as u64);
    (0..operations).fold(0, |from, _| memory.chase(random.below(buckets) + from))
}

fn chase_side_by_side(memory: &Memory, thread: u64, operations: u64) -> u64 {
    let (mut random, buckets) = (Random::new(thread), memory.buckets.len() as u64);
    (0..operations).map(|_| memory.chase(random.below(buckets))).sum()
}

fn add_own(memory: &Memory, thread: u64, operations: u64) -> u64 {
    let own = &memory.own[thread as usize];
    (0..operations).map(|_| own.fetch_add(1, Ordering::AcqRel)).sum()
}

fn add_shared(memory: &Memory, _thread: u64, operations: u64) -> u64 {
    (0..operations).map(|_| memory.shared.fetch_add(1, Ordering::AcqRel)).sum()
}

fn pin(_memory: &Memory, _thread: u64, operations: u64) -> u64 {
    for _ in 0..operations {
        drop(black_box(evacmap::pin()));
    }
    operations
}
