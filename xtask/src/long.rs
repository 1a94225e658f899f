//! `cargo xtask long`: every check in its long form, for a night.

use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::steps::{self, Step};
use crate::{
    asan, cmd, coverage_report, cross, fuzz, lin, loom, soak, suite, test, tsan, valgrind,
};

/// How long each fuzz target, and the stress program under each sanitizer, runs.
const SECONDS: u64 = 3600;

/// How many windows of concurrent operations are checked.
const WINDOWS: u64 = 1_000_000;

#[derive(Args)]
pub struct Options {
    /// How long the random workloads at the end run, in hours or parts of them
    #[arg(long, default_value_t = 8.0)]
    hours: f64,
}

/// All but the random workloads.
const STEPS: [Step; 11] = [
    step("gate", "what a change has to pass", || test::gate(&test::GateOptions::without_fuzzer())),
    step("long tests", "every stop of a thread, a million iterations", long_tests),
    step("loom", "the models, both ways as deep", || loom::run(&loom::Options::long())),
    step("teeth", "seeded faults", || cmd::xtask(["teeth", "--both"])),
    step("coverage", "how often each rare branch is taken", coverage_report::run),
    step("lin", "linearizability", || lin::run(&lin::Options::short(WINDOWS))),
    step("fuzz", "the fuzzer", || fuzz::run(&fuzz::Options::seconds(SECONDS))),
    step("asan", "the address sanitizer", || asan::run(&asan::Options::seconds(SECONDS))),
    step("tsan", "the thread sanitizer", || tsan::run(&tsan::Options::seconds(SECONDS))),
    step("valgrind", "memcheck", valgrind::run),
    step("cross", "other processors", || cross::run(&cross::Options::all())),
];

const fn step(name: &'static str, what: &'static str, run: fn() -> Result<()>) -> Step {
    Step { name, what, run, at_most: Duration::from_hours(12) }
}

pub fn run(options: &Options) -> Result<()> {
    steps::run(&STEPS)?;
    soak::run(&soak::Options::hours(options.hours))
}

fn long_tests() -> Result<()> {
    cmd::run(&mut suite::long())
}
