//! The map whose entries have deadlines. Time is a clock that the tests move: none of them sleeps.
#![cfg(feature = "expiring")]

#[path = "../common/mod.rs"]
mod common;

mod bounds;
mod deadlines;
mod listeners;
mod model;
mod threads;

use std::sync::Arc;
use std::time::Duration;

use evacmap::expiring::{ExpiringMap, ExpiringMapBuilder, ManualClock};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);

/// A builder with a clock that the test moves.
fn builder<K, V>() -> (ExpiringMapBuilder<K, V>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new());
    (ExpiringMap::builder().clock(clock.clone()), clock)
}

/// Sweeps everything that is due.
fn sweep_all<K, V, S>(map: &ExpiringMap<K, V, S>)
where
    K: std::hash::Hash + Eq + Send,
    V: Send,
    S: std::hash::BuildHasher,
{
    let sweep = map.sweep(usize::MAX);
    assert!(sweep.complete, "{sweep:?}");
}
