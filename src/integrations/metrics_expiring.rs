//! The `metrics` feature, for maps with deadlines.

use std::borrow::Cow;

use metrics::{SharedString, Unit, counter, describe_counter, describe_gauge, gauge};

use crate::expiring::ExpiringStats;

type Counter = (&'static str, &'static str, fn(&ExpiringStats) -> u64);

const COUNTERS: [Counter; 7] = [
    ("evacmap_expiring_hits_total", "Look-ups that found a value", |stats| stats.hits),
    ("evacmap_expiring_misses_total", "Look-ups that found none", |stats| stats.misses),
    ("evacmap_expiring_expired_total", "Entries that expired", |stats| stats.expired),
    ("evacmap_expiring_replaced_total", "Entries that were replaced", |stats| stats.replaced),
    ("evacmap_expiring_removed_total", "Entries that were removed", |stats| stats.removed),
    ("evacmap_expiring_swept_total", "Names that came up", |stats| stats.swept),
    ("evacmap_expiring_shares_total", "Shares of what was due", |stats| stats.shares),
];

type Gauge = (&'static str, Unit, &'static str, fn(&ExpiringStats) -> f64);

const GAUGES: [Gauge; 4] = [
    ("evacmap_expiring_entries", Unit::Count, "Entries that are held", |stats| {
        stats.map.len as f64
    }),
    ("evacmap_expiring_stale", Unit::Count, "Names without an entry", |stats| stats.stale() as f64),
    ("evacmap_expiring_bytes", Unit::Bytes, "Memory of the map and its wheel", |stats| {
        stats.bytes as f64
    }),
    ("evacmap_expiring_drift_seconds", Unit::Seconds, "How late the sweeping is", |stats| {
        stats.drift.as_secs_f64()
    }),
];

impl ExpiringStats {
    /// Publishes the figures through the [`metrics`] facade, under the label `map`. Their names
    /// begin with `evacmap_expiring_`. Those of the map below are published by
    /// [`Stats::publish`](crate::Stats::publish) of [`map`](Self::map).
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let sessions = evacmap::expiring::ExpiringMap::<u32, u32>::new(Duration::from_secs(60));
    /// sessions.stats().publish("sessions");
    /// ```
    pub fn publish(&self, map: impl Into<Cow<'static, str>>) {
        let map = SharedString::from(map.into());
        for (name, _, of) in COUNTERS {
            counter!(name, "map" => map.clone()).absolute(of(self));
        }
        for (name, _, _, of) in GAUGES {
            gauge!(name, "map" => map.clone()).set(of(self));
        }
    }

    /// Tells the recorder what the metrics of [`publish`](Self::publish) mean. Call it once, after
    /// the recorder has been installed.
    pub fn describe() {
        for (name, what, _) in COUNTERS {
            describe_counter!(name, Unit::Count, what);
        }
        for (name, unit, what, _) in GAUGES {
            describe_gauge!(name, unit, what);
        }
    }
}
