//! The type itself, and what all its operations have in common.

use core::hash::{BuildHasher, Hash};

use crossbeam_utils::CachePadded;
use hashbrown::{DefaultHashBuilder, Equivalent};

use super::clock::Since;
use super::held::{Held, NEVER, Nanos, Rule};
use super::listener::{self, Cause, Listener};
use super::tally::{Event, Tally};
use super::wheel::{Name, Step, Wheel};
use crate::engine::{Deleted, Outcome, Step as Do};
use crate::layout::boxed::{Draft, Entry};
use crate::layout::hash::Hash as Finalised;
use crate::map::HashMap;
use crate::memory::Guard;
use crate::observe::counters;
use crate::sync::{AtomicU64, Relaxed};

/// Steps of the wheel that a write does, of each of two kinds: what is due, and the scrub. A name
/// comes up four times at most, once for each level, so that eight steps for each entry that is put
/// in keep up with what was put in before, and catch up.
pub(super) const SHARE: usize = if cfg!(evacmap_loom) { 2 } else { 8 };

/// Counters for the entries' numbers. A number is taken once for a hash, not once for a map.
const STRIPES: usize = if cfg!(evacmap_loom) { 1 } else { 16 };

/// A concurrent hash map whose entries have deadlines. See the [module](crate::expiring).
///
/// Its operations take a [`Guard`], as those of [`HashMap`] do. The everyday form is
/// [`pin`](Self::pin), which returns a reference with a guard inside.
pub struct ExpiringMap<K, V, S = DefaultHashBuilder> {
    pub(super) map: HashMap<K, Held<V>, S>,
    pub(super) wheel: Wheel,
    pub(super) clock: Since,
    numbers: [CachePadded<AtomicU64>; STRIPES],
    pub(super) settings: Settings,
    pub(super) listener: Option<Listener<K, V>>,
    pub(super) tally: Tally,
}

/// How long entries live, and how often the wheel turns.
#[derive(Clone, Copy)]
pub(super) struct Settings {
    pub(super) ttl: Nanos,
    pub(super) idle: Nanos,
    pub(super) tick: Nanos,
}

/// An entry as the map holds it.
pub(super) type HeldEntry<K, V> = Entry<K, Held<V>>;

/// What is about to be put in.
pub(super) struct Attempt<'m, K, V> {
    pub(super) draft: Draft<'m, K, Held<V>>,
    /// That of the entry that it is going to be.
    pub(super) name: Name,
    /// When the operation began.
    pub(super) rule: Rule,
}

/// How an operation ended that may put an entry in.
pub(super) struct Put<'g, K, V> {
    /// The entry that it found alive.
    pub(super) before: Option<&'g HeldEntry<K, V>>,
    /// The one that it has put in.
    pub(super) new: Option<&'g HeldEntry<K, V>>,
}

impl<K, V, S> ExpiringMap<K, V, S> {
    pub(super) fn with_parts(
        map: HashMap<K, Held<V>, S>,
        clock: Since,
        settings: Settings,
        listener: Option<Listener<K, V>>,
    ) -> Self {
        ExpiringMap {
            map,
            wheel: Wheel::new(),
            clock,
            numbers: core::array::from_fn(|_| CachePadded::new(AtomicU64::new(0))),
            settings,
            listener,
            tally: Tally::new(),
        }
    }

    #[inline]
    pub(super) fn rule(&self) -> Rule {
        let Settings { idle, tick, .. } = self.settings;
        Rule { now: self.clock.now(), idle, tick }
    }

    /// The tick in which a moment is.
    #[inline]
    pub(super) fn tick_of(&self, now: Nanos) -> u64 {
        now / self.settings.tick
    }

    /// A number that no other entry with that hash has had.
    fn number(&self, hash: u64) -> u64 {
        let counter = &self.numbers[(hash >> 7) as usize % STRIPES];
        // ORDERING: Relaxed: a number handed out.
        counter.fetch_add(1, Relaxed) + 1
    }

    #[inline]
    pub(super) fn counted<T>(&self, found: Option<T>) -> Option<T> {
        self.tally.count(if found.is_some() { Event::Hit } else { Event::Miss });
        found
    }
}

impl<K, V, S: BuildHasher> ExpiringMap<K, V, S> {
    /// The key's entry if it is alive, as `is_alive` finds.
    ///
    /// The clock is read before the look-up: an entry that is found dead was dead when it was
    /// found. Unless another thread has seen it die since, and it had been replaced by then; so
    /// what is found dead is looked up again. Each further turn means that another thread has
    /// replaced the entry.
    #[inline]
    pub(super) fn find<'g, Q>(
        &'g self,
        key: &Q,
        guard: &'g Guard,
        is_alive: impl Fn(&Held<V>, Rule) -> bool,
    ) -> Option<&'g HeldEntry<K, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let (hash, is_key) = self.map.probe(key);
        let mut dead: Option<&HeldEntry<K, V>> = None;
        loop {
            let rule = self.rule();
            let entry = self.map.raw.get(hash, &is_key, guard)?;
            if is_alive(&entry.value, rule) {
                return Some(entry);
            }
            if dead.replace(entry).is_some_and(|before| core::ptr::eq(before, entry)) {
                return None;
            }
        }
    }
}

