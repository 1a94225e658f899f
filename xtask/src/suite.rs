//! The library's own tests: which there are, and how they are built and run.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::cmd;

/// What the checks of the library are built with: the public features, the hooks of its own tests
/// and the counters of its benchmarks.
pub const FEATURES: &str = "serde,rayon,tracing,metrics,expiring,_hooks,_counters";

/// Modules of tests, by the program under `tests/` that they are in.
type Modules = [(&'static str, &'static [&'static str])];

/// Those for the optimised build. Many threads, many operations:
pub const STRESS: &Modules = &[("alone", &["shrinking"]), ("threads", &["stopped", "stress"])];

/// And every operation in every situation.
pub const SWEEPS: &Modules = &[("sweeps", &["panics", "reentrancy"])];

/// Those that have a long form, which is left out unless it is asked for.
const LONG: &Modules = &[("behaviour", &["iterators"]), ("threads", &["stopped"])];

/// A small suite, for tools under which a program runs many times slower.
pub const SMALL: &Modules = &[("behaviour", &["life", "teardown"]), ("threads", &["races"])];

/// A larger one.
pub const LARGER: &Modules = &[
    ("alone", &["branches"]),
    ("behaviour", &["capacity", "iterators", "life", "model", "teardown"]),
    ("threads", &["races"]),
];

/// Runs the unit tests, and the tests that are for the debug build.
pub fn ordinary() -> Result<Vec<Command>> {
    let mut whole = cmd::cargo(["test", "--features", FEATURES, "--lib"]);
    let in_part = || STRESS.iter().chain(SWEEPS);
    for name in programs()?.iter().filter(|name| !in_part().any(|(program, _)| program == name)) {
        whole.args(["--test", name]);
    }
    let rest = in_part().map(|(program, modules)| {
        let mut test = cmd::cargo(["test", "--features", FEATURES, "--test", program, "--"]);
        test.args(modules.iter().flat_map(|module| ["--skip".to_owned(), filter(module)]));
        test
    });
    Ok([whole].into_iter().chain(rest).collect())
}

/// Runs some of those that are for the optimised build.
pub fn optimised(modules: &Modules) -> Command {
    let mut test = cmd::cargo(["test", "--release", "--features", "_hooks"]);
    choose(&mut test, modules);
    test
}

/// Runs the long forms.
pub fn long() -> Command {
    let mut test = optimised(LONG);
    test.arg("--ignored");
    test
}

/// Has `test`, a `cargo test`, run these modules and nothing else.
pub fn choose(test: &mut Command, modules: &Modules) {
    test.args(modules.iter().flat_map(|(program, _)| ["--test", program]));
    test.arg("--").args(filters(modules));
}

/// What chooses the modules when it is handed to the programs.
pub fn filters(modules: &Modules) -> impl Iterator<Item = String> {
    modules.iter().flat_map(|(_, modules)| *modules).map(|module| filter(module))
}

fn filter(module: &str) -> String {
    format!("{module}::")
}

/// The names of the programs under `tests/`.
fn programs() -> Result<Vec<String>> {
    let dir = cmd::root().join("tests");
    let mut names = Vec::new();
    for entry in fs::read_dir(&dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs")
            || path.join("main.rs").is_file()
        {
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A filter is a part of a test's path: one that fits elsewhere too would run, or leave out,
    /// more than it says.
    #[test]
    fn a_filter_means_one_module() {
        for of in [STRESS, SWEEPS, LONG, SMALL, LARGER] {
            let programs: Vec<_> = of.iter().map(|(program, _)| *program).collect();
            for (program, module) in
                of.iter().flat_map(|(p, all)| all.iter().map(move |m| (*p, *m)))
            {
                for other in &programs {
                    let folder = cmd::root().join("tests").join(other);
                    let files = fs::read_dir(folder).unwrap();
                    let stems =
                        files.map(|file| file.unwrap().path().file_stem().unwrap().to_owned());
                    let fitting: Vec<_> = stems
                        .map(|stem| stem.to_string_lossy().into_owned())
                        .filter(|stem| stem.ends_with(module))
                        .collect();
                    let wanted: &[&str] = if *other == program { &[module] } else { &[] };
                    assert_eq!(fitting, wanted, "`{module}` in {other}");
                }
            }
        }
    }

    #[test]
    fn every_program_is_found() {
        let programs = programs().unwrap();
        for program in ["allocation", "alone", "behaviour", "compile", "fuzz_corpus", "ported"] {
            assert!(programs.iter().any(|found| found == program), "{program}");
        }
        assert!(!programs.iter().any(|found| found == "common"));
    }
}
