//! Every operation, in any order, against the standard library's map: all configurations, all
//! hashers, keys few enough to collide, and a resize under way most of the time. `PROPTEST_CASES`
//! sets the number of cases.

use std::collections::HashMap as Model;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::common::{Config, Counted, Counter, TestMap, with_maps};
use evacmap::{Compute, Guard, Operation};
use proptest::prelude::*;

type Key = Counted<u16>;
type Value = Counted<u32>;

/// What a case does. Keys are taken modulo the case's number of keys.
#[derive(Clone, Debug)]
enum Op {
    Insert(u16, u32),
    TryInsert(u16, u32),
    Get(u16),
    GetKeyValue(u16),
    ContainsKey(u16),
    GetOrInsert(u16, u32),
    GetOrInsertWith(u16, u32),
    Update(u16),
    UpdateOrInsert(u16, u32),
    UpdateOrInsertWith(u16, u32),
    ComputeInsert(u16, u32),
    ComputeRemove(u16),
    ComputeAbort(u16),
    CompareExchange(u16, u32, bool),
    CompareRemove(u16, u32, bool),
    Remove(u16),
    RemoveEntry(u16),
    RemoveIf(u16, bool),
    Retain(u32),
    Clear,
    Reserve(usize),
    ShrinkToFit,
    HelpResize(usize),
    FinishResize,
    Flush,
    Iterate,
    Len,
    CloneAndCompare,
    IntoIter,
    Extend(Vec<(u16, u32)>),
    HoldGuard(bool),
}

fn op() -> impl Strategy<Value = Op> {
    use Op::*;
    let key = || any::<u16>();
    // Few values, so that comparisons and conditions go both ways.
    let value = || 0..16_u32;
    prop_oneof![
        12 => (key(), value()).prop_map(|(k, v)| Insert(k, v)),
        4 => (key(), value()).prop_map(|(k, v)| TryInsert(k, v)),
        6 => key().prop_map(Get),
        2 => key().prop_map(GetKeyValue),
        2 => key().prop_map(ContainsKey),
        4 => (key(), value()).prop_map(|(k, v)| GetOrInsert(k, v)),
        4 => (key(), value()).prop_map(|(k, v)| GetOrInsertWith(k, v)),
        4 => key().prop_map(Update),
        4 => (key(), value()).prop_map(|(k, v)| UpdateOrInsert(k, v)),
        4 => (key(), value()).prop_map(|(k, v)| UpdateOrInsertWith(k, v)),
        4 => (key(), value()).prop_map(|(k, v)| ComputeInsert(k, v)),
        3 => key().prop_map(ComputeRemove),
        2 => key().prop_map(ComputeAbort),
        3 => (key(), value(), any::<bool>()).prop_map(|(k, v, right)| CompareExchange(k, v, right)),
        3 => (key(), value(), any::<bool>()).prop_map(|(k, v, right)| CompareRemove(k, v, right)),
        8 => key().prop_map(Remove),
        3 => key().prop_map(RemoveEntry),
        3 => (key(), any::<bool>()).prop_map(|(k, yes)| RemoveIf(k, yes)),
        1 => (2..5_u32).prop_map(Retain),
        1 => Just(Clear),
        1 => (0..600_usize).prop_map(Reserve),
        1 => Just(ShrinkToFit),
        2 => (0..5_usize).prop_map(HelpResize),
        1 => Just(FinishResize),
        1 => Just(Flush),
        1 => Just(Iterate),
        2 => Just(Len),
        1 => Just(CloneAndCompare),
        1 => Just(IntoIter),
        2 => prop::collection::vec((key(), value()), 0..40).prop_map(Extend),
        1 => any::<bool>().prop_map(HoldGuard),
    ]
}

struct Case {
    config: Config,
    keys: u16,
    map: TestMap<Key, Value>,
    model: Model<u16, u32>,
    keys_made: Arc<Counter>,
    values_made: Arc<Counter>,
    held: Option<Guard>,
    steps: usize,
    resizing: usize,
}

fn inner<T: Copy>(counted: &Counted<T>) -> T {
    counted.check();
    counted.inner
}

impl Case {
    fn new(config: Config, keys: u16) -> Self {
        Case {
            config,
            keys,
            map: config.map(),
            model: Model::new(),
            keys_made: Counter::new(),
            values_made: Counter::new(),
            held: None,
            steps: 0,
            resizing: 0,
        }
    }

    fn key(&self, key: u16) -> Key {
        self.keys_made.make(key)
    }

    fn value(&self, value: u32) -> Value {
        self.values_made.make(value)
    }

