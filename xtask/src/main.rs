//! The project's commands, run as `cargo xtask COMMAND`.

mod arrows;
mod asan;
mod bench;
mod claims;
mod cmd;
mod coverage_report;
mod cross;
mod deny;
mod features;
mod fuzz;
mod house;
mod lin;
mod long;
mod loom;
mod minimal_versions;
mod miri;
mod msrv;
mod seeded;
mod semver;
mod size;
mod soak;
mod source;
mod steps;
mod storm;
mod suite;
mod surface;
mod teeth;
mod test;
mod tsan;
mod valgrind;
mod width;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "xtask",
    bin_name = "cargo xtask",
    about = "The checks and measurements of evacmap"
)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check in a few minutes that the map works
    Test(test::Options),
    /// Run every check, in order, up to the first that fails
    Gate(test::GateOptions),
    /// Run every check in its long form, for a night
    Long(long::Options),
    /// Run the models: every interleaving of small scenarios
    Loom(loom::Options),
    /// Seed faults one by one, and see that each is noticed
    Teeth(teeth::Options),
    /// Record what threads do to a map, and check that it is linearizable
    Lin(lin::Options),
    /// Run random workloads for hours
    Soak(soak::Options),
    /// Fuzz against the standard library's map
    Fuzz(fuzz::Options),
    /// Run the tests under the address sanitizer (needs a nightly toolchain)
    Asan(asan::Options),
    /// Run the stress program under the thread sanitizer (needs a nightly toolchain)
    Tsan(tsan::Options),
    /// Run a small suite under valgrind's memcheck
    Valgrind,
    /// Interpret a small suite and check every access (needs a nightly toolchain)
    Miri(miri::Options),
    /// Run a small suite on other processors, under qemu
    Cross(cross::Options),
    /// Add up how often the tests take each rare branch
    CoverageReport,
    /// Compare with other maps
    Bench(bench::Options),
    /// Check the library with every set of its public features
    Features,
    /// Build and test the library with the oldest dependencies that its manifest permits (needs a
    /// nightly toolchain)
    MinimalVersions,
    /// Build and test the library with the oldest compiler that its manifest promises
    Msrv,
    /// Check the licences, sources and known faults of all dependencies
    Deny(deny::Options),
    /// Compare the public interface with that of an earlier commit
    Semver(semver::Options),
    /// Compare what the map adds to a program with what others add
    Size,
    /// Check the sources against the house rules
    House,
}

/// Whether there is a `cargo xtask NAME`.
fn has_command(name: &str) -> bool {
    Cli::command().find_subcommand(name).is_some()
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<()> {
    match Cli::parse().command {
        Task::Test(options) => test::run(&options),
        Task::Gate(options) => test::gate(&options),
        Task::Long(options) => long::run(&options),
        Task::Loom(options) => loom::run(&options),
        Task::Teeth(options) => teeth::run(&options),
        Task::Lin(options) => lin::run(&options),
        Task::Soak(options) => soak::run(&options),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Asan(options) => asan::run(&options),
        Task::Tsan(options) => tsan::run(&options),
        Task::Valgrind => valgrind::run(),
        Task::Miri(options) => miri::run(&options),
        Task::Cross(options) => cross::run(&options),
        Task::CoverageReport => coverage_report::run(),
        Task::Bench(options) => bench::run(&options),
        Task::Features => features::run(),
        Task::MinimalVersions => minimal_versions::run(),
        Task::Msrv => msrv::run(),
        Task::Deny(options) => deny::run(&options),
        Task::Semver(options) => semver::run(&options),
        Task::Size => size::run(),
        Task::House => house::run(),
    }
}
