//! The figures as SVG.

use std::error::Error;
use std::path::Path;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::contestants::{NAMES, SUBJECT};
use super::ledger::Row;
use super::tail::{Phase, Tail};
use super::workload::{Config, Kind, short};

type Drawn = Result<(), Box<dyn Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const WIDTH: u32 = 1100;
const LEGEND_HEIGHT: u32 = 34;
const FONT: &str = "sans-serif";
const SMALL: i32 = 15;
const LARGE: i32 = 18;

/// The subject stands out; a control has no place among the names and is grey.
fn colour(map: &str) -> RGBColor {
    const PALETTE: [RGBColor; NAMES.len()] = [
        RGBColor(0xd6, 0x27, 0x28),
        RGBColor(0xe3, 0x77, 0xc2),
        RGBColor(0x1f, 0x77, 0xb4),
        RGBColor(0xff, 0x7f, 0x0e),
        RGBColor(0x2c, 0xa0, 0x2c),
        RGBColor(0x98, 0xdf, 0x8a),
        RGBColor(0x94, 0x67, 0xbd),
        RGBColor(0x8c, 0x56, 0x4b),
        RGBColor(0x17, 0xbe, 0xcf),
    ];
    NAMES.iter().position(|name| *name == map).map_or(RGBColor(0x99, 0x99, 0x99), |at| PALETTE[at])
}

/// A picture, to be presented when all is drawn, and that many panels in it below a legend of these
/// maps.
fn picture<'a>(
    path: &'a Path,
    panels: usize,
    height: u32,
    maps: &[&str],
) -> Result<(Area<'a>, Vec<Area<'a>>), Box<dyn Error>> {
    let root =
        SVGBackend::new(path, (WIDTH, LEGEND_HEIGHT + height * panels as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    let (top, below) = root.split_vertically(LEGEND_HEIGHT);
    for (at, map) in maps.iter().enumerate() {
        let left = 60 + at as i32 * 112;
        top.draw(&Rectangle::new([(left, 12), (left + 14, 26)], colour(map).filled()))?;
        top.draw(&Text::new((*map).to_owned(), (left + 20, 12), (FONT, SMALL)))?;
    }
    let panels = below.split_evenly((panels, 1));
    Ok((root, panels))
}

/// Bars: millions of operations in a second, by workload; a panel for each size and number of
/// threads.
pub fn throughput(rows: &[Row], path: &Path) -> Drawn {
    let rows: Vec<&Row> = rows.iter().filter(|row| row.config.kind == Kind::Numbers).collect();
    let mut panels: Vec<(u64, u64)> = Vec::new();
    for Config { entries, threads, .. } in rows.iter().map(|row| row.config) {
        if !panels.contains(&(entries, threads)) {
            panels.push((entries, threads));
        }
    }
    let maps: Vec<&str> =
        NAMES.into_iter().filter(|name| rows.iter().any(|row| row.has(name))).collect();
    if maps.is_empty() {
        return Ok(());
    }
    let (root, areas) = picture(path, panels.len(), 250, &maps)?;
    for (area, panel) in areas.iter().zip(panels) {
        let of_panel: Vec<&Row> = rows
            .iter()
            .copied()
            .filter(|row| (row.config.entries, row.config.threads) == panel)
            .collect();
        bars(area, panel, &of_panel, maps.len())?;
    }
    Ok(root.present()?)
}

fn bars(area: &Area<'_>, (entries, threads): (u64, u64), rows: &[&Row], maps: usize) -> Drawn {
    let rate = |nanoseconds: f64| threads as f64 * 1e3 / nanoseconds;
    let highest =
        rows.iter().flat_map(|row| &row.maps).map(|(_, time)| rate(*time)).fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption(
            format!(
                "{} entries, threads: {threads}; million operations per second",
                short(entries)
            ),
            (FONT, LARGE),
        )
        .margin(8)
        .y_label_area_size(44)
        .build_cartesian_2d(0.0..rows.len() as f64, 0.0..highest * 1.15)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .max_light_lines(1)
        .label_style((FONT, SMALL))
        .draw()?;
    let width = 1.0 / (maps as f64 + 1.0);
    for (at, row) in rows.iter().enumerate() {
        let left = at as f64 + width / 2.0;
        chart.draw_series(row.maps.iter().enumerate().map(|(place, (map, time))| {
            let from = left + place as f64 * width;
            Rectangle::new([(from, 0.0), (from + width, rate(*time))], colour(map).filled())
        }))?;
        let name = row.config.workload.to_string();
        chart.draw_series([Text::new(name, (left, highest * 1.12), (FONT, SMALL))])?;
    }
    Ok(())
}

/// Curves: of so many operations, one takes longer than so much. Both axes are logarithmic.
pub fn growth_tail(entries: u64, tails: &[Tail], path: &Path) -> Drawn {
    const PANELS: [Phase; 2] = [Phase::Insert, Phase::ReadBesideGrowth];
    let mut maps: Vec<&str> = Vec::new();
    for tail in tails {
        if !maps.contains(&tail.map) {
            maps.push(tail.map);
        }
    }
    let (root, areas) = picture(path, PANELS.len(), 380, &maps)?;
    for (area, phase) in areas.iter().zip(PANELS) {
        let of_phase: Vec<&Tail> = tails.iter().filter(|tail| tail.phase == phase).collect();
        curves(area, entries, phase, &of_phase)?;
    }
    Ok(root.present()?)
}

fn curves(area: &Area<'_>, entries: u64, phase: Phase, tails: &[&Tail]) -> Drawn {
    let points = || tails.iter().flat_map(|tail| &tail.curve);
    let slowest = points().map(|(_, time)| *time).fold(1e3, f64::max);
    let rarest = points().map(|(among, _)| *among).fold(1e3, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption(
            format!("time of one {}; {} inserts from empty", phase.name(), short(entries)),
            (FONT, LARGE),
        )
        .margin(8)
        .margin_right(40)
        .x_label_area_size(36)
        .y_label_area_size(60)
        .build_cartesian_2d((1.5..rarest).log_scale(), (10.0..slowest * 1.2).log_scale())?;
    chart
        .configure_mesh()
        .label_style((FONT, SMALL))
        .max_light_lines(1)
        .x_desc("so many take no longer")
        .x_label_formatter(&|among| format!("{} %", 100.0 - 100.0 / among))
        .y_label_formatter(&|time| duration(*time))
        .draw()?;
    for tail in tails {
        let width = if tail.map == SUBJECT { 3 } else { 2 };
        chart.draw_series(LineSeries::new(
            tail.curve.iter().copied(),
            colour(tail.map).stroke_width(width),
        ))?;
    }
    Ok(())
}

fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n} ns"),
        n if n < 1e6 => format!("{} us", n / 1e3),
        n => format!("{} ms", n / 1e6),
    }
}
