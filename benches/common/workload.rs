use std::fmt;
use std::ops::Range;

use clap::ValueEnum;

/// What the map holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// `u64` to `u64`
    Numbers,
    /// `String`s of 8 to 40 bytes to `u64`
    Strings,
    /// `u64` to 256 bytes
    Large,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Numbers, Self::Strings, Self::Large];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Numbers => "u64",
            Self::Strings => "string",
            Self::Large => "256 B",
        })
    }
}

/// What is done to the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Workload {
    /// Uniform look-ups of present keys, one guard for 1000 of them
    HitPinned,
    /// The same, 16 keys handed over together where the map takes them so
    Many,
    /// Uniform look-ups of present keys, a guard for each
    Hit,
    /// Look-ups of absent keys, a guard for each
    Miss,
    /// Distinct inserts into a map with capacity for them
    Fill,
    /// Distinct inserts into a map that starts empty
    Grow,
    /// Bumping the value of uniformly chosen present keys
    Update,
    /// Remove the oldest key, insert one that never was in: two operations; the size stays
    Churn,
    /// 98 % look-ups, 1 % inserts, 1 % removals, uniform over twice the entries
    ReadMostly,
    /// 10 % look-ups, 40 % inserts, 40 % removals, 10 % updates, uniform over twice the entries
    Exchange,
    /// 80 % inserts of new keys into a map that starts empty; 5 % look-ups, 5 % removals and 10 %
    /// updates, uniform over twice as many keys as have been inserted
    RapidGrow,
}

/// Operations of each kind among a hundred; the rest are updates.
#[derive(Clone, Copy)]
pub struct Mix {
    pub reads: u64,
    pub inserts: u64,
    pub removals: u64,
}

impl Workload {
    pub const ALL: [Self; 11] = [
        Self::HitPinned,
        Self::Many,
        Self::Hit,
        Self::Miss,
        Self::Fill,
        Self::Grow,
        Self::Update,
        Self::Churn,
        Self::ReadMostly,
        Self::Exchange,
        Self::RapidGrow,
    ];

    /// Whether the workload itself makes its map, and a new one each time.
    pub fn builds(self) -> bool {
        matches!(self, Self::Fill | Self::Grow | Self::RapidGrow)
    }

    /// What its operations are, if they are drawn by lot.
    pub fn mix(self) -> Option<Mix> {
        match self {
            Self::ReadMostly => Some(Mix { reads: 98, inserts: 1, removals: 1 }),
            Self::Exchange => Some(Mix { reads: 10, inserts: 40, removals: 40 }),
            Self::RapidGrow => Some(Mix { reads: 5, inserts: 80, removals: 5 }),
            _ => None,
        }
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.to_possible_value().expect("none is hidden");
        f.pad(name.get_name())
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    pub workload: Workload,
    pub kind: Kind,
    /// The entries in the map, or put into it where it is filled.
    pub entries: u64,
    pub threads: u64,
}

impl Config {
    /// All rows over these sizes and numbers of threads, in the order of the table.
    pub fn rows(kind: Kind, workloads: &[Workload], sizes: &[u64], threads: &[u64]) -> Vec<Self> {
        let mut rows = Vec::new();
        for &workload in workloads {
            for &entries in sizes {
                rows.extend(threads.iter().map(|&threads| Self {
                    workload,
                    kind,
                    entries,
                    threads,
                }));
            }
        }
        rows
    }

    /// The entries that this thread puts in, as indices: no two threads share one.
    pub fn share(&self, thread: u64) -> Range<u64> {
        let bound = |thread| self.entries * thread / self.threads;
        bound(thread)..bound(thread + 1)
    }

    /// Operations each thread makes before time is taken, so that what is timed is the steady
    /// state: all entries replaced under churn and exchange, some tenths of what follows elsewhere.
    pub fn warm_up(&self, operations: u64) -> u64 {
        match self.workload {
            Workload::HitPinned | Workload::Many | Workload::Hit | Workload::Miss => {
                operations / 10
            }
            Workload::Update | Workload::ReadMostly => operations / 4,
            Workload::Churn | Workload::Exchange => 2 * self.entries / self.threads,
            Workload::Fill | Workload::Grow | Workload::RapidGrow => 0,
        }
    }

    /// Fewer operations than this (of each thread) would not show what the workload is about.
    pub fn least_operations(&self) -> u64 {
        match self.workload {
            // So many that rebuilds of the table come in their due share: under churn every entry
            // is replaced twice.
            Workload::Churn | Workload::Exchange => 4 * self.entries / self.threads,
            _ => 1000,
        }
    }
}

impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}t", self.workload, self.kind, short(self.entries), self.threads)
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
