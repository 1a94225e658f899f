//! `cargo xtask loom`: the models in `loom-tests`, each run to exhaustion.
//!
//! loom can be told to stop after a time or a number of executions, and then reports success for a
//! search that it did not finish. So those limits are taken away here and the time is bounded from
//! outside: a model that does not finish is a failure.
//!
//! A thread's own load hides schedules from loom, so the models are there in two modes: with loads
//! as they are, and with loads as read-modify-writes (`src/sync/modelled.rs`). The second hides
//! what only weak memory shows, so neither is enough.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::cmd::{self, Watched};

#[derive(Args, Clone)]
pub struct Options {
    /// How often a thread may be interrupted where it could have gone on
    #[arg(long, default_value_t = 2)]
    preemptions: usize,
    /// How long all models together may take in one mode
    #[arg(long, default_value_t = 30)]
    timeout_minutes: u64,
    /// How many models run side by side
    #[arg(long, default_value_t = cores())]
    jobs: usize,
    #[command(flatten)]
    loads: Modes,
    /// Run only the models whose names contain this
    filter: Option<String>,
}

impl Options {
    /// All models with loads as they are; and again as read-modify-writes, with one preemption
    /// less, which is a small part of it.
    pub fn short() -> [Self; 2] {
        let of =
            |loads, preemptions| Self { preemptions, ..Self::whole(Modes { loads, both: false }) };
        [of(Loads::Plain, 2), of(Loads::Rmw, 1)]
    }

    /// All models in both modes.
    pub fn long() -> Self {
        Self { timeout_minutes: 240, ..Self::whole(Modes { loads: Loads::Plain, both: true }) }
    }

    fn whole(loads: Modes) -> Self {
        Self { preemptions: 2, timeout_minutes: 30, jobs: cores(), loads, filter: None }
    }
}

/// What the atomics of the models make of a load.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Loads {
    /// A load
    Plain,
    /// A read-modify-write that changes nothing
    Rmw,
}

impl Loads {
    /// Tells the models, whatever the caller's environment says.
    pub fn tell(self, command: &mut Command) {
        command.env("EVACMAP_LOADS", self.to_string());
    }
}

impl fmt::Display for Loads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Loads::Plain => "plain",
            Loads::Rmw => "rmw",
        })
    }
}

/// The modes that are asked for.
#[derive(Args, Clone)]
pub struct Modes {
    /// What a load is in the models; each way finds what the other hides
    #[arg(long, value_enum, default_value_t = Loads::Plain)]
    loads: Loads,
    /// Run both ways, one after the other
    #[arg(long, conflicts_with = "loads")]
    both: bool,
}

impl Modes {
    pub fn all(&self) -> &[Loads] {
        if self.both { &[Loads::Plain, Loads::Rmw] } else { std::slice::from_ref(&self.loads) }
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A way to build the models.
pub struct Variant {
    what: &'static str,
    /// Behind the names of its models, if they are also run otherwise.
    label: &'static str,
    target_dir: &'static str,
    flags: &'static str,
    features: &'static [&'static str],
    /// Only these test programs; all, if none is named.
    programs: &'static [&'static str],
    /// Only the models whose names contain this are about what differs here.
    only: &'static str,
}

/// The map, on a stand-in for the reclaimer.
pub const MAP: Variant = Variant {
    what: "the map",
    label: "",
    target_dir: "loom",
    flags: "--cfg evacmap_loom --cfg evacmap_stub",
    features: &["loom-tests/expiring"],
    programs: &[],
    only: "",
};

/// Without tags an evacuation looks at every entry: the models that are about that are run so too.
pub const MAP_WITHOUT_TAGS: Variant = Variant {
    what: "the map without tags",
    label: " (no tags)",
    features: &["evacmap/_no_tags"],
    only: "half_set",
    ..MAP
};

/// Where removed slots are used again.
pub const MAP_WITH_REUSE: Variant = Variant {
    what: "the map with reuse",
    label: " (reuse)",
    target_dir: "loom-reuse",
    features: &["loom-tests/_reuse"],
    programs: &["reuse"],
    ..MAP
};

/// What waits for a grace period, on the real crossbeam-epoch. With ordinary pins: leases multiply
/// the executions, and have models of their own.
pub const RECLAIMER: Variant = Variant {
    what: "the reclaimer",
    target_dir: "loom-epoch",
    flags: "--cfg evacmap_loom --cfg crossbeam_loom --cfg crossbeam_sanitize",
    features: &["evacmap/_ordinary_pins"],
    programs: &["epoch", "policy"],
    ..MAP
};

/// Leases, the clock and anchors, on the same.
pub const COLLECTOR: Variant = Variant {
    what: "the collector",
    target_dir: "loom-collector",
    features: &[],
    programs: &["lease", "clock", "anchors"],
    ..RECLAIMER
};

pub fn run(options: &Options) -> Result<()> {
    let mut models = BTreeMap::new();
    let minutes = options.timeout_minutes * options.loads.all().len() as u64;
    let deadline = Instant::now() + Duration::from_secs(60 * minutes);
    for variant in [MAP, MAP_WITHOUT_TAGS, MAP_WITH_REUSE, RECLAIMER, COLLECTOR] {
        for binary in &variant.build(None)? {
            for &loads in options.loads.all() {
                let explored = explore(binary, &variant, loads, options, deadline)?;
                let named = |(name, count)| ((name + variant.label, loads), count);
                models.extend(explored.into_iter().map(named));
            }
        }
    }
    if models.is_empty() {
        bail!(
            "no model was explored: none has such a name, or none printed `model NAME: N executions`"
        );
    }
    print_summary(&models, options.preemptions);
    Ok(())
}

