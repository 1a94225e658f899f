//! Which files are read, and where their words begin and end.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use ignore::{Error, WalkBuilder};

/// The texts of all Rust sources at or below `paths`, or of the repository if there are none.
pub fn read(mut paths: Vec<PathBuf>) -> Result<Vec<String>, Error> {
    if paths.is_empty() {
        paths.push(repository());
    }
    let mut texts = Vec::new();
    for path in paths {
        for entry in WalkBuilder::new(path).sort_by_file_path(Ord::cmp).build() {
            let entry = entry?;
            let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
            if is_file && entry.path().extension().is_some_and(|extension| extension == "rs") {
                texts.push(fs::read_to_string(entry.path())?);
            }
        }
    }
    Ok(texts)
}

/// The repository of this example under `cargo run`, else the current directory.
fn repository() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let root = package.as_deref().and_then(|package| package.ancestors().nth(2));
    root.unwrap_or(Path::new(".")).to_path_buf()
}

/// The identifiers and numbers of a text: its longest runs of letters, digits and `_`.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
}
