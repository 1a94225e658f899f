//! The documents name the tests behind what they claim. This sees that every file and every test so named exists.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::source::has_word;

/// The documents that claim something.
const DOCUMENTS: [&str; 7] = [
    "README.md",
    "CONTRIBUTING.md",
    "src/docs/verification.rs",
    "src/docs/limitations.rs",
    "src/docs/migration.rs",
    "src/docs/design.rs",
    "src/docs/faq.rs",
];

/// The folders of what can be named.
const FOLDERS: [&str; 8] = ["src/", "tests/", "loom-tests/", "lin/", "fuzz/", "examples/", "benches/", "xtask/"];

/// A line for each name that leads nowhere.
pub fn broken(root: &Path) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for document in DOCUMENTS {
        let text = fs::read_to_string(root.join(document)).with_context(|| format!("cannot read {document}"))?;
        let leads_nowhere = |name: &&str| !exists(root, name);
        broken.extend(names(&text).filter(leads_nowhere).map(|name| format!("{document}: there is no `{name}`")));
    }
    Ok(broken)
}

/// What stands between backticks and begins with a folder of ours.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|code| {
        FOLDERS.iter().any(|folder| code.starts_with(folder)) && !code.contains(|c: char| c.is_whitespace() || c == '*')
    })
}

fn exists(root: &Path, name: &str) -> bool {
    let (path, test) = name.split_once("::").map_or((name, None), |(path, test)| (path, Some(test)));
    let path = root.join(path);
    match test {
        None => path.exists(),
        Some(test) => fs::read_to_string(path).is_ok_and(|source| has_word(&source, test)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_is_ours_between_backticks() {
        let text = "`tests/a.rs::b` and `cargo xtask test`, `src/` and `tests/*.rs`, tests/c.rs";
        assert_eq!(names(text).collect::<Vec<_>>(), ["tests/a.rs::b", "src/"]);
    }

    #[test]
    fn what_is_not_there_is_noticed() {
        let root = crate::cmd::root();
        assert!(exists(&root, "tests/smoke.rs"));
        assert!(exists(&root, "tests/smoke.rs::many_threads"));
        assert!(!exists(&root, "tests/smoke.rs::many_thread"));
        assert!(!exists(&root, "tests/nothing.rs"));
    }
}
