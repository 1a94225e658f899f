//! Checks in order: each is announced, runs, and has its line in a table at the end.

use std::time::{Duration, Instant};

use anyhow::Result;

/// A check.
#[derive(Clone, Copy)]
pub struct Step {
    pub name: &'static str,
    pub what: &'static str,
    pub run: fn() -> Result<()>,
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
        let outcome = Outcome { step, result: (step.run)(), took: start.elapsed() };
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
    use super::*;
    use anyhow::bail;

    #[test]
    fn the_first_that_fails_is_the_last_to_run() {
        let good = Step { name: "good", what: "", run: || Ok(()) };
        let bad = Step { name: "bad", what: "", run: || bail!("no") };
        let never = Step { name: "never", what: "", run: || unreachable!("after a failure") };
        assert!(run(&[good, good]).is_ok());
        let error = run(&[good, bad, never]).unwrap_err();
        assert_eq!(format!("{error:#}"), "step `bad` failed: no");
    }
}
