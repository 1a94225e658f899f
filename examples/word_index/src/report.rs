//! What is printed.

use std::cmp::Reverse;
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use evacmap::Stats;
use hdrhistogram::Histogram;
use indicatif::HumanCount;

use crate::cli::{self, Args};
use crate::count::{Counter, Index, Run, Tally};
use crate::latency;
use crate::timeline::{self, Resize, Timeline};
use crate::verify::Verdict;
use crate::walk::Skipped;

/// What bytes are shown in.
const MEBI: f64 = (1 << 20) as f64;

/// How many skipped files, or differences, are named.
const NAMED: usize = 5;

/// Names what was left out, on stderr.
pub fn skipped<'a>(skipped: impl Iterator<Item = &'a Skipped>) {
    let skipped: Vec<_> = skipped.collect();
    if skipped.is_empty() {
        return;
    }
    eprintln!("skipped {} (unreadable or not UTF-8):", skipped.len());
    for Skipped { path, reason } in skipped.iter().take(NAMED) {
        match path {
            Some(path) => eprintln!("  {}: {reason}", path.display()),
            None => eprintln!("  {reason}"),
        }
    }
    if skipped.len() > NAMED {
        eprintln!("  and {} more", skipped.len() - NAMED);
    }
}

/// Everything about a count.
pub fn run<C: Counter>(out: &mut dyn Write, args: &Args, run: &Run<C>) -> io::Result<()> {
    let stats = run.index.stats();
    top_words(out, &run.index, args.top)?;
    throughput(out, args, &run.tally, run.elapsed, stats.len)?;
    map_stats(out, &stats)?;
    resizes(out, &run.timeline, &stats)?;
    latencies(out, args, &run.tally)
}

/// The result of `--verify`.
pub fn verdict(out: &mut dyn Write, verdict: &Verdict) -> io::Result<()> {
    let (words, bytes) = (counted(verdict.words, "word"), mebibytes(verdict.bytes));
    if verdict.differences.is_empty() {
        return writeln!(out, "\nverified: {words}, {bytes}, no difference");
    }
    let differences = counted(verdict.differences.len() as u64, "difference");
    writeln!(out, "\nNOT verified: {words}, {bytes}, {differences}")?;
    for difference in verdict.differences.iter().take(NAMED) {
        writeln!(out, "  {difference}")?;
    }
    Ok(())
}

fn top_words<C: Counter>(out: &mut dyn Write, index: &Index<C>, top: usize) -> io::Result<()> {
    let index = index.pin();
    let mut words: Vec<_> =
        index.iter().map(|(word, number)| (Reverse(number.get()), &**word)).collect();
    words.sort_unstable();
    for (Reverse(number), word) in words.into_iter().take(top) {
        writeln!(out, "{:>12}  {word}", grouped(number))?;
    }
    Ok(())
}

fn throughput(
    out: &mut dyn Write,
    args: &Args,
    tally: &Tally,
    elapsed: Duration,
    different: usize,
) -> io::Result<()> {
    let seconds = elapsed.as_secs_f64();
    let (files, words) = (counted(tally.files, "file"), counted(tally.words, "word"));
    let (threads, different) = (args.threads(), count(different));
    let bytes = mebibytes(tally.bytes);
    writeln!(out, "\nread     {files}, {bytes}, {words}, {different} different")?;
    let (per_byte, per_word) =
        (tally.bytes as f64 / MEBI / seconds, tally.words as f64 / 1e6 / seconds);
    writeln!(
        out,
        "speed    {per_byte:.1} MiB/s, {per_word:.2} M words/s ({seconds:.3} s, threads: {threads})"
    )
}

fn map_stats(out: &mut dyn Write, stats: &Stats) -> io::Result<()> {
    let Stats { growths, shrinks, rebuilds, clears, .. } = stats;
    let [len, capacity, buckets, overflow] =
        [stats.len, stats.capacity, stats.buckets, stats.overflow_buckets].map(count);
    let bytes = mebibytes(stats.bytes as u64);
    writeln!(out, "map      len {len}, capacity {capacity}, {bytes}")?;
    writeln!(out, "         buckets: {buckets}, and {overflow} overflow buckets")?;
    let kinds =
        [(growths, "growth"), (rebuilds, "rebuild"), (shrinks, "shrink"), (clears, "clear")];
    let kinds = kinds.map(|(number, name)| counted(*number, name));
    writeln!(out, "         {}", kinds.join(", "))?;
    writeln!(
        out,
        "         entries retired and not yet freed: {}, spare: {}",
        count(stats.retired),
        count(stats.spare)
    )
}

