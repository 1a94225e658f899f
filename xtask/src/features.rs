//! `cargo xtask features`: the library with every set of its public features, without a warning.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cmd;

pub fn run() -> Result<()> {
    let public = public()?;
    let sets = subsets(&public);
    for set in &sets {
        let features = format!("--features={}", set.join(","));
        let args = [
            "clippy",
            "-p",
            "evacmap",
            "--lib",
            "--no-default-features",
            &features,
            "--",
            "-D",
            "warnings",
        ];
        cmd::run(&mut cmd::cargo(args))?;
    }
    println!("features: {} sets of {}, no warning", sets.len(), public.join(", "));
    Ok(())
}

/// The features that the manifest has for users: not `default`, and none that begins with an
/// underscore.
pub fn public() -> Result<Vec<String>> {
    let metadata =
        cmd::output(&mut cmd::cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata is not JSON")?;
    named(&metadata).context("cargo metadata tells of no features of evacmap")
}

fn named(metadata: &Value) -> Option<Vec<String>> {
    let package =
        metadata["packages"].as_array()?.iter().find(|package| package["name"] == "evacmap")?;
    let names = package["features"].as_object()?.keys();
    Some(names.filter(|name| *name != "default" && !name.starts_with('_')).cloned().collect())
}

/// Every subset, the empty one first.
fn subsets(of: &[String]) -> Vec<Vec<&str>> {
    let subset = |number: usize| of.iter().enumerate().filter(move |(at, _)| number >> at & 1 == 1);
    (0..1 << of.len()).map(|number| subset(number).map(|(_, name)| &name[..]).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_features_and_default_are_left_out() {
        let metadata = serde_json::json!({ "packages": [
            { "name": "other", "features": { "x": [] } },
            { "name": "evacmap", "features": { "default": [], "_hooks": [], "serde": [], "rayon": [] } },
        ] });
        assert_eq!(named(&metadata).unwrap(), ["rayon", "serde"]);
        assert_eq!(named(&serde_json::json!({ "packages": [] })), None);
    }

    #[test]
    fn every_subset_is_there_once() {
        let names = ["a".to_owned(), "b".to_owned()];
        assert_eq!(subsets(&names), [vec![], vec!["a"], vec!["b"], vec!["a", "b"]]);
        assert_eq!(subsets(&[]), [Vec::<&str>::new()]);
    }
}