    fn step(&mut self, op: &Op) {
        let (keys, values) = (&self.keys_made, &self.values_made);
        let foreign = |i: u64| (keys.make(1000 + i as u16), values.make(0));
        self.config.disturb(&self.map, self.steps, foreign);
        self.steps += 1;
        self.resizing += usize::from(self.map.is_resizing());
        self.apply(op);
    }

    fn apply(&mut self, op: &Op) {
        use Op::*;
        match op {
            &Insert(key, value) | &TryInsert(key, value) => self.insert(op, key % self.keys, value),
            &GetOrInsert(key, value) | &GetOrInsertWith(key, value) => {
                self.get_or_insert(op, key % self.keys, value);
            }
            &Get(key) | &GetKeyValue(key) | &ContainsKey(key) => self.look_up(key % self.keys),
            &Update(key) => self.update(op, key % self.keys, 0),
            &UpdateOrInsert(key, value) | &UpdateOrInsertWith(key, value) => {
                self.update(op, key % self.keys, value)
            }
            &ComputeInsert(key, value) => self.compute_insert(key % self.keys, value),
            &ComputeRemove(key) => self.compute_remove(key % self.keys),
            &ComputeAbort(key) => self.compute_abort(key % self.keys),
            &CompareExchange(key, value, right) => {
                self.compare_exchange(key % self.keys, value, right)
            }
            &CompareRemove(key, value, right) => self.compare_remove(key % self.keys, value, right),
            &Remove(key) | &RemoveEntry(key) => self.remove(op, key % self.keys),
            &RemoveIf(key, yes) => self.remove_if(key % self.keys, yes),
            &Retain(modulus) => {
                self.map.pin().retain(|_, value| inner(value) % modulus != 0);
                self.model.retain(|_, value| *value % modulus != 0);
            }
            Clear => {
                self.map.pin().clear();
                self.model.clear();
                assert!(self.map.is_empty());
            }
            &Reserve(additional) => {
                self.map.pin().reserve(additional);
                assert!(self.map.capacity() >= self.model.len() + additional);
            }
            ShrinkToFit => self.map.pin().shrink_to_fit(),
            &HelpResize(groups) => {
                let progress = self.map.help_resize(groups);
                assert!(progress.filled_buckets <= progress.buckets);
            }
            FinishResize => {
                self.map.finish_resize();
                assert!(!self.map.is_resizing());
                assert_eq!(self.map.stats().old_buckets, 0);
            }
            Flush => self.map.flush(),
            Iterate => self.iterate(),
            Len => {
                assert_eq!(self.map.len(), self.model.len());
                assert_eq!(self.map.is_empty(), self.model.is_empty());
                assert_eq!(self.map.stats().len, self.model.len());
            }
            CloneAndCompare => self.clone_and_compare(),
            IntoIter => {
                let mut entries: Vec<_> =
                    self.map.clone().into_iter().map(|(k, v)| (k.inner, v.inner)).collect();
                entries.sort();
                assert_eq!(entries, self.sorted_model());
            }
            Extend(entries) => {
                let entries: Vec<_> = entries.iter().map(|(k, v)| (k % self.keys, *v)).collect();
                self.model.extend(entries.iter().copied());
                let counted: Vec<_> =
                    entries.iter().map(|(k, v)| (self.key(*k), self.value(*v))).collect();
                self.map.extend(counted);
            }
            &HoldGuard(hold) => self.held = hold.then(evacmap::pin),
        }
    }

    fn insert(&mut self, op: &Op, key: u16, value: u32) {
        let map = self.map.pin();
        if let Op::Insert(..) = op {
            let old = map.insert(self.key(key), self.value(value)).map(inner);
            assert_eq!(old, self.model.insert(key, value));
            return;
        }
        match map.try_insert(self.key(key), self.value(value)) {
            Ok(new) => {
                assert_eq!(inner(new), value);
                assert_eq!(self.model.insert(key, value), None);
            }
            Err(error) => {
                assert_eq!(error.not_inserted.inner, value);
                assert_eq!(self.model.get(&key).copied(), Some(inner(error.current)));
            }
        }
    }

    fn get_or_insert(&mut self, op: &Op, key: u16, value: u32) {
        let map = self.map.pin();
        let mut asked = 0;
        let got = if let Op::GetOrInsert(..) = op {
            map.get_or_insert(self.key(key), self.value(value))
        } else {
            map.get_or_insert_with(self.key(key), || {
                asked += 1;
                self.value(value)
            })
        };
        if let Op::GetOrInsertWith(..) = op {
            assert_eq!(asked, usize::from(!self.model.contains_key(&key)));
        }
        assert_eq!(inner(got), *self.model.entry(key).or_insert(value));
    }

