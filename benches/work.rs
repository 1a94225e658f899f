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

use std::hash::{BuildHasher, BuildHasherDefault, Hasher};
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
    let rows: Vec<Row> =
        sizes.iter().flat_map(|&n| life(n).into_iter().chain(toggles(n))).collect();
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

/// Hashes every key to the same.
#[derive(Default)]
struct Constant;

impl Hasher for Constant {
    fn finish(&self) -> u64 {
        0
    }
    fn write(&mut self, _: &[u8]) {}
}

/// Keys that come and go where there are others, or room for them: what an operation does may not
/// grow with either.
fn toggles(entries: u64) -> Vec<Row> {
    const TOGGLES: u64 = 200_000;
    /// Keys of the one bucket, half of which are in.
    const FEW: u64 = 40;
    let row = |what| Row { what, entries, worst: Work::default(), operations: 0 };
    let filled = |step| {
        let map = Map::new();
        (0..entries).step_by(step).for_each(|key| assert_eq!(map.pin().insert(key, key), None));
        map.finish_resize();
        map
    };
    let room = || Map::with_capacity(entries as usize);
    let one = |_| u64::MAX;
    let (mut rows, mut random) = (Vec::new(), 1_u64);
    let mut uniform = move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 11) as f64 / (1_u64 << 53) as f64
    };
    rows.push(row("one key toggled, among n").toggle(&filled(1), TOGGLES, one));
    rows.push(row("one key toggled, room for n").toggle(&room(), TOGGLES, one));
    let held = evacmap::pin();
    rows.push(row("the same, a guard held").toggle(&room(), TOGGLES, one));
    drop(held);
    let by_rank = |_| ((entries as f64).powf(uniform()) as u64).wrapping_mul(7919) % entries;
    rows.push(row("toggled by rank").toggle(&filled(2), TOGGLES, by_rank));
    let one_bucket: HashMap<u64, u64, BuildHasherDefault<Constant>> =
        HashMap::with_capacity_and_hasher(entries as usize, Default::default());
    let of_few = |turn: u64| turn.wrapping_mul(7919) % FEW;
    rows.push(row("40 keys toggled in one bucket").toggle(&one_bucket, TOGGLES, of_few));
    rows
}

impl Row {
    /// Removes, or else inserts, one key after the other.
    fn toggle<S: BuildHasher>(
        mut self,
        map: &HashMap<u64, u64, S>,
        turns: u64,
        mut pick: impl FnMut(u64) -> u64,
    ) -> Self {
        work::take();
        for turn in 0..turns {
            let key = pick(turn);
            self.count(|| {
                let map = map.pin();
                if map.remove(&key).is_none() {
                    map.insert(key, turn);
                }
            });
        }
        self
    }

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
