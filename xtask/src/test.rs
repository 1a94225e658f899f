//! `cargo xtask test`: every check that a change must pass.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{asan, cmd, features, fuzz, house, lin, loom, miri, msrv, tsan};

/// The integration tests that are for the optimised build: many threads, many operations.
const OPTIMISED: [&str; 5] =
    ["shrink_by_itself", "stopped", "stress", "sweep_panics", "sweep_reentrancy"];

/// What the checks of the library are built with: the public features, the hooks of its own tests
/// and the counters of its benchmarks.
const FEATURES: &str = "serde,rayon,tracing,metrics,_hooks,_counters";

/// The example programs that check themselves and end in seconds.
const CHECKED_EXAMPLES: [&str; 3] = ["interner", "counter", "session_store"];

/// The one that watches a map needs these features, and would run for longer.
const DASHBOARD: [&str; 4] = ["--features", "metrics,tracing", "--example", "dashboard"];

/// How many windows are checked here.
const WINDOWS: u64 = 100_000;

/// How long the stress program runs here under each sanitizer.
const SANITIZED_SECONDS: u64 = 20;

/// How long the fuzzer runs here.
const FUZZ_SECONDS: u64 = 30;

#[derive(Args)]
pub struct Options {
    /// Leave out the fuzzer; the committed corpus is replayed all the same
    #[arg(long)]
    skip_fuzz: bool,
    /// Run only this step; may be given several times
    #[arg(long, value_name = "STEP", value_parser = STEPS.map(|step| step.name))]
    only: Vec<String>,
}

#[derive(Clone, Copy)]
struct Step {
    name: &'static str,
    what: &'static str,
    run: fn() -> Result<()>,
}

/// Cheap and most likely to fail first.
const STEPS: [Step; 21] = [
    Step { name: "fmt", what: "formatting", run: fmt },
    Step { name: "house", what: "house rules for src/", run: house::run },
    Step { name: "clippy", what: "no warnings in any target", run: clippy },
    Step {
        name: "features",
        what: "no warnings with any set of public features",
        run: features::run,
    },
    Step { name: "msrv", what: "the oldest compiler that is promised", run: msrv::run },
    Step { name: "doc", what: "the documentation builds without warnings", run: doc },
    Step { name: "xtask", what: "the tests of these commands", run: xtask },
    Step { name: "test", what: "unit, property and integration tests", run: test },
    Step { name: "doctest", what: "the examples in the documentation", run: doctest },
    Step { name: "stress", what: "many threads, optimised", run: stress },
    Step { name: "lin", what: "linearizability, briefly", run: lin },
    Step {
        name: "examples",
        what: "the example programs build, and find themselves right",
        run: examples,
    },
    Step {
        name: "bench",
        what: "the benchmarks run, on tiny maps, and find all answers right",
        run: bench,
    },
    Step { name: "no-tags", what: "the build without tag bits", run: no_tags },
    Step { name: "scalar", what: "the build with the portable bucket scan", run: scalar },
    Step { name: "models", what: "the models as ordinary tests", run: models },
    Step { name: "loom", what: "the models, exhaustively", run: loom },
    Step {
        name: "asan",
        what: "a stress program under the address and leak sanitizers, briefly",
        run: asan,
    },
    Step { name: "tsan", what: "the same under the thread sanitizer", run: tsan },
    Step { name: "miri", what: "a small suite, each access of which is checked", run: miri },
    Step { name: "fuzz", what: "the fuzzer, briefly", run: fuzz },
];

struct Outcome {
    step: Step,
    took: Duration,
    result: Result<()>,
}

pub fn run(options: &Options) -> Result<()> {
    let chosen: Vec<Step> = STEPS.into_iter().filter(|step| options.wants(step)).collect();
    let mut outcomes = Vec::new();
    for (at, &step) in chosen.iter().enumerate() {
        println!("\n== {}/{} {}: {}", at + 1, chosen.len(), step.name, step.what);
        let start = Instant::now();
        let result = (step.run)();
        outcomes.push(Outcome { step, took: start.elapsed(), result });
        let last = outcomes.last().expect("just pushed");
        println!("== {} {} after {}", step.name, last.verdict(), seconds(last.took));
        if last.result.is_err() {
            break;
        }
    }
    print_table(&chosen, &outcomes);
    match outcomes.pop() {
        Some(Outcome { step, result: Err(error), .. }) => {
            Err(error.context(format!("step `{}` failed", step.name)))
        }
        _ => Ok(()),
    }
}

impl Options {
    fn wants(&self, step: &Step) -> bool {
        let asked = self.only.is_empty() || self.only.iter().any(|name| name == step.name);
        asked && !(self.skip_fuzz && step.name == "fuzz")
    }
}

impl Outcome {
    fn verdict(&self) -> &'static str {
        if self.result.is_ok() { "ok" } else { "FAILED" }
    }
}

