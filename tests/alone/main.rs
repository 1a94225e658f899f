//! Tests that watch something of the whole process, which other tests would disturb: counts of rare
//! branches, what is retired under a guard, and what the collector has freed by now, which a guard
//! of any other test could keep it from. So they have a process of their own, and run one at a
//! time.

#[path = "../common/mod.rs"]
mod common;

mod branches;
mod drops;
mod held_guards;
mod metrics;
#[cfg(feature = "_reuse")]
mod reuse;
mod shrinking;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// No other test of this process runs until the end of what this returns.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
