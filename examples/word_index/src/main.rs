//! Counts every identifier of many text files, with all cores, into one `evacmap::HashMap` that
//! starts empty.
//!
//! ```text
//! cargo run --release -p word_index -- [PATH…] [--threads N] [--verify] [--top N]
//! ```
//!
//! Without a PATH it reads the Rust sources of the crates that cargo has already downloaded on this
//! machine or, if there are none, the repository itself. It prints the most frequent words, the
//! throughput, the map's own statistics, when the map was resized while everybody went on writing,
//! and how long single updates took.
//!
//! `--verify` counts once more with `std::collections::HashMap` and exits with 1 on any difference.
//! A path that does not exist, any other mistake on the command line, and a run in which there was
//! nothing to read exit with 2. Files that cannot be read or are not UTF-8 are named on stderr and
//! left out.
//!
//! `--mode` chooses how a word is counted (see [`count::Counter`]): `add` looks the word up and
//! adds to an atomic in place, and inserts only new words; `update` replaces the word's entry each
//! time, which is the dearest way to use the map and so the hardest test of it.
//!
//! Modules in the order of the work: `cli` (arguments), `walk` (which files), `words` (text to
//! identifiers), `count` (workers and the map), `latency` and `timeline` (what is observed
//! meanwhile), `verify` and `report`.

mod cli;
mod count;
mod latency;
mod report;
mod timeline;
mod verify;
mod walk;
mod words;

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;
use std::sync::atomic::AtomicU64;

use clap::Parser;

use crate::cli::{Args, Mode};
use crate::count::Counter;
use crate::walk::Sources;

/// `--verify` found a difference.
const DIFFERENCE: u8 = 1;
/// The command line asks for something that cannot be done.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let args = Args::parse();
    let sources = match walk::find(&args) {
        Ok(sources) => sources,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(USAGE);
        }
    };
    if sources.files.is_empty() {
        report::skipped(sources.skipped.iter());
        eprintln!("error: no text files in {}", sources.origin);
        return ExitCode::from(USAGE);
    }
    match args.mode {
        Mode::Add => run::<AtomicU64>(&args, sources),
        Mode::Update => run::<u64>(&args, sources),
    }
}

/// Counts, reports and, if asked, verifies.
fn run<C: Counter>(args: &Args, sources: Sources) -> ExitCode {
    eprintln!("reading {}", sources.describe());
    let run = count::count::<C>(&sources.files, args);
    report::skipped(sources.skipped.iter().chain(&run.skipped));
    if run.tally.files == 0 {
        eprintln!("error: none of the files could be read");
        return ExitCode::from(USAGE);
    }
    print(|out| report::run(out, args, &run));
    if !args.verify {
        return ExitCode::SUCCESS;
    }
    let verdict = verify::verify(&run, &sources.files);
    print(|out| report::verdict(out, &verdict));
    if verdict.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(DIFFERENCE) }
}

/// Writes to stdout. A reader that has gone away (`… | head`) must not keep the verification from
/// its exit code.
fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("error: writing the report: {error}")
        }
        _ => {}
    }
}
