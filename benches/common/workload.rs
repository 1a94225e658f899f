use std::fmt;
use std::ops::Range;

use clap::ValueEnum;

use super::map::Map;

/// Look-ups under one guard in `hit-pinned`.
const BATCH: u64 = 1000;

/// What is done to the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Workload {
    /// Uniform look-ups of present keys, one guard for 1000 of them
    HitPinned,
    /// Uniform look-ups of present keys, a guard for each
    Hit,
    /// Look-ups of absent keys, a guard for each
    Miss,
    /// Distinct inserts into a map with capacity for them
    Fill,
    /// Distinct inserts into a map that starts empty
    Grow,
    /// Adding one to the value of uniformly chosen present keys
    Update,
    /// Remove the oldest key, insert one that never was in: two operations; the size stays
    Churn,
}

impl Workload {
    pub const ALL: [Self; 7] =
        [Self::HitPinned, Self::Hit, Self::Miss, Self::Fill, Self::Grow, Self::Update, Self::Churn];

    /// Whether the workload itself makes its map, and a new one each time.
    pub fn builds(self) -> bool {
        matches!(self, Self::Fill | Self::Grow)
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::HitPinned => "hit-pinned",
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Fill => "fill",
            Self::Grow => "grow",
            Self::Update => "update",
            Self::Churn => "churn",
        })
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    pub workload: Workload,
    /// The entries in the map, or at its end where it is filled.
    pub entries: u64,
    pub threads: u64,
}

impl Config {
    /// All rows over these sizes and numbers of threads, in the order of the table.
    pub fn rows(workloads: &[Workload], sizes: &[u64], threads: &[u64]) -> Vec<Self> {
        let mut rows = Vec::new();
        for &workload in workloads {
            for &entries in sizes {
                rows.extend(threads.iter().map(|&threads| Self { workload, entries, threads }));
            }
        }
        rows
    }

    /// The entries that this thread puts in, as indices: no two threads share one.
    pub fn share(&self, thread: u64) -> Range<u64> {
        let bound = |thread| self.entries * thread / self.threads;
        bound(thread)..bound(thread + 1)
    }

    /// Operations each thread makes before time is taken, so that what is timed is the steady state: half the entries
    /// replaced under churn, some tenths of what follows elsewhere.
    pub fn warm_up(&self, operations: u64) -> u64 {
        match self.workload {
            Workload::HitPinned | Workload::Hit | Workload::Miss => operations / 10,
            Workload::Update => operations / 4,
            Workload::Churn => self.entries / self.threads,
            Workload::Fill | Workload::Grow => 0,
        }
    }

    /// Fewer operations than this (of each thread) would not show what the workload is about.
    pub fn least_operations(&self) -> u64 {
        match self.workload {
            // Every entry replaced once, so that rebuilds of the table come in their due share.
            Workload::Churn => 2 * self.entries / self.threads,
            _ => BATCH,
        }
    }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}t", self.workload, short(self.entries), self.threads)
    }
}

/// `1M`, `10K`, or all digits.
pub fn short(number: u64) -> String {
    match number {
        n if n > 0 && n.is_multiple_of(1_000_000) => format!("{}M", n / 1_000_000),
        n if n > 0 && n.is_multiple_of(1_000) => format!("{}K", n / 1_000),
        n => n.to_string(),
    }
}

/// The key with this index: a bijection, so distinct indices are distinct keys, and spread over all 64 bits.
#[inline]
fn key(index: u64) -> u64 {
    index.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Marsaglia's xorshift: a few cycles, and the same for every map.
#[derive(Clone, Copy)]
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        // The multiplications spread small seeds; zero would stay zero for ever.
        let mixed = key(seed + 1);
        Self((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) | 1)
    }

    /// A uniform index below `bound`.
    #[inline]
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((u128::from(self.0) * u128::from(bound)) >> 64) as u64
    }
}

/// Where one thread stands in its workload.
pub struct Lane {
    config: Config,
    thread: u64,
    share: Range<u64>,
    random: Random,
    /// Entries replaced so far, under churn.
    replaced: u64,
}

impl Lane {
    /// Lanes of equal `round` and `thread` draw equal keys, whatever the map.
    pub fn new(config: Config, round: u64, thread: u64) -> Self {
        let random = Random::new(round << 8 | thread);
        Self { config, thread, share: config.share(thread), random, replaced: 0 }
    }

    /// Puts this thread's share of the entries in and returns the number of wrong answers.
    #[inline(never)]
    pub fn fill<M: Map>(&self, map: &M) -> u64 {
        self.share.clone().map(|index| u64::from(!map.insert(key(index), index))).sum()
    }

    /// Makes that many operations and returns the number of wrong answers.
    pub fn run<M: Map>(&mut self, map: &M, operations: u64) -> u64 {
        match self.config.workload {
            Workload::HitPinned => self.hit_pinned(map, operations),
            Workload::Hit => self.hit(map, operations),
            Workload::Miss => self.miss(map, operations),
            Workload::Update => self.update(map, operations),
            Workload::Churn => self.churn(map, operations),
            Workload::Fill | Workload::Grow => self.fill(map),
        }
    }

    #[inline(never)]
    fn hit_pinned<M: Map>(&mut self, map: &M, operations: u64) -> u64 {
        let (mut random, mut wrong, mut left) = (self.random, 0, operations);
        while left > 0 {
            let batch = left.min(BATCH);
            let pinned = map.pinned();
            for _ in 0..batch {
                let index = random.below(self.config.entries);
                wrong += u64::from(M::get_pinned(&pinned, key(index)) != Some(index));
            }
            left -= batch;
        }
        self.random = random;
        wrong
    }

    #[inline(never)]
    fn hit<M: Map>(&mut self, map: &M, operations: u64) -> u64 {
        let (mut random, mut wrong) = (self.random, 0);
        for _ in 0..operations {
            let index = random.below(self.config.entries);
            wrong += u64::from(map.get(key(index)) != Some(index));
        }
        self.random = random;
        wrong
    }

    #[inline(never)]
    fn miss<M: Map>(&mut self, map: &M, operations: u64) -> u64 {
        // So many absent keys that none comes twice soon.
        const ABSENT: u64 = 1 << 40;
        let (mut random, mut wrong) = (self.random, 0);
        for _ in 0..operations {
            let index = self.config.entries + random.below(ABSENT);
            wrong += u64::from(map.get(key(index)).is_some());
        }
        self.random = random;
        wrong
    }

    #[inline(never)]
    fn update<M: Map>(&mut self, map: &M, operations: u64) -> u64 {
        let (mut random, mut wrong) = (self.random, 0);
        for _ in 0..operations {
            wrong += u64::from(!map.update(key(random.below(self.config.entries))));
        }
        self.random = random;
        wrong
    }

    #[inline(never)]
    fn churn<M: Map>(&mut self, map: &M, operations: u64) -> u64 {
        let Config { entries, threads, .. } = self.config;
        let own = self.share.end - self.share.start;
        let fresh = |count: u64| entries + count * threads + self.thread;
        let mut wrong = 0;
        let end = self.replaced + operations.div_ceil(2);
        for count in self.replaced..end {
            let oldest = if count < own { self.share.start + count } else { fresh(count - own) };
            wrong += u64::from(!map.remove(key(oldest)));
            wrong += u64::from(!map.insert(key(fresh(count)), count));
        }
        self.replaced = end;
        wrong
    }
}
