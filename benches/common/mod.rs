//! What the benchmarks share, in the order in which a measurement comes about.

/// The maps.
mod contestants;
/// Samples, medians and the table.
mod ledger;
/// What a map has to offer to be measured.
mod map;
/// The threads that do it.
mod pool;
/// One map under one workload: making, filling, timing, dropping.
mod session;
/// What is done to a map, and the keys it is done with.
mod workload;

/// The same measurements under criterion.
pub mod criterion_mode;
/// Rounds in turns, without criterion.
pub mod table_mode;

/// Whether the environment asks for a short run that shows only that everything works.
fn quick() -> bool {
    std::env::var_os("EVACMAP_BENCH_QUICK").is_some_and(|value| !value.is_empty() && value != "0")
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