    fn look_up(&mut self, key: u16) {
        let map = self.map.pin();
        let expected = self.model.get(&key).copied();
        assert_eq!(map.get(&key).map(inner), expected);
        let pair = map.get_key_value(&key).map(|(k, v)| (inner(k), inner(v)));
        assert_eq!(pair, expected.map(|value| (key, value)));
        assert_eq!(map.contains_key(&key), expected.is_some());
    }

    fn update(&mut self, op: &Op, key: u16, value: u32) {
        let map = self.map.pin();
        let change = |old: &Value| self.value((inner(old) + 1) % 16);
        let new = match op {
            Op::Update(_) => map.update(self.key(key), change),
            Op::UpdateOrInsert(..) => {
                Some(map.update_or_insert(self.key(key), change, self.value(value)))
            }
            _ => Some(map.update_or_insert_with(self.key(key), change, || self.value(value))),
        };
        let expected = match self.model.get(&key) {
            Some(old) => Some((old + 1) % 16),
            None if matches!(op, Op::Update(_)) => None,
            None => Some(value),
        };
        if let Some(expected) = expected {
            self.model.insert(key, expected);
        }
        assert_eq!(new.map(inner), expected);
    }

    fn compute_insert(&mut self, key: u16, value: u32) {
        let map = self.map.pin();
        let new = self.model.get(&key).map_or(value, |old| old ^ value);
        let computed = map.compute(self.key(key), |entry| {
            let new = entry.map_or(value, |(_, old)| inner(old) ^ value);
            Operation::<_, ()>::Insert(self.value(new))
        });
        let old = self.model.insert(key, new);
        match computed {
            Compute::Inserted(k, v) => assert_eq!((inner(k), inner(v), None), (key, new, old)),
            Compute::Updated { old: (_, was), new: (k, v) } => {
                assert_eq!((inner(k), inner(v), Some(inner(was))), (key, new, old));
            }
            other => panic!("{other:?}"),
        }
    }

    fn compute_remove(&mut self, key: u16) {
        let map = self.map.pin();
        let expected = self.model.remove(&key);
        let compute = || map.compute(self.key(key), |_| Operation::<_, ()>::Remove);
        match (expected, catch_unwind(AssertUnwindSafe(compute))) {
            (Some(value), Ok(Compute::Removed(k, v))) => {
                assert_eq!((inner(k), inner(v)), (key, value))
            }
            // To remove what is absent is a mistake of the caller.
            (None, Err(_)) => {}
            (expected, got) => panic!("{expected:?}, {got:?}"),
        }
    }

    fn compute_abort(&mut self, key: u16) {
        let map = self.map.pin();
        match map
            .compute(self.key(key), |entry| Operation::Abort(entry.map(|(_, value)| inner(value))))
        {
            Compute::Aborted(seen) => assert_eq!(seen, self.model.get(&key).copied()),
            other => panic!("{other:?}"),
        }
    }

    fn compare_exchange(&mut self, key: u16, new: u32, right: bool) {
        let map = self.map.pin();
        let present = self.model.get(&key).copied();
        let expected = present.filter(|_| right).unwrap_or(77);
        match map.compare_exchange(self.key(key), &self.value(expected), self.value(new)) {
            Ok(old) => {
                assert_eq!(Some(inner(old)), present);
                assert_eq!(self.model.insert(key, new), Some(expected));
            }
            Err(error) => {
                assert!(!right || present.is_none());
                assert_eq!(error.new.inner, new);
                assert_eq!(error.current.map(inner), present);
            }
        }
    }

    fn compare_remove(&mut self, key: u16, other: u32, right: bool) {
        let map = self.map.pin();
        let present = self.model.get(&key).copied();
        let expected = if right { present.unwrap_or(other) } else { other };
        match map.compare_remove(&key, &self.value(expected)) {
            Ok(old) => {
                assert_eq!(inner(old), expected);
                assert_eq!(self.model.remove(&key), Some(expected));
            }
            Err(error) => {
                assert_ne!(present, Some(expected));
                assert_eq!(error.current.map(inner), present);
            }
        }
    }

    fn remove(&mut self, op: &Op, key: u16) {
        let map = self.map.pin();
        let expected = self.model.remove(&key);
        if let Op::Remove(_) = op {
            assert_eq!(map.remove(&key).map(inner), expected);
        } else {
            let removed = map.remove_entry(&key).map(|(k, v)| (inner(k), inner(v)));
            assert_eq!(removed, expected.map(|value| (key, value)));
        }
    }

