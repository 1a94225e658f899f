//! `cargo xtask bench`: the comparison with other maps.

use anyhow::Result;
use clap::Args;

use crate::cmd;

#[derive(Args)]
pub struct Options {
    /// Fewer and shorter rounds
    #[arg(long)]
    quick: bool,
    /// Let criterion measure the maps one after the other, instead of all in turns
    #[arg(long)]
    criterion: bool,
    /// Handed on to the benchmark; `cargo xtask bench -- --help` lists its options
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub fn run(options: &Options) -> Result<()> {
    let mut bench = cmd::cargo(["bench", "--bench", "compare", "--"]);
    if !options.criterion {
        bench.arg("--table");
    }
    if options.quick {
        bench.env("EVACMAP_BENCH_QUICK", "1");
    }
    cmd::run(bench.args(&options.rest))
}
