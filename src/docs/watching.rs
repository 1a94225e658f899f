//! How to watch a map: its present figures, as metrics, and its resizes as they happen.
//!
//! `cargo run --release -p dashboard -- --events` shows all of
//! this at work.
//!
//! # Figures
//!
//! [`stats`](crate::HashMap::stats) is cheap enough to be called every second. It adds up counts
//! that each writing thread keeps for itself. [`chain_histogram`](crate::HashMap::chain_histogram)
//! walks through the whole table, and tells a bad hasher from a good one.
//!
//! | what you see | what it may mean |
//! |---|---|
//! | [`retired`](crate::Stats::retired) keeps growing | a guard is held for long, somewhere in the process ([below](#guards-that-are-held-for-long)); what it counts is said [here](super::limitations#what-was-removed-is-dropped-later) |
//! | [`old_buckets`](crate::Stats::old_buckets) stays above 0 | nobody writes, so nobody goes on with the resize: call [`finish_resize`](crate::HashMap::finish_resize) |
//! | [`overflow_buckets`](crate::Stats::overflow_buckets) grows while the [`load`](crate::Stats::load) is below 3 | keys come and go (then `rebuilds` grows too), or the hasher is bad |
//! | `growths` and `shrinks` both grow | the map breathes: build it with the [`capacity`](crate::HashMapBuilder::capacity) that it reaches |
//!
//! [`filled_buckets`](crate::Stats::filled_buckets) out of [`buckets`](crate::Stats::buckets) tells
//! how far a running resize has come.
//!
//! # Metrics
//!
//! With the feature `metrics`, `Stats::publish` hands the figures to the recorder of the [`metrics`
//! facade](https://docs.rs/metrics), under a name for the map. Call it from a timer, or from the
//! place where the metrics are asked for. A map publishes nothing by itself.
//!
//! ```
//! # #[cfg(feature = "metrics")] {
//! use evacmap::{HashMap, Stats};
//! use metrics_exporter_prometheus::PrometheusBuilder;
//!
//! let recorder = PrometheusBuilder::new().install_recorder().unwrap();
//! Stats::describe();
//! let sessions = HashMap::from([(1, "ada"), (2, "grace")]);
//!
//! // At each scrape:
//! sessions.stats().publish("sessions");
//! assert!(recorder.render().contains(r#"evacmap_entries{map="sessions"} 2"#));
//! # }
//! ```
//!
//! # Resizes as they happen
//!
//! With the feature `tracing`, each resize reports its start and its end to the current subscriber
//! of the [`tracing` crate](https://docs.rs/tracing). The events have the level `DEBUG`, the target
//! `evacmap::resize`, and the messages `resize begun` and `resize ended`. Making a map, its first
//! table, and reading cause no events. Without the feature, the code for them is not compiled.
//!
//! | field | is | in |
//! |---|---|---|
//! | `resize` | a number that start and end share; it is unique in the process, and some numbers are left out | both |
//! | `kind` | `growth`, `rebuild`, `shrink` or `clear` | both |
//! | `from`, `to` | buckets of the old table and of the new one | both |
//! | `len` | entries in the map; at the start of a clear, those that it removes | both |
//! | `load` | entries per bucket, of the old table at the start and of the new one at the end | both |
//! | `overflow` | overflow buckets of the same table | both |
//! | `micros` | time from start to end | end |
//! | `helpers` | threads that took part in the evacuation; a thread that takes over the slot of an ended one is not counted again | end |
//! | `map`, `key`, `value` | the map's address, and its types | both |
//!
//! The thread whose write began the resize reports its start. The thread whose write completed it
//! reports its end. If those are two threads, the end may be reported before the start. A map that
//! is dropped in the middle of a resize reports no end.
//!
//! A handler runs within an insert or a removal, on the thread of that write. A slow handler makes
//! that write slow. Otherwise it may do anything.
//!
//! - It may use the same map
//!   (`tests/behaviour/resize_events.rs::a_handler_may_use_the_same_map_in_any_way`). Resizes that
//!   it causes there are not reported in turn
//!   (`tests/behaviour/resize_events.rs::what_a_handler_brings_about_is_not_told`). A handler that
//!   undoes the operation in progress makes it start again each time: one that shrinks the map for
//!   each event of a `reserve`, for example.
//! - If it panics, the panic hook reports that, and the write goes on
//!   (`tests/behaviour/resize_events.rs::a_handler_that_panics_does_no_harm`).
//!
//! # Guards that are held for long
//!
//! A guard that is held keeps everything in memory that any thread removes from any map. In debug
//! builds, the feature `tracing` warns once of each guard under which 65,536 entries have been
//! retired, by whatever threads and from whatever maps. The event has the level `WARN` and the
//! target `evacmap::guard`.
//!
//! | field | is |
//! |---|---|
//! | `taken` | the place in the source where the guard was taken, or pinned again |
//! | `thread`, `id` | the thread that noticed: the one that holds the guard, or that borrowed it |
//! | `retired` | how many entries |
//! | `millis` | for how long |
//!
//! The warning comes when the guard ends or is pinned again. It comes earlier if the thread goes on
//! replacing and removing under the guard. Nothing warns of a guard whose thread does neither. If
//! `retired` grows without a warning, look for a thread that sleeps with a guard.
//! (`tests/alone/held_guards.rs`)
