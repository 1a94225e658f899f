//! What does not compile, and what does.
//!
//! Each file in `cases/` is a program that is checked twice: as it is, when it has to compile, and
//! with the feature `misuse`, when the compiler has to refuse it in the line that is marked with
//! `//~`, with the code given there (or with the message, where an error has no code). So each
//! misuse has a twin that differs in nothing but the misuse. A line that begins with `//?` gives a
//! word that the compiler's text has to contain.
//!
//! The cases are the programs of a package that is made under the target directory. That costs two
//! runs of `cargo check`.

mod positive;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

/// The line of an error, and its code, or its message if it has none.
type Errors = BTreeSet<(u64, String)>;

/// What the compiler says of a case: its errors, and their texts.
#[derive(Default)]
struct Verdict {
    errors: Errors,
    text: String,
}

/// The names and texts of all cases.
fn cases() -> BTreeMap<String, (PathBuf, String)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile/cases");
    let files = fs::read_dir(dir).expect("the cases").map(|entry| entry.expect("a case").path());
    files
        .map(|path| (name(&path), (path.clone(), fs::read_to_string(path).expect("a text"))))
        .collect()
}

fn name(path: &Path) -> String {
    path.file_stem().expect("a name").to_string_lossy().into_owned()
}

/// What the marks in a case say.
fn expected(text: &str) -> Errors {
    let marks = (1..)
        .zip(text.lines())
        .filter_map(|(number, line)| Some((number, line.split_once("//~ ")?.1)));
    marks.map(|(number, error)| (number, error.to_owned())).collect()
}

/// A package with a program for each case, that depends on this crate.
fn make_package(cases: &BTreeMap<String, (PathBuf, String)>) -> PathBuf {
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile-cases");
    fs::create_dir_all(&package).expect("a directory");
    let mut manifest = format!(
        "[package]\nname = \"compile-cases\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [features]\nmisuse = []\n\n[dependencies]\nevacmap = {{ path = {:?} }}\n",
        env!("CARGO_MANIFEST_DIR")
    );
    for (name, (path, _)) in cases {
        manifest += &format!("\n[[bin]]\nname = {name:?}\npath = {path:?}\n");
    }
    fs::write(package.join("Cargo.toml"), manifest).expect("the manifest");
    // With the versions that this test was built with, if they are known, nothing has to be
    // downloaded.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    if lock.is_file() {
        fs::copy(lock, package.join("Cargo.lock")).expect("the lock file");
    }
    package
}

/// The errors in each case.
fn check(package: &Path, misuse: bool) -> BTreeMap<String, Verdict> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args([
        "check",
        "--offline",
        "--keep-going",
        "--bins",
        "--message-format=json",
        "--target-dir",
        "target",
    ]);
    cargo.args(misuse.then_some("--features=misuse")).current_dir(package);
    for flags in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
        cargo.env_remove(flags);
    }
    let output = cargo.output().expect("cargo runs");
    let messages = String::from_utf8(output.stdout).expect("JSON");
    let mut verdicts = BTreeMap::<String, Verdict>::new();
    for message in messages.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")) {
        let of = verdicts
            .entry(message["target"]["name"].as_str().unwrap_or_default().to_owned())
            .or_default();
        of.errors.extend(error(&message["message"]));
        of.text += message["message"]["rendered"].as_str().unwrap_or_default();
    }
    assert!(!verdicts.is_empty(), "cargo failed: {}", String::from_utf8_lossy(&output.stderr));
    verdicts
}

/// The error that a message of the compiler tells of, if it does.
fn error(message: &Value) -> Option<(u64, String)> {
    let primary = message["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?;
    let text = message["code"]["code"].as_str().or(message["message"].as_str())?;
    (message["level"] == "error").then_some((primary["line_start"].as_u64()?, text.to_owned()))
}

#[test]
fn every_misuse_is_refused_and_its_twin_is_not() {
    let cases = cases();
    assert!(cases.len() >= 30, "cases are missing");
    let package = make_package(&cases);
    let (proper, misused) = (check(&package, false), check(&package, true));
    let mut wrong = String::new();
    for (name, (_, text)) in &cases {
        let expected = expected(text);
        assert!(!expected.is_empty(), "{name} has no mark");
        let proper = proper.get(name).map(|verdict| &verdict.errors);
        if proper.is_none_or(|errors| !errors.is_empty()) {
            wrong += &format!("{name} does not compile: {proper:?}\n");
        }
        let Some(misuse) = misused.get(name).filter(|misuse| misuse.errors == expected) else {
            let has = misused.get(name).map(|misuse| &misuse.errors);
            wrong +=
                &format!("the misuse in {name} is to fail with {expected:?}, and has {has:?}\n");
            continue;
        };
        for word in text.lines().filter_map(|line| line.strip_prefix("//? ")) {
            if !misuse.text.contains(word) {
                wrong += &format!("{name}: {word:?} is missing in\n{}", misuse.text);
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
