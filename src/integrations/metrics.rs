//! The `metrics` feature: a map's figures as metrics.

use std::borrow::Cow;

use metrics::{SharedString, Unit, counter, describe_counter, describe_gauge, gauge};

use crate::map::Stats;

struct Gauge {
    name: &'static str,
    unit: Unit,
    what: &'static str,
    of: fn(&Stats) -> f64,
}

/// All of [`Stats`] except the counts of resizes, and the load.
const GAUGES: [Gauge; 10] = [
    Gauge {
        name: "evacmap_entries",
        unit: Unit::Count,
        what: "Entries in the map",
        of: |stats| stats.len as f64,
    },
    Gauge {
        name: "evacmap_capacity",
        unit: Unit::Count,
        what: "Entries that the table holds without growing",
        of: |stats| stats.capacity as f64,
    },
    Gauge { name: "evacmap_load", unit: Unit::Count, what: "Entries per bucket", of: Stats::load },
    Gauge {
        name: "evacmap_bytes",
        unit: Unit::Bytes,
        what: "Memory of the map, without what keys and values own elsewhere",
        of: |stats| stats.bytes as f64,
    },
    Gauge {
        name: "evacmap_buckets",
        unit: Unit::Count,
        what: "Buckets",
        of: |stats| stats.buckets as f64,
    },
    Gauge {
        name: "evacmap_overflow_buckets",
        unit: Unit::Count,
        what: "Buckets appended to full chains",
        of: |stats| stats.overflow_buckets as f64,
    },
    Gauge {
        name: "evacmap_old_buckets",
        unit: Unit::Count,
        what: "Buckets of the table that a running resize evacuates, 0 when none is running",
        of: |stats| stats.old_buckets as f64,
    },
    Gauge {
        name: "evacmap_filled_buckets",
        unit: Unit::Count,
        what: "Buckets that the running resize has filled, all of them when none is running",
        of: |stats| stats.filled_buckets as f64,
    },
    Gauge {
        name: "evacmap_retired_entries",
        unit: Unit::Count,
        what: "Entries replaced or removed that have not been dropped yet",
        of: |stats| stats.retired as f64,
    },
    Gauge {
        name: "evacmap_spare_entries",
        unit: Unit::Count,
        what: "Entries for which memory is kept for the next inserts",
        of: |stats| stats.spare as f64,
    },
];

const RESIZES: &str = "evacmap_resizes_total";

impl Stats {
    /// Publishes the figures through the [`metrics`] facade, under the label `map`.
    ///
    /// A map publishes nothing by itself. Call this from a timer, or from the place where the
    /// metrics are asked for. It costs what the recorder takes for fourteen metrics, and does not
    /// touch the map.
    ///
    /// | metric | kind | is |
    /// |---|---|---|
    /// | `evacmap_entries` | gauge | [`len`](Self::len) |
    /// | `evacmap_capacity` | gauge | [`capacity`](Self::capacity) |
    /// | `evacmap_load` | gauge | [`load`](Self::load) |
    /// | `evacmap_bytes` | gauge | [`bytes`](Self::bytes) |
    /// | `evacmap_buckets` | gauge | [`buckets`](Self::buckets) |
    /// | `evacmap_overflow_buckets` | gauge | [`overflow_buckets`](Self::overflow_buckets) |
    /// | `evacmap_old_buckets` | gauge | [`old_buckets`](Self::old_buckets) |
    /// | `evacmap_filled_buckets` | gauge | [`filled_buckets`](Self::filled_buckets) |
    /// | `evacmap_retired_entries` | gauge | [`retired`](Self::retired) |
    /// | `evacmap_spare_entries` | gauge | [`spare`](Self::spare) |
    /// | `evacmap_resizes_total` | counter | [`growths`](Self::growths), [`rebuilds`](Self::rebuilds), [`shrinks`](Self::shrinks) and [`clears`](Self::clears), under the label `kind` |
    ///
    /// ```
    /// let sessions = evacmap::HashMap::from([(1, "ada")]);
    /// sessions.stats().publish("sessions");
    /// ```
    pub fn publish(&self, map: impl Into<Cow<'static, str>>) {
        let map = SharedString::from(map.into());
        for Gauge { name, of, .. } in GAUGES {
            gauge!(name, "map" => map.clone()).set(of(self));
        }
        let resizes = [
            ("growth", self.growths),
            ("rebuild", self.rebuilds),
            ("shrink", self.shrinks),
            ("clear", self.clears),
        ];
        for (kind, count) in resizes {
            counter!(RESIZES, "map" => map.clone(), "kind" => kind).absolute(count);
        }
    }

    /// Tells the recorder what the metrics of [`publish`](Self::publish) mean. Call it once, after
    /// the recorder has been installed.
    pub fn describe() {
        for Gauge { name, unit, what, .. } in GAUGES {
            describe_gauge!(name, unit, what);
        }
        describe_counter!(
            RESIZES,
            Unit::Count,
            "Resizes begun, by kind: growth, rebuild, shrink, clear"
        );
    }
}
