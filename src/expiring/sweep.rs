//! Removing what has expired, on request.

use core::hash::{BuildHasher, Hash};

use super::listener;
use super::map::ExpiringMap;
use crate::memory;

/// What [`ExpiringMap::sweep`] has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Sweep {
    /// Steps that were done: an entry looked at, or a slot of the wheel passed.
    pub steps: usize,
    /// Nothing is left that was due when the sweep began.
    pub complete: bool,
}

impl<K, V, S> ExpiringMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    /// Removes what has expired, in at most `budget` steps, each of which takes constant time. Then
    /// drops stale names, if there are too many.
    ///
    /// Nobody has to call it: each write does a few of these steps. It is for a map that is only
    /// read, or that nobody uses for a time: for a timer, a task, or the thread of a
    /// [`Sweeper`](crate::expiring::Sweeper). Any number of threads may sweep at once. Within a
    /// listener it does nothing.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// map.pin().insert("a", 1);
    /// while !map.sweep(100).complete {}
    /// assert_eq!(map.len(), 1, "it is not due yet");
    /// ```
    pub fn sweep(&self, budget: usize) -> Sweep {
        if listener::is_running() {
            return Sweep { steps: 0, complete: false };
        }
        let now = self.clock.now();
        let (mut steps, mut complete) = (0, false);
        while steps < budget && !complete {
            // A guard for no longer than this, so that what is removed can be freed meanwhile.
            let guard = &memory::pin();
            let part = (budget - steps).min(PART);
            let (done, idle) = self.turn(now, guard, part);
            steps += done;
            if idle {
                if self.wheel.wants_scrub(self.map.len()) {
                    self.wheel.begin_scrub();
                }
                let (scrubbed, scrub_idle) = self.scrub(now, guard, part - done);
                steps += scrubbed;
                complete = scrub_idle && !self.wheel.is_scrubbing();
            }
        }
        Sweep { steps, complete }
    }
}

/// Steps under one guard.
const PART: usize = 256;
