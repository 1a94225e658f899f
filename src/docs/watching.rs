//! Watching a map: what it is made of now, as metrics, and its resizes as they happen.
//!
//! `cargo run --release --features metrics,tracing --example dashboard -- --events` shows all of it
//! at work.
//!
//! # Figures
//!
//! [`stats`](crate::HashMap::stats) is cheap enough to be called each second: it adds up what each
//! thread that has written counts for itself. [`chain_histogram`](crate::HashMap::chain_histogram)
//! walks through the whole table, and tells a bad hasher from a good one.
//!
//! | what grows | and what it may mean |
//! |---|---|
//! | [`retired`](crate::Stats::retired), again and again | a guard is held for long, somewhere in the process ([below](#guards-that-are-held-for-long)) |
//! | [`old_buckets`](crate::Stats::old_buckets) is not 0 for long | nobody writes, so nobody goes on with the resize: [`finish_resize`](crate::HashMap::finish_resize) |
//! | [`overflow_buckets`](crate::Stats::overflow_buckets), at a [`load`](crate::Stats::load) below 3 | keys come and go (then `rebuilds` grows too), or the hasher is bad |
//! | `growths` and `shrinks` both | the map breathes: give it the [`capacity`](crate::HashMapBuilder::capacity) that it comes to when it is built |
//!
//! # Metrics
//!
//! With the feature `metrics`, `Stats::publish` hands the figures to the recorder of the [`metrics`
//! facade](https://docs.rs/metrics), under a name for the map. Call it from a timer, or where the
//! metrics are asked for; a map publishes nothing by itself.
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
//! With the feature `tracing`, each resize tells its start and its end to the current subscriber of
//! the [`tracing` crate](https://docs.rs/tracing): events of the level `DEBUG` and the target
//! `evacmap::resize`, with the messages `resize begun` and `resize ended`. Making a map, its first
//! table, and reading have no events. Without the feature the code for it is not there.
//!
//! | field | is | in |
//! |---|---|---|
//! | `resize` | a number, by which start and end are known to belong together; numbers are of the whole process, and not all are used | both |
//! | `kind` | `growth`, `rebuild`, `shrink` or `clear` | both |
//! | `from`, `to` | buckets of the old table and of the new one | both |
//! | `len` | entries in the map; at the start of a clear, those that it removes | both |
//! | `load` | entries per bucket, of the old table at the start and of the new one at the end | both |
//! | `overflow` | overflow buckets of the same table | both |
//! | `micros` | time from start to end | end |
//! | `helpers` | threads that moved entries; one that takes the place of a thread that has ended is not counted again | end |
//! | `map`, `key`, `value` | the map's address, and its types | both |
//!
//! A start is told by the thread whose write began the resize, an end by the one whose write
//! completed it. So when two threads are at it, an end may be told before its start. A map that is
//! dropped in the midst of a resize tells no end.
//!
//! Whoever handles the events runs within an insert or a removal, on that thread and no other: what
//! takes long there makes that write take long. Beyond that it may do what it likes.
//!
//! - It may use the same map (`tests/resize_events.rs::a_handler_may_use_the_same_map_in_any_way`).
//!   What it brings about there is not told in turn
//!   (`tests/resize_events.rs::what_a_handler_brings_about_is_not_told`). One that undoes what the
//!   operation is at, and shrinks the map for each event of a `reserve`, has it begin again each
//!   time.
//! - If it panics, the panic hook reports that, and the write goes on
//!   (`tests/resize_events.rs::a_handler_that_panics_does_no_harm`).
//!
//! # Guards that are held for long
//!
//! A guard that is held keeps everything in memory that any thread removes from any map. In debug
//! builds the feature `tracing` warns of one under which 65,536 entries have been retired,
//! wherever: an event of the level `WARN` and the target `evacmap::guard`, once for each guard,
//! with the fields `taken` (the place in the source where the guard was taken, or pinned again),
//! `thread` and `id` (of the thread that noticed: the one that holds the guard, or was lent it),
//! `retired` (how many entries) and `millis` (for how long).
//!
//! It comes when the guard ends or is pinned again, or while it is held if that thread goes on
//! replacing and removing under it. A guard that is held by a thread which does neither is not told
//! of: look for a thread that sleeps with one. (`tests/held_guards.rs`)
