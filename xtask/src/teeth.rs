//! `cargo xtask teeth`: shows that the checks bite. Builds the crate with its seeded faults
//! (`src/observe/faults.rs`), chooses them one by one by an environment variable, and runs the
//! models, and then the tests, until something notices.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;

use crate::cmd::{self, Watched};
use crate::loom::{
    self, COLLECTOR, Loads, MAP, MAP_WITH_REUSE, MAP_WITHOUT_TAGS, Modes, RECLAIMER, Variant,
};
use crate::{seeded, suite};

#[derive(Args)]
pub struct Options {
    /// How often a thread may be interrupted where it could have gone on
    #[arg(long, default_value_t = 2)]
    preemptions: usize,
    /// How long the models may take for one fault, in seconds
    #[arg(long, default_value_t = 300)]
    seconds: u64,
    #[command(flatten)]
    loads: Modes,
    /// Only the faults whose names contain this
    filter: Option<String>,
}

/// A fault: its name in the sources, what it does, and the model that is likely to notice it and so
/// is asked first, if there is one.
type Fault = (&'static str, &'static str, &'static str);

/// Every name that the sources ask for in the map, in the order of the book of what can go wrong.
const IN_THE_MAP: &[Fault] = &[
    (
        "name_relaxed",
        "a name of the wheel is published without a release",
        "two_sweeps_of_one_block_against_a_name_for_it",
    ),
    (
        "block_relaxed",
        "a block of the wheel is published without a release",
        "a_name_filed_against_a_sweep_of_its_tick",
    ),
    (
        "filed_in_passed_slot",
        "a name is filed in a slot that has been passed",
        "a_scrub_against_a_name_and_a_sweep",
    ),
    ("publish_relaxed", "an entry is published without a release", "compute_through_growth"),
    ("root_relaxed", "a table is published without a release", "a_guard_from_elsewhere_protects"),
    (
        "append_relaxed",
        "an overflow bucket is published without a release",
        "append_against_evacuation",
    ),
    (
        "freeze_relaxed",
        "a word is frozen without acquire and release",
        "a_removal_that_shrinks_against_an_insert",
    ),
    (
        "flag_relaxed",
        "a destination is declared filled without a release",
        "a_guard_from_elsewhere_protects",
    ),
    (
        "evacuated_relaxed",
        "the count of filled destinations passes nothing on",
        "sweep_past_an_uncounted_group",
    ),
    (
        "unlink_relaxed",
        "the old table is unlinked without a release",
        "promotion_against_next_growth",
    ),
    (
        "root_before_guard",
        "the root is read before the guard protects",
        "a_guard_from_elsewhere_protects",
    ),
    (
        "two_scans",
        "a writer scans for its tag and for a vacant slot at two moments",
        "insert_against_evacuation",
    ),
    ("frozen_empty_ignored", "a frozen EMPTY slot counts as used", "insert_against_evacuation"),
    ("remove_empties", "a remove returns the slot to EMPTY", "two_helpers_against_remove"),
    ("count_before_link", "an insert is counted before it is linked", "insert_against_evacuation"),
    ("retire_before_unlink", "an entry is retired before it is unlinked", "shrink_against_writers"),
    (
        "helper_stores",
        "a helper stores into a destination instead of a CAS",
        "reinsert_against_late_helper",
    ),
    ("no_freeze", "a source is not frozen", "insert_against_evacuation"),
    ("no_freeze_of_end", "the end of a source chain is not frozen", "append_against_evacuation"),
    ("flag_early", "a destination is declared filled before it is", "append_against_evacuation"),
    ("flag_ignored", "nobody asks whether a destination is filled", "insert_against_evacuation"),
    (
        "half_set_ignored",
        "a helper walks the source of a group of which a flag is set",
        "half_set_group_and_a_second_helper",
    ),
    ("promote_early", "the old table is unlinked one group early", "growth_of_two_groups"),
    (
        "sweep_unordered",
        "a sweeper that has nothing to count does not join in the count",
        "sweep_past_an_uncounted_group",
    ),
    (
        "no_sweep",
        "nobody does the share of a helper that stalls",
        "a_removal_that_shrinks_against_an_insert",
    ),
    ("stale_tag_bits", "tag bits are used after they ran out", ""),
    (
        "table_freed_at_once",
        "an old table is freed without a grace period",
        "promotion_against_next_growth",
    ),
    ("retire_table_twice", "an old table is retired twice", "promotion_against_next_growth"),
    ("clear_retires_twice", "a cleared entry is retired by every helper", "two_helpers_of_a_clear"),
    (
        "renewal_relaxed",
        "the buckets of a renewed chain are published without a release",
        "renewal_against_get",
    ),
    (
        "never_closed",
        "an evacuation does not end the renewals of a chain",
        "renewal_against_evacuation",
    ),
    (
        "renewed_ignored",
        "a reader trusts the frozen words of a head that has been renewed",
        "renewal_against_replace",
    ),
    (
        "late_helper_follows",
        "a late helper goes on from a head that has been renewed",
        "late_helper_against_renewal",
    ),
    ("renewed_before_frozen", "a chain is renewed before it is frozen", "renewal_against_replace"),
    (
        "block_freed_at_once",
        "the buckets of a chain that is renewed again are freed without a grace period",
        "two_renewals_against_get",
    ),
    (
        "teardown_counts_copies",
        "the end of a map drops what a renewed head has copies of",
        "drop_of_a_renewed_chain",
    ),
    ("iterator_restarts", "an iterator goes through a bucket twice", "iterate_through_growth"),
    (
        "reuse_number_after_walk",
        "the clock is read when the walk is over",
        "a_number_is_of_before_the_walk",
    ),
    (
        "reuse_after_two_steps",
        "a removed slot is used again a step too early",
        "a_slot_that_is_removed_behind_an_insert",
    ),
    (
        "reuse_first_not_oldest",
        "the first removed slot is used again, not the oldest",
        "the_oldest_is_taken",
    ),
    (
        "reuse_no_second_reading",
        "an EMPTY slot is taken without a second look at what was passed",
        "three_inserts_and_a_link",
    ),
    (
        "reuse_no_stamping_anew",
        "a bucket is appended although a slot is nearly ripe",
        "a_slot_that_is_nearly_ripe_is_not_passed_by",
    ),
    (
        "reuse_lost_stamp_ignored",
        "a bucket is appended although a slot was not stamped anew",
        "a_slot_that_is_nearly_ripe_is_not_passed_by",
    ),
    ("reuse_dead_unfrozen", "removed slots are not frozen", "reuse_against_evacuation"),
];

/// Those that the models of the reclaimer have to notice, whoever else does.
const IN_THE_RECLAIMER: &[Fault] = &[
    (
        "retire_before_unlink",
        "an entry is retired before it is unlinked",
        "nothing_retired_is_found",
    ),
    (
        "table_freed_at_once",
        "an old table is freed without a grace period",
        "old_table_against_slow_reader",
    ),
    (
        "batch_ripe_at_once",
        "a batch is ripe without a grace period",
        "reader_holds_a_replaced_entry",
    ),
    ("reaping_relaxed", "a thread takes another's batches without acquire", "two_flush_one_map"),
    (
        "grave_ripe_at_once",
        "a large table is ripe without a grace period",
        "old_table_against_slow_reader",
    ),
    (
        "prepared_relaxed",
        "a thread goes on with another's new table without acquire",
        "two_prepare_a_table",
    ),
    (
        "giving_relaxed",
        "a thread goes on with another's tables without acquire",
        "two_give_tables_back",
    ),
    (
        "lease_no_light_fence",
        "an owner looks at its lease before it says that it is inside",
        "a_lease_against_its_taking",
    ),
    ("lease_no_heavy_fence", "a lease is taken without a barrier", "a_lease_against_its_taking"),
    (
        "lease_state_ignored",
        "an owner does not look whether it has its lease",
        "a_lease_against_its_taking",
    ),
    (
        "lease_relied_on_while_revoked",
        "an owner relies on a lease that is being taken",
        "a_replacement_after_the_taking",
    ),
    (
        "lease_taken_while_inside",
        "a lease is taken whether its owner is inside or not",
        "a_lease_against_its_taking",
    ),
    ("lease_left_relaxed", "an operation ends without a release", "a_lease_against_its_taking"),
    (
        "lease_freed_relaxed",
        "a lease is handed to its owner without a release",
        "a_lease_is_handed_back",
    ),
    (
        "anchor_joined_at_zero",
        "an owned guard joins an anchor that has none",
        "the_last_guard_against_a_new_one",
    ),
    (
        "anchor_left_relaxed",
        "an owned guard ends without acquire and release",
        "two_guards_leave_an_anchor",
    ),
    (
        "anchor_unpinned_early",
        "the first guard that leaves an anchor unpins it",
        "two_guards_leave_an_anchor",
    ),
    (
        "ripe_after_one_move",
        "what was retired is ripe when the clock has moved once",
        "nothing_gets_ripe_under_a_guard_that_saw_it",
    ),
    (
        "many_closures_in_flight",
        "whoever has something waiting defers a move of the clock",
        "the_clock_moves_once_under_a_guard",
    ),
];

/// Whether the map has a fault of that name.
pub fn is_in_the_map(name: &str) -> bool {
    IN_THE_MAP.iter().any(|(fault, ..)| *fault == name)
}

/// What shows only where a load may read an old value, and so not where loads are
/// read-modify-writes.
const ONLY_IN_WEAK_MEMORY: [&str; 6] = [
    "flag_relaxed",
    "evacuated_relaxed",
    "unlink_relaxed",
    "root_before_guard",
    "half_set_ignored",
    "sweep_unordered",
];

struct Verdict {
    fault: &'static str,
    what: &'static str,
    loads: Loads,
    killer: Option<String>,
    took: Duration,
}

pub fn run(options: &Options) -> Result<()> {
    let tree = seeded::tree()?;
    let tests = |fault: &str| killed_by_tests(&tree, fault);
    let of_the_map = (&tree, IN_THE_MAP, &[MAP, MAP_WITHOUT_TAGS, MAP_WITH_REUSE][..]);
    let mut verdicts = judge(of_the_map, tests, options)?;
    let of_the_reclaimer = (&tree, IN_THE_RECLAIMER, &[RECLAIMER, COLLECTOR][..]);
    verdicts.extend(judge(of_the_reclaimer, |_| Ok(None), options)?);
    print_table(&verdicts);
    let survivors: Vec<_> =
        verdicts.iter().filter(|verdict| verdict.is_bad()).map(|each| each.fault).collect();
    if survivors.is_empty() { Ok(()) } else { bail!("nothing notices: {}", survivors.join(", ")) }
}

impl Verdict {
    /// Whether something should have noticed the fault, and nothing did.
    fn is_bad(&self) -> bool {
        let hidden = self.loads == Loads::Rmw && ONLY_IN_WEAK_MEMORY.contains(&self.fault);
        self.killer.is_none() && !hidden
    }
}

/// Runs each fault that is asked for against the models, in each mode that is asked for, and then
/// against what else may notice it.
fn judge(
    (tree, faults, variants): (&PathBuf, &[Fault], &[Variant]),
    otherwise: impl Fn(&str) -> Result<Option<String>>,
    options: &Options,
) -> Result<Vec<Verdict>> {
    let is_asked = |name: &str| options.filter.as_ref().is_none_or(|part| name.contains(part));
    let chosen: Vec<_> = faults.iter().filter(|(name, ..)| is_asked(name)).collect();
    let mut verdicts = Vec::new();
    if chosen.is_empty() {
        return Ok(verdicts);
    }
    let mut binaries = Vec::new();
    for variant in variants {
        binaries.extend(variant.build(Some(tree))?);
    }
    for &loads in options.loads.all() {
        let models = Models { binaries: &binaries, loads, options };
        if let Some(killer) = models.kill("none", None)? {
            bail!("without any fault the models fail too: {killer}");
        }
        for &fault in &chosen {
            verdicts.push(models.judge(fault, &otherwise)?);
        }
    }
    Ok(verdicts)
}

/// The models in one mode.
struct Models<'a> {
    binaries: &'a [PathBuf],
    loads: Loads,
    options: &'a Options,
}

