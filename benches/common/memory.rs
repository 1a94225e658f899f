//! Bytes for each entry, of a map that has grown from empty.

use std::borrow::Borrow;

use serde_json::{Value, json};

use super::alone::{self, Task};
use super::content::Content;
use super::counting;
use super::map::{Hasher, Map};
use super::markdown::{line, markdown};
use super::options::Options;
use super::workload::short;

/// Entries, and what each map came to with them.
type Sizes = Vec<(u64, Vec<(String, Value)>)>;

pub fn measure(options: &Options) -> Sizes {
    options
        .sizes()
        .into_iter()
        .map(|entries| (entries, alone::each(options, Task::Memory, entries)))
        .collect()
}

pub fn table(sizes: &Sizes) -> String {
    let mut lines = vec![line(["bytes per entry", "n", "at rest", "peak"])];
    for (entries, maps) in sizes {
        for (map, figures) in maps {
            let each = |what: &str| {
                format!("{:.1}", figures[what].as_f64().unwrap_or(f64::NAN) / *entries as f64)
            };
            lines.push(vec![map.clone(), short(*entries), each("rest"), each("peak")]);
        }
    }
    markdown(&lines)
}

pub fn json(sizes: &Sizes) -> Value {
    let size = |(entries, maps): &(u64, Vec<(String, Value)>)| {
        let maps: serde_json::Map<_, _> = maps.iter().cloned().collect();
        json!({ "entries": entries, "bytes": maps })
    };
    sizes.iter().map(size).collect()
}

/// Bytes allocated when that many entries have been put in and the garbage has had time to go, and
/// the most meanwhile.
pub fn footprint<C: Content, M: Map<C>>(entries: u64) -> Value {
    /// Look-ups, each with a guard of its own: any collector is done with a few tables after so
    /// many.
    const SETTLING: u64 = 20_000;
    let hasher = Hasher::default();
    // What a thread sets up once is no part of a map.
    M::empty(hasher.clone()).insert(C::key(0), C::value(0));

    counting::start();
    let map = M::empty(hasher);
    for index in 0..entries {
        assert!(map.insert(C::key(index), C::value(index)));
    }
    let peak = counting::peak();
    for turn in 0..SETTLING {
        let index = turn % entries;
        let right = map.read(C::probe(index).borrow(), |value| C::is_of(value, index));
        assert_eq!(right, Some(true));
    }
    let rest = counting::live() + size_of::<M>() as isize;
    assert_eq!(map.len() as u64, entries);
    json!({ "rest": rest, "peak": peak + size_of::<M>() as isize })
}
