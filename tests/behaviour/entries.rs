//! The later additions to the map's interface, in any order, against the standard library's map:
//! entries, look-ups of many keys, lazy removal, changes in place. All configurations, all hashers,
//! a resize begun before most operations and left half done.

use std::collections::HashMap as Model;
use std::sync::Arc;

use crate::common::{Config, Counted, Counter, TestMap, with_maps};
use evacmap::{Entry, HashMap};
use proptest::prelude::*;

type Key = Counted<u16>;
type Value = Counted<u32>;

#[derive(Clone, Debug)]
enum Op {
    Insert(u16, u32),
    Remove(u16),
    GetOrTryInsert(u16, u32, bool),
    GetMany([u16; 5]),
    GetManyIter(Vec<u16>),
    ExtractIf(u32, usize),
    GetMut(u16),
    IterMut,
    ValuesMut(usize),
    ModifyOrInsert(u16, u32),
    OrDefault(u16),
    OrInsertWithKey(u16),
    InsertEntry(u16, u32),
    RemoveEntry(u16),
    OccupiedInsert(u16, u32, bool),
    OccupiedRemove(u16, bool),
    VacantInsert(u16, u32, bool),
    ModifyRemoved(u16, u32),
}

fn op() -> impl Strategy<Value = Op> {
    use Op::*;
    let key = || any::<u16>();
    let value = || 0..16_u32;
    prop_oneof![
        12 => (key(), value()).prop_map(|(k, v)| Insert(k, v)),
        5 => key().prop_map(Remove),
        3 => (key(), value(), any::<bool>()).prop_map(|(k, v, ok)| GetOrTryInsert(k, v, ok)),
        3 => any::<[u16; 5]>().prop_map(GetMany),
        2 => prop::collection::vec(key(), 0..60).prop_map(GetManyIter),
        1 => (2..5_u32, 0..80_usize).prop_map(|(m, n)| ExtractIf(m, n)),
        4 => key().prop_map(GetMut),
        1 => Just(IterMut),
        1 => (0..200_usize).prop_map(ValuesMut),
        3 => (key(), value()).prop_map(|(k, v)| ModifyOrInsert(k, v)),
        2 => key().prop_map(OrDefault),
        2 => key().prop_map(OrInsertWithKey),
        2 => (key(), value()).prop_map(|(k, v)| InsertEntry(k, v)),
        2 => key().prop_map(RemoveEntry),
        2 => (key(), value(), any::<bool>()).prop_map(|(k, v, other)| OccupiedInsert(k, v, other)),
        2 => (key(), any::<bool>()).prop_map(|(k, other)| OccupiedRemove(k, other)),
        2 => (key(), value(), any::<bool>()).prop_map(|(k, v, other)| VacantInsert(k, v, other)),
        2 => (key(), value()).prop_map(|(k, v)| ModifyRemoved(k, v)),
    ]
}

struct Case {
    keys: u16,
    map: TestMap<Key, Value>,
    model: Model<u16, u32>,
    made: (Arc<Counter>, Arc<Counter>),
}

fn inner<T: Copy>(counted: &Counted<T>) -> T {
    counted.check();
    counted.inner
}

fn pair((key, value): (&Key, &Value)) -> (u16, u32) {
    (inner(key), inner(value))
}

impl Case {
    fn new(config: Config, keys: u16) -> Self {
        Case {
            keys,
            map: config.map(),
            model: Model::new(),
            made: (Counter::new(), Counter::new()),
        }
    }

    fn key(&self, key: u16) -> Key {
        self.made.0.make(key)
    }

    fn value(&self, value: u32) -> Value {
        self.made.1.make(value)
    }

    /// Begins a change of the table, unless one is under way, and goes on with it for a few groups.
    fn disturb(&self, kind: u8, groups: usize) {
        let map = self.map.pin();
        match kind {
            0 if map.capacity() < 5000 => {
                map.reserve(map.capacity() + 1 - map.len().min(map.capacity()))
            }
            1 => map.shrink_to_fit(),
            #[cfg(feature = "_hooks")]
            2 => map.map().start_rebuild(),
            _ => {}
        }
        map.help_resize(groups);
    }

