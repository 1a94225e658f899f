//! Iteration while the table changes: every kind of resize, stopped at every one of its steps.

use std::collections::{BTreeSet, HashMap as Model};
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use crate::common::{Config, Counted, Counter, MODES, Mode, Setup, TestMap, scaled, validated};
use evacmap::{HashMap, Iter};

type Key = Counted<u32>;
type Value = Counted<u32>;
type Map = TestMap<Key, Value>;

/// How a resize begins. It ends at no more than 64 buckets, or begins there.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Grow,
    Shrink,
    #[cfg(feature = "_hooks")]
    GrowByTwoBits,
    #[cfg(feature = "_hooks")]
    ShrinkByManyBits,
    #[cfg(feature = "_hooks")]
    Rebuild,
    /// A clearing of a full map, which is filled again.
    Clear,
}

const KINDS: &[Kind] = &[
    Kind::Grow,
    Kind::Shrink,
    #[cfg(feature = "_hooks")]
    Kind::GrowByTwoBits,
    #[cfg(feature = "_hooks")]
    Kind::ShrinkByManyBits,
    #[cfg(feature = "_hooks")]
    Kind::Rebuild,
    Kind::Clear,
];

struct Case {
    map: Map,
    counter: Arc<Counter>,
    entries: u32,
}

impl Case {
    /// A map of `1 << bits` buckets at rest, with dead slots in it.
    fn new(mode: Mode, bits: u32) -> Self {
        let counter = Counter::new();
        let map: Map = Config { setup: Setup::Fresh, mode }.map();
        let entries = (5 << bits) / 2 + 1;
        map.pin().reserve(5 << bits);
        let make = |inner| counter.make(inner);
        // In a crowded chain the dead would make the map rebuild itself; few of them will do.
        for key in 0..entries {
            map.pin().insert(make(key), make(0));
            if key % 4 == 0 {
                map.pin().insert(make(1000 + key), make(0));
                map.pin().remove(&(1000 + key));
            }
            map.pin().insert(make(key), make(key * 3));
        }
        map.finish_resize();
        Case { map, counter, entries }
    }

    fn begin(&self, kind: Kind) {
        let map = self.map.pin();
        match kind {
            Kind::Grow => map.reserve(map.capacity() + 1 - map.len()),
            Kind::Shrink => {
                map.reserve(map.capacity() + 1 - map.len());
                map.finish_resize();
                map.shrink_to_fit();
            }
            #[cfg(feature = "_hooks")]
            Kind::GrowByTwoBits => map.map().start_resize(2),
            #[cfg(feature = "_hooks")]
            Kind::ShrinkByManyBits => {
                map.map().start_resize(5);
                map.map().start_resize(-5);
            }
            #[cfg(feature = "_hooks")]
            Kind::Rebuild => map.map().start_rebuild(),
            Kind::Clear => {
                map.clear();
                for key in 0..self.entries {
                    map.insert(self.counter.make(key), self.counter.make(key * 3));
                }
            }
        }
    }

    /// Calls `at` before each step of the resize and after the last; returns how many steps there
    /// were.
    fn steps(&self, mut at: impl FnMut(usize)) -> usize {
        let mut step = 0;
        at(step);
        while self.map.is_resizing() {
            let progress = self.map.help_resize(1);
            step += 1;
            assert!(step <= 2 * progress.buckets + 2, "no end");
            at(step);
        }
        step
    }

    fn expected(&self) -> Model<u32, u32> {
        (0..self.entries).map(|key| (key, key * 3)).collect()
    }

    /// What is left of an iteration, with what it has already returned, is everything, once.
    #[track_caller]
    fn complete(
        &self,
        mut seen: Model<u32, u32>,
        rest: Iter<'_, Key, Value>,
        context: &dyn Fn() -> String,
    ) {
        collect(&mut seen, rest, context);
        assert_eq!(seen, self.expected(), "{}", context());
    }
}

#[track_caller]
fn collect<'g>(
    seen: &mut Model<u32, u32>,
    entries: impl Iterator<Item = (&'g Key, &'g Value)>,
    context: &dyn Fn() -> String,
) {
    for (key, value) in entries {
        key.check();
        value.check();
        assert_eq!(seen.insert(key.inner, value.inner), None, "{}: {} twice", context(), key.inner);
    }
}

