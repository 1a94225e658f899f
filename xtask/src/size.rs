//! `cargo xtask size`: one tiny program for each of several maps, optimised and stripped, and how
//! large each has become.

use std::path::PathBuf;
use std::{fs, io};

use anyhow::{Context, Result};

use crate::cmd;

pub fn run() -> Result<()> {
    let mut build = cmd::cargo(["build", "--release", "-p", "benches", "--bins"]);
    build.args(["--message-format", "json-render-diagnostics"]);
    build.args(["--config", "profile.release.strip=true", "--config", "profile.release.debug=0"]);
    // Stripped programs have no place among the others.
    build.arg("--target-dir").arg(cmd::own_target_dir("size"));
    let messages = cmd::output(&mut build)?;
    let programs: Vec<PathBuf> = messages.lines().filter_map(cmd::executable).collect();
    let mut sizes = programs.into_iter().map(sized).collect::<io::Result<Vec<_>>>()?;
    sizes.sort();
    let (least, _) = *sizes.first().context("nothing was built")?;
    println!("\n{:10} {:>9} {:>9}", "map", "KiB", "added");
    for (bytes, name) in &sizes {
        println!("{name:10} {:>9.1} {:>9.1}", kib(*bytes), kib(bytes - least));
    }
    Ok(())
}

fn sized(program: PathBuf) -> io::Result<(u64, String)> {
    let name = program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok((fs::metadata(program)?.len(), name))
}

fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}
