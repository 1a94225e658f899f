//! The command line.

use std::path::PathBuf;
use std::thread;

use clap::{Parser, ValueEnum, value_parser};

/// Counts every identifier ([A-Za-z_][A-Za-z0-9_]*) of the given texts into one concurrent map.
#[derive(Parser)]
#[command(name = "word_index")]
pub struct Args {
    /// Files and directories [default: the Rust sources of the crates that cargo has downloaded,
    /// else this repository]
    ///
    /// A file is always taken. Below a directory, source and text files are taken by their
    /// extension; what is hidden, ignored by git or in cargo's `target` is not. What is named twice
    /// counts twice.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Number of threads that count [default: one for each core]
    #[arg(long, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,

    /// Count once more with std's HashMap and exit with 1 on any difference
    #[arg(long)]
    pub verify: bool,

    /// How many of the most frequent words to print
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub top: usize,

    /// How a word is counted
    #[arg(long, value_enum, default_value_t = Mode::Add)]
    pub mode: Mode,

    /// Time one update in N. Timing them all costs up to a fifth of the speed, and misses no slow
    /// one
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = value_parser!(u32).range(1..))]
    pub sample: u32,

    /// Take hidden and ignored files below directories too
    #[arg(long)]
    pub no_ignore: bool,
}

impl Args {
    /// The number of counting threads.
    pub fn threads(&self) -> usize {
        match self.threads {
            Some(threads) => usize::from(threads),
            None => cores(),
        }
    }
}

/// How many threads can run at once.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, |cores| cores.get())
}

/// How a word is counted.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Look the word up and add to its atomic in place; insert it if it is new
    Add,
    /// Replace the word's entry by a new one through `update_or_insert`, each time
    Update,
}
