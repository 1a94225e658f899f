//! Sets, in any order of operations, against the standard library's: two sets each, so that the
//! operations on two have something to do.

use std::collections::HashSet as Model;
use std::sync::Arc;

use crate::common::{Config, Counted, Counter, TestHasher, on_threads, scaled, with_maps};
use evacmap::{HashMap, HashSet, OwnedGuard, set};
use proptest::prelude::*;

type Value = Counted<u16>;
type Set = HashSet<Value, TestHasher>;

#[derive(Clone, Copy, Debug)]
enum Op {
    Insert(u16),
    Replace(u16),
    Remove(u16),
    Take(u16),
    Contains(u16),
    Retain(u16),
    ExtractIf(u16, usize),
    Clear,
    Reserve(usize),
    ShrinkToFit,
    HelpResize,
    Extend(u16, u16),
    Two,
    Iterate,
    CloneAndCompare,
}

fn op() -> impl Strategy<Value = (bool, Op)> {
    use Op::*;
    let value = || any::<u16>();
    let op = prop_oneof![
        12 => value().prop_map(Insert),
        3 => value().prop_map(Replace),
        4 => value().prop_map(Remove),
        3 => value().prop_map(Take),
        4 => value().prop_map(Contains),
        1 => (2..5_u16).prop_map(Retain),
        1 => (2..5_u16, 0..50_usize).prop_map(|(m, n)| ExtractIf(m, n)),
        1 => Just(Clear),
        1 => (0..400_usize).prop_map(Reserve),
        1 => Just(ShrinkToFit),
        2 => Just(HelpResize),
        1 => (value(), 0..60_u16).prop_map(|(v, n)| Extend(v, n)),
        2 => Just(Two),
        1 => Just(Iterate),
        1 => Just(CloneAndCompare),
    ];
    (any::<bool>(), op)
}

struct Case {
    values: u16,
    sets: [Set; 2],
    models: [Model<u16>; 2],
    counter: Arc<Counter>,
}

fn inner(counted: &Value) -> u16 {
    counted.check();
    counted.inner
}

fn sorted(values: impl Iterator<Item = u16>) -> Vec<u16> {
    let mut values: Vec<_> = values.collect();
    values.sort_unstable();
    values
}

impl Case {
    fn new(config: Config, values: u16) -> Self {
        let sets = [config.map().into(), config.map().into()];
        Case { values, sets, models: Default::default(), counter: Counter::new() }
    }

    fn apply(&mut self, second: bool, op: Op) {
        use Op::*;
        let (set, model) = (&self.sets[usize::from(second)], &mut self.models[usize::from(second)]);
        let make = |value| self.counter.make(value);
        let bound = self.values;
        let pinned = set.pin();
        match op {
            Insert(value) => {
                assert_eq!(pinned.insert(make(value % bound)), model.insert(value % bound))
            }
            Replace(value) => {
                let new = make(value % bound);
                assert_eq!(pinned.replace(new).map(inner), model.replace(value % bound));
            }
            Remove(value) => {
                assert_eq!(pinned.remove(&(value % bound)), model.remove(&(value % bound)))
            }
            Take(value) => {
                assert_eq!(pinned.take(&(value % bound)).map(inner), model.take(&(value % bound)))
            }
            Contains(value) => {
                assert_eq!(pinned.contains(&(value % bound)), model.contains(&(value % bound)));
                assert_eq!(
                    pinned.get(&(value % bound)).map(inner),
                    model.get(&(value % bound)).copied()
                );
            }
            Retain(modulus) => {
                pinned.retain(|value| !inner(value).is_multiple_of(modulus));
                model.retain(|value| value % modulus > 0);
            }
            ExtractIf(modulus, count) => {
                let all = model.iter().filter(|value| *value % modulus == 0).count();
                let taken: Vec<_> = pinned
                    .extract_if(|value| inner(value).is_multiple_of(modulus))
                    .take(count)
                    .map(inner)
                    .collect();
                assert_eq!(taken.len(), all.min(count));
                assert!(taken.iter().all(|value| model.remove(value)));
            }
            Clear => {
                pinned.clear();
                model.clear();
            }
            Reserve(additional) => {
                pinned.reserve(additional);
                assert!(pinned.capacity() >= model.len() + additional);
            }
            ShrinkToFit => pinned.shrink_to_fit(),
            HelpResize => drop((0..3).map(|_| set.as_map().help_resize(1)).last()),
            Extend(first, count) => {
                let values = || (0..count).map(|i| (first.wrapping_add(i)) % bound);
                let mut set = set;
                set.extend(values().map(make));
                model.extend(values());
            }
            Two => self.two(),
            Iterate => {
                assert_eq!(sorted(pinned.iter().map(inner)), sorted(model.iter().copied()));
                assert_eq!((pinned.len(), pinned.is_empty()), (model.len(), model.is_empty()));
            }
            CloneAndCompare => {
                let copy = set.clone();
                assert!(copy == *set);
                assert_eq!(
                    sorted(copy.into_iter().map(|value| inner(&value))),
                    sorted(model.iter().copied())
                );
            }
        }
    }

