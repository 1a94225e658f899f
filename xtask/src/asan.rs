//! `cargo xtask asan`: the tests under the address and leak sanitizers, or the stress program for
//! as long as one likes.

use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;

use crate::{cmd, storm};

/// `crossbeam_sanitize` makes the collector's bags small, so that memory is freed early.
const FLAGS: &str = "-Zsanitizer=address --cfg crossbeam_sanitize";

/// `_scalar` takes the bucket scan that the sanitizer can see through.
const FEATURES: &str = "_hooks,_scalar";

const SETTINGS: &str = "detect_stack_use_after_return=1:detect_leaks=1";

#[derive(Args)]
pub struct Options {
    /// Instead of the tests, run the stress program for so long
    #[arg(long, conflicts_with = "rest")]
    seconds: Option<u64>,
    /// Handed on to the test binaries, for instance a part of the names to run
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

impl Options {
    /// The stress program for so long.
    pub fn seconds(seconds: u64) -> Self {
        Self { seconds: Some(seconds), rest: Vec::new() }
    }
}

pub fn run(options: &Options) -> Result<()> {
    if !cmd::have_nightly() {
        bail!("{}", cmd::GET_NIGHTLY);
    }
    if let Some(seconds) = options.seconds {
        let binary = storm::build_sanitized(&cmd::root(), "asan", FLAGS)?;
        return cmd::run(
            Command::new(binary).arg(seconds.to_string()).env("ASAN_OPTIONS", SETTINGS),
        );
    }
    let host = storm::nightly_host()?;
    let mut test =
        cmd::cargo_nightly(["test", "--lib", "--tests", "--features", FEATURES, "--target", &host]);
    test.arg("--target-dir").arg(cmd::own_target_dir("asan"));
    test.env("RUSTFLAGS", FLAGS);
    // Several times faster, and the debug assertions stay.
    test.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    test.env("ASAN_OPTIONS", SETTINGS);
    cmd::run(test.arg("--").args(&options.rest))
}