impl Models<'_> {
    fn judge(
        &self,
        &(fault, what, likely): &Fault,
        otherwise: &impl Fn(&str) -> Result<Option<String>>,
    ) -> Result<Verdict> {
        let start = Instant::now();
        let mut killer = self.kill(fault, Some(likely))?;
        if killer.is_none() {
            killer = self.kill(fault, None)?;
        }
        // In the other mode a fault that has a model is for the models alone, else the tests would
        // hide that none notices it.
        if killer.is_none() && (self.loads == Loads::Plain || likely.is_empty()) {
            killer = otherwise(fault)?;
        }
        let noticed = killer.as_deref().unwrap_or("SURVIVES");
        println!("{fault}, loads {}: {noticed}", self.loads);
        Ok(Verdict { fault, what, loads: self.loads, killer, took: start.elapsed() })
    }

    /// The model that fails with the fault, of all or of that one. What does not finish within the
    /// time is not said to have noticed anything.
    fn kill(&self, fault: &str, only: Option<&str>) -> Result<Option<String>> {
        for binary in self.binaries {
            let (status, lines) = self.watch(binary, fault, only)?;
            match status {
                Some(true) => {}
                Some(false) => return Ok(Some(format!("model {}", culprit(&lines)))),
                None => {
                    println!("{fault}: the models did not finish in {} s", self.options.seconds)
                }
            }
        }
        Ok(None)
    }

    fn watch(
        &self,
        binary: &Path,
        fault: &str,
        only: Option<&str>,
    ) -> Result<(Option<bool>, Vec<String>)> {
        let mut command = Command::new(binary);
        command.args(only.into_iter().flat_map(|model| ["--exact", model]));
        command.args(["--nocapture", "--test-threads=1"]);
        command.env("LOOM_MAX_PREEMPTIONS", self.options.preemptions.to_string());
        command.env("EVACMAP_FAULT", fault).env("RUST_BACKTRACE", "0");
        self.loads.tell(&mut command);
        let deadline = Instant::now() + Duration::from_secs(self.options.seconds);
        let mut watched = Watched::start_quietly(&mut command)?;
        let status = loom::wait_until(&mut watched, deadline)?;
        Ok((status.map(|status| status.success()), watched.lines()))
    }
}

