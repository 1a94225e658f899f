//! What the benchmarks share, in the order in which a measurement comes about.

/// What the maps hold.
mod content;
/// The maps.
mod contestants;
/// What no map can go below.
mod floor;
/// What one thread does in a workload.
mod lane;
/// Samples, medians and the table.
mod ledger;
/// What a map has to offer to be measured.
mod map;
/// Tables as text.
mod markdown;
/// The command line of the table mode.
mod options;
/// The threads that are measured.
mod pool;
/// Medians and spreads.
mod quantiles;
/// Keys drawn by lot.
mod random;
/// What a run leaves behind.
mod results;
/// One map under one workload: making, filling, timing, dropping.
mod session;
/// All maps under all workloads.
mod throughput;
/// What is done to a map, at which size, by how many threads.
mod workload;

/// The same workloads under criterion.
mod criterion_mode;
/// All parts in turns, without criterion.
mod table_mode;

use clap::Parser;

use crate::ALLOCATOR_NAME as ALLOCATOR;
use options::Options;

/// What the benchmark programs do; they differ in their allocator.
pub fn main() {
    let given = |flag: &str| std::env::args().any(|arg| arg == flag);
    if given("--table") {
        return table_mode::run(&Options::parse());
    }
    // Without `--bench` it was `cargo test` that started us.
    if !given("--bench") {
        table_mode::run(&Options::test());
    }
    criterion_mode::main();
}

/// Touches that much memory and gives it back.
///
/// In a virtual machine the first touch of a page costs far more than a page fault does, and the map that runs first
/// would pay for all that come after it.
fn warm_memory(mebibytes: usize) {
    const PAGE: usize = 4096;
    let mut block: Vec<u8> = Vec::new();
    if block.try_reserve_exact(mebibytes << 20).is_err() {
        eprintln!("warning: cannot allocate {mebibytes} MiB to warm the memory; the first rounds may be slow");
        return;
    }
    block.resize(mebibytes << 20, 1);
    std::hint::black_box(block.iter().step_by(PAGE).map(|&byte| u64::from(byte)).sum::<u64>());
}
