//! `cargo xtask bench`: the comparison with other maps.

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::cmd;

#[derive(Args)]
pub struct Options {
    /// Fewer and shorter rounds
    #[arg(long)]
    quick: bool,
    /// Maps of ten million entries, too
    #[arg(long)]
    large: bool,
    /// What all maps allocate from
    #[arg(long, value_enum, default_value_t = Allocator::Mimalloc)]
    allocator: Allocator,
    /// Let criterion measure the maps one after the other, instead of all in turns
    #[arg(long)]
    criterion: bool,
    /// Handed on to the benchmark; `cargo xtask bench -- --help` lists its options. Without any,
    /// the results are saved
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Allocator {
    Mimalloc,
    System,
}

pub fn run(options: &Options) -> Result<()> {
    let target = match options.allocator {
        Allocator::Mimalloc => "compare",
        Allocator::System => "compare_system",
    };
    let mut bench = cmd::cargo(["bench", "-p", "benches", "--bench", target, "--"]);
    if !options.criterion {
        bench.arg("--table");
        if options.rest.is_empty() {
            bench.arg("--save");
        }
    }
    if options.quick {
        bench.arg("--quick");
    }
    if options.large {
        bench.arg("--large");
    }
    cmd::run(bench.args(&options.rest))?;
    if options.criterion || !options.rest.is_empty() {
        return Ok(());
    }
    let mut work = cmd::cargo(["bench", "-p", "benches", "--features", "_counters"]);
    work.args(["--bench", "work", "--", "--save"]);
    work.args(options.quick.then_some("--quick")).args(options.large.then_some("--large"));
    cmd::run(&mut work)
}