/// The model that was running when the first thing went wrong.
fn culprit(lines: &[String]) -> String {
    let started =
        |line: &String| Some(line.strip_prefix("test ")?.split_once(" ...")?.0.to_owned());
    let failed = |line: &&String| line.contains("FAILED");
    let first_failed = lines.iter().filter(failed).find_map(started);
    first_failed
        .or_else(|| lines.iter().rev().find_map(started))
        .unwrap_or_else(|| "of unknown name".into())
}

/// The test of the ordinary build that fails with the fault.
fn killed_by_tests(tree: &Path, fault: &str) -> Result<Option<String>> {
    let test = || cmd::cargo(["test", "--features", "_hooks"]);
    let (mut unit, mut chosen) = (test(), test());
    unit.arg("--lib");
    for test in [&mut unit, &mut chosen] {
        test.arg("--target-dir").arg(cmd::own_target_dir("teeth-tests"));
        test.env("RUSTFLAGS", "--cfg evacmap_faults").env("EVACMAP_FAULT", fault);
        test.current_dir(tree);
    }
    suite::choose(&mut chosen, suite::SMALL);
    for test in [&mut unit, &mut chosen] {
        let output = test.output()?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            return Ok(Some(format!("test {}", culprit(&lines))));
        }
    }
    Ok(None)
}

