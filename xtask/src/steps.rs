//! Checks in order: each is announced, runs, and has its line in a table at the end. One that hangs
//! is ended, and named.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::cmd;

/// A check.
#[derive(Clone, Copy)]
pub struct Step {
    pub name: &'static str,
    pub what: &'static str,
    pub run: fn() -> Result<()>,
    /// How long it may take: what takes longer hangs, and would take the rest with it.
    pub at_most: Duration,
}

impl Step {
    /// Runs it. At its time, the programs that it has started are killed.
    fn run(&self) -> Result<()> {
        let (over, wait) = mpsc::channel::<()>();
        let at_most = self.at_most;
        let watch = thread::spawn(move || {
            let late = wait.recv_timeout(at_most) == Err(RecvTimeoutError::Timeout);
            // Again and again, for what is killed may be about to start the next.
            while late
                && wait.recv_timeout(Duration::from_millis(200)) == Err(RecvTimeoutError::Timeout)
            {
                cmd::kill_children();
            }
            late
        });
        let result = (self.run)();
        drop(over);
        let late = watch.join().expect("the watch does not panic");
        match result {
            Err(error) if late => {
                Err(error.context(anyhow!("not at its end after {}", seconds(at_most))))
            }
            other => other,
        }
    }
}

struct Outcome {
    step: Step,
    took: Duration,
    result: Result<()>,
}

impl Outcome {
    fn verdict(&self) -> &'static str {
        if self.result.is_ok() { "ok" } else { "FAILED" }
    }
}

/// Runs them up to the first that fails.
pub fn run(steps: &[Step]) -> Result<()> {
    let mut outcomes = Vec::new();
    for (at, &step) in steps.iter().enumerate() {
        println!("\n== {}/{} {}: {}", at + 1, steps.len(), step.name, step.what);
        let start = Instant::now();
        let outcome = Outcome { step, result: step.run(), took: start.elapsed() };
        println!("== {} {} after {}", step.name, outcome.verdict(), seconds(outcome.took));
        let failed = outcome.result.is_err();
        outcomes.push(outcome);
        if failed {
            break;
        }
    }
    print_table(steps, &outcomes);
    match outcomes.pop() {
        Some(Outcome { step, result: Err(error), .. }) => {
            Err(error.context(format!("step `{}` failed", step.name)))
        }
        _ => Ok(()),
    }
}

fn print_table(steps: &[Step], outcomes: &[Outcome]) {
    let width = steps.iter().map(|step| step.name.len()).max().unwrap_or(0).max("step".len());
    println!("\n{:width$} {:>9}  result", "step", "time");
    for outcome in outcomes {
        println!(
            "{:width$} {:>9}  {}",
            outcome.step.name,
            seconds(outcome.took),
            outcome.verdict()
        );
    }
    for step in &steps[outcomes.len()..] {
        println!("{:width$} {:>9}  not run", step.name, "");
    }
    println!("{:width$} {:>9}", "all", seconds(outcomes.iter().map(|outcome| outcome.took).sum()));
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use anyhow::bail;

    fn step(name: &'static str, run: fn() -> Result<()>) -> Step {
        Step { name, what: "", run, at_most: Duration::from_secs(600) }
    }

    #[test]
    fn the_first_that_fails_is_the_last_to_run() {
        let good = step("good", || Ok(()));
        let bad = step("bad", || bail!("no"));
        let never = step("never", || unreachable!("after a failure"));
        assert!(run(&[good, good]).is_ok());
        let error = run(&[good, bad, never]).unwrap_err();
        assert_eq!(format!("{error:#}"), "step `bad` failed: no");
    }

    /// A program, and one that it has started, neither of which ends. (No other test here starts
    /// any.)
    #[test]
    fn what_hangs_is_ended_and_named() {
        let endless = || cmd::run(Command::new("sh").args(["-c", "sleep 1000 & wait"]));
        let hangs = Step { at_most: Duration::ZERO, ..step("hangs", endless) };
        let start = Instant::now();
        let error = format!("{:#}", run(&[hangs]).unwrap_err());
        assert!(
            error.starts_with("step `hangs` failed: not at its end after 0.0 s: `sh"),
            "{error}"
        );
        assert!(start.elapsed() < Duration::from_secs(900));
        assert_eq!(cmd::kill_children(), 0);
    }
}
