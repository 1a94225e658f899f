//! The most that a single operation of `evacmap` does, counted: no time, so no machine. `cargo
//! xtask bench` runs it.
//!
//! One thread, `u64` to `u64`. A cell is the largest count of any operation in that row; different
//! operations may have set the different cells. An operation with a guard of its own does, besides
//! its own part, what the collector has ready then.
//!
//! Arguments: `--quick` for small maps only, `--large` for larger ones, `--save` to write
//! `benches/results/work.json`.

#[path = "common/markdown.rs"]
mod markdown;

use std::{env, fs};

use evacmap::work::{self, Work};
use evacmap::{HashMap, ShrinkPolicy};
use markdown::{line, markdown};
use serde_json::{Value, json};

type Map = HashMap<u64, u64>;

/// One row: what was done, at which size, and the most that one operation came to.
struct Row {
    what: &'static str,
    entries: u64,
    worst: Work,
    operations: u64,
}

fn main() {
    let given = |flag: &str| env::args().any(|arg| arg == flag);
    let sizes: &[u64] = match () {
        // Without `--bench` it was `cargo test` that started us.
        () if !given("--bench") => &[1_000],
        () if given("--quick") => &[10_000, 100_000],
        () if given("--large") => &[10_000, 1_000_000, 10_000_000],
        () => &[10_000, 1_000_000],
    };
    let rows: Vec<Row> = sizes.iter().flat_map(|&entries| life(entries)).collect();
    println!("The most that a single operation did.\n\n{}", table(&rows));
    if given("--save") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/results/work.json");
        let figures: Value = rows.iter().map(json).collect();
        fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/results"))
            .expect("the folder can be made");
        fs::write(path, format!("{figures:#}\n")).expect("the figures can be written");
        println!("{path}");
    }
}

/// A map grows from empty, with a look-up after each insert; is churned; and loses all its entries,
/// which makes it shrink.
fn life(entries: u64) -> Vec<Row> {
    let map = Map::builder().shrink_policy(ShrinkPolicy::Auto).build();
    let row = |what| Row { what, entries, worst: Work::default(), operations: 0 };
    let [mut grow, mut read, mut churn, mut remove] =
        ["insert, from empty", "look-up meanwhile", "churn", "removal of all, shrinking"].map(row);
    work::take();
    for key in 0..entries {
        grow.count(|| assert_eq!(map.pin().insert(key, key), None));
        // An odd factor reaches all residues, if in no order that the map knows.
        let other = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) % (key + 1);
        read.count(|| assert_eq!(map.pin().get(&other), Some(&other)));
    }
    for oldest in 0..2 * entries {
        let fresh = oldest + entries;
        churn.count(|| assert_eq!(map.pin().remove(&oldest), Some(&oldest)));
        churn.count(|| assert_eq!(map.pin().insert(fresh, fresh), None));
    }
    for key in 2 * entries..3 * entries {
        remove.count(|| assert_eq!(map.pin().remove(&key), Some(&key)));
    }
    assert_eq!(map.len(), 0);
    vec![grow, read, churn, remove]
}

impl Row {
    fn count(&mut self, operation: impl FnOnce()) {
        operation();
        let work = work::take();
        let worst = &mut self.worst;
        worst.groups = worst.groups.max(work.groups);
        worst.buckets = worst.buckets.max(work.buckets);
        worst.bytes_cleared = worst.bytes_cleared.max(work.bytes_cleared);
        worst.bytes_freed = worst.bytes_freed.max(work.bytes_freed);
        worst.entries_dropped = worst.entries_dropped.max(work.entries_dropped);
        self.operations += 1;
    }
}

fn table(rows: &[Row]) -> String {
    let head = line([
        "",
        "n",
        "operations",
        "groups",
        "bucket visits",
        "bytes zeroed",
        "bytes freed",
        "entries dropped",
    ]);
    let lines = rows.iter().map(|row| {
        let Row { what, entries, worst, operations } = row;
        let mut cells = vec![(*what).to_owned(), entries.to_string(), operations.to_string()];
        cells.extend(line([
            worst.groups,
            worst.buckets,
            worst.bytes_cleared,
            worst.bytes_freed,
            worst.entries_dropped,
        ]));
        cells
    });
    markdown(&[head].into_iter().chain(lines).collect::<Vec<_>>())
}

fn json(row: &Row) -> Value {
    json!({
        "what": row.what, "entries": row.entries, "operations": row.operations, "groups": row.worst.groups,
        "bucket_visits": row.worst.buckets, "bytes_zeroed": row.worst.bytes_cleared,
        "bytes_freed": row.worst.bytes_freed, "entries_dropped": row.worst.entries_dropped,
    })
}
