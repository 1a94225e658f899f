//! `cargo xtask soak`: random workloads of every kind, one round after the other, for hours.

use anyhow::Result;
use clap::Args;

use crate::cmd;

#[derive(Args)]
pub struct Options {
    /// How long, in hours or parts of them
    #[arg(long, default_value_t = 1.0)]
    hours: f64,
    /// What is done follows from it; when, does not
    #[arg(long)]
    seed: Option<u64>,
}

impl Options {
    /// Workloads that follow from nothing but chance, for so long.
    pub fn hours(hours: f64) -> Self {
        Self { hours, seed: None }
    }
}

pub fn run(options: &Options) -> Result<()> {
    let mut soak = cmd::cargo(["run", "--release", "-p", "lin", "--bin", "soak", "--"]);
    soak.arg(format!("--hours={}", options.hours));
    cmd::run(soak.args(options.seed.map(|seed| format!("--seed={seed}"))))
}
