//! Time, as a map with deadlines reads it.

use core::time::Duration;
use std::sync::Arc;

use super::held::{NEVER, Nanos};
use crate::sync::{AtomicU64, Relaxed};

/// Where an [`ExpiringMap`](crate::expiring::ExpiringMap) reads the time. By default that is the
/// clock of the crate `quanta`; tests use a [`ManualClock`].
///
/// The map asks once or twice in each operation, on the thread that calls it.
pub trait Clock: Send + Sync {
    /// The time since some moment, which is always the same.
    ///
    /// A clock that goes backwards does no harm: what has expired once stays so.
    fn now(&self) -> Duration;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Duration {
        (**self).now()
    }
}

/// A clock that stands still until it is told to move.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use evacmap::expiring::{ExpiringMap, ManualClock};
///
/// let clock = Arc::new(ManualClock::new());
/// let map = ExpiringMap::builder().time_to_live(Duration::from_secs(60)).clock(clock.clone());
/// let map = map.build();
/// map.pin().insert("a", 1);
/// clock.advance(Duration::from_secs(59));
/// assert_eq!(map.pin().get("a"), Some(&1));
/// clock.advance(Duration::from_secs(1));
/// assert_eq!(map.pin().get("a"), None);
/// ```
#[derive(Default)]
pub struct ManualClock {
    nanos: AtomicU64,
}

impl ManualClock {
    /// A clock at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the clock on. It stops at 584 years.
    pub fn advance(&self, by: Duration) {
        // ORDERING: Relaxed, both: the time says nothing of other memory.
        let mut seen = self.nanos.load(Relaxed);
        loop {
            let then = seen.saturating_add(nanos(by));
            // ORDERING: Relaxed, both: as above.
            match self.nanos.compare_exchange(seen, then, Relaxed, Relaxed) {
                Ok(_) => return,
                Err(other) => seen = other,
            }
        }
    }

    /// Sets the clock, also to what has been before.
    pub fn set(&self, to: Duration) {
        // ORDERING: Relaxed: as above.
        self.nanos.store(nanos(to), Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        // ORDERING: Relaxed: as above.
        Duration::from_nanos(self.nanos.load(Relaxed))
    }
}

impl core::fmt::Debug for ManualClock {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("ManualClock").field(&self.now()).finish()
    }
}

/// In whole nanoseconds. What is more than there can be never comes.
pub(super) fn nanos(duration: Duration) -> Nanos {
    Nanos::try_from(duration.as_nanos()).unwrap_or(NEVER)
}

/// A clock, and when the map was made.
pub(super) struct Since {
    source: Source,
}

enum Source {
    Quanta { clock: quanta::Clock, start: u64 },
    Other { clock: Box<dyn Clock>, start: Nanos },
}

impl Since {
    /// The default clock, from now on.
    pub(super) fn quanta() -> Self {
        let clock = quanta::Clock::new();
        let start = clock.raw();
        Since { source: Source::Quanta { clock, start } }
    }

    /// That clock, from now on.
    pub(super) fn other(clock: Box<dyn Clock>) -> Self {
        let start = nanos(clock.now());
        Since { source: Source::Other { clock, start } }
    }

    /// Now, since the map was made. Never [`NEVER`].
    #[inline]
    pub(super) fn now(&self) -> Nanos {
        let now = match &self.source {
            Source::Quanta { clock, start } => clock.delta_as_nanos(*start, clock.raw()),
            Source::Other { clock, start } => nanos(clock.now()).saturating_sub(*start),
        };
        now.min(NEVER - 1)
    }
}
