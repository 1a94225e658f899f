//! `cargo xtask coverage-report`: runs the tests and adds up how often each rare branch of
//! `src/observe/hooks.rs` was taken.
//!
//! Every test process writes its counts when it ends (`tests/common/hits.rs`) to a file of its own,
//! in the directory that an environment variable names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{cmd, suite};

/// The variable that `tests/common/hits.rs` reads.
const DIRECTORY: &str = "EVACMAP_HITS";

pub fn run() -> Result<()> {
    let directory = cmd::own_target_dir("branch-hits");
    if directory.exists() {
        fs::remove_dir_all(&directory)
            .with_context(|| format!("cannot empty {}", directory.display()))?;
    }
    fs::create_dir_all(&directory)
        .with_context(|| format!("cannot make {}", directory.display()))?;
    let optimised = [suite::STRESS, suite::SWEEPS].map(suite::optimised);
    for mut tests in suite::ordinary()?.into_iter().chain(optimised) {
        cmd::run(tests.env(DIRECTORY, &directory))?;
    }
    let reports = read_all(&directory)?;
    let hits = sum(reports.iter().map(String::as_str))?;
    println!("\n{:24} {:>12}", "branch", "hits");
    for (branch, hits) in &hits {
        println!("{branch:24} {hits:>12}");
    }
    println!("{:24} {:>12}", "test processes", reports.len());
    judge(&hits)
}

fn judge(hits: &BTreeMap<String, u64>) -> Result<()> {
    if hits.is_empty() {
        bail!("no test process wrote its counts");
    }
    let never: Vec<_> =
        hits.iter().filter(|(_, hits)| **hits == 0).map(|(branch, _)| branch.as_str()).collect();
    if never.is_empty() { Ok(()) } else { bail!("never taken: {}", never.join(", ")) }
}

fn read_all(directory: &Path) -> Result<Vec<String>> {
    let mut reports = Vec::new();
    for file in fs::read_dir(directory)? {
        let path = file?.path();
        reports.push(
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?,
        );
    }
    Ok(reports)
}

/// Adds up lines of a branch and its hits.
fn sum<'a>(reports: impl Iterator<Item = &'a str>) -> Result<BTreeMap<String, u64>> {
    let mut hits = BTreeMap::new();
    for line in reports.flat_map(str::lines) {
        let (branch, count) =
            line.split_once(' ').with_context(|| format!("not a count: {line}"))?;
        *hits.entry(branch.to_owned()).or_default() += count.parse::<u64>()?;
    }
    Ok(hits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_added_up() {
        let hits = sum(["A 1\nB 0\n", "B 0\nA 41\n"].into_iter()).unwrap();
        assert_eq!(
            hits.into_iter().collect::<Vec<_>>(),
            [("A".to_owned(), 42), ("B".to_owned(), 0)]
        );
        assert!(sum(["A\n"].into_iter()).is_err());
    }

    #[test]
    fn a_branch_that_is_never_taken_is_an_error() {
        let of = |counts: &[(&str, u64)]| {
            counts.iter().map(|(name, hits)| (name.to_string(), *hits)).collect()
        };
        assert!(judge(&of(&[("A", 1), ("B", 2)])).is_ok());
        assert_eq!(
            judge(&of(&[("A", 1), ("B", 0), ("C", 0)])).unwrap_err().to_string(),
            "never taken: B, C"
        );
        assert!(judge(&of(&[])).is_err());
    }
}