fn for_all(most_bits: u32, mut test: impl FnMut(Case, Kind, &dyn Fn() -> String)) {
    for &kind in KINDS {
        for mode in MODES {
            for bits in 1..=if mode == Mode::Constant { most_bits.min(4) } else { most_bits } {
                let case = Case::new(mode, bits);
                case.begin(kind);
                test(case, kind, &|| format!("{kind:?}, {mode:?}, {bits} bits"));
            }
        }
    }
}

fn end(case: Case) {
    validated(case.map);
    case.counter.check();
}

#[test]
fn every_key_once_at_every_step_of_a_resize() {
    let mut stopped = 0;
    for_all(6, |case, _, context| {
        stopped += case.steps(|step| {
            let map = case.map.pin();
            let context = || format!("{} at step {step}", context());
            case.complete(Model::new(), map.iter(), &context);
            let mut keys: Vec<_> = map.keys().map(|key| key.inner).collect();
            keys.sort();
            assert!(keys.into_iter().eq(0..case.entries), "{}", context());
            assert_eq!(map.values().count(), case.entries as usize, "{}", context());
        });
        end(case);
    });
    println!("{stopped} steps");
    assert!(stopped > 300, "{stopped} steps only");
}

#[test]
fn iterations_begun_at_every_step_and_finished_at_every_later_one() {
    for_all(5, |case, _, context| {
        let guard = case.map.guard();
        let mut begun = Vec::<(usize, Model<u32, u32>, Iter<'_, Key, Value>)>::new();
        case.steps(|step| {
            // Each of those under way is taken a little further, some to the end.
            for (began, seen, iter) in &mut begun {
                let context = || format!("{}, begun at step {began}, at step {step}", context());
                collect(seen, iter.by_ref().take(1 + *began % 3), &context);
            }
            if step % 3 == 2 && !begun.is_empty() {
                let (began, seen, iter) = begun.swap_remove(step % begun.len());
                case.complete(seen, iter, &|| {
                    format!("{}, begun at step {began}, ended at {step}", context())
                });
            }
            begun.push((step, Model::new(), case.map.iter(&guard)));
        });
        for (began, seen, iter) in begun {
            case.complete(seen, iter, &|| {
                format!("{}, begun at step {began}, ended after all", context())
            });
        }
        drop(guard);
        end(case);
    });
}

/// An iteration begun before the resize, stopped at every place, with all of the resize in between;
/// and the next resize too.
#[test]
fn iterations_stopped_anywhere_while_the_table_is_replaced() {
    for &kind in KINDS.iter().filter(|kind| **kind != Kind::Clear) {
        for mode in [Mode::Good, Mode::EightBit, Mode::LowBitsZero] {
            for bits in [1, 3, 4] {
                let entries = Case::new(mode, bits).entries;
                for place in 0..=entries {
                    let case = Case::new(mode, bits);
                    let context = || format!("{kind:?}, {mode:?}, {bits} bits, stopped at {place}");
                    let guard = case.map.guard();
                    let mut iter = case.map.iter(&guard);
                    let mut seen = Model::new();
                    collect(&mut seen, iter.by_ref().take(place as usize / 2), &context);
                    case.begin(kind);
                    case.map.help_resize(1);
                    collect(
                        &mut seen,
                        iter.by_ref().take(place as usize - place as usize / 2),
                        &context,
                    );
                    case.map.finish_resize();
                    case.begin(Kind::Shrink);
                    case.map.help_resize(place as usize % 3);
                    case.complete(seen, iter, &context);
                    drop(guard);
                    end(case);
                }
            }
        }
    }
}

/// A resize of 64 buckets, stopped at every value of its cursor; there an iteration begins, the map
/// is changed, and the iteration goes on: what stays is returned once, what was removed or replaced
/// is not returned afterwards.
#[test]
fn changes_at_every_step_of_a_resize() {
    for &kind in KINDS {
        for mode in MODES.into_iter().filter(|mode| *mode != Mode::Constant) {
            let mut positions = BTreeSet::new();
            for steps in 0.. {
                let case = Case::new(mode, 6);
                case.begin(kind);
                for _ in 0..steps {
                    case.map.help_resize(1);
                }
                let over = !case.map.is_resizing();
                positions.insert(case.map.stats().filled_buckets);
                change_within(&case, steps, &|| format!("{kind:?}, {mode:?}, after {steps} steps"));
                end(case);
                if over {
                    break;
                }
            }
            let groups = if kind == Kind::Clear { 1 } else { 64 };
            let several = if cfg!(feature = "_hooks") || kind != Kind::Shrink { groups } else { 1 };
            assert!(positions.len() >= several, "{kind:?}, {mode:?}: stopped at {positions:?}");
        }
    }
}

fn change_within(case: &Case, first: usize, context: &dyn Fn() -> String) {
    let make = |inner| case.counter.make(inner);
    let guard = case.map.guard();
    let mut iter = case.map.iter(&guard);
    let mut seen = Model::new();
    collect(&mut seen, iter.by_ref().take(first % 40), context);
    let early = seen.clone();
    for key in 0..case.entries {
        match key % 3 {
            0 => {}
            1 => drop(case.map.remove(&key, &guard)),
            _ => drop(case.map.insert(make(key), make(7000 + key), &guard)),
        }
        case.map.insert(make(5000 + key), make(5000), &guard);
    }
    collect(&mut seen, iter, context);
    for key in 0..case.entries {
        let (value, was) = (seen.get(&key).copied(), early.get(&key).copied());
        let now = [Some(key * 3), None, Some(7000 + key)][key as usize % 3];
        assert_eq!(value, was.or(now), "{}: {key}", context());
    }
    let made_up = seen
        .keys()
        .find(|key| **key >= case.entries && !(5000..5000 + case.entries).contains(*key));
    assert_eq!(made_up, None, "{}", context());
}

/// Iterations on one thread, and every kind of resize without end on another.
fn concurrent_iterations(count: usize) {
    let case = Arc::new(Case::new(Mode::Good, 3));
    const STABLE: u32 = 21;
    assert_eq!(case.entries, STABLE);
    let over = Arc::new(AtomicBool::new(false));
    let (shared, stop) = (case.clone(), over.clone());
    let resizer = thread::spawn(move || {
        let make = |inner| shared.counter.make(inner);
        let mut turn = 0_u32;
        while !stop.load(Relaxed) {
            let map = shared.map.pin();
            map.insert(make(STABLE + turn % 50), make(turn));
            map.insert(make(turn % STABLE), make(turn % STABLE * 3));
            map.remove(&(STABLE + turn * 7 % 50));
            match turn % 64 {
                0 => map.reserve(200),
                16 => map.shrink_to_fit(),
                #[cfg(feature = "_hooks")]
                32 => map.map().start_rebuild(),
                48 => map.finish_resize(),
                _ => {}
            }
            turn += 1;
        }
        turn
    });
    for number in 0..count {
        let map = case.map.pin();
        let mut seen = [false; 90];
        for (key, value) in &map {
            let (key, value) = (key.inner, value.inner);
            assert!(
                !std::mem::replace(&mut seen[key as usize], true),
                "{key} twice in iteration {number}"
            );
            assert!(key >= STABLE || value == key * 3, "{key} with {value} in iteration {number}");
        }
        assert!(
            seen[..STABLE as usize].iter().all(|seen| *seen),
            "one was missed in iteration {number}"
        );
    }
    over.store(true, Relaxed);
    let turns = resizer.join().unwrap();
    println!("{count} iterations beside {turns} turns: {:?}", case.map.stats());
    let case = Arc::into_inner(case).expect("the last handle");
    let make = |inner| case.counter.make(inner);
    crate::common::aftermath(case.map, |number| (make(1000 + number as u32), make(0)));
    case.counter.check();
}

#[test]
fn iterations_beside_a_thread_that_resizes() {
    concurrent_iterations(scaled(50_000, 5_000));
}

#[test]
#[ignore = "for release builds"]
fn a_million_iterations_beside_a_thread_that_resizes() {
    concurrent_iterations(1_000_000);
}

/// Keys that come and go meanwhile are returned at most once, with a value that is theirs at that
/// moment; the others exactly once.
#[test]
fn iterations_beside_changes() {
    for_all(5, |case, kind, context| {
        let make = |inner| case.counter.make(inner);
        let stable = |key: u32| key.is_multiple_of(3);
        let mut model = case.expected();
        let guard = case.map.guard();
        let mut iter = case.map.iter(&guard);
        let mut seen = Model::new();
        let mut turn = 0;
        loop {
            // A change, then an entry.
            let key = turn * 7 % case.entries;
            let map = case.map.pin();
            match turn % 4 {
                _ if stable(key) => {
                    map.insert(make(key), make(turn));
                    model.insert(key, turn);
                }
                0 | 1 => {
                    map.remove(&key);
                    model.remove(&key);
                }
                _ => {
                    map.insert(make(key), make(turn));
                    model.insert(key, turn);
                }
            }
            if turn % 5 == 0 {
                map.help_resize(1);
            }
            if turn % 40 == 39 {
                case.begin(if kind == Kind::Clear { Kind::Grow } else { kind });
            }
            turn += 1;
            let Some((key, value)) = iter.next() else {
                break;
            };
            let (key, value) = (key.inner, value.inner);
            assert_eq!(seen.insert(key, value), None, "{}: {key} twice", context());
            assert_eq!(model.get(&key), Some(&value), "{}: {key} is no longer {value}", context());
        }
        assert!(
            (0..case.entries).filter(|key| stable(*key)).all(|key| seen.contains_key(&key)),
            "{}",
            context()
        );
        drop(guard);
        end(case);
    });
}

/// What `next` returns was in the map during that call of `next`: after a clearing, nothing that
/// was there before it.
#[test]
fn an_iteration_returns_nothing_that_was_cleared_before() {
    for steps in [0, 1, 3, 1000] {
        let case = Case::new(Mode::Good, 4);
        let guard = case.map.guard();
        let mut iter = case.map.iter(&guard);
        assert!(iter.next().is_some());
        case.map.pin().clear();
        case.map.help_resize(steps);
        assert_eq!(case.map.len(), 0);
        assert_eq!(iter.next(), None, "cleared, and then {steps} steps of the clearing");
        // What comes after the clearing may be returned.
        let mut iter = case.map.iter(&guard);
        case.map.pin().insert(case.counter.make(1), case.counter.make(1));
        assert!(iter.all(|(key, _)| key.inner == 1));
        drop(guard);
        end(case);
    }
}

#[test]
fn an_iterator_that_has_ended_stays_ended() {
    let map: HashMap<u32, u32> = (0..50).map(|key| (key, key)).collect();
    let guard = map.guard();
    let mut iter = map.iter(&guard);
    assert_eq!(iter.by_ref().count(), 50);
    for key in 50..500 {
        map.pin().insert(key, key);
    }
    assert!(iter.next().is_none() && iter.next().is_none());
    fn empty<K: Hash + Eq + Send, V: Send>() {
        let map: HashMap<K, V> = HashMap::new();
        let guard = map.guard();
        let mut iter = map.iter(&guard);
        assert!(iter.next().is_none() && iter.next().is_none());
        assert!(map.pin().keys().next().is_none() && map.pin().values().next().is_none());
    }
    empty::<u32, String>();
    drop(guard);
    validated(map);
}

/// An iterator over the first table of a map, the placeholder, ends there.
#[test]
fn an_iteration_begun_on_a_new_map() {
    let map: HashMap<u32, u32> = HashMap::new();
    let guard = map.guard();
    let iter = map.iter(&guard);
    map.pin().insert(1, 1);
    assert!(iter.count() <= 1);
    drop(guard);
    validated(map);
}

#[test]
fn references_to_pinned_maps_are_iterable() {
    let map: HashMap<u32, u32> = HashMap::from([(1, 10), (2, 20)]);
    let pinned = map.pin();
    let mut sum = 0;
    for (key, value) in &pinned {
        sum += key + value;
    }
    assert_eq!(sum, 33);
    drop(pinned);
    validated(map);
}

/// An iterator that was begun before a `clear` used to go on returning values from before it.
#[test]
fn an_iterator_sees_a_clear() {
    let map = HashMap::new();
    let guard = map.guard();
    (0..50).for_each(|i| assert!(map.insert(i, 1, &guard).is_none()));
    let mut iter = map.iter(&guard);
    iter.next().unwrap();
    map.clear(&guard);
    (0..50).for_each(|i| assert!(map.insert(i, 2, &guard).is_none()));
    assert!(iter.all(|(_, value)| *value == 2));
}