    fn remove_if(&mut self, key: u16, yes: bool) {
        let map = self.map.pin();
        let present = self.model.get(&key).copied();
        let removed = map.remove_if(&key, |k, v| {
            assert_eq!((inner(k), Some(inner(v))), (key, present));
            yes
        });
        match removed {
            Ok(Some((k, v))) => {
                assert!(yes);
                assert_eq!((inner(k), Some(inner(v))), (key, self.model.remove(&key)));
            }
            Ok(None) => assert_eq!(present, None),
            Err((k, v)) => {
                assert!(!yes);
                assert_eq!((inner(k), Some(inner(v))), (key, present));
            }
        }
    }

    fn sorted_model(&self) -> Vec<(u16, u32)> {
        let mut entries: Vec<_> = self.model.iter().map(|(k, v)| (*k, *v)).collect();
        entries.sort();
        entries
    }

    fn iterate(&mut self) {
        let map = self.map.pin();
        let mut entries: Vec<_> = map.iter().map(|(k, v)| (inner(k), inner(v))).collect();
        entries.sort();
        let expected = self.sorted_model();
        assert_eq!(entries, expected);
        let mut keys: Vec<_> = map.keys().map(inner).collect();
        keys.sort();
        assert!(keys.iter().eq(expected.iter().map(|(key, _)| key)));
        let mut values: Vec<_> = map.values().map(inner).collect();
        values.sort();
        let mut expected: Vec<_> = expected.iter().map(|(_, value)| *value).collect();
        expected.sort();
        assert_eq!(values, expected);
    }

    fn clone_and_compare(&mut self) {
        let mut copy = self.map.clone();
        assert!(copy == self.map);
        assert!(self.map == copy);
        assert_eq!(copy.len(), self.model.len());
        copy.pin().insert(self.key(u16::MAX), self.value(1));
        assert!(copy != self.map);
        assert!(self.map != copy);
        copy.pin().insert(self.key(u16::MAX), self.value(2));
        copy.validate().unwrap();
    }

    /// Compares everything, and drops the map.
    fn end(mut self) -> (usize, usize) {
        self.iterate();
        assert_eq!(self.map.len(), self.model.len());
        self.map.validate().unwrap();
        drop(self.map);
        self.keys_made.check();
        self.values_made.check();
        (self.steps, self.resizing)
    }
}

fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(default),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// `compute` panics when it is asked to remove what is not there; that is expected here and need
/// not be reported.
fn hush() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let expected =
                info.payload_as_str().is_some_and(|text| text.contains("for a key that is absent"));
            if !expected {
                before(info);
            }
        }));
    });
}

#[test]
fn every_operation_agrees_with_std_in_every_configuration() {
    hush();
    let (steps, resizing) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let strategy = (64..300_u16, prop::collection::vec(op(), 1..400));
    proptest!(cases(60), |((keys, ops) in strategy)| {
        with_maps(|config| {
            let mut case = Case::new(config, keys);
            for op in &ops {
                case.step(op);
            }
            let (stepped, resized) = case.end();
            steps.fetch_add(stepped, Relaxed);
            resizing.fetch_add(resized, Relaxed);
        });
    });
    let (steps, resizing) = (steps.into_inner(), resizing.into_inner());
    println!("a resize was under way at {resizing} of {steps} operations");
    if steps > 10_000 {
        assert!(resizing * 3 > steps, "a resize at {resizing} of {steps} operations only");
    }
}

/// What the other test leaves alone: writes in all configurations with each kind of table change
/// begun at every step.
#[test]
fn every_operation_agrees_with_std_with_a_resize_begun_before_it() {
    hush();
    let strategy = (64..300_u16, prop::collection::vec((op(), 0..4_u8, 0..3_usize), 1..200));
    proptest!(cases(60), |((keys, ops) in strategy)| {
        with_maps(|config| {
            let mut case = Case::new(config, keys);
            for (op, kind, help) in &ops {
                let (map, guard) = (&case.map, evacmap::pin());
                match kind {
                    0 if map.capacity() < 5000 => map.reserve(map.capacity() + 1 - map.len().min(map.capacity()), &guard),
                    1 => map.shrink_to_fit(&guard),
                    #[cfg(feature = "_hooks")]
                    2 => map.start_rebuild(),
                    _ => {}
                }
                map.help_resize(*help);
                drop(guard);
                case.step(op);
            }
            case.end();
        });
    });
}
