//! `cargo xtask tsan`: the stress program under the thread sanitizer, without a suppression.

use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::cmd::{self, Watched};
use crate::{seeded, storm};

/// `std` is not built for the sanitizer, which the program allows for. crossbeam-epoch is, from
/// 0.9.21 on: it notices the sanitizer, which knows no fences, and orders by other means;
/// `crossbeam_sanitize` makes its bags small.
const FLAGS: &str =
    "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer --cfg crossbeam_sanitize";

/// What a report begins with.
const REPORT: &str = "WARNING: ThreadSanitizer: data race";

#[derive(Args)]
pub struct Options {
    /// How long it runs
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Seed this fault of `src/observe/faults.rs`, and expect a report
    #[arg(long)]
    fault: Option<String>,
}

impl Options {
    /// The stress program for so long.
    pub fn seconds(seconds: u64) -> Self {
        Self { seconds, fault: None }
    }
}

pub fn run(options: &Options) -> Result<()> {
    if !cmd::have_nightly() {
        bail!("{}", cmd::GET_NIGHTLY);
    }
    let binary = match options.fault {
        None => storm::build_sanitized(&cmd::root(), "tsan", FLAGS)?,
        Some(_) => {
            let flags = format!("{FLAGS} --cfg evacmap_faults");
            storm::build_sanitized(&seeded::tree()?, "tsan-faults", &flags)?
        }
    };
    let mut storm = Command::new(binary);
    storm.arg(options.seconds.to_string()).env("TSAN_OPTIONS", "halt_on_error=1");
    match &options.fault {
        None => cmd::run(&mut storm),
        Some(fault) => expect_report(storm.env("EVACMAP_FAULT", fault), fault),
    }
}

fn expect_report(storm: &mut Command, fault: &str) -> Result<()> {
    let mut watched = Watched::start(storm)?;
    let status = watched.child.wait().context("cannot wait for the stress program")?;
    if !status.success() && watched.lines().iter().any(|line| line.contains(REPORT)) {
        println!("tsan: fault `{fault}` was reported, as it should be");
        return Ok(());
    }
    bail!("fault `{fault}` was not reported as a data race ({status})")
}
