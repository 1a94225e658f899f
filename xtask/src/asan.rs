//! `cargo xtask asan`: the tests under the address and leak sanitizers.

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::cmd;

/// `crossbeam_sanitize` makes the collector's bags small, so that memory is freed early.
const FLAGS: &str = "-Zsanitizer=address --cfg crossbeam_sanitize";

/// `_scalar` takes the bucket scan that the sanitizer can see through.
const FEATURES: &str = "_hooks,_scalar";

#[derive(Args)]
pub struct Options {
    /// Handed on to the test binaries, for instance a part of the names to run
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub fn run(options: &Options) -> Result<()> {
    if !cmd::have_nightly() {
        bail!("{}", cmd::GET_NIGHTLY);
    }
    let host = nightly_host()?;
    let mut test = cmd::cargo_nightly(["test", "--lib", "--tests", "--features", FEATURES, "--target", &host]);
    test.arg("--target-dir").arg(cmd::own_target_dir("asan"));
    test.env("RUSTFLAGS", FLAGS);
    // Several times faster, and the debug assertions stay.
    test.env("CARGO_PROFILE_DEV_OPT_LEVEL", "1");
    test.env("ASAN_OPTIONS", "detect_stack_use_after_return=1:detect_leaks=1");
    cmd::run(test.arg("--").args(&options.rest))
}

/// The host's triple. Naming it as the target keeps the flags away from build scripts and macros.
fn nightly_host() -> Result<String> {
    let version = cmd::output(&mut cmd::cargo_nightly(["-vV"]))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`cargo +nightly -vV` names no host")?.to_owned())
}
