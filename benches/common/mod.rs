//! What the benchmark programs share.

/// Measurements in processes of their own.
mod alone;
/// What the maps hold.
mod content;
/// The maps.
mod contestants;
/// An allocator that counts.
pub mod counting;
/// What no map can go below.
mod floor;
/// Memory that nobody has touched yet.
mod fresh;
/// What one thread does in a workload.
mod lane;
/// Samples, medians and the table.
mod ledger;
/// What a map has to offer to be measured.
mod map;
/// Tables as text.
mod markdown;
/// Bytes per entry.
mod memory;
/// The command line of the table mode.
mod options;
/// The figures as SVG.
mod plots;
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
/// Many small maps.
mod small;
/// The slowest operations while a map grows.
mod tail;
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
/// In a virtual machine the first touch of a page costs far more than a page fault does, and the
/// map that runs first would pay for all that come after it.
fn warm_memory(mebibytes: usize) {
    const PAGE: usize = 4096;
    let mut block: Vec<u8> = Vec::new();
    if block.try_reserve_exact(mebibytes << 20).is_err() {
        eprintln!(
            "warning: cannot allocate {mebibytes} MiB to warm the memory; the first rounds may be slow"
        );
        return;
    }
    block.resize(mebibytes << 20, 1);
    std::hint::black_box(block.iter().step_by(PAGE).map(|&byte| u64::from(byte)).sum::<u64>());
}