fn print_table(chosen: &[Step], outcomes: &[Outcome]) {
    println!("\n{:10} {:>9}  result", "step", "time");
    for outcome in outcomes {
        println!("{:10} {:>9}  {}", outcome.step.name, seconds(outcome.took), outcome.verdict());
    }
    for step in &chosen[outcomes.len()..] {
        println!("{:10} {:>9}  not run", step.name, "");
    }
    println!("{:10} {:>9}", "all", seconds(outcomes.iter().map(|outcome| outcome.took).sum()));
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn fmt() -> Result<()> {
    want_component("fmt", "rustfmt")?;
    cmd::run(&mut cmd::cargo(["fmt", "--all", "--check"]))?;
    // A workspace of its own, because cargo-fuzz builds it with other flags.
    cmd::run(&mut cmd::cargo(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--", "--check"]))
}

fn clippy() -> Result<()> {
    want_component("clippy", "clippy")?;
    cmd::run(&mut cmd::cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    let features = [
        "clippy",
        "-p",
        "evacmap",
        "--features",
        FEATURES,
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    cmd::run(&mut cmd::cargo(features))
}

fn want_component(subcommand: &str, component: &str) -> Result<()> {
    if !cmd::succeeds(&mut cmd::cargo([subcommand, "--version"])) {
        bail!("no {component}: get it with `rustup component add {component}`");
    }
    Ok(())
}

fn doc() -> Result<()> {
    cmd::run(
        cmd::cargo(["doc", "--no-deps", "--features", FEATURES, "-p", "evacmap"])
            .env("RUSTDOCFLAGS", "-Dwarnings"),
    )
}

fn xtask() -> Result<()> {
    cmd::run(&mut cmd::cargo(["test", "-p", "xtask"]))
}

fn test() -> Result<()> {
    cmd::run(&mut ordinary()?)
}

fn stress() -> Result<()> {
    cmd::run(&mut optimised()?)
}

/// Runs the tests that are for the debug build.
pub fn ordinary() -> Result<Command> {
    let mut test = cmd::cargo(["test", "--features", FEATURES, "--lib"]);
    for name in integration_tests()?.iter().filter(|name| !is_optimised(name)) {
        test.args(["--test", name]);
    }
    Ok(test)
}

/// Runs those that are for the optimised build.
pub fn optimised() -> Result<Command> {
    let mut test = cmd::cargo(["test", "--release", "--features", "_hooks"]);
    for name in integration_tests()?.iter().filter(|name| is_optimised(name)) {
        test.args(["--test", name]);
    }
    Ok(test)
}

fn is_optimised(test: &str) -> bool {
    OPTIMISED.contains(&test)
}

/// The names of the tests under `tests/`.
fn integration_tests() -> Result<Vec<String>> {
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

fn doctest() -> Result<()> {
    cmd::run(&mut cmd::cargo(["test", "--doc", "--features", FEATURES]))
}

fn lin() -> Result<()> {
    cmd::run(&mut cmd::cargo(["test", "-p", "lin"]))?;
    lin::run(&lin::Options::short(WINDOWS))
}

fn examples() -> Result<()> {
    cmd::run(&mut cmd::cargo(["build", "--release", "--examples"]))?;
    CHECKED_EXAMPLES
        .iter()
        .try_for_each(|name| cmd::run(&mut cmd::cargo(["run", "--release", "--example", name])))?;
    cmd::run(cmd::cargo(["test", "--release"]).args(DASHBOARD))?;
    cmd::run(cmd::cargo(["run", "--release"]).args(DASHBOARD).args([
        "--",
        "--port",
        "0",
        "--seconds",
        "2",
    ]))
}

/// Measures nothing: the program is built without optimisation.
fn bench() -> Result<()> {
    cmd::run(&mut cmd::cargo([
        "test",
        "--features",
        FEATURES,
        "--bench",
        "compare",
        "--bench",
        "work",
    ]))
}

fn no_tags() -> Result<()> {
    variant("_no_tags")
}

fn scalar() -> Result<()> {
    variant("_scalar")
}

/// The tests of the data structure built in another way: by a feature, not by a cfg, for which
/// everything that it depends on would be built anew.
fn variant(feature: &str) -> Result<()> {
    let features = format!("_hooks,{feature}");
    cmd::run(&mut cmd::cargo(["test", "--features", &features, "--lib", "--test", "property"]))
}

fn models() -> Result<()> {
    cmd::run(&mut cmd::cargo(["test", "-p", "loom-tests"]))
}

fn loom() -> Result<()> {
    loom::run(&loom::Options::short())
}

fn asan() -> Result<()> {
    with_nightly("asan", || asan::run(&asan::Options::seconds(SANITIZED_SECONDS)))
}

fn tsan() -> Result<()> {
    with_nightly("tsan", || tsan::run(&tsan::Options::seconds(SANITIZED_SECONDS)))
}

fn miri() -> Result<()> {
    with_nightly("miri", || miri::run(&miri::Options::short()))
}

/// The stable toolchain has no sanitizers and no Miri; who has no other is told so, and goes on.
fn with_nightly(step: &str, run: impl FnOnce() -> Result<()>) -> Result<()> {
    if cmd::have_nightly() {
        return run();
    }
    println!("{step}: not run: {}", cmd::GET_NIGHTLY);
    Ok(())
}

fn fuzz() -> Result<()> {
    fuzz::run(&fuzz::Options::seconds(FUZZ_SECONDS))
}
