//! `evacmap` against papaya, dashmap, scc (`HashMap` and `HashIndex`), flurry, leapfrog and
//! `RwLock<hashbrown::HashMap>`.
//!
//! Two ways to run it:
//!
//! - `cargo bench -p benches --bench compare -- --table` measures everything, with the maps in
//!   turns, A B C A B C …, so that whatever disturbs the machine disturbs all of them alike.
//!   Compare maps by this. `--table --help` lists its options.
//! - `cargo bench -p benches --bench compare` runs the workloads under criterion, one map after the
//!   other, and closes with a table of the medians. `-- --quick` shortens it to a look. Benchmarks
//!   are named like `hit/u64/10K/1t/evacmap`.
//!
//! Every time is in thread-nanoseconds per operation: the time from the first thread's start to the
//! last one's end, multiplied by the number of threads, divided by the operations of all threads
//! together. What is kept equal:
//!
//! - all maps hash with clones of one `hashbrown::DefaultHashBuilder` and allocate from the same
//!   allocator, which is mimalloc here and the system's in `compare_system`;
//! - all loops draw their keys in the same way, from a generator inside the loop, and check every
//!   answer that can be checked, and every map's length at its end;
//! - the thread that makes a map also drops it, outside of the timed section, and is one of the
//!   threads measured, and time is taken by the threads measured, never by the one that waits for
//!   them;
//! - memory is touched once before anything is measured, and each map's first round is thrown away.

mod common;

use common::counting::Counting;

#[global_allocator]
static ALLOCATOR: Counting<mimalloc::MiMalloc> = Counting(mimalloc::MiMalloc);
const ALLOCATOR_NAME: &str = "mimalloc";

fn main() {
    common::main();
}
