//! `cargo xtask test`: in a few minutes, that the map works. `cargo xtask gate`: every check that a
//! change must pass, which is the same and the rest.

use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;

use crate::steps::{self, Step};
use crate::suite::{self, FEATURES};
use crate::{asan, cmd, features, fuzz, house, lin, loom, minimal_versions, miri, msrv, tsan};

/// The models that `cargo xtask test` explores, by parts of their names: writers against an
/// evacuation, readers through a growth, and a table that is given back under a reader.
const TELLING_MODELS: [&str; 3] = ["against_evacuation", "read_through_growth", "slow_reader"];

/// The example programs that check themselves and end in seconds.
const CHECKED_EXAMPLES: [&str; 6] =
    ["interner", "counter", "session_store", "pending_requests", "in_flight", "memory_that_stays"];

/// Those that have tests of their own.
const TESTED_EXAMPLES: [&str; 2] = ["dashboard", "word_index"];

/// How many windows are checked here.
const WINDOWS: u64 = 100_000;

/// How long the stress program runs here under each sanitizer.
const SANITIZED_SECONDS: u64 = 20;

/// How long the fuzzer runs here.
const FUZZ_SECONDS: u64 = 30;

/// How long a step may take, on a slow and busy machine. The slowest take a third of it on two
/// quiet cores.
const AT_MOST: Duration = Duration::from_mins(40);

/// Which of the two commands a step belongs to.
#[derive(Clone, Copy, PartialEq)]
enum In {
    /// Both of them.
    Test,
    /// `test` alone: the gate has a step that does more of the same.
    TestAlone,
    /// `gate` alone.
    Gate,
}

const fn step(of: In, name: &'static str, what: &'static str, run: fn() -> Result<()>) -> Entry {
    (of, Step { name, what, run, at_most: AT_MOST })
}

type Entry = (In, Step);

/// Cheap and most likely to fail first.
const STEPS: [Entry; 27] = [
    step(In::Test, "fmt", "formatting", fmt),
    step(In::Test, "house", "house rules for src/", house::run),
    step(In::Test, "clippy", "no warnings in the library and its tests", clippy),
    step(In::Test, "test", "unit, property and integration tests, and the fuzzer's corpora", test),
    step(In::Test, "doctest", "the examples in the documentation", doctest),
    step(In::Test, "stress", "many threads, optimised", stress),
    step(In::TestAlone, "corpus", "the corpus of the linearizability checker", corpus),
    step(In::TestAlone, "telling", "some models of the map, exhaustively", telling),
    step(In::Gate, "xtask", "the tests of these commands", xtask),
    step(In::Gate, "workspace", "no warnings in any program", workspace),
    step(In::Gate, "features", "no warnings with any set of public features", features::run),
    step(In::Gate, "msrv", "the oldest compiler that is promised", msrv::run),
    step(In::Gate, "doc", "the documentation builds without warnings", doc),
    step(In::Gate, "oldest", "the library with the oldest dependencies", oldest),
    step(In::Gate, "sweeps", "every operation in every situation, optimised", sweeps),
    step(In::Gate, "lin", "linearizability, briefly", lin),
    step(In::Gate, "search", "the rules of chains in all schedules of small programs", search),
    step(In::Gate, "examples", "the example programs find themselves right", examples),
    step(In::Gate, "bench", "the benchmarks run, on tiny maps, and find all answers right", bench),
    step(In::Gate, "no-tags", "the build without tag bits", no_tags),
    step(
        In::Gate,
        "portable",
        "the build with the portable scan, a fence in each pin, and reuse",
        portable,
    ),
    step(In::Gate, "models", "the models as ordinary tests", models),
    step(In::Gate, "loom", "the models, exhaustively", loom),
    step(In::Gate, "asan", "a stress program under the address and leak sanitizers", asan),
    step(In::Gate, "tsan", "the same under the thread sanitizer", tsan),
    step(In::Gate, "miri", "a small suite, each access of which is checked", miri),
    step(In::Gate, "fuzz", "the fuzzer, briefly", fuzz),
];

#[derive(Args)]
pub struct Options {
    /// Run only this step, of this command or the other; may be given several times
    #[arg(long, value_name = "STEP", value_parser = STEPS.map(|(_, step)| step.name))]
    only: Vec<String>,
}

#[derive(Args)]
pub struct GateOptions {
    #[command(flatten)]
    options: Options,
    /// Only what `cargo xtask test` leaves out
    #[arg(long, conflicts_with = "only")]
    rest: bool,
    /// Leave out the fuzzer; the committed corpora are replayed all the same
    #[arg(long)]
    skip_fuzz: bool,
}

impl GateOptions {
    /// Everything but the fuzzer.
    pub fn without_fuzzer() -> Self {
        Self { options: Options { only: Vec::new() }, rest: false, skip_fuzz: true }
    }
}

pub fn run(options: &Options) -> Result<()> {
    run_those(|of, name| options.wants(name, of != In::Gate))
}

pub fn gate(options: &GateOptions) -> Result<()> {
    run_those(|of, name| {
        let ours = of == In::Gate || of == In::Test && !options.rest;
        options.options.wants(name, ours) && !(options.skip_fuzz && name == "fuzz")
    })
}

