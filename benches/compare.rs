//! `evacmap` against papaya, dashmap, scc (`HashMap` and `HashIndex`), flurry and `RwLock<hashbrown::HashMap>`.
//!
//! Two ways to run it:
//!
//! - `cargo bench --bench compare` runs everything under criterion, one map after the other, and closes with a table of
//!   the medians. `EVACMAP_BENCH_QUICK=1` shortens it to a look. Benchmarks are named like
//!   `hit/10K/1t/evacmap`.
//! - `cargo bench --bench compare -- --table` leaves criterion out and runs the maps in turns, A B C A B C …, so that
//!   whatever disturbs the machine disturbs all of them alike. Compare maps by this table. `--table --help` lists its
//!   options.
//!
//! Every figure is in thread-nanoseconds per operation: the time from the first thread's start to the last one's end,
//! multiplied by the number of threads, divided by the operations of all threads together. What is kept equal:
//!
//! - all maps hash with clones of one `hashbrown::DefaultHashBuilder` and allocate from mimalloc, which is the global
//!   allocator of this program;
//! - all loops draw their keys in the same way, from a generator inside the loop, and check every answer;
//! - the thread that makes a map also drops it, outside of the timed section, and is one of the threads measured, and
//!   time is taken by the threads measured, never by the one that waits for them;
//! - memory is touched once before anything is measured, and each map's first round is thrown away.

mod common;

use common::{criterion_mode, table_mode};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    if std::env::args().any(|arg| arg == "--table") { table_mode::main() } else { criterion_mode::main() }
}
