//! `cargo xtask fuzz`: the targets in `fuzz`, each for a number of seconds.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::cmd::{self, Watched};

/// Long enough for a few hundred operations; longer inputs only make each run slower.
const MAX_LEN: usize = 4096;

/// As in `asan.rs`: early frees.
const FLAGS: &str = "--cfg crossbeam_sanitize";

/// In place of a target's name.
const ALL: &str = "all";

#[derive(Args)]
pub struct Options {
    /// How long each target runs
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Run only this target
    #[arg(long, default_value = ALL)]
    target: String,
}

impl Options {
    pub fn seconds(seconds: u64) -> Self {
        Self { seconds, target: ALL.to_owned() }
    }
}

pub fn run(options: &Options) -> Result<()> {
    if let Some(missing) = what_is_missing() {
        println!("fuzz: {missing}");
        println!(
            "fuzz: nothing was fuzzed; replaying the committed corpus on this toolchain instead"
        );
        cmd::run(&mut cmd::cargo(["test", "--features", "_hooks", "--test", "fuzz_corpus"]))?;
        return cmd::run(&mut cmd::cargo(["test", "-p", "lin", "--test", "corpus"]));
    }
    let mut results = Vec::new();
    for target in targets(options)? {
        results.push(run_target(&target, options.seconds)?);
    }
    println!();
    for result in results {
        println!("{result}");
    }
    Ok(())
}

/// One line about what fuzzing lacks and how to get it. Installs cargo-fuzz if that is all.
fn what_is_missing() -> Option<String> {
    if !cmd::have_nightly() {
        return Some(cmd::GET_NIGHTLY.to_owned());
    }
    if !have_cxx() {
        return Some(
            "no C++ compiler, which libFuzzer is built with: install g++ or clang".to_owned(),
        );
    }
    cmd::want_tool("fuzz").err().map(|missing| missing.to_string())
}

fn have_cxx() -> bool {
    let on_path = |name: &str| {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path).any(|dir| dir.join(name).is_file())
    };
    cfg!(windows)
        || env::var_os("CXX").is_some()
        || ["c++", "g++", "clang++"].into_iter().any(on_path)
}

fn targets(options: &Options) -> Result<Vec<String>> {
    let listed = cmd::output(&mut cmd::cargo_nightly(["fuzz", "list"]))?;
    let mut targets: Vec<_> =
        listed.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    if options.target != ALL {
        targets.retain(|target| *target == options.target);
    }
    if targets.is_empty() {
        bail!(
            "no such target; there are: {}",
            listed.split_whitespace().collect::<Vec<_>>().join(", ")
        );
    }
    Ok(targets)
}

/// Fuzzes one target and returns a line about it.
fn run_target(target: &str, seconds: u64) -> Result<String> {
    let corpus = working_corpus(target)?;
    let mut fuzz = cmd::cargo_nightly(["fuzz", "run"]);
    fuzz.arg("--target-dir").arg(cmd::own_target_dir("fuzz"));
    fuzz.arg(target).arg(corpus).arg("--");
    fuzz.arg(format!("-max_total_time={seconds}")).arg(format!("-max_len={MAX_LEN}"));
    // Long inputs from the start. Leaks are looked for at the end of the run: memory that waits for
    // its grace period would make libFuzzer look after every input.
    fuzz.args(["-len_control=0", "-detect_leaks=0"]);
    fuzz.env("RUSTFLAGS", FLAGS);

    let mut watched = Watched::start(&mut fuzz)?;
    let status = watched.child.wait().context("cannot wait for the fuzzer")?;
    let lines = watched.lines();
    if !status.success() {
        bail!(
            "the fuzzer found a fault in target `{target}` or could not be built ({status}); see above"
        );
    }
    let last = lines.iter().rev().find_map(|line| final_status(line));
    let last = last.with_context(|| format!("target `{target}` printed no final status"))?;
    Ok(format!("fuzz {target}: {last}, {seconds} s, no finding"))
}

/// A copy of the committed corpus, which the fuzzer may add to. What earlier runs found stays in
/// it.
fn working_corpus(target: &str) -> Result<PathBuf> {
    let committed = cmd::root().join("fuzz/corpus").join(target);
    let copy = cmd::own_target_dir("fuzz-corpus").join(target);
    fs::create_dir_all(&copy).with_context(|| format!("cannot make {}", copy.display()))?;
    if committed.is_dir() {
        copy_files(&committed, &copy)
            .with_context(|| format!("cannot copy {}", committed.display()))?;
    }
    Ok(copy)
}

fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    for file in fs::read_dir(from)? {
        let file = file?;
        fs::copy(file.path(), to.join(file.file_name()))?;
    }
    Ok(())
}

/// Reads libFuzzer's last status line: `#1234 DONE cov: 567 ft: 890 corp: 12/3456b …`.
fn final_status(line: &str) -> Option<String> {
    let mut words = line.strip_prefix('#')?.split_whitespace();
    let executions = words.next()?;
    if words.next()? != "DONE" {
        return None;
    }
    let rest: Vec<_> = words.collect();
    let value = |name: &str| {
        rest.iter().position(|&word| word == name).and_then(|at| rest.get(at + 1).copied())
    };
    let (coverage, features) = (value("cov:")?, value("ft:")?);
    Some(format!("{executions} executions, coverage {coverage} edges, {features} features"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_final_status_is_read() {
        let line = "#4096\tDONE   cov: 321 ft: 654 corp: 12/345b lim: 4096 exec/s: 137 rss: 60Mb";
        assert_eq!(
            final_status(line).as_deref(),
            Some("4096 executions, coverage 321 edges, 654 features")
        );
    }

    #[test]
    fn other_lines_are_not() {
        assert_eq!(final_status("#4096\tpulse  cov: 321 ft: 654 corp: 12/345b"), None);
        assert_eq!(final_status("Done 4096 runs in 30 second(s)"), None);
    }
}