    fn two(&self) {
        let ([a, b], [x, y]) = (&self.sets, &self.models);
        let pinned = a.pin();
        assert_eq!(sorted(pinned.union(b).map(inner)), sorted(x.union(y).copied()));
        assert_eq!(sorted(pinned.intersection(b).map(inner)), sorted(x.intersection(y).copied()));
        assert_eq!(sorted(pinned.difference(b).map(inner)), sorted(x.difference(y).copied()));
        let difference = sorted(pinned.symmetric_difference(b).map(inner));
        assert_eq!(difference, sorted(x.symmetric_difference(y).copied()));
        let relations = [pinned.is_subset(b), pinned.is_superset(b), pinned.is_disjoint(b), a == b];
        assert_eq!(relations, [x.is_subset(y), x.is_superset(y), x.is_disjoint(y), x == y]);
        let common: Model<u16> = x & y;
        let shared: HashSet<u16> = pinned.intersection(b).map(inner).collect();
        let small: HashSet<u16> = x.iter().copied().collect();
        assert!(shared.is_subset(&small) && small.is_superset(&shared));
        assert_eq!(sorted((&small & &shared).into_iter()), sorted(common.into_iter()));
        assert_eq!((&small | &shared), small);
        assert!((&small - &shared).is_disjoint(&shared));
        assert_eq!((&small ^ &shared), &small - &shared);
    }

    fn end(self) {
        for (mut set, model) in self.sets.into_iter().zip(self.models) {
            set.validate().unwrap();
            assert_eq!(
                sorted(set.into_iter().map(|value| inner(&value))),
                sorted(model.into_iter())
            );
        }
        self.counter.check();
    }
}

#[test]
fn sets_agree_with_std_in_every_configuration() {
    let cases =
        std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(20);
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) };
    let strategy = (20..200_u16, prop::collection::vec(op(), 1..200));
    proptest!(config, |((values, ops) in strategy)| {
        with_maps(|config| {
            let mut case = Case::new(config, values);
            ops.iter().for_each(|(second, op)| case.apply(*second, *op));
            case.end();
        });
    });
}

/// Equal, and yet not the same.
#[derive(Debug, Clone)]
struct Named(u32, &'static str);

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl Eq for Named {}
impl std::hash::Hash for Named {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[test]
fn insert_keeps_what_is_there_and_replace_does_not() {
    let set = HashSet::new();
    let set = set.pin();
    assert!(set.insert(Named(1, "first")));
    assert!(!set.insert(Named(1, "second")));
    assert_eq!(set.get(&Named(1, "")).unwrap().1, "first");
    assert_eq!(set.replace(Named(1, "third")).unwrap().1, "first");
    assert_eq!(set.take(&Named(1, "")).unwrap().1, "third");
    let (mine, other) = (HashSet::from([Named(2, "mine")]), HashSet::from([Named(2, "other")]));
    assert_eq!(mine.pin().intersection(&other).next().unwrap().1, "mine");
}

#[test]
fn a_value_is_inserted_and_removed_by_one_thread_only() {
    let set: Arc<HashSet<u64>> = Arc::default();
    let shared = set.clone();
    let wins = on_threads(4, move |_| {
        let guard = shared.owned_guard();
        let values = 0..scaled(100_000, 10_000) as u64;
        let inserted = values.clone().filter(|value| shared.insert(*value, &guard)).count();
        let removed = values.filter(|value| value % 2 == 0 && shared.remove(value, &guard)).count();
        (inserted, removed)
    });
    let (inserted, removed) = wins.into_iter().fold((0, 0), |sum, (i, r)| (sum.0 + i, sum.1 + r));
    assert_eq!(set.len(), inserted - removed);
    assert!(
        set.pin().iter().filter(|value| *value % 2 == 1).count() == scaled(100_000, 10_000) / 2
    );
    Arc::into_inner(set).unwrap().validate().unwrap();
}

#[test]
fn sets_of_all_kinds_are_made_in_all_ways() {
    let words = HashSet::from([String::from("a"), String::from("b")]);
    assert!(words.pin().contains("a") && !words.pin_owned().contains("c"));
    assert_eq!(format!("{:?}", HashSet::from([1])), "{1}");
    assert_eq!(format!("{:?}", HashSet::from([1]).pin()), "{1}");
    let mut numbers: HashSet<u32> = HashSet::with_capacity(100);
    numbers.extend([1, 2]);
    numbers.extend(&[2, 3]);
    (&numbers).extend(&[4]);
    assert_eq!(numbers, (1..5).collect());
    assert!(numbers.capacity() >= 100 && numbers.pin().into_iter().count() == 4);
    let built: HashSet<u8, _> =
        HashMap::builder().hasher(std::hash::RandomState::new()).capacity(50).build().into();
    assert!(built.capacity() >= 50 && built.is_empty());
    built.pin().insert(1);
    built.flush();
    let units: HashSet<()> = [(), ()].into_iter().collect();
    assert_eq!(units.len(), 1);
    let mut left: set::IntoIter<u32> = numbers.into_iter();
    assert_eq!((left.next().is_some(), left.size_hint()), (true, (3, Some(3))));
    fn send<T: Send + Sync>() {}
    send::<HashSet<String>>();
    send::<evacmap::HashSetRef<'_, String, evacmap::DefaultHashBuilder, OwnedGuard>>();
    send::<set::Iter<'_, String>>();
}
