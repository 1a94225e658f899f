//! Figures of a map.

use core::time::Duration;

use super::map::ExpiringMap;
use super::tally::Event;
use crate::map::Stats;

/// Figures of an [`ExpiringMap`], from [`ExpiringMap::stats`]. Each was true at some moment of that
/// call; together they are exact when nobody writes. Counts are since the map was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ExpiringStats {
    /// Of the map below. Its bytes are without those of the wheel.
    pub map: Stats,
    /// Look-ups that found a value.
    pub hits: u64,
    /// Look-ups that found none.
    pub misses: u64,
    /// Entries that left because their deadline had come.
    pub expired: u64,
    /// Entries that were replaced while they were alive.
    pub replaced: u64,
    /// Entries that were removed or cleared while they were alive.
    pub removed: u64,
    /// Names in the wheel.
    pub names: u64,
    /// Names that came up: of entries that expired or that live longer than thought, and stale
    /// ones.
    pub swept: u64,
    /// Names that came up after their entries had gone.
    pub swept_stale: u64,
    /// Writes that did a share of what was due.
    pub shares: u64,
    /// How late the sweeping is: now, without the oldest tick that has not been swept.
    pub drift: Duration,
    /// Bytes of the map and of the wheel.
    pub bytes: usize,
}

impl ExpiringStats {
    /// Names in the wheel whose entries have been replaced or removed.
    pub fn stale(&self) -> u64 {
        self.names.saturating_sub(self.map.len as u64)
    }

    /// Look-ups that found a value, of all; 0 if there was none.
    pub fn hit_rate(&self) -> f64 {
        self.hits as f64 / (self.hits + self.misses).max(1) as f64
    }

    /// Names that came up in a share, on average.
    pub fn swept_per_share(&self) -> f64 {
        self.swept as f64 / self.shares.max(1) as f64
    }
}

impl<K, V, S> ExpiringMap<K, V, S> {
    /// Figures of the map. This is cheap: it takes time in proportion to the number of threads that
    /// have used the map.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// map.pin().insert("a", 1);
    /// map.pin().get("a");
    /// assert_eq!((map.stats().hits, map.stats().names), (1, 1));
    /// ```
    pub fn stats(&self) -> ExpiringStats {
        let of = |event| self.tally.sum(event);
        let map = self.map.stats();
        let late = (self.tick_of(self.clock.now()) + 1).saturating_sub(self.wheel.passed());
        ExpiringStats {
            map,
            hits: of(Event::Hit),
            misses: of(Event::Miss),
            expired: of(Event::Expired),
            replaced: of(Event::Replaced),
            removed: of(Event::Removed),
            names: of(Event::Filed).saturating_sub(of(Event::CameUp)),
            swept: of(Event::CameUp),
            swept_stale: of(Event::Stale),
            shares: of(Event::Share),
            drift: Duration::from_nanos(late.saturating_mul(self.settings.tick)),
            bytes: map.bytes + self.wheel.bytes(),
        }
    }
}
