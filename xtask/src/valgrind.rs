//! `cargo xtask valgrind`: a small suite under memcheck, which sees through machine code: the
//! vector scan is in this build.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::{cmd, storm};

/// The tests that are small enough for a machine that is some thirty times slower.
const TESTS: [&str; 2] = ["smoke", "regressions"];

/// How long the stress program runs, and how many operations a thread does in a round.
const STORM: [&str; 2] = ["20", "200"];

pub fn run() -> Result<()> {
    if !cmd::succeeds(Command::new("valgrind").arg("--version")) {
        bail!(
            "no valgrind: get it from your system's packages, for instance with `apt-get install valgrind`"
        );
    }
    let mut build = cmd::cargo(["test", "--features", "_hooks", "--lib", "--no-run"]);
    build
        .args(TESTS.iter().flat_map(|test| ["--test", test]))
        .arg("--message-format=json-render-diagnostics");
    let built = cmd::output(in_own_directory(&mut build))?;
    for binary in built.lines().filter_map(cmd::executable) {
        memcheck(&binary, &["--test-threads=1"])?;
    }
    memcheck(&storm::binary(in_own_directory(&mut cmd::cargo(["build", "-p", "storm"])))?, &STORM)
}

/// Optimised a little, for speed; the debug assertions stay.
fn in_own_directory(build: &mut Command) -> &mut Command {
    build
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
        .arg("--target-dir")
        .arg(cmd::own_target_dir("valgrind"))
}

fn memcheck(binary: &Path, args: &[&str]) -> Result<()> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args([
        "--quiet",
        "--error-exitcode=9",
        "--leak-check=full",
        "--show-leak-kinds=definite",
    ]);
    // Threads take turns; by default one that waits for another may keep the only turn for long.
    valgrind.args(["--errors-for-leak-kinds=definite", "--fair-sched=yes"]);
    cmd::run(valgrind.arg(binary).args(args).current_dir(cmd::root()))
}
