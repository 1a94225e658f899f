//! When a test process ends it writes how often it has taken each rare branch, if `cargo xtask
//! coverage-report` asks for that.

use std::fmt::Write as _;
use std::{env, fs, process};

use evacmap::hooks::{ALL_BRANCHES, hits};

#[dtor::dtor(unsafe)]
fn write_hits() {
    let Some(directory) = env::var_os("EVACMAP_HITS") else { return };
    let mut report = String::new();
    for branch in ALL_BRANCHES {
        writeln!(report, "{branch:?} {}", hits(branch)).expect("a string takes everything");
    }
    let file = std::path::Path::new(&directory).join(format!("{}.txt", process::id()));
    // A report that is missing shows: the directory has one for each process, and the command
    // counts them.
    if let Err(error) = fs::write(&file, report) {
        eprintln!("cannot write {}: {error}", file.display());
    }
}
