//! `cargo xtask valgrind`: a small suite under memcheck, which sees through machine code: the
//! vector scan is in this build.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::{cmd, storm, suite};

/// How long the stress program runs, and how many operations a thread does in a round.
const STORM: [&str; 2] = ["20", "200"];

pub fn run() -> Result<()> {
    if !cmd::succeeds(Command::new("valgrind").arg("--version")) {
        bail!(
            "no valgrind: get it from your system's packages, for instance with `apt-get install valgrind`"
        );
    }
    let one_thread = || ["--test-threads=1".to_owned()].into_iter();
    for unit in built(&["--lib"])? {
        memcheck(&unit, one_thread())?;
    }
    let programs = suite::SMALL.iter().flat_map(|(program, _)| ["--test", program]);
    for tests in built(&programs.collect::<Vec<_>>())? {
        memcheck(&tests, one_thread().chain(suite::filters(suite::SMALL)))?;
    }
    let mut storm = cmd::cargo(["build", "-p", "storm"]);
    memcheck(&storm::binary(in_own_directory(&mut storm))?, STORM.map(str::to_owned))
}

/// The programs of those of the library's tests.
fn built(tests: &[&str]) -> Result<Vec<PathBuf>> {
    let mut build = cmd::cargo(["test", "--features", "_hooks", "--no-run"]);
    build.args(tests).arg("--message-format=json-render-diagnostics");
    let messages = cmd::output(in_own_directory(&mut build))?;
    Ok(messages.lines().filter_map(cmd::executable).collect())
}

/// Optimised a little, for speed; the debug assertions stay.
fn in_own_directory(build: &mut Command) -> &mut Command {
    build
        .env("CARGO_PROFILE_DEV_OPT_LEVEL", "1")
        .arg("--target-dir")
        .arg(cmd::own_target_dir("valgrind"))
}

fn memcheck(binary: &Path, args: impl IntoIterator<Item = String>) -> Result<()> {
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
