//! How maps with deadlines are made.

use core::fmt;
use core::time::Duration;

use hashbrown::DefaultHashBuilder;

use super::clock::{Clock, Since, nanos};
use super::held::NEVER;
use super::listener::{Cause, Listener};
use super::map::{ExpiringMap, Settings};
use crate::map::{HashMap, ShrinkPolicy};

/// A tenth of a second.
const TICK: Duration = Duration::from_millis(100);

/// Describes a map before it is made, from [`ExpiringMap::builder`].
pub struct ExpiringMapBuilder<K, V, S = DefaultHashBuilder> {
    capacity: usize,
    policy: ShrinkPolicy,
    hasher: S,
    clock: Option<Box<dyn Clock>>,
    settings: Settings,
    listener: Option<Listener<K, V>>,
}

impl<K, V> ExpiringMap<K, V> {
    /// An empty map whose entries live for `ttl` unless they are put in for another time.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let map = evacmap::expiring::ExpiringMap::new(Duration::from_secs(60));
    /// map.pin().insert("a", 1);
    /// ```
    pub fn new(ttl: Duration) -> Self {
        Self::builder().time_to_live(ttl).build()
    }

    /// A builder, for a map with settings of its own.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use evacmap::expiring::{Cause, ExpiringMap};
    ///
    /// let sessions: ExpiringMap<u64, String> = ExpiringMap::builder()
    ///     .time_to_live(Duration::from_secs(8 * 3600))
    ///     .time_to_idle(Duration::from_secs(15 * 60))
    ///     .listener(|id, _, cause| {
    ///         if cause == Cause::Expired {
    ///             println!("session {id} has ended");
    ///         }
    ///     })
    ///     .build();
    /// sessions.pin().insert(1, "ada".to_owned());
    /// ```
    pub fn builder() -> ExpiringMapBuilder<K, V> {
        ExpiringMapBuilder {
            capacity: 0,
            policy: ShrinkPolicy::Auto,
            hasher: DefaultHashBuilder::default(),
            clock: None,
            settings: Settings { ttl: NEVER, idle: NEVER, tick: nanos(TICK) },
            listener: None,
        }
    }
}

impl<K, V, S> ExpiringMapBuilder<K, V, S> {
    /// How long an entry lives that is put in without a time of its own. By default it never
    /// expires.
    pub fn time_to_live(mut self, ttl: Duration) -> Self {
        self.settings.ttl = nanos(ttl);
        self
    }

    /// How long an entry lives after it was put in, hit or touched for the last time; no longer
    /// than its time to live in any case. By default that does not matter.
    ///
    /// A hit moves the deadline only if that moves it by a tick or more, so that an entry that is
    /// hit all the time is not written to all the time. It may end up to a tick early.
    pub fn time_to_idle(mut self, idle: Duration) -> Self {
        self.settings.idle = nanos(idle);
        self
    }

    /// How often the wheel turns: by default ten times a second. Entries expire at their deadlines,
    /// whatever the tick. They are swept in the tick that follows.
    ///
    /// No tick is shorter than a nanosecond, nor longer than a day.
    pub fn tick(mut self, tick: Duration) -> Self {
        let day = Duration::from_secs(24 * 3600);
        self.settings.tick = nanos(tick.clamp(Duration::from_nanos(1), day));
        self
    }

    /// Has the closure told of each entry that leaves, and why.
    ///
    /// It runs on the thread whose operation takes the entry out, after that has happened and while
    /// nothing is held but a guard. It may use the map; nothing is swept in what it does there. If
    /// it panics, the panic hook reports that, and the operation goes on.
    pub fn listener(mut self, listener: impl Fn(&K, &V, Cause) + Send + Sync + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    /// Sets the clock. By default it is that of the crate `quanta`.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Some(Box::new(clock));
        self
    }

    /// Makes room for that many entries from the start.
    pub fn capacity(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// Sets whether the map becomes smaller by itself when entries leave. By default it does.
    pub fn shrink_policy(mut self, policy: ShrinkPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the hasher.
    pub fn hasher<T>(self, hasher: T) -> ExpiringMapBuilder<K, V, T> {
        let ExpiringMapBuilder { capacity, policy, clock, settings, listener, .. } = self;
        ExpiringMapBuilder { capacity, policy, hasher, clock, settings, listener }
    }

    /// Makes the map. Its time begins now.
    ///
    /// # Panics
    ///
    /// With "capacity overflow" if no table could be as large as asked for.
    pub fn build(self) -> ExpiringMap<K, V, S> {
        let map = HashMap::builder().capacity(self.capacity).shrink_policy(self.policy);
        let map = map.hasher(self.hasher).build();
        let clock = self.clock.map_or_else(Since::quanta, Since::other);
        ExpiringMap::with_parts(map, clock, self.settings, self.listener)
    }
}

impl<K, V, S> fmt::Debug for ExpiringMapBuilder<K, V, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExpiringMapBuilder")
            .field("capacity", &self.capacity)
            .field("policy", &self.policy)
            .field("time_to_live", &Duration::from_nanos(self.settings.ttl))
            .field("time_to_idle", &Duration::from_nanos(self.settings.idle))
            .field("tick", &Duration::from_nanos(self.settings.tick))
            .finish_non_exhaustive()
    }
}