fn resizes(out: &mut dyn Write, timeline: &Timeline, stats: &Stats) -> io::Result<()> {
    writeln!(out, "\nresizes, looked for every {}", Nanos::of(timeline::INTERVAL))?;
    writeln!(out, "{:>12}{:>12}{:>28}{:>14}  what", "seen", "finished", "buckets", "len")?;
    for resize in &timeline.resizes {
        let finished = resize.finished.map_or_else(|| "not yet".to_owned(), milliseconds);
        let buckets = format!("{} → {}", count(resize.buckets_before), count(resize.buckets_after));
        let (seen, len, what) = (milliseconds(resize.seen), count(resize.len), what(resize));
        writeln!(out, "{seen:>12}{finished:>12}{buckets:>28}{len:>14}  {what}")?;
    }
    if stats.old_buckets > 0 {
        let [filled, all] = [stats.filled_buckets, stats.buckets].map(count);
        writeln!(
            out,
            "the last one had filled {filled} of {all} buckets when the last word was counted"
        )?;
    }
    Ok(())
}

/// The kinds of resize that passed between two looks.
fn what(resize: &Resize) -> String {
    let kinds =
        [(resize.growths, "growth"), (resize.rebuilds, "rebuild"), (resize.shrinks, "shrink")];
    let seen = kinds.iter().filter(|(number, _)| *number > 0);
    let names: Vec<_> = seen.map(|(number, name)| plural(*number, name)).collect();
    if names.is_empty() { "first table".to_owned() } else { names.join(", ") }
}

fn plural(number: u64, name: &str) -> String {
    if number == 1 { name.to_owned() } else { format!("{number} {name}s") }
}

fn latencies(out: &mut dyn Write, args: &Args, tally: &Tally) -> io::Result<()> {
    let timed =
        if args.sample == 1 { "each".to_owned() } else { format!("one in {}", args.sample) };
    let clock = Nanos(latency::clock_cost());
    writeln!(out, "\nlatency of updates, {timed} timed; reading the clock adds {clock}")?;
    writeln!(
        out,
        "{:>12}{:>14}{:>12}{:>12}{:>12}{:>12}",
        "words", "timed", "p50", "p99", "p99.9", "max"
    )?;
    let latencies = &tally.latencies;
    for (kind, histogram) in
        [("known", &latencies.known), ("new", &latencies.new), ("all", &latencies.all())]
    {
        latency_row(out, kind, histogram)?;
    }
    if args.threads() > cli::cores() {
        writeln!(
            out,
            "(more threads than cores: the longest hold the time that a thread waited for a core)"
        )?;
    }
    Ok(())
}

fn latency_row(out: &mut dyn Write, kind: &str, histogram: &Histogram<u64>) -> io::Result<()> {
    if histogram.is_empty() {
        return writeln!(out, "{kind:>12}{:>14}", 0);
    }
    let [p50, p99, p999] =
        [0.5, 0.99, 0.999].map(|quantile| Nanos(histogram.value_at_quantile(quantile)));
    let (timed, max) = (grouped(histogram.len()), Nanos(histogram.max()));
    writeln!(out, "{kind:>12}{timed:>14}{p50:>12}{p99:>12}{p999:>12}{max:>12}")
}

/// A duration with the unit that suits it.
struct Nanos(u64);

impl Nanos {
    fn of(duration: Duration) -> Self {
        Self(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0 as f64;
        let text = match self.0 {
            0..1_000 => format!("{nanos} ns"),
            1_000..1_000_000 => format!("{:.2} µs", nanos / 1e3),
            1_000_000..1_000_000_000 => format!("{:.2} ms", nanos / 1e6),
            _ => format!("{:.2} s", nanos / 1e9),
        };
        f.pad(&text)
    }
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1e3)
}

/// Bytes, always in the same unit.
pub fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / MEBI)
}

/// A number and what is counted.
pub fn counted(number: u64, name: &str) -> String {
    format!("{} {name}{}", grouped(number), if number == 1 { "" } else { "s" })
}

fn grouped(number: u64) -> String {
    HumanCount(number).to_string()
}

fn count(number: usize) -> String {
    grouped(number as u64)
}