impl Options {
    fn wants(&self, name: &str, by_itself: bool) -> bool {
        if self.only.is_empty() { by_itself } else { self.only.iter().any(|only| only == name) }
    }
}

fn run_those(wanted: impl Fn(In, &str) -> bool) -> Result<()> {
    let chosen = STEPS.into_iter().filter(|(of, step)| wanted(*of, step.name));
    steps::run(&chosen.map(|(_, step)| step).collect::<Vec<_>>())
}

fn fmt() -> Result<()> {
    want_component("fmt", "rustfmt")?;
    cmd::run(&mut cmd::cargo(["fmt", "--all", "--check"]))?;
    // A workspace of its own, because cargo-fuzz builds it with other flags.
    cmd::run(&mut cmd::cargo(["fmt", "--manifest-path", "fuzz/Cargo.toml", "--", "--check"]))
}

fn clippy() -> Result<()> {
    without_warnings(&["-p", "evacmap", "--features", FEATURES])
}

fn workspace() -> Result<()> {
    without_warnings(&["--workspace"])?;
    without_warnings(&["-p", "benches", "--features", "_counters"])
}

fn without_warnings(of: &[&str]) -> Result<()> {
    want_component("clippy", "clippy")?;
    cmd::run(cmd::cargo(["clippy", "--all-targets"]).args(of).args(["--", "-D", "warnings"]))
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
    suite::ordinary()?.iter_mut().try_for_each(cmd::run)
}

fn stress() -> Result<()> {
    cmd::run(&mut suite::optimised(suite::STRESS))
}

fn sweeps() -> Result<()> {
    cmd::run(&mut suite::optimised(suite::SWEEPS))
}

fn doctest() -> Result<()> {
    cmd::run(&mut cmd::cargo(["test", "--doc", "--features", FEATURES]))
}

fn corpus() -> Result<()> {
    cmd::run(&mut cmd::cargo(["test", "-p", "lin", "--test", "corpus"]))
}

fn telling() -> Result<()> {
    TELLING_MODELS.iter().try_for_each(|part| cmd::xtask(["loom", part]))
}

fn lin() -> Result<()> {
    cmd::run(&mut cmd::cargo(["test", "-p", "lin"]))?;
    lin::run(&lin::Options::short(WINDOWS))
}

fn search() -> Result<()> {
    cmd::run(&mut cmd::cargo(["test", "-p", "search"]))?;
    let search = ["run", "--release", "-p", "search", "--"];
    cmd::run(cmd::cargo(search).args(["--size", "short"]))?;
    cmd::run(cmd::cargo(search).args(["--size", "quick", "--form", "built"]))
}

fn examples() -> Result<()> {
    CHECKED_EXAMPLES
        .iter()
        .try_for_each(|name| cmd::run(&mut cmd::cargo(["run", "--release", "-p", name])))?;
    TESTED_EXAMPLES
        .iter()
        .try_for_each(|name| cmd::run(&mut cmd::cargo(["test", "--release", "-p", name])))?;
    let dashboard = ["run", "--release", "-p", "dashboard", "--", "--port", "0", "--seconds", "2"];
    cmd::run(&mut cmd::cargo(dashboard))
}

/// Measures nothing: the program is built without optimisation.
fn bench() -> Result<()> {
    let mut bench = cmd::cargo(["test", "-p", "benches", "--features", "_counters"]);
    cmd::run(bench.args(["--bench", "compare", "--bench", "work"]))
}

fn no_tags() -> Result<()> {
    variant("_no_tags")
}

/// Things that do not meet in the code, built once.
fn portable() -> Result<()> {
    variant("_scalar,_ordinary_pins,_reuse")?;
    let features = "_hooks,_ordinary_pins,_reuse,_scalar";
    cmd::run(&mut cmd::cargo(["test", "--features", features, "--test", "collector"]))?;
    let mut reuse = cmd::cargo(["test", "--features", features]);
    suite::choose(&mut reuse, &[("alone", &["reuse"]), ("threads", &["races"])]);
    cmd::run(&mut reuse)
}

/// The tests of the data structure built in another way: by features, not by a cfg, for which
/// everything that it depends on would be built anew.
fn variant(features: &str) -> Result<()> {
    let features = format!("_hooks,{features}");
    cmd::run(&mut cmd::cargo(["test", "--features", &features, "--lib"]))?;
    let mut test = cmd::cargo(["test", "--features", &features]);
    suite::choose(&mut test, &[("behaviour", &["model"])]);
    cmd::run(&mut test)
}

fn models() -> Result<()> {
    cmd::run(&mut cmd::cargo(["test", "-p", "loom-tests", "--features", "expiring"]))
}

fn loom() -> Result<()> {
    loom::Options::short().iter().try_for_each(loom::run)
}

fn oldest() -> Result<()> {
    with_nightly("oldest", minimal_versions::run)
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

/// The stable toolchain has no sanitizers and no Miri; whoever has no other is told so, and goes
/// on.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_name_means_one_step() {
        let names: BTreeSet<_> = STEPS.iter().map(|(_, step)| step.name).collect();
        assert_eq!(names.len(), STEPS.len());
    }
}