impl Variant {
    /// Builds the models, in the tree or in one with the seeded faults in it, and returns their
    /// test binaries.
    pub fn build(&self, seeded: Option<&Path>) -> Result<Vec<PathBuf>> {
        let (suffix, flag) =
            if seeded.is_some() { ("-faults", " --cfg evacmap_faults") } else { ("", "") };
        println!("building the models of {}", self.what);
        let mut build = cmd::cargo(["test", "--release", "-p", "loom-tests", "--no-run"]);
        if self.programs.is_empty() {
            build.arg("--tests");
        }
        build.args(self.programs.iter().flat_map(|program| ["--test", program]));
        build.args(self.features.iter().flat_map(|feature| ["--features", feature]));
        build.arg("--message-format=json-render-diagnostics");
        build.arg("--target-dir").arg(cmd::own_target_dir(&[self.target_dir, suffix].concat()));
        build.env("RUSTFLAGS", [self.flags, flag].concat());
        build.current_dir(seeded.unwrap_or(&cmd::root()));
        let messages = cmd::output(&mut build)?;
        let binaries: Vec<_> = messages.lines().filter_map(cmd::executable).collect();
        if binaries.is_empty() {
            bail!("loom-tests has no test binary");
        }
        Ok(binaries)
    }

    /// The models in `binary` that are asked for.
    fn models(&self, binary: &Path, filter: Option<&str>) -> Result<Vec<String>> {
        let listed = cmd::output(Command::new(binary).arg("--list"))?;
        let names = listed.lines().filter_map(|line| line.strip_suffix(": test"));
        let wanted = names.filter(|name| {
            name.contains(self.only) && filter.is_none_or(|part| name.contains(part))
        });
        Ok(wanted.map(str::to_owned).collect())
    }
}

/// Runs those models of one binary that are asked for, and returns the executions of each.
///
/// The binary is started directly, not through `cargo test`: it has no children, so killing it ends
/// everything.
fn explore(
    binary: &Path,
    variant: &Variant,
    loads: Loads,
    options: &Options,
    deadline: Instant,
) -> Result<BTreeMap<String, u64>> {
    let models = variant.models(binary, options.filter.as_deref())?;
    if models.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut command = Command::new(binary);
    command
        .arg("--nocapture")
        .arg(format!("--test-threads={}", options.jobs))
        .arg("--exact")
        .args(models);
    command.current_dir(cmd::root().join("loom-tests"));
    command.env("LOOM_MAX_PREEMPTIONS", options.preemptions.to_string());
    command.env_remove("LOOM_MAX_DURATION").env_remove("LOOM_MAX_PERMUTATIONS");
    command.env_remove("LOOM_CHECKPOINT_FILE");
    loads.tell(&mut command);

    let mut watched = Watched::start(&mut command)?;
    let status = wait_until(&mut watched, deadline)?;
    let lines = watched.lines();
    match status {
        None => bail!(
            "the models did not finish within {} minutes a mode: a search that was cut short shows nothing, so this is a failure",
            options.timeout_minutes
        ),
        Some(status) if !status.success() => bail!("a model failed ({status}); see above"),
        Some(_) => Ok(lines.iter().filter_map(|line| executions(line)).collect()),
    }
}

/// Waits for the child and returns its status, or kills it at the deadline and returns `None`.
pub fn wait_until(watched: &mut Watched, deadline: Instant) -> Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = watched.child.try_wait().context("cannot wait for the models")? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            watched.child.kill().context("cannot kill the models")?;
            watched.child.wait().context("cannot wait for the models")?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Reads `model NAME: N executions`, which may stand behind libtest's `test NAME ... `.
fn executions(line: &str) -> Option<(String, u64)> {
    let (_, rest) = line.split_at(line.find("model ")?);
    let (name, count) = rest.strip_prefix("model ")?.split_once(": ")?;
    let count = count.split_once(" execution")?.0;
    Some((name.to_owned(), count.trim().parse().ok()?))
}

fn print_summary(models: &BTreeMap<(String, Loads), u64>, preemptions: usize) {
    let all = format!("all {}", models.len());
    let width = models.keys().map(|(name, _)| name.len()).max().unwrap_or(0).max(all.len());
    println!("\nevery model explored to the end; preemptions: {preemptions}");
    println!("{:width$}  {:5}  {:>12}", "model", "loads", "executions");
    for ((name, loads), count) in models {
        println!("{name:width$}  {:5}  {count:>12}", loads.to_string());
    }
    println!("{all:width$}  {:5}  {:>12}", "", models.values().sum::<u64>());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_model_is_read() {
        let expected = Some(("two_inserts".to_owned(), 1234));
        assert_eq!(executions("model two_inserts: 1234 executions"), expected);
        assert_eq!(
            executions("test two_inserts ... model two_inserts: 1234 executions, 3 s"),
            expected
        );
    }

    #[test]
    fn other_lines_are_not() {
        assert_eq!(executions("test two_inserts ... ok"), None);
        assert_eq!(executions("model two_inserts: some executions"), None);
        assert_eq!(executions("a model of the map"), None);
    }
}
