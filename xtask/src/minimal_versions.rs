//! `cargo xtask minimal-versions`: the library with the oldest dependencies that its manifest
//! permits. What it is then built with stands in no lock file of the repository: all is done in a
//! copy.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use toml::Table;

use crate::{cmd, features};

pub fn run() -> Result<()> {
    if !cmd::have_nightly() {
        bail!(cmd::GET_NIGHTLY);
    }
    let copy = cmd::own_target_dir("minimal-versions");
    copy_library(&cmd::root(), &copy)
        .with_context(|| format!("cannot copy the library to {}", copy.display()))?;
    let features = features::public()?.join(",");
    cmd::run(cmd::cargo_nightly(["update", "-Z", "direct-minimal-versions"]).current_dir(&copy))?;
    cmd::run(cmd::cargo(["tree", "--depth", "1", "--features", &features]).current_dir(&copy))?;
    cmd::run(cmd::cargo(["test", "--lib", "--features", &features]).current_dir(&copy))
}

/// The manifest without what is for the library's own tests, and the sources.
pub fn copy_library(root: &Path, copy: &Path) -> Result<()> {
    let sources = copy.join("src");
    if sources.exists() {
        fs::remove_dir_all(&sources)?;
    }
    copy_folder(&root.join("src"), &sources)?;
    fs::copy(root.join("README.md"), copy.join("README.md"))?;
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    fs::write(copy.join("Cargo.toml"), alone(&manifest)?)?;
    Ok(())
}

/// The manifest as one of a workspace of its own, without dependencies for tests, and without the
/// programs that need them.
fn alone(manifest: &str) -> Result<String> {
    let mut manifest: Table = manifest.parse()?;
    for section in ["dev-dependencies", "bench", "example", "test", "profile"] {
        manifest.remove(section);
    }
    manifest.insert("workspace".to_owned(), Table::new().into());
    Ok(manifest.to_string())
}

pub fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_alone_has_its_dependencies_and_no_members() {
        let whole = "[package]\nname = \"a\"\n[workspace]\nmembers = [\"b\"]\n[dependencies]\nc = \"1\"\n\
                     [dev-dependencies]\nd = \"1\"\n[[bench]]\nname = \"e\"\n";
        let alone: Table = alone(whole).unwrap().parse().unwrap();
        assert_eq!(alone["dependencies"]["c"].as_str(), Some("1"));
        assert_eq!(alone["workspace"].as_table().map(Table::len), Some(0));
        assert!(!alone.contains_key("dev-dependencies") && !alone.contains_key("bench"));
    }
}