    fn apply(&mut self, op: Op) {
        use Op::*;
        let keys = self.keys;
        match op {
            Insert(key, value) => {
                let old = self.map.pin().insert(self.key(key % keys), self.value(value)).map(inner);
                assert_eq!(old, self.model.insert(key % keys, value));
            }
            Remove(key) => {
                let old = self.map.pin().remove(&(key % keys)).map(inner);
                assert_eq!(old, self.model.remove(&(key % keys)));
            }
            GetOrTryInsert(key, value, ok) => self.get_or_try_insert(key % keys, value, ok),
            GetMany(some) => {
                let some = some.map(|key| key % keys);
                let found = self.map.pin().get_many(some.each_ref()).map(|value| value.map(inner));
                assert_eq!(found, some.map(|key| self.model.get(&key).copied()));
            }
            GetManyIter(some) => {
                let some: Vec<_> = some.iter().map(|key| key % keys).collect();
                let map = self.map.pin();
                let found: Vec<_> =
                    map.get_many_iter(&some).map(|value| value.map(inner)).collect();
                assert_eq!(
                    found,
                    some.iter().map(|key| self.model.get(key).copied()).collect::<Vec<_>>()
                );
            }
            ExtractIf(modulus, count) => self.extract_if(modulus, count),
            GetMut(key) => {
                let (ours, theirs) =
                    (self.map.get_mut(&(key % keys)), self.model.get_mut(&(key % keys)));
                assert_eq!(ours.as_deref().map(inner), theirs.as_deref().copied());
                if let (Some(ours), Some(theirs)) = (ours, theirs) {
                    *ours = self.made.1.make(inner(ours) ^ 1);
                    *theirs ^= 1;
                }
            }
            IterMut => {
                assert_eq!(self.map.iter_mut().len(), self.model.len());
                for (key, value) in &mut self.map {
                    value.inner = (inner(value) + 1) % 16;
                    let theirs = self.model.get_mut(&inner(key)).unwrap();
                    *theirs = (*theirs + 1) % 16;
                    assert_eq!(value.inner, *theirs, "each once");
                }
            }
            ValuesMut(count) => {
                let mut values: Vec<_> = self.map.values_mut().collect();
                assert_eq!(values.len(), self.model.len());
                // All at once: each is the only reference to its value.
                values.iter_mut().for_each(|value| value.inner ^= 3);
                self.model.values_mut().for_each(|value| *value ^= 3);
                assert_eq!(self.map.values_mut().take(count).count(), count.min(self.model.len()));
            }
            _ => self.apply_entry(op),
        }
    }

    fn get_or_try_insert(&mut self, key: u16, value: u32, ok: bool) {
        let map = self.map.pin();
        let mut asked = 0;
        let got = map.get_or_try_insert_with(self.key(key), || {
            asked += 1;
            if ok { Ok(self.value(value)) } else { Err(value) }
        });
        assert_eq!(asked, u32::from(!self.model.contains_key(&key)));
        match got {
            Ok(got) => assert_eq!(inner(got), *self.model.entry(key).or_insert(value)),
            Err(error) => assert!(!ok && error == value && !self.model.contains_key(&key)),
        }
    }

    /// Takes the first few of those that meet the condition, and leaves the rest.
    fn extract_if(&mut self, modulus: u32, count: usize) {
        let map = self.map.pin();
        let taken: Vec<_> =
            map.extract_if(|_, value| inner(value) % modulus == 0).take(count).map(pair).collect();
        let all = self.model.values().filter(|value| *value % modulus == 0).count();
        assert_eq!(taken.len(), all.min(count));
        for (key, value) in taken {
            assert_eq!(self.model.remove(&key), Some(value));
            assert!(!map.contains_key(&key));
        }
    }

    fn apply_entry(&mut self, op: Op) {
        use Op::*;
        let keys = self.keys;
        match op {
            ModifyOrInsert(key, value) => self.modify_or_insert(key % keys, value),
            OrDefault(key) => {
                let map: HashMap<u16, u32> = self.model.iter().map(|(k, v)| (*k, *v)).collect();
                let ours = *map.pin().entry(key % keys).or_default();
                assert_eq!(ours, *self.model.get(&(key % keys)).unwrap_or(&0));
            }
            OrInsertWithKey(key) => {
                let map = self.map.pin();
                let make = |key: &Key| self.value(u32::from(inner(key) % 16));
                let ours = inner(map.entry(self.key(key % keys)).or_insert_with_key(make));
                assert_eq!(
                    ours,
                    *self.model.entry(key % keys).or_insert(u32::from(key % keys % 16))
                );
            }
            InsertEntry(key, value) => {
                let map = self.map.pin();
                let now = map.entry(self.key(key % keys)).insert_entry(self.value(value));
                assert_eq!(pair(now), (key % keys, value));
                self.model.insert(key % keys, value);
            }
            RemoveEntry(key) => {
                let removed = self.map.pin().entry(self.key(key % keys)).remove_entry().map(pair);
                assert_eq!(removed, self.model.remove_entry(&(key % keys)));
            }
            OccupiedInsert(key, value, other) => self.occupied_insert(key % keys, value, other),
            OccupiedRemove(key, other) => self.occupied_remove(key % keys, other),
            VacantInsert(key, value, other) => self.vacant_insert(key % keys, value, other),
            ModifyRemoved(key, value) => {
                let map = self.map.pin();
                let entry = map.entry(self.key(key % keys));
                assert_eq!(entry.get().map(inner), self.model.get(&(key % keys)).copied());
                assert_eq!(inner(entry.key()), key % keys);
                map.remove(&(key % keys));
                let modified = entry.and_modify(|_| unreachable!("the key is gone"));
                assert!(modified.get().is_none());
                assert_eq!(inner(modified.or_insert(self.value(value))), value);
                self.model.insert(key % keys, value);
            }
            _ => unreachable!("not an operation on an entry"),
        }
    }

