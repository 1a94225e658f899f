//! `cargo xtask miri`: a small suite (`tests/miri.rs`) in an interpreter that checks every access:
//! its provenance, its bounds, that what it reads is initialised and alive, and that it races with
//! no other.
//!
//! The library is built in a copy of its own, without what its other tests need.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use toml::{Table, Value};

use crate::cmd::{self, Watched};
use crate::{minimal_versions, seeded, teeth};

/// The name of the suite under `tests/`, and what it needs of the dependencies for tests.
const SUITE: &str = "miri";
const NEEDED: [&str; 1] = ["dtor"];

/// References are judged by tree borrows. crossbeam-epoch makes pointers from integers, and does
/// not give back what it keeps for threads that have ended; that all entries of a map are dropped,
/// the tests count themselves.
const FLAGS: &str = "-Zmiri-tree-borrows -Zmiri-ignore-leaks -Zmiri-permissive-provenance \
                     -Zmiri-env-forward=EVACMAP_FAULT";

/// What a report begins with.
const REPORT: &str = "error: Undefined Behavior: ";

#[derive(Args)]
pub struct Options {
    /// How many seeds the tests with two threads run with: each is another schedule
    #[arg(long, default_value_t = 4)]
    seeds: u32,
    /// Seed this fault of `src/observe/faults.rs`, and expect a report
    #[arg(long, value_name = "NAME")]
    fault: Option<String>,
}

impl Options {
    /// All tests, with few seeds.
    pub fn short() -> Self {
        Self { seeds: 2, fault: None }
    }
}

/// A part of the suite: a module of it.
struct Part {
    module: &'static str,
    /// Whether what is found depends on the schedule.
    many_seeds: bool,
}

const PARTS: [Part; 2] =
    [Part { module: "alone::", many_seeds: false }, Part { module: "threads::", many_seeds: true }];

pub fn run(options: &Options) -> Result<()> {
    if !cmd::have_nightly() {
        bail!("{}", cmd::GET_NIGHTLY);
    }
    if let Some(fault) = &options.fault
        && !teeth::is_in_the_map(fault)
    {
        bail!("no fault has this name; `cargo xtask teeth` lists them");
    }
    want_miri()?;
    let copy = cmd::own_target_dir("miri-copy");
    println!("copying the library and its suite to {}", copy.display());
    let tree = if options.fault.is_some() { seeded::tree()? } else { cmd::root() };
    copy_suite(&tree, &copy)
        .with_context(|| format!("cannot copy the library to {}", copy.display()))?;
    match &options.fault {
        None => PARTS.iter().try_for_each(|part| cmd::run(&mut part.command(&copy, options))),
        Some(fault) => expect_report(fault, &copy, options),
    }
}

/// Sees that nightly has Miri, and the sources of the standard library that it interprets.
fn want_miri() -> Result<()> {
    let there = || cmd::succeeds(&mut cmd::cargo_nightly(["miri", "--version"]));
    if there() {
        return Ok(());
    }
    println!("no Miri yet: installing it");
    let add = ["component", "add", "miri", "rust-src", "--toolchain", "nightly"];
    if cmd::run(Command::new("rustup").args(add)).is_err() || !there() {
        bail!("no Miri: get it with `rustup {}`", add.join(" "));
    }
    Ok(())
}

/// The library without what its other tests need, and all of `tests/`, of which one is built.
fn copy_suite(root: &Path, copy: &Path) -> Result<()> {
    minimal_versions::copy_library(root, copy)?;
    let tests = copy.join("tests");
    if tests.exists() {
        fs::remove_dir_all(&tests)?;
    }
    minimal_versions::copy_folder(&root.join("tests"), &tests)?;
    let whole = fs::read_to_string(root.join("Cargo.toml"))?.parse()?;
    let path = copy.join("Cargo.toml");
    let mut manifest: Table = fs::read_to_string(&path)?.parse()?;
    manifest.insert("dev-dependencies".to_owned(), needed(&whole).into());
    fs::write(path, manifest.to_string())?;
    Ok(())
}

/// Those of the dependencies for tests that the suite needs.
fn needed(whole: &Table) -> Table {
    let all = whole.get("dev-dependencies").and_then(Value::as_table).cloned().unwrap_or_default();
    all.into_iter().filter(|(name, _)| NEEDED.contains(&name.as_str())).collect()
}

impl Part {
    fn command(&self, copy: &Path, options: &Options) -> Command {
        let mut miri =
            cmd::cargo_nightly(["miri", "test", "--features", "_hooks", "--test", SUITE]);
        let seeds = if self.many_seeds {
            format!(" -Zmiri-many-seeds=0..{}", options.seeds)
        } else {
            String::new()
        };
        miri.env("MIRIFLAGS", format!("{FLAGS}{seeds}")).env("RUSTFLAGS", PAIRS).current_dir(copy);
        miri.args(["--", "--test-threads=1", self.module]);
        miri
    }
}

/// Has Miri know the instruction for slots of two words, where there is one.
const PAIRS: &str = if cfg!(target_arch = "x86_64") { "-Ctarget-feature=+cmpxchg16b" } else { "" };

/// Runs with the fault until Miri reports something; that a test fails is not enough.
fn expect_report(fault: &str, copy: &Path, options: &Options) -> Result<()> {
    for part in &PARTS {
        let mut miri = part.command(copy, options);
        miri.env("RUSTFLAGS", format!("{PAIRS} --cfg evacmap_faults"));
        miri.env("EVACMAP_FAULT", fault);
        miri.env("CARGO_TARGET_DIR", cmd::own_target_dir("miri-faults"));
        let mut watched = Watched::start(&mut miri)?;
        let status = watched.child.wait().context("cannot wait for Miri")?;
        if !status.success() && watched.lines().iter().any(|line| line.contains(REPORT)) {
            println!("miri: fault `{fault}` was reported, as it should be");
            return Ok(());
        }
    }
    bail!("fault `{fault}` was not reported")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_dependencies_for_tests_the_suite_takes_its_own() {
        let whole = "[dev-dependencies]\nrand = \"1\"\ndtor = \"2\"\n".parse().unwrap();
        assert_eq!(needed(&whole), "dtor = \"2\"\n".parse().unwrap());
        assert_eq!(needed(&Table::new()), Table::new());
    }
}
