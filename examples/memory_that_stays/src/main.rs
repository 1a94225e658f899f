//! What memory a process keeps when most of a map has been removed, and what brings it back.
//!
//! ```text
//! cargo run --release -p memory_that_stays -- [--entries N] [--survivors 64]
//! ```
//!
//! A map is filled and then all entries but one in `--survivors` are removed. Step by step it is
//! told what the map has by its own account, and what the process has by the system's. That tells
//! apart what the map keeps, what the allocator keeps, and what nobody can give back, because an
//! entry that is left is on the same page. The page of questions in the documentation has the
//! figures.
//!
//! What the map says is checked: the program exits with 1 if a table or an entry stays that should
//! have gone. What the process has depends on the allocator, and is only told.

use std::process::ExitCode;

use clap::{Parser, value_parser};
use evacmap::HashMap;

/// Fills a map, removes most of it, and tells what memory is left.
#[derive(Parser)]
#[command(name = "memory_that_stays")]
struct Args {
    /// How many entries there are at first
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = value_parser!(u64).range(1000..))]
    entries: u64,

    /// One entry in as many as this is left
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = value_parser!(u64).range(2..))]
    survivors: u64,
}

type Map = HashMap<u64, [u64; 4]>;

/// The process's resident memory in bytes, if the system tells.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<usize>().ok()? << 10)
}

/// Has the allocator give back free pages, if it is one that is known to.
fn trim() -> bool {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it may be called at any time.
    let asked = unsafe { libc::malloc_trim(0) };
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let asked = -1;
    asked >= 0
}

fn tell(step: &str, map: Option<&Map>) {
    let mib = |bytes: usize| format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20));
    let process = resident().map_or_else(|| "unknown".to_owned(), mib);
    let (entries, bytes, retired) = map.map_or((0, 0, 0), |map| {
        let stats = map.stats();
        (stats.len, stats.bytes, stats.retired)
    });
    println!("| {step} | {entries} | {retired} | {} | {process} |", mib(bytes));
}

fn main() -> ExitCode {
    let args = Args::parse();
    println!("| after | entries | retired | the map's own account | the process |");
    println!("|---|--:|--:|--:|--:|");
    tell("nothing yet", None);
    let map: Map = (0..args.entries).map(|key| (key, [key; 4])).collect();
    map.finish_resize();
    tell("filling it", Some(&map));
    let full = map.stats();
    map.pin().retain(|key, _| key % args.survivors == 0);
    tell("removing most", Some(&map));
    map.flush();
    tell("`flush`", Some(&map));
    map.pin().shrink_to_fit();
    map.finish_resize();
    map.flush();
    tell("`shrink_to_fit`, `finish_resize`, `flush`", Some(&map));
    let shrunk = map.stats();
    let trimmed = trim();
    tell("`malloc_trim`", Some(&map));
    // The clones come from free memory wherever it is; the old entries go.
    let copy = map.clone();
    drop(map);
    trim();
    tell("a clone instead of the map, `malloc_trim`", Some(&copy));
    let kept = copy.len() as u64;
    drop(copy);
    trim();
    tell("dropping it, `malloc_trim`", None);
    if !trimmed {
        println!("(there is no `malloc_trim` here)");
    }
    let right = kept == args.entries.div_ceil(args.survivors)
        && shrunk.retired == 0
        && shrunk.bytes < full.bytes / 8;
    println!("{}", if right { "right" } else { "WRONG" });
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
