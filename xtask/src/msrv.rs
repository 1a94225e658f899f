//! `cargo xtask msrv`: the library with the oldest compiler that its manifest promises.
//!
//! It is built in a copy of its own: what its tests and benchmarks need promises less.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use toml::{Table, Value};

use crate::{cmd, features, minimal_versions};

pub fn run() -> Result<()> {
    let version = promised(&fs::read_to_string(cmd::root().join("Cargo.toml"))?)?;
    println!("the manifest promises Rust {version}");
    want_toolchain(&version)?;
    let copy = cmd::own_target_dir("msrv");
    minimal_versions::copy_library(&cmd::root(), &copy)
        .with_context(|| format!("cannot copy the library to {}", copy.display()))?;
    let features = features::public()?.join(",");
    let cargo = |args: &[&str]| {
        let mut cargo = cmd::cargo_of(&version);
        cargo.args(args).args(["--features", &features]).current_dir(&copy);
        cmd::run(&mut cargo)
    };
    // Without a lock file of its own: cargo takes those dependencies that the compiler can build.
    cargo(&["check"])?;
    cargo(&["test", "--lib"])
}

/// The `rust-version` of a manifest.
fn promised(manifest: &str) -> Result<String> {
    let manifest: Table = manifest.parse()?;
    let version = manifest.get("package").and_then(|package| package.get("rust-version"));
    Ok(version.and_then(Value::as_str).context("the manifest has no rust-version")?.to_owned())
}

/// Sees that rustup has that toolchain.
fn want_toolchain(version: &str) -> Result<()> {
    let there = || cmd::succeeds(cmd::cargo_of(version).arg("--version"));
    if there() {
        return Ok(());
    }
    println!("no Rust {version} yet: installing it");
    let install = ["toolchain", "install", version, "--profile", "minimal"];
    if cmd::run(Command::new("rustup").args(install)).is_err() || !there() {
        bail!("no Rust {version}: get it with `rustup {}`", install.join(" "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_promise_is_read() {
        assert_eq!(promised("[package]\nrust-version = \"1.91\"\n").unwrap(), "1.91");
        assert!(promised("[package]\nname = \"a\"\n").is_err());
    }
}
