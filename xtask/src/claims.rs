//! The documents name the tests behind what they claim. This sees that every file and every test so named exists.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::source::has_word;

/// The documents that name files, besides the pages under `src/docs`.
const DOCUMENTS: [&str; 6] =
    ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "RELEASING.md", "ci/README.md", "src/lib.rs"];

/// Each file in it is a document.
const PAGES: &str = "src/docs";

/// The folders of what can be named.
const FOLDERS: [&str; 11] =
    [".ci/", "ci/", "src/", "tests/", "loom-tests/", "lin/", "storm/", "fuzz/", "examples/", "benches/", "xtask/"];

/// A line for each name that leads nowhere.
pub fn broken(root: &Path) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for document in documents(root)? {
        let text = fs::read_to_string(root.join(&document)).with_context(|| format!("cannot read {document}"))?;
        let leads_nowhere = |name: &&str| !exists(root, name);
        broken.extend(names(&text).filter(leads_nowhere).map(|name| format!("{document}: there is no `{name}`")));
    }
    Ok(broken)
}

fn documents(root: &Path) -> Result<Vec<String>> {
    let mut documents = DOCUMENTS.map(str::to_owned).to_vec();
    for page in fs::read_dir(root.join(PAGES)).with_context(|| format!("cannot read {PAGES}"))? {
        documents.push(format!("{PAGES}/{}", page?.file_name().display()));
    }
    Ok(documents)
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
    fn every_page_is_a_document() {
        let documents = documents(&crate::cmd::root()).unwrap();
        for document in ["README.md", "src/docs/faq.rs", "src/docs/memory_model.rs"] {
            assert!(documents.iter().any(|listed| listed == document));
        }
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
