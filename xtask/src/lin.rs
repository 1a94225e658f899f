//! `cargo xtask lin`: short windows of concurrent operations, recorded and checked for
//! linearizability.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::cmd::{self, Watched};
use crate::{loom, seeded, teeth};

/// Enough to see that it is the fault which is noticed.
const WINDOWS_WITHOUT_FAULT: u64 = 5_000;

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
    /// So many windows, with everything else as it is by itself.
    pub fn short(windows: u64) -> Self {
        Self { windows, seed: None, threads: 4, fault: None, seconds: 300 }
    }

    fn pass_on<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .arg(format!("--windows={}", self.windows))
            .arg(format!("--threads={}", self.threads));
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
    cmd::run(
        build
            .arg(&target_dir)
            .env("RUSTFLAGS", "--cfg evacmap_faults")
            .current_dir(seeded::tree()?),
    )?;
    let binary = target_dir.join("release").join("lin");
    if !ends_well(&binary, "none", &Options::short(WINDOWS_WITHOUT_FAULT))? {
        bail!("without any fault there are violations too");
    }
    if ends_well(&binary, fault, options)? {
        bail!("`{fault}` was not noticed in {} windows", options.windows);
    }
    println!("`{fault}` was noticed");
    Ok(())
}

/// Whether the run finds nothing amiss, within its time.
fn ends_well(binary: &Path, fault: &str, options: &Options) -> Result<bool> {
    let mut lin = Command::new(binary);
    options.pass_on(&mut lin).env("EVACMAP_FAULT", fault).env("RUST_BACKTRACE", "0");
    let mut watched = Watched::start(&mut lin)?;
    let status =
        loom::wait_until(&mut watched, Instant::now() + Duration::from_secs(options.seconds))?;
    match status {
        Some(status) => println!("it ended with {status}"),
        None => println!("it had not ended after {} s", options.seconds),
    }
    Ok(status.is_some_and(|status| status.success()))
}
