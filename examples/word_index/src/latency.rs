//! How long single updates take.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

/// The longest update that is told apart from longer ones.
const LONGEST: Duration = Duration::from_secs(60);
/// Three digits: an error of at most 0.1 %.
const DIGITS: u8 = 3;
/// Readings of the clock for its own cost. Its median is wanted, for which some hundreds would do.
const CLOCK_READINGS: u32 = 10_000;

/// Latencies in nanoseconds, those of new words apart: they allocate, and start and drive the map's
/// resizes.
pub struct Latencies {
    pub known: Histogram<u64>,
    pub new: Histogram<u64>,
}

impl Latencies {
    pub fn new() -> Self {
        Self { known: histogram(), new: histogram() }
    }

    /// Notes an update after which the word's count is `count`.
    pub fn record(&mut self, took: Duration, count: u64) {
        let kind = if count == 1 { &mut self.new } else { &mut self.known };
        kind.saturating_record(nanos(took));
    }

    /// Adds another thread's.
    pub fn add(&mut self, other: &Latencies) {
        merge(&mut self.known, &other.known);
        merge(&mut self.new, &other.new);
    }

    /// Known and new words together.
    pub fn all(&self) -> Histogram<u64> {
        let mut all = self.known.clone();
        merge(&mut all, &self.new);
        all
    }
}

/// What the clock itself adds to each latency, in nanoseconds (the median).
pub fn clock_cost() -> u64 {
    let mut readings = histogram();
    for _ in 0..CLOCK_READINGS {
        readings.saturating_record(nanos(Instant::now().elapsed()));
    }
    readings.value_at_quantile(0.5)
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, nanos(LONGEST), DIGITS)
        .expect("bounds and digits are constants within range")
}

fn merge(into: &mut Histogram<u64>, from: &Histogram<u64>) {
    into.add(from).expect("all histograms have the same bounds");
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
