//! The tree with its seeded faults in it.
//!
//! Most faults are one expression in the sources, which is `false` unless it is chosen. Those that
//! take more (a block, a field, a function) would be in the way of whoever reads the sources. They
//! are patches under `xtask/fault-patches/`, and stand in a copy of the tree alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{cmd, minimal_versions};

/// What a build with faults is made of.
const COPIED: [&str; 11] = [
    ".cargo",
    "Cargo.toml",
    "README.md",
    "benches",
    "examples",
    "fuzz",
    "loom-tests",
    "src",
    "tests",
    "verify",
    "xtask",
];

/// Makes the copy, with all patches applied, and says where it is.
pub fn tree() -> Result<PathBuf> {
    let (root, tree) = (cmd::root(), cmd::own_target_dir("faults-tree"));
    println!("copying the tree to {}, with its seeded faults", tree.display());
    for name in COPIED {
        copy(&root.join(name), &tree.join(name)).with_context(|| format!("cannot copy {name}"))?;
    }
    for patch in patches()? {
        cmd::run(apply(&patch).current_dir(&tree))?;
    }
    Ok(tree)
}

/// A line for each patch that does not fit the sources any more.
pub fn broken() -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for patch in patches()? {
        if !cmd::succeeds(apply(&patch).arg("--check").current_dir(cmd::root())) {
            broken.push(format!("{}: does not apply", patch.display()));
        }
    }
    Ok(broken)
}

fn patches() -> Result<Vec<PathBuf>> {
    let folder = cmd::root().join("xtask/fault-patches");
    let entries = fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))?;
    let mut patches = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    patches.retain(|path| path.extension().is_some_and(|extension| extension == "patch"));
    patches.sort();
    if patches.is_empty() {
        bail!("no patch in {}", folder.display());
    }
    Ok(patches)
}

fn apply(patch: &Path) -> Command {
    let mut apply = Command::new("git");
    // The copy lies in a folder that git ignores, perhaps inside of the repository.
    apply.args(["apply", "--unsafe-paths"]).arg(patch).env("GIT_DIR", "/nonexistent");
    apply
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        if to.exists() {
            fs::remove_dir_all(to)?;
        }
        minimal_versions::copy_folder(from, to)?;
    } else if from.exists() {
        fs::create_dir_all(to.parent().context("a path inside of the copy")?)?;
        fs::copy(from, to)?;
    }
    Ok(())
}
