//! What has been covered so far.

use std::fmt;
use std::sync::atomic::Ordering::Relaxed;

use evacmap::Stats;
use evacmap::hooks::{ALL_BRANCHES, hits};

use crate::arena::Done;

#[derive(Default)]
pub struct Coverage {
    pub rounds: u64,
    pub done: Done,
    growths: u64,
    rebuilds: u64,
    shrinks: u64,
    clears: u64,
}

impl Coverage {
    pub fn add(&mut self, done: &Done, stats: &Stats) {
        let sums = [
            (&self.done.operations, &done.operations),
            (&self.done.iterations, &done.iterations),
            (&self.done.held, &done.held),
        ];
        for (sum, more) in sums {
            sum.fetch_add(more.load(Relaxed), Relaxed);
        }
        self.growths += stats.growths;
        self.rebuilds += stats.rebuilds;
        self.shrinks += stats.shrinks;
        self.clears += stats.clears;
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Relaxed);
        writeln!(f, "{} rounds, {} operations", self.rounds, count(&self.done.operations))?;
        writeln!(
            f,
            "{} iterations, {} values seen again under a guard held for long, {} counts in nested maps",
            count(&self.done.iterations),
            count(&self.done.held),
            count(&self.done.nested)
        )?;
        let Self { growths, rebuilds, shrinks, clears, .. } = self;
        writeln!(f, "{growths} growths, {rebuilds} rebuilds, {shrinks} shrinks, {clears} clears")?;
        let (taken, not): (Vec<_>, Vec<_>) =
            ALL_BRANCHES.into_iter().partition(|branch| hits(*branch) > 0);
        write!(f, "rare branches:")?;
        for branch in taken {
            write!(f, " {branch:?} {}", hits(branch))?;
        }
        if not.is_empty() { Ok(()) } else { write!(f, "; not taken: {not:?}") }
    }
}
