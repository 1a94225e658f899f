//! `tests/behaviour/interface.rs` uses the whole public interface, but for that of maps of copies,
//! which `tests/copies/surface.rs` does: this sees that no public function is left out of them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::source;

/// Where every name has to occur: those of files whose path begins so.
const TESTS: [(&str, &str); 2] =
    [("src/copy/", "tests/copies/surface.rs"), ("", "tests/behaviour/interface.rs")];

/// What is public within the crate, or for its tests alone.
const PRIVATE: [&str; 10] = [
    "src/engine/",
    "src/expiring/hooks.rs",
    "src/expiring/wheel/",
    "src/garbage/",
    "src/layout/",
    "src/observe/",
    "src/sync",
    "src/table/",
    "src/memory/collector/",
    "src/memory/stub.rs",
];
const FOR_TESTS: [&str; 3] = ["renew_chain", "start_rebuild", "start_resize"];

/// A line for each public function under `files` that its test does not name.
pub fn unused(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut tests = Vec::new();
    for (of, test) in TESTS {
        let text =
            fs::read_to_string(root.join(test)).with_context(|| format!("cannot read {test}"))?;
        let code: Vec<_> = source::lines(&text).into_iter().map(|line| line.code).collect();
        tests.push((of, test, code));
    }
    let mut unused = Vec::new();
    for path in files {
        let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        if PRIVATE.iter().any(|private| name.starts_with(private)) {
            continue;
        }
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
        let own = tests.iter().find(|(of, ..)| name.starts_with(of));
        let (_, test, used) = own.expect("the last is for all the rest");
        let is_used = |function: &String| used.iter().any(|line| source::has_word(line, function));
        let left_out = public_functions(&text).into_iter().filter(|function| !is_used(function));
        unused
            .extend(left_out.map(|function| format!("{test} does not use `{function}` of {name}")));
    }
    Ok(unused)
}

fn public_functions(text: &str) -> Vec<String> {
    let lines = source::lines(text);
    let after = |code: &str| {
        Some(source::words(code.trim_start().strip_prefix("pub fn ")?).next()?.to_owned())
    };
    lines
        .iter()
        .filter_map(|line| after(&line.code))
        .filter(|name| !FOR_TESTS.contains(&&name[..]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_functions_are_those_for_users() {
        let text = "pub fn get<Q>(&self)\n    pub fn a(self)\npub(crate) fn b()\nfn c()\n/// pub fn d\n    pub fn start_resize(\n";
        assert_eq!(public_functions(text), ["get", "a"]);
    }

    #[test]
    fn what_the_test_does_not_name_is_noticed() {
        let root = crate::cmd::root();
        assert_eq!(unused(&root, &[root.join("src/map/write.rs")]).unwrap(), Vec::<String>::new());
        let left_out = unused(&root, &[root.join("xtask/src/surface.rs")]).unwrap();
        assert!(left_out.iter().any(|line| line.contains("`unused`")), "{left_out:?}");
    }
}