fn print_table(verdicts: &[Verdict]) {
    println!("\n| fault | what it does | loads | noticed by | s |\n|---|---|---|---|---|");
    for Verdict { fault, what, loads, killer, took } in verdicts {
        println!(
            "| {fault} | {what} | {loads} | {} | {:.1} |",
            killer.as_deref().unwrap_or("nothing"),
            took.as_secs_f64()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;

    /// A fault in the sources that is not in the list would never be run.
    #[test]
    fn every_seeded_fault_is_listed() {
        let mut asked = BTreeSet::new();
        let mut folders = vec![cmd::root().join("src"), cmd::root().join("xtask/fault-patches")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = fs::read_to_string(&path).unwrap();
                for call in ["fault!(\"", "unless_relaxed!(\""] {
                    asked.extend(
                        text.split(call)
                            .skip(1)
                            .map(|rest| rest.split('"').next().unwrap().to_owned()),
                    );
                }
            }
        }
        let listed: BTreeSet<String> = [IN_THE_MAP, IN_THE_RECLAIMER]
            .concat()
            .iter()
            .map(|(name, ..)| (*name).to_owned())
            .collect();
        assert_eq!(asked, listed);
    }

    #[test]
    fn the_culprit_is_the_first_to_fail_or_the_last_to_start() {
        let lines = ["test a ... ok", "test b ... FAILED", "test c ... "].map(str::to_owned);
        assert_eq!(culprit(&lines), "b");
        assert_eq!(culprit(&lines[..1]), "a");
    }
}
