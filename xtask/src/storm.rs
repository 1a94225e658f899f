//! The stress program in `verify/storm`, built for one tool or another.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::cmd;

/// Builds it with nightly and `flags`, in a directory of its own, with the bucket scan that
/// sanitizers can see through.
pub fn build_sanitized(tree: &Path, target_dir: &str, flags: &str) -> Result<PathBuf> {
    let mut build =
        cmd::cargo_nightly(["build", "--release", "-p", "storm", "--features", "evacmap/_scalar"]);
    build
        .args(["--target", &nightly_host()?])
        .arg("--target-dir")
        .arg(cmd::own_target_dir(target_dir));
    build.env("RUSTFLAGS", flags).current_dir(tree);
    binary(&mut build)
}

/// Builds it and returns its path.
pub fn binary(build: &mut Command) -> Result<PathBuf> {
    let messages = cmd::output(build.arg("--message-format=json-render-diagnostics"))?;
    messages.lines().find_map(cmd::executable).context("cargo names no executable")
}

/// The host's triple. Naming it as the target keeps the flags away from build scripts and macros.
pub fn nightly_host() -> Result<String> {
    let version = cmd::output(&mut cmd::cargo_nightly(["-vV"]))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("`cargo +nightly -vV` names no host")?.to_owned())
}
