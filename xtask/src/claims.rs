//! The documents name the tests behind what they claim, and the commands. This sees that every
//! file, every test and every command so named exists.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::source::has_word;

/// The documents that name files, besides those in the folders below.
const DOCUMENTS: [&str; 5] =
    ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "RELEASING.md", "src/lib.rs"];

/// Folders, and the ending of each file in them that is a document.
const PAGES: [(&str, &str); 3] = [("src/docs", "rs"), ("verify", "md"), ("benches/results", "md")];

/// The folders of what can be named.
const FOLDERS: [&str; 9] = [
    ".ci/",
    "src/",
    "tests/",
    "loom-tests/",
    "verify/",
    "fuzz/",
    "examples/",
    "benches/",
    "xtask/",
];

/// The folders of packages.
const PACKAGES: [&str; 3] = ["", "examples", "verify"];

/// A line for each name that leads nowhere.
pub fn broken(root: &Path) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for document in documents(root)? {
        let text = fs::read_to_string(root.join(&document))
            .with_context(|| format!("cannot read {document}"))?;
        let leads_nowhere = |name: &&str| !exists(root, name);
        broken.extend(
            names(&text)
                .filter(leads_nowhere)
                .map(|name| format!("{document}: there is no `{name}`")),
        );
        let unknown = commands(&text).filter(|name| !crate::has_command(name));
        broken.extend(unknown.map(|name| format!("{document}: there is no `cargo xtask {name}`")));
        let unknown = targets(&text).filter(|(folder, name)| !is_target(&root.join(folder), name));
        broken.extend(
            unknown.map(|(folder, name)| format!("{document}: there is no `{name}` in {folder}")),
        );
        let unknown = after(&text, " -p ").filter(|name| !is_package(root, name));
        broken.extend(unknown.map(|name| format!("{document}: there is no package `{name}`")));
    }
    Ok(broken)
}

fn documents(root: &Path) -> Result<Vec<String>> {
    let mut documents = DOCUMENTS.map(str::to_owned).to_vec();
    for (folder, ending) in PAGES {
        let files =
            fs::read_dir(root.join(folder)).with_context(|| format!("cannot read {folder}"))?;
        for file in files {
            let name = file?.file_name().to_string_lossy().into_owned();
            if Path::new(&name).extension().is_some_and(|extension| extension == ending) {
                documents.push(format!("{folder}/{name}"));
            }
        }
    }
    Ok(documents)
}

/// What stands between two backticks of a line and begins with a folder of ours. (Not of the text:
/// a drawing may have an odd number.)
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).filter(|code| {
        FOLDERS.iter().any(|folder| code.starts_with(folder))
            && !code.contains(|c: char| c.is_whitespace() || c == '*')
    })
}

/// The words after `cargo xtask`, but for those in capitals, which stand for a word.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    after(text, "cargo xtask ").filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// The folders of cargo's targets, and what is named as one of them.
fn targets(text: &str) -> impl Iterator<Item = (&'static str, &str)> {
    let kinds = [("--test ", "tests"), ("--bench ", "benches")];
    kinds
        .into_iter()
        .flat_map(|(option, folder)| after(text, option).map(move |name| (folder, name)))
}

/// The word after each occurrence of `what`.
fn after<'t>(text: &'t str, what: &str) -> impl Iterator<Item = &'t str> {
    let end = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-');
    text.split(what).skip(1).filter_map(move |rest| rest.split(end).next())
}

fn is_target(folder: &Path, name: &str) -> bool {
    folder.join(format!("{name}.rs")).is_file() || folder.join(name).join("main.rs").is_file()
}

fn is_package(root: &Path, name: &str) -> bool {
    let manifest = |folder| root.join(folder).join(name).join("Cargo.toml");
    name == "evacmap" || PACKAGES.iter().any(|folder| manifest(folder).is_file())
}

fn exists(root: &Path, name: &str) -> bool {
    let (path, test) =
        name.split_once("::").map_or((name, None), |(path, test)| (path, Some(test)));
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
        let text = "`-- a drawing\n`tests/a.rs::b` and `cargo xtask test`, `src/` and `tests/*.rs`, tests/c.rs";
        assert_eq!(names(text).collect::<Vec<_>>(), ["tests/a.rs::b", "src/"]);
    }

    #[test]
    fn commands_and_targets_are_found_by_the_words_before_them() {
        let text = "`cargo xtask test`, `cargo xtask COMMAND`, `cargo bench --bench compare -- --table`, --test a --test b_c";
        assert_eq!(commands(text).collect::<Vec<_>>(), ["test"]);
        assert_eq!(
            targets(text).collect::<Vec<_>>(),
            [("tests", "a"), ("tests", "b_c"), ("benches", "compare")]
        );
        assert!(crate::has_command("minimal-versions") && !crate::has_command("minimal"));
        let tests = crate::cmd::root().join("tests");
        assert!(
            is_target(&tests, "allocation")
                && is_target(&tests, "ported")
                && !is_target(&tests, "common")
        );
        let root = crate::cmd::root();
        assert!(is_package(&root, "word_index") && is_package(&root, "lin"));
        assert!(!is_package(&root, "examples") && !is_package(&root, "words"));
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
        assert!(exists(&root, "tests/threads/races.rs"));
        assert!(exists(&root, "tests/threads/races.rs::many_threads"));
        assert!(!exists(&root, "tests/threads/races.rs::many_thread"));
        assert!(!exists(&root, "tests/nothing.rs"));
    }
}
