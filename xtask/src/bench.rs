//! `cargo xtask bench`: the comparison with other maps.

use anyhow::Result;
use clap::Args;

use crate::cmd;

#[derive(Args)]
pub struct Options {
    /// Fewer and shorter samples
    #[arg(long)]
    quick: bool,
    /// Handed on to the benchmark, for instance a part of the names to run
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub fn run(options: &Options) -> Result<()> {
    let mut bench = cmd::cargo(["bench", "--bench", "compare", "--"]);
    if options.quick {
        bench.arg("--quick");
    }
    cmd::run(bench.args(&options.rest))
}
