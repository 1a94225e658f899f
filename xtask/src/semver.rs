//! `cargo xtask semver`: whether the version number says what has become of the public interface.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::{cmd, features};

#[derive(Args)]
pub struct Options {
    /// The commit to compare with; if none is named, the last tag `v…`
    #[arg(long, value_name = "COMMIT")]
    baseline: Option<String>,
}

pub fn run(options: &Options) -> Result<()> {
    let Some(baseline) = options.baseline.clone().or_else(last_release) else {
        println!(
            "semver: no tag `v…` to compare with: nothing is released yet; `--baseline COMMIT` names another"
        );
        return Ok(());
    };
    cmd::want_tool("semver-checks")?;
    let features = features::public()?.join(",");
    let check =
        ["semver-checks", "-p", "evacmap", "--baseline-rev", &baseline, "--only-explicit-features"];
    cmd::run(cmd::cargo(check).args(["--features", &features]))
}

/// The last tag on the way to here that is named as a version.
fn last_release() -> Option<String> {
    let mut describe = Command::new("git");
    describe
        .args(["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"])
        .current_dir(cmd::root());
    let output = describe.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
