//! `cargo xtask lin`: short windows of concurrent operations, recorded and checked for linearizability.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::cmd::{self, Watched};
use crate::{loom, teeth};

#[derive(Args)]
pub struct Options {
    /// How many windows to run
    #[arg(long, default_value_t = 100_000)]
    windows: u64,
    /// What is done follows from it; when, does not
    #[arg(long)]
    seed: Option<u64>,
    /// The most threads in a window
    #[arg(long, default_value_t = 4)]
    threads: u8,
    /// Seed this fault (see `cargo xtask teeth`), and fail unless it is noticed
    #[arg(long, value_name = "NAME")]
    fault: Option<String>,
    /// How long a run with a fault may take: one that does not end has been noticed
    #[arg(long, default_value_t = 300)]
    seconds: u64,
}

pub fn run(options: &Options) -> Result<()> {
    if let Some(fault) = &options.fault {
        return notice(fault, options);
    }
    let mut lin = cmd::cargo(["run", "--release", "-p", "lin", "--bin", "lin", "--"]);
    cmd::run(options.pass_on(&mut lin))
}

impl Options {
    fn pass_on<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.arg(format!("--windows={}", self.windows)).arg(format!("--threads={}", self.threads));
        command.args(self.seed.map(|seed| format!("--seed={seed}")))
    }
}

/// Runs with the fault, and expects a violation, a crash, or no end.
fn notice(fault: &str, options: &Options) -> Result<()> {
    if !teeth::is_in_the_map(fault) {
        bail!("no fault has this name; `cargo xtask teeth` lists them");
    }
    let target_dir = cmd::own_target_dir("lin-faults");
    let mut build = cmd::cargo(["build", "--release", "-p", "lin", "--bin", "lin", "--target-dir"]);
    cmd::run(build.arg(&target_dir).env("RUSTFLAGS", "--cfg evacmap_faults"))?;
    let binary = target_dir.join("release").join("lin");
    let mut lin = Command::new(binary);
    options.pass_on(&mut lin).env("EVACMAP_FAULT", fault).env("RUST_BACKTRACE", "0");
    let mut watched = Watched::start(&mut lin)?;
    let status = loom::wait_until(&mut watched, Instant::now() + Duration::from_secs(options.seconds))?;
    match status {
        Some(status) if status.success() => bail!("`{fault}` was not noticed in {} windows", options.windows),
        Some(status) => println!("`{fault}` was noticed ({status})"),
        None => println!("`{fault}` was noticed: no end within {} s", options.seconds),
    }
    Ok(())
}
