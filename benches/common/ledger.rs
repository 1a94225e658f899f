use super::contestants::{SUBJECT, names};
use super::workload::{Config, short};

/// The samples of one map in one row.
struct Cell {
    config: Config,
    map: &'static str,
    nanoseconds: Vec<f64>,
}

/// All that has been measured, in the order in which it first came.
#[derive(Default)]
pub struct Ledger {
    cells: Vec<Cell>,
}

impl Ledger {
    pub fn record(&mut self, config: Config, map: &'static str, nanoseconds: impl IntoIterator<Item = f64>) {
        let at = self.cells.iter().position(|cell| cell.config == config && cell.map == map).unwrap_or_else(|| {
            self.cells.push(Cell { config, map, nanoseconds: Vec::new() });
            self.cells.len() - 1
        });
        self.cells[at].nanoseconds.extend(nanoseconds);
    }

    /// One line on a row that is complete.
    pub fn summary(&self, config: Config) -> String {
        let of_row = self.cells.iter().filter(|cell| cell.config == config);
        let maps: Vec<_> = of_row.map(|cell| format!("{} {:.1}", cell.map, median(&cell.nanoseconds))).collect();
        format!("{config}: {}", maps.join(", "))
    }

    /// The table of medians in Markdown, or nothing if nothing was measured.
    pub fn table(&self) -> Option<String> {
        let maps: Vec<_> = names().into_iter().filter(|map| self.cells.iter().any(|cell| cell.map == *map)).collect();
        let mut rows: Vec<Config> = Vec::new();
        for cell in &self.cells {
            if !rows.contains(&cell.config) {
                rows.push(cell.config);
            }
        }
        let mut lines = vec![header(&maps)];
        lines.extend(rows.iter().map(|&row| self.row(row, &maps)));
        (!rows.is_empty()).then(|| markdown(&lines))
    }

    fn row(&self, config: Config, maps: &[&'static str]) -> Vec<String> {
        let samples = |map: &str| {
            let cell = self.cells.iter().find(|cell| cell.config == config && cell.map == map);
            cell.map(|cell| cell.nanoseconds.as_slice()).filter(|samples| !samples.is_empty())
        };
        let mut row = vec![config.workload.to_string(), short(config.entries), config.threads.to_string()];
        row.extend(maps.iter().map(|map| samples(map).map_or("-".into(), |samples| format!("{:.1}", median(samples)))));

        let peers = maps.iter().filter(|map| **map != SUBJECT);
        let best = peers
            .filter_map(|map| Some((*map, median(samples(map)?))))
            .min_by(|(_, one), (_, other)| one.total_cmp(other));
        let ratio = best.zip(samples(SUBJECT)).map(|((_, best), own)| best / median(own));
        row.push(best.map_or("-".into(), |(map, _)| map.to_owned()));
        row.push(ratio.map_or("-".into(), |ratio| format!("{ratio:.2}")));
        row.push(samples(SUBJECT).map_or("-".into(), |own| format!("{:.0} %", 100.0 * spread(own))));
        row
    }
}

fn header(maps: &[&'static str]) -> Vec<String> {
    let mut header: Vec<String> = ["workload", "n", "threads"].map(str::to_owned).to_vec();
    header.extend(maps.iter().map(|&map| map.to_owned()));
    header.extend(["best peer", "ratio", "spread"].map(str::to_owned));
    header
}

/// What the columns mean, to be printed above the table.
pub const LEGEND: &str = "Cells: thread-nanoseconds per operation, medians. \
    ratio: best peer / evacmap, above 1 evacmap is faster. spread: evacmap's interquartile range over its median.";

fn markdown(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let widths: Vec<usize> =
        (0..columns).map(|column| lines.iter().map(|line| line[column].len()).max().unwrap_or(0)).collect();
    let print = |line: &Vec<String>| {
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| match column {
            0 => format!(" {cell:<width$} "),
            _ => format!(" {cell:>width$} "),
        });
        format!("|{}|\n", cells.collect::<Vec<_>>().join("|"))
    };
    let rule = widths.iter().enumerate().map(|(column, &width)| match column {
        0 => "-".repeat(width + 2),
        _ => format!("{}:", "-".repeat(width + 1)),
    });
    let rule = format!("|{}|\n", rule.collect::<Vec<_>>().join("|"));
    let mut printed = lines.iter().map(print);
    let head = printed.next().unwrap_or_default();
    [head, rule].into_iter().chain(printed).collect()
}

fn median(samples: &[f64]) -> f64 {
    quantile(samples, 0.5)
}

/// The interquartile range over the median.
fn spread(samples: &[f64]) -> f64 {
    (quantile(samples, 0.75) - quantile(samples, 0.25)) / median(samples)
}

/// Interpolated between the two nearest samples.
fn quantile(samples: &[f64], fraction: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = fraction * last as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}
