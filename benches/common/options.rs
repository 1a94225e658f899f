use std::thread;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use super::alone::Task;
use super::contestants::NAMES;
use super::workload::{Kind, Workload};

/// Compares the maps in turns and prints tables.
#[derive(Parser)]
#[command(bin_name = "cargo bench -p benches --bench compare -- --table")]
pub struct Options {
    /// This mode
    #[arg(long)]
    table: bool,
    /// Passed by cargo
    #[arg(long, hide = true)]
    bench: bool,
    /// Fewer and shorter rounds
    #[arg(long)]
    pub quick: bool,
    /// Maps of ten million entries, too
    #[arg(long)]
    pub large: bool,
    /// Only see that everything runs, on tiny maps
    #[arg(long)]
    pub test: bool,
    /// Write the figures and plots to `benches/results`
    #[arg(long)]
    pub save: bool,
    /// Only these parts, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Part::ALL)]
    pub only: Vec<Part>,
    /// Workloads, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Workload::ALL)]
    pub filter: Vec<Workload>,
    /// What the maps hold, separated by commas
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Kind::ALL)]
    pub content: Vec<Kind>,
    /// Maps, separated by commas
    #[arg(long, value_delimiter = ',', value_parser = NAMES, default_values_t = NAMES.map(str::to_owned))]
    pub maps: Vec<String>,
    /// Numbers of entries (at least 100), separated by commas
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 1_000_000],
        value_parser = clap::value_parser!(u64).range(100..=1 << 32))]
    sizes: Vec<u64>,
    /// Numbers of threads, separated by commas [default: 1, 2, and as many as there are cores]
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u64).range(1..=255))]
    threads: Vec<u64>,
    /// Rounds that count, after one that does not [default: 5, quick: 2]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    rounds: Option<u64>,
    /// Aim at this many milliseconds for each map in each round [default: 100, quick: 20]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    cell_ms: Option<u64>,
    /// Memory to touch before the first round, in MiB [default: 2048, quick: 256]
    #[arg(long)]
    warm_mib: Option<usize>,
    /// Let the maps that are looked up, updated or churned grow from empty instead of making them
    /// with capacity
    #[arg(long)]
    pub grown: bool,
    /// This is a process for one measurement of one map
    #[arg(long, hide = true)]
    pub alone: Option<Task>,
    /// Entries, or maps, for it
    #[arg(long, hide = true, default_value_t = 1000)]
    pub count: u64,
}

/// What can be asked for by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// What no map can go below on this machine
    Floor,
    /// Nanoseconds per operation
    Throughput,
    /// The slowest operations while a map grows
    Tail,
    /// Bytes per entry
    Memory,
    /// Many small maps
    Small,
}

impl Part {
    const ALL: [Self; 5] = [Self::Floor, Self::Throughput, Self::Tail, Self::Memory, Self::Small];
}

impl Options {
    /// Everything, on tiny maps.
    pub fn test() -> Self {
        Self::parse_from(["compare", "--test"])
    }

    pub fn wants(&self, part: Part) -> bool {
        self.only.contains(&part)
    }

    pub fn sizes(&self) -> Vec<u64> {
        if self.test {
            return vec![1_000];
        }
        self.sizes.iter().copied().chain(self.large.then_some(10_000_000)).collect()
    }

    pub fn threads(&self) -> Vec<u64> {
        if !self.threads.is_empty() {
            return self.threads.clone();
        }
        let cores = cores() as u64;
        [1, 2].into_iter().chain((cores > 2).then_some(cores)).collect()
    }

    pub fn rounds(&self) -> u64 {
        self.rounds.unwrap_or(self.choose(1, 2, 5))
    }

    pub fn cell(&self) -> Duration {
        Duration::from_millis(self.cell_ms.unwrap_or(self.choose(1, 20, 100)))
    }

    pub fn warm_mib(&self) -> usize {
        self.warm_mib.unwrap_or(self.choose(1, 256, 2048))
    }

    /// One of three, by how thorough the run is to be.
    pub fn choose<T>(&self, test: T, quick: T, otherwise: T) -> T {
        match self {
            Self { test: true, .. } => test,
            Self { quick: true, .. } => quick,
            _ => otherwise,
        }
    }
}

pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}
