use serde_json::{Value, json};

use super::contestants::{COPIES, NAMES, SUBJECT};
use super::markdown::{line, markdown};
use super::quantiles::{median, spread};
use super::workload::{Config, short};

/// The samples of one map in one row.
struct Cell {
    config: Config,
    map: &'static str,
    nanoseconds: Vec<f64>,
    wrong: u64,
}

/// All that has been measured, in the order in which it first came.
#[derive(Default)]
pub struct Ledger {
    cells: Vec<Cell>,
}

/// A row of the table.
pub struct Row {
    pub config: Config,
    /// The medians, in the order in which the maps were first measured.
    pub maps: Vec<(&'static str, f64)>,
    /// The maps that gave wrong answers, and how many.
    wrong: Vec<(&'static str, u64)>,
    /// The fastest map but the subject.
    best_peer: Option<(&'static str, f64)>,
    /// Best peer over subject: above 1 the subject is faster.
    ratio: Option<f64>,
    /// Of the subject.
    spread: Option<f64>,
}

impl Ledger {
    /// Adds samples, and how many wrong answers the map gave meanwhile.
    pub fn record(
        &mut self,
        config: Config,
        map: &'static str,
        nanoseconds: impl IntoIterator<Item = f64>,
        wrong: u64,
    ) {
        let at = self
            .cells
            .iter()
            .position(|cell| cell.config == config && cell.map == map)
            .unwrap_or_else(|| {
                self.cells.push(Cell { config, map, nanoseconds: Vec::new(), wrong: 0 });
                self.cells.len() - 1
            });
        self.cells[at].nanoseconds.extend(nanoseconds);
        self.cells[at].wrong += wrong;
    }

    /// One line on a row that is complete.
    pub fn summary(&self, config: Config) -> String {
        let maps: Vec<_> = self
            .row(config)
            .maps
            .iter()
            .map(|(map, median)| format!("{map} {median:.1}"))
            .collect();
        format!("{config}: {}", maps.join(", "))
    }

    pub fn rows(&self) -> Vec<Row> {
        let mut configs: Vec<Config> = Vec::new();
        for cell in &self.cells {
            if !configs.contains(&cell.config) {
                configs.push(cell.config);
            }
        }
        configs.into_iter().map(|config| self.row(config)).collect()
    }

    fn row(&self, config: Config) -> Row {
        let cells =
            self.cells.iter().filter(|cell| cell.config == config && !cell.nanoseconds.is_empty());
        let maps: Vec<_> =
            cells.clone().map(|cell| (cell.map, median(&cell.nanoseconds))).collect();
        let sound = |map: &str| cells.clone().all(|cell| cell.map != map || cell.wrong == 0);
        let is_peer = |map: &str| map != SUBJECT && map != COPIES && sound(map);
        let peers = maps.iter().copied().filter(|(map, _)| is_peer(map));
        let best_peer = peers.min_by(|(_, a), (_, b)| a.total_cmp(b));
        let own = maps.iter().find(|(map, _)| *map == SUBJECT);
        let ratio = best_peer.zip(own).map(|((_, best), (_, own))| best / own);
        let spread =
            cells.clone().find(|cell| cell.map == SUBJECT).map(|cell| spread(&cell.nanoseconds));
        let wrong =
            cells.filter(|cell| cell.wrong > 0).map(|cell| (cell.map, cell.wrong)).collect();
        Row { config, maps, wrong, best_peer, ratio, spread }
    }

    /// The table of medians in Markdown.
    pub fn table(&self) -> String {
        let rows = self.rows();
        let maps: Vec<_> = NAMES
            .into_iter()
            .filter(|name| rows.iter().any(|row| row.nanoseconds(name).is_some()))
            .collect();
        let mut head = line(["workload", "content", "n", "threads"]);
        head.extend(line(&maps));
        head.extend(line(["best peer", "ratio", "spread"]));
        let lines: Vec<_> =
            [head].into_iter().chain(rows.iter().map(|row| row.line(&maps))).collect();
        markdown(&lines)
    }

    pub fn json(&self) -> Value {
        self.rows().iter().map(Row::json).collect()
    }
}

impl Row {
    pub fn has(&self, name: &str) -> bool {
        self.nanoseconds(name).is_some()
    }

    fn nanoseconds(&self, name: &str) -> Option<f64> {
        self.maps.iter().find(|(map, _)| *map == name).map(|(_, median)| *median)
    }

    fn line(&self, maps: &[&'static str]) -> Vec<String> {
        let Config { workload, kind, entries, threads } = self.config;
        let mut cells =
            vec![workload.to_string(), kind.to_string(), short(entries), threads.to_string()];
        let or_dash = |cell: Option<String>| cell.unwrap_or_else(|| "-".to_owned());
        let mark =
            |map: &str| if self.wrong.iter().any(|(wrong, _)| *wrong == map) { "!" } else { "" };
        let cell =
            |map: &&str| self.nanoseconds(map).map(|median| format!("{median:.1}{}", mark(map)));
        cells.extend(maps.iter().map(|map| or_dash(cell(map))));
        cells.push(or_dash(self.best_peer.map(|(map, _)| map.to_owned())));
        cells.push(or_dash(self.ratio.map(|ratio| format!("{ratio:.2}"))));
        cells.push(or_dash(self.spread.map(|spread| format!("{:.0} %", 100.0 * spread))));
        cells
    }

    fn json(&self) -> Value {
        let Config { workload, kind, entries, threads } = self.config;
        let medians: serde_json::Map<_, _> =
            self.maps.iter().map(|(map, median)| ((*map).to_owned(), json!(median))).collect();
        let wrong: serde_json::Map<_, _> =
            self.wrong.iter().map(|(map, answers)| ((*map).to_owned(), json!(answers))).collect();
        json!({
            "workload": workload.to_string(), "content": kind.to_string(), "entries": entries, "threads": threads,
            "thread_ns": medians, "best_peer": self.best_peer.map(|(map, _)| map), "ratio": self.ratio,
            "spread": self.spread, "wrong_answers": wrong,
        })
    }
}

/// What the columns mean, to be printed above the table.
pub const LEGEND: &str = "Cells: thread-nanoseconds per operation, medians. \
    ratio: best peer / evacmap, above 1 evacmap is faster. spread: evacmap's interquartile range over its median. \
    !: gave wrong answers (of keys that were there, or a length that its answers do not add up to), and is no best peer.";
