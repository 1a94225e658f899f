//! `cargo xtask deny`: what `deny.toml` says of dependencies.

use anyhow::Result;
use clap::Args;

use crate::cmd;

#[derive(Args)]
pub struct Options {
    /// Only these checks; `advisories` is the one that needs a network
    #[arg(value_parser = ["advisories", "bans", "licenses", "sources"])]
    checks: Vec<String>,
}

pub fn run(options: &Options) -> Result<()> {
    cmd::want_tool("deny")?;
    cmd::run(cmd::cargo(["deny", "check"]).args(&options.checks))
}