    fn modify_or_insert(&mut self, key: u16, value: u32) {
        let map = self.map.pin();
        let present = self.model.contains_key(&key);
        let modified = map.entry(self.key(key)).and_modify(|old| self.value(inner(old) ^ 5));
        assert_eq!(modified.get().is_some(), present);
        let ours = inner(modified.or_insert_with(|| self.value(value)));
        assert_eq!(ours, *self.model.entry(key).and_modify(|old| *old ^= 5).or_insert(value));
    }

    /// Does something to the key between the look and the deed, if `other`.
    fn occupied_insert(&mut self, key: u16, value: u32, other: bool) {
        let map = self.map.pin();
        let Entry::Occupied(entry) = map.entry(self.key(key)) else { return };
        assert_eq!((inner(entry.key()), inner(entry.get())), (key, self.model[&key]));
        if other {
            map.insert(self.key(key), self.value(value + 1));
            self.model.insert(key, value + 1);
            let error = entry.insert(self.value(value)).unwrap_err();
            assert_eq!((error.current.map(inner), inner(&error.new)), (Some(value + 1), value));
        } else {
            let old = inner(entry.insert(self.value(value)).unwrap());
            assert_eq!(self.model.insert(key, value), Some(old));
        }
    }

    fn occupied_remove(&mut self, key: u16, other: bool) {
        let map = self.map.pin();
        let Entry::Occupied(entry) = map.entry(self.key(key)) else { return };
        if other {
            // The same value in another entry is not what was seen.
            map.insert(self.key(key), self.value(self.model[&key]));
            let error = entry.remove_entry().unwrap_err();
            assert_eq!(error.current.map(inner), self.model.get(&key).copied());
            let Entry::Occupied(entry) = map.entry(self.key(key)) else { panic!("it is there") };
            map.remove(&key);
            assert!(entry.remove_entry().unwrap_err().current.is_none());
        } else {
            assert_eq!(
                entry.remove_entry().map(pair).ok(),
                self.model.get_key_value(&key).map(|(k, v)| (*k, *v))
            );
        }
        self.model.remove(&key);
    }

    fn vacant_insert(&mut self, key: u16, value: u32, other: bool) {
        let map = self.map.pin();
        let Entry::Vacant(entry) = map.entry(self.key(key)) else { return };
        assert_eq!(inner(entry.key()), key);
        if other {
            map.insert(self.key(key), self.value(value + 1));
            let error = entry.insert(self.value(value)).unwrap_err();
            assert_eq!((inner(error.current), inner(&error.not_inserted)), (value + 1, value));
            self.model.insert(key, value + 1);
        } else {
            assert_eq!(inner(entry.insert(self.value(value)).unwrap()), value);
            self.model.insert(key, value);
        }
    }

    fn end(mut self) {
        self.map.validate().unwrap();
        let mut ours: Vec<_> = self.map.pin().iter().map(pair).collect();
        let mut theirs: Vec<_> = self.model.into_iter().collect();
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs);
        drop(self.map);
        self.made.0.check();
        self.made.1.check();
    }
}

fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases.unwrap_or(default))
    }
}

#[test]
fn the_additions_agree_with_std_in_every_configuration() {
    let strategy = (64..300_u16, prop::collection::vec((op(), 0..4_u8, 0..3_usize), 1..300));
    proptest!(cases(30), |((keys, ops) in strategy)| {
        with_maps(|config| {
            let mut case = Case::new(config, keys);
            for (op, kind, groups) in &ops {
                case.disturb(*kind, *groups);
                case.apply(op.clone());
            }
            case.end();
        });
    });
}