impl<K, V, S> ExpiringMap<K, V, S>
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    /// The beginning of an operation that may put a key in.
    pub(super) fn attempt(&self, key: K) -> Attempt<'_, K, V> {
        let rule = self.rule();
        let hash = self.map.hasher().hash_one(&key);
        let name = Name { hash, number: self.number(hash) };
        Attempt { draft: self.map.raw.draft(Finalised::finalise(hash), key, None), name, rule }
    }

    /// Runs an operation that may link the draft. `decide` is shown an entry that `is_alive`; a
    /// dead one is none. Files what has been linked, says what has left, and does a share of what
    /// is due.
    pub(super) fn assign<'g>(
        &'g self,
        attempt: Attempt<'_, K, V>,
        guard: &'g Guard,
        is_alive: impl Fn(&Held<V>, Rule) -> bool,
        mut decide: impl FnMut(Option<&'g HeldEntry<K, V>>, &mut Draft<'_, K, Held<V>>) -> Do,
    ) -> Put<'g, K, V> {
        let Attempt { mut draft, name, rule } = attempt;
        let mut before = None;
        let outcome = self.map.assign(&mut draft, guard, |entry, draft| {
            before = entry.filter(|entry| is_alive(&entry.value, rule));
            decide(before, draft)
        });
        // Of a key that was not put in. What was linked is in the draft no more.
        drop(draft);
        let (old, new) = match outcome {
            Outcome::Inserted(new) => (None, Some(new)),
            Outcome::Replaced { old, new } => (Some(old), Some(new)),
            Outcome::Removed(_) | Outcome::Left(_) => (None, None),
        };
        if let Some(new) = new {
            self.enter(name, &new.value, rule.now, guard);
        }
        if let Some(old) = old {
            self.left(old, before.is_some(), Cause::Replaced);
        }
        self.share(rule.now, guard);
        Put { before, new }
    }

    /// Files the name of an entry that has been linked just now. One that was born dead goes again.
    fn enter(&self, name: Name, held: &Held<V>, now: Nanos, guard: &Guard) {
        match held.deadline(now) {
            Some(deadline) => self.file(name, deadline, guard),
            None => self.come_up(name, now, guard),
        }
    }

    fn file(&self, name: Name, deadline: Nanos, guard: &Guard) {
        if deadline == NEVER {
            return;
        }
        self.tally.count(Event::Filed);
        let tick = deadline.div_ceil(self.settings.tick);
        let new_block = self.wheel.file(name, tick, guard);
        if new_block && self.wheel.wants_scrub(self.map.len()) {
            self.wheel.begin_scrub();
        }
    }

    /// An entry has been unlinked by this thread, for `cause` unless it was dead.
    pub(super) fn left(&self, entry: &HeldEntry<K, V>, was_alive: bool, cause: Cause) {
        let cause = if was_alive { cause } else { Cause::Expired };
        match cause {
            Cause::Expired => self.tally.count(Event::Expired),
            Cause::Replaced => self.tally.count(Event::Replaced),
            Cause::Removed | Cause::Cleared => self.tally.count(Event::Removed),
        }
        if let Some(listener) = &self.listener {
            listener::tell(listener, &entry.key, &entry.value.value, cause);
        }
    }

    /// Removes the entry of that name if `condition` holds for it.
    pub(super) fn delete_named<'g>(
        &'g self,
        name: Name,
        guard: &'g Guard,
        condition: impl FnMut(&'g HeldEntry<K, V>) -> bool,
    ) -> Deleted<&'g HeldEntry<K, V>> {
        let hash = Finalised::finalise(name.hash);
        let is_it =
            |entry: &HeldEntry<K, V>| entry.hash == hash && entry.value.number == name.number;
        self.map.raw.delete(hash, is_it, guard, condition)
    }

    /// A name has come up: its entry goes, or the name is filed again, or there is no such entry.
    fn come_up(&self, name: Name, now: Nanos, guard: &Guard) {
        counters::named();
        loop {
            match self.delete_named(name, guard, |entry| !entry.value.is_alive(now)) {
                Deleted::Removed(entry) => self.left(entry, false, Cause::Expired),
                Deleted::Kept(entry) => match entry.value.deadline(now) {
                    Some(deadline) => self.file(name, deadline, guard),
                    // It has been killed meanwhile, and the next attempt removes it.
                    None => continue,
                },
                Deleted::Absent => self.tally.count(Event::Stale),
            }
            return;
        }
    }

    /// What each write does: [`SHARE`] steps of what is due, and of a scrub.
    #[inline]
    pub(super) fn share(&self, now: Nanos, guard: &Guard) {
        let tick = self.tick_of(now);
        if (self.wheel.is_due(tick) || self.wheel.is_scrubbing()) && !listener::is_running() {
            self.tally.count(Event::Share);
            self.turn(now, guard, SHARE);
            self.scrub(now, guard, SHARE);
        }
    }

    /// Does that many steps of what is due. Returns how many it has done, and whether that was all.
    pub(super) fn turn(&self, now: Nanos, guard: &Guard, budget: usize) -> (usize, bool) {
        let tick = self.tick_of(now);
        self.steps(now, guard, budget, || self.wheel.step(tick, guard))
    }

    /// The same for the scrub.
    pub(super) fn scrub(&self, now: Nanos, guard: &Guard, budget: usize) -> (usize, bool) {
        self.steps(now, guard, budget, || self.wheel.step_scrub(guard))
    }

    fn steps(
        &self,
        now: Nanos,
        guard: &Guard,
        budget: usize,
        mut step: impl FnMut() -> Step,
    ) -> (usize, bool) {
        for done in 0..budget {
            match step() {
                Step::Name(name) => {
                    self.tally.count(Event::CameUp);
                    self.come_up(name, now, guard);
                }
                Step::Moved => {}
                Step::Idle => return (done, true),
            }
        }
        (budget, false)
    }
}
