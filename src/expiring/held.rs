//! What the map holds for a key: a value with a deadline.

use crate::sync::{AtomicU64, Relaxed};

/// Nanoseconds by the map's clock, since the map was made. [`NEVER`] does not come.
pub(super) type Nanos = u64;

pub(super) const NEVER: Nanos = u64::MAX;

/// A deadline that has come: the entry is dead for good. No deadline is 0 otherwise.
const DEAD: Nanos = 0;

/// A value with a deadline. Its death is one event, for all threads: `alive -> DEAD`, by the first
/// that looks after the deadline. A deadline is moved by a CAS from a value that has not come, so
/// whoever would move it too late finds the entry dead.
///
/// Each word stands for itself, and all accesses are Relaxed: what a thread has learned of a word
/// cannot be unlearned by another that it tells of it (coherence).
pub(super) struct Held<V> {
    /// With the hash, what names in the wheel call it.
    pub(super) number: u64,
    /// For how long it was put in. [`NEVER`]: for ever.
    pub(super) ttl: Nanos,
    /// When it ends in any case, however often it is hit. Touches move it.
    ends: AtomicU64,
    /// When it ends.
    deadline: AtomicU64,
    pub(super) value: V,
}

/// What the map knows of time when it puts something in or finds it.
#[derive(Clone, Copy)]
pub(super) struct Rule {
    pub(super) now: Nanos,
    /// For how long an entry lives that nobody hits. [`NEVER`]: that does not matter.
    pub(super) idle: Nanos,
    /// A hit moves a deadline by as much as this, or not at all.
    pub(super) tick: Nanos,
}

impl<V> Held<V> {
    /// A value that ends at `ends`, or earlier if nobody hits it. It is born dead if that has been.
    pub(super) fn new(number: u64, ends: Nanos, rule: Rule, value: V) -> Self {
        let ttl = if ends == NEVER { NEVER } else { ends.saturating_sub(rule.now) };
        let deadline = ends.min(rule.now.saturating_add(rule.idle));
        let deadline = if deadline > rule.now { deadline } else { DEAD };
        Held { number, ttl, ends: AtomicU64::new(ends), deadline: AtomicU64::new(deadline), value }
    }

    /// When it ends, as things are. `None` if it is dead.
    pub(super) fn deadline(&self, now: Nanos) -> Option<Nanos> {
        // ORDERING: Relaxed: the type's text.
        let mut seen = self.deadline.load(Relaxed);
        while seen != DEAD && seen <= now {
            // ORDERING: Relaxed, both: the type's text.
            match self.deadline.compare_exchange(seen, DEAD, Relaxed, Relaxed) {
                Ok(_) => seen = DEAD,
                Err(other) => seen = other,
            }
        }
        (seen != DEAD).then_some(seen)
    }

    pub(super) fn is_alive(&self, now: Nanos) -> bool {
        self.deadline(now).is_some()
    }

    /// Whether it is alive. If so, and it may not be idle for long, it lives on for as long.
    #[inline]
    pub(super) fn hit(&self, rule: Rule) -> bool {
        // ORDERING: Relaxed: the type's text.
        let seen = self.deadline.load(Relaxed);
        if seen > rule.now && rule.idle == NEVER {
            return true;
        }
        self.move_to(rule, rule.now.saturating_add(rule.idle), rule.tick)
    }

    /// Whether it is alive. If so, its time to live begins anew.
    pub(super) fn touch(&self, rule: Rule) -> bool {
        if !self.is_alive(rule.now) {
            return false;
        }
        // ORDERING: Relaxed: the type's text.
        self.ends.fetch_max(rule.now.saturating_add(self.ttl), Relaxed);
        self.move_to(rule, rule.now.saturating_add(rule.idle), 1)
    }

    /// Moves the deadline, if by `least` or more, and not beyond the end.
    fn move_to(&self, rule: Rule, to: Nanos, least: Nanos) -> bool {
        while let Some(seen) = self.deadline(rule.now) {
            // ORDERING: Relaxed: the type's text.
            let to = to.min(self.ends.load(Relaxed));
            if to.saturating_sub(seen) < least {
                return true;
            }
            // ORDERING: Relaxed, both: the type's text.
            if self.deadline.compare_exchange(seen, to, Relaxed, Relaxed).is_ok() {
                return true;
            }
        }
        false
    }
}
