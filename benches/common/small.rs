//! Many small maps: what one costs that has hardly any entries.

use std::time::Instant;

use serde_json::{Value, json};

use super::alone::{self, Task};
use super::content::Content;
use super::counting;
use super::map::{Hasher, Map};
use super::markdown::{line, markdown};
use super::options::Options;
use super::quantiles::median;

/// The maps have none up to so many entries, in turn.
const MOST: u64 = 8;

/// What is said of each map.
const FIGURES: [&str; 5] = ["bytes_empty", "bytes_filled", "ns_make", "ns_fill", "ns_drop"];

/// The name of a map, and its figures.
type Maps = Vec<(String, Vec<f64>)>;

pub fn measure(options: &Options) -> Maps {
    let count = options.choose(100, 100_000, 100_000);
    let rounds: Vec<_> =
        (0..options.rounds()).map(|_| alone::each(options, Task::Small, count)).collect();
    let median_of = |map: usize, figure: &str| {
        let samples: Vec<f64> =
            rounds.iter().filter_map(|round| round[map].1[figure].as_f64()).collect();
        median(&samples)
    };
    let figures =
        |(map, name)| (name, FIGURES.iter().map(|figure| median_of(map, figure)).collect());
    options.maps.iter().cloned().enumerate().map(figures).collect()
}

pub fn table(maps: &Maps) -> String {
    let head = line([
        "a map of 0 to 8 entries",
        "bytes, empty",
        "bytes, filled",
        "ns to make",
        "ns to fill",
        "ns to drop",
    ]);
    let lines = maps.iter().map(|(map, figures)| {
        let figures = figures.iter().map(|figure| format!("{figure:.0}"));
        [map.clone()].into_iter().chain(figures).collect()
    });
    markdown(&[head].into_iter().chain(lines).collect::<Vec<_>>())
}

pub fn json(maps: &Maps) -> Value {
    let figures = |figures: &Vec<f64>| -> serde_json::Map<_, _> {
        FIGURES
            .iter()
            .zip(figures)
            .map(|(name, figure)| ((*name).to_owned(), json!(figure)))
            .collect()
    };
    let maps: serde_json::Map<_, _> =
        maps.iter().map(|(map, of_map)| (map.clone(), Value::Object(figures(of_map)))).collect();
    Value::Object(maps)
}

/// Makes, fills and drops that many maps; all figures are for one of them.
pub fn many_small<C: Content, M: Map<C>>(count: u64) -> Value {
    let hasher = Hasher::default();
    M::empty(hasher.clone()).insert(C::key(0), C::value(0));
    let mut maps: Vec<M> =
        Vec::with_capacity(usize::try_from(count).expect("they fit into memory"));
    let bytes = |live: isize| size_of::<M>() as f64 + live as f64 / count as f64;
    let since = |start: Instant| start.elapsed().as_nanos() as f64 / count as f64;

    counting::start();
    let start = Instant::now();
    maps.extend((0..count).map(|_| M::empty(hasher.clone())));
    let (make, empty) = (since(start), bytes(counting::live()));

    let start = Instant::now();
    for (map, number) in maps.iter().zip(0..) {
        for at in 0..number % (MOST + 1) {
            let index = number * MOST + at;
            assert!(map.insert(C::key(index), C::value(index)));
        }
    }
    let (fill, filled) = (since(start), bytes(counting::live()));
    let entries: usize = maps.iter().map(Map::len).sum();
    assert_eq!(entries as u64, (0..count).map(|number| number % (MOST + 1)).sum::<u64>());

    let start = Instant::now();
    drop(maps);
    let drop = since(start);
    json!({ "bytes_empty": empty, "bytes_filled": filled, "ns_make": make, "ns_fill": fill, "ns_drop": drop })
}
