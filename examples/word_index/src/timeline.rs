//! When the map was resized, as seen from outside by polling its statistics.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use evacmap::Stats;

/// Pause between two looks. Short enough to see each growth of a large map, long enough to cost
/// next to nothing; the first growths, from a few words to thousands, pass in less and are seen as
/// one.
pub const INTERVAL: Duration = Duration::from_millis(1);

/// One resize, or several that passed between two looks.
pub struct Resize {
    /// When it was first seen, since the start of the count.
    pub seen: Duration,
    pub growths: u64,
    pub shrinks: u64,
    pub rebuilds: u64,
    pub buckets_before: usize,
    pub buckets_after: usize,
    /// Entries in the map when the resize was seen.
    pub len: usize,
    /// When no old bucket was left, or when the next resize, which waits for that, was seen.
    pub finished: Option<Duration>,
}

/// The resizes in order.
#[derive(Default)]
pub struct Timeline {
    pub resizes: Vec<Resize>,
}

impl Timeline {
    /// Looks at `stats` until `stop` is set, and once more then.
    pub fn watch(start: Instant, stop: &AtomicBool, stats: impl Fn() -> Stats) -> Timeline {
        let mut timeline = Timeline::default();
        // The map is new: nothing has happened to it before the count starts.
        let mut last = Counters::default();
        loop {
            let stopping = stop.load(Relaxed);
            let now = stats();
            last = timeline.look(start.elapsed(), last, &now);
            if stopping {
                return timeline;
            }
            thread::sleep(INTERVAL);
        }
    }

    /// Notes what has changed since `last`.
    fn look(&mut self, at: Duration, last: Counters, stats: &Stats) -> Counters {
        let now = Counters::of(stats);
        if now != last {
            self.finish(at);
            self.resizes.push(resize(at, last, now, stats.len));
        }
        if stats.old_buckets == 0 {
            self.finish(at);
        }
        now
    }

    fn finish(&mut self, at: Duration) {
        if let Some(resize) = self.resizes.last_mut() {
            resize.finished.get_or_insert(at);
        }
    }
}

/// Those statistics of which a change is a resize.
#[derive(Clone, Copy, Default, PartialEq)]
struct Counters {
    buckets: usize,
    growths: u64,
    shrinks: u64,
    rebuilds: u64,
}

impl Counters {
    fn of(stats: &Stats) -> Self {
        Self {
            buckets: stats.buckets,
            growths: stats.growths,
            shrinks: stats.shrinks,
            rebuilds: stats.rebuilds,
        }
    }
}

/// The difference between two looks. The counters are read one by one while others write: never
/// below zero here.
fn resize(seen: Duration, last: Counters, now: Counters, len: usize) -> Resize {
    Resize {
        seen,
        growths: now.growths.saturating_sub(last.growths),
        shrinks: now.shrinks.saturating_sub(last.shrinks),
        rebuilds: now.rebuilds.saturating_sub(last.rebuilds),
        buckets_before: last.buckets,
        buckets_after: now.buckets,
        len,
        finished: None,
    }
}
