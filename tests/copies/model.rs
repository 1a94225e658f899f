//! Every operation, in any order, against the standard library's map, with a resize under way most
//! of the time, for keys and values of several widths. `PROPTEST_CASES` sets the number of cases.

use std::collections::HashMap as Model;
use std::fmt::Debug;
use std::hash::Hash;

use evacmap::{Bits, CopyCompute, CopyMap, Operation};
use proptest::prelude::*;

/// What a case does. Keys are numbers of a list, values numbers below 16.
#[derive(Clone, Debug)]
enum Op {
    Insert(u16, u8),
    TryInsert(u16, u8),
    Get(u16),
    GetMany([u16; 3]),
    GetOrInsertWith(u16, u8),
    Update(u16),
    UpdateOrInsert(u16, u8),
    Compute(u16, u8),
    CompareExchange(u16, u8, u8),
    CompareRemove(u16, u8),
    Remove(u16),
    RemoveIf(u16),
    Retain,
    Clear,
    Reserve(usize),
    ShrinkToFit,
    HelpResize(usize),
    FinishResize,
    #[cfg_attr(not(feature = "_hooks"), allow(dead_code))]
    Resize(i32),
    Iterate,
    CloneAndCompare,
    Fill(u16, u16),
}

fn op() -> impl Strategy<Value = Op> {
    use Op::*;
    let key = || any::<u16>();
    let value = || 0..16_u8;
    prop_oneof![
        12 => (key(), value()).prop_map(|(k, v)| Insert(k, v)),
        4 => (key(), value()).prop_map(|(k, v)| TryInsert(k, v)),
        6 => key().prop_map(Get),
        2 => any::<[u16; 3]>().prop_map(GetMany),
        3 => (key(), value()).prop_map(|(k, v)| GetOrInsertWith(k, v)),
        4 => key().prop_map(Update),
        4 => (key(), value()).prop_map(|(k, v)| UpdateOrInsert(k, v)),
        6 => (key(), value()).prop_map(|(k, v)| Compute(k, v)),
        4 => (key(), value(), value()).prop_map(|(k, a, b)| CompareExchange(k, a, b)),
        3 => (key(), value()).prop_map(|(k, v)| CompareRemove(k, v)),
        8 => key().prop_map(Remove),
        4 => key().prop_map(RemoveIf),
        1 => Just(Retain),
        1 => Just(Clear),
        1 => (0..300_usize).prop_map(Reserve),
        1 => Just(ShrinkToFit),
        2 => (0..8_usize).prop_map(HelpResize),
        2 => Just(FinishResize),
        2 => (-2..3).prop_map(Resize),
        1 => Just(Iterate),
        1 => Just(CloneAndCompare),
        2 => (key(), 0..60_u16).prop_map(|(k, n)| Fill(k, n)),
    ]
}

/// A map, and what it has to be.
struct Case<K: Bits, V: Bits> {
    map: CopyMap<K, V>,
    model: Model<K, V>,
    key: fn(u16) -> K,
    value: fn(u8) -> V,
}

impl<K, V> Case<K, V>
where
    K: Bits + Eq + Hash + Debug,
    V: Bits + Eq + Hash + Debug,
{
    fn new(key: fn(u16) -> K, value: fn(u8) -> V) -> Self {
        Case { map: CopyMap::with_seed(1), model: Model::new(), key, value }
    }

    /// Another value; for the same value always the same one.
    fn next(&self, value: V) -> V {
        let at = (0..16).find(|at| (self.value)(*at) == value).unwrap_or(0);
        (self.value)((at + 1) % 16)
    }

    fn run(mut self, ops: &[Op]) {
        for op in ops {
            self.step(op);
        }
        self.compare();
        self.map.finish_resize();
        self.map.validate().unwrap();
        self.compare();
    }

    fn compare(&mut self) {
        let entries: Vec<(K, V)> = self.map.iter().collect();
        assert_eq!(entries.len(), self.model.len(), "each once");
        assert_eq!(entries.into_iter().collect::<Model<K, V>>(), self.model);
        assert_eq!(self.map.len(), self.model.len());
        self.map.validate().unwrap();
    }

    fn step(&mut self, op: &Op) {
        match *op {
            Op::Insert(..) | Op::TryInsert(..) | Op::GetOrInsertWith(..) | Op::Fill(..) => {
                self.insert(op);
            }
            Op::Get(key) => {
                let key = (self.key)(key);
                assert_eq!(self.map.get(&key), self.model.get(&key).copied());
                assert_eq!(self.map.contains_key(&key), self.model.contains_key(&key));
            }
            Op::GetMany(keys) => {
                let keys = keys.map(self.key);
                let found = self.map.get_many(keys.each_ref());
                assert_eq!(found, keys.map(|key| self.model.get(&key).copied()));
            }
            Op::Update(_) | Op::UpdateOrInsert(..) | Op::Compute(..) | Op::CompareExchange(..) => {
                self.change(op);
            }
            Op::CompareRemove(..) | Op::Remove(_) | Op::RemoveIf(_) | Op::Retain | Op::Clear => {
                self.remove(op);
            }
            Op::Reserve(more) => {
                self.map.reserve(more);
                assert!(self.map.capacity() >= self.model.len() + more);
            }
            Op::ShrinkToFit => self.map.shrink_to_fit(),
            Op::HelpResize(groups) => drop(self.map.help_resize(groups)),
            Op::FinishResize => self.map.finish_resize(),
            #[cfg(feature = "_hooks")]
            Op::Resize(0) => self.map.start_rebuild(),
            #[cfg(feature = "_hooks")]
            Op::Resize(bits) if self.map.capacity() < 1 << 12 || bits < 0 => {
                self.map.start_resize(bits);
            }
            Op::Resize(_) => {}
            Op::Iterate => self.compare(),
            Op::CloneAndCompare => {
                let mut copy = self.map.clone();
                assert_eq!(copy, self.map);
                copy.validate().unwrap();
                copy.insert((self.key)(0), (self.value)(0));
            }
        }
    }

    fn insert(&mut self, op: &Op) {
        match *op {
            Op::Insert(key, value) => {
                let (key, value) = ((self.key)(key), (self.value)(value));
                assert_eq!(self.map.insert(key, value), self.model.insert(key, value));
            }
            Op::TryInsert(key, value) => {
                let (key, value) = ((self.key)(key), (self.value)(value));
                let expected = self.model.get(&key).map_or(Ok(()), |present| Err(*present));
                assert_eq!(self.map.try_insert(key, value), expected);
                self.model.entry(key).or_insert(value);
            }
            Op::GetOrInsertWith(key, value) => {
                let (key, value) = ((self.key)(key), (self.value)(value));
                let expected = *self.model.entry(key).or_insert(value);
                assert_eq!(self.map.get_or_insert_with(key, || value), expected);
            }
            Op::Fill(from, count) => {
                for at in 0..count {
                    let (key, value) =
                        ((self.key)(from.wrapping_add(at)), (self.value)((at % 16) as u8));
                    assert_eq!(self.map.insert(key, value), self.model.insert(key, value));
                }
            }
            _ => unreachable!(),
        }
    }

    fn change(&mut self, op: &Op) {
        match *op {
            Op::Update(key) => {
                let key = (self.key)(key);
                let expected = self.model.get(&key).map(|value| self.next(*value));
                assert_eq!(self.map.update(&key, |value| self.next(value)), expected);
                expected.map(|value| self.model.insert(key, value));
            }
            Op::UpdateOrInsert(key, value) => {
                let (key, value) = ((self.key)(key), (self.value)(value));
                let expected = self.model.get(&key).map_or(value, |value| self.next(*value));
                let change = |value| self.next(value);
                assert_eq!(self.map.update_or_insert(key, change, value), expected);
                self.model.insert(key, expected);
            }
            Op::Compute(key, value) => {
                let (key, kind, value) = ((self.key)(key), value % 3, (self.value)(value));
                let done = self.map.compute(key, |seen| match (seen, kind) {
                    (Some(_), 0) => Operation::Remove,
                    (_, 1) => Operation::Insert(value),
                    (seen, _) => Operation::Abort(seen),
                });
                let expected = match (self.model.get(&key).copied(), kind) {
                    (Some(old), 0) => CopyCompute::Removed(old),
                    (Some(old), 1) => CopyCompute::Updated { old, new: value },
                    (None, 1) => CopyCompute::Inserted(value),
                    (seen, _) => CopyCompute::Aborted(seen),
                };
                assert_eq!(done, expected);
                match expected {
                    CopyCompute::Removed(_) => drop(self.model.remove(&key)),
                    CopyCompute::Aborted(_) => {}
                    _ => drop(self.model.insert(key, value)),
                }
            }
            Op::CompareExchange(key, current, new) => {
                let (key, current) = ((self.key)(key), (self.value)(current));
                let new = (self.value)(new);
                let seen = self.model.get(&key).copied();
                let expected = if seen == Some(current) { Ok(current) } else { Err(seen) };
                assert_eq!(self.map.compare_exchange(&key, current, new), expected);
                expected.is_ok().then(|| self.model.insert(key, new));
            }
            _ => unreachable!(),
        }
    }

    fn remove(&mut self, op: &Op) {
        match *op {
            Op::CompareRemove(key, current) => {
                let (key, current) = ((self.key)(key), (self.value)(current));
                let seen = self.model.get(&key).copied();
                let expected = if seen == Some(current) { Ok(current) } else { Err(seen) };
                assert_eq!(self.map.compare_remove(&key, current), expected);
                expected.is_ok().then(|| self.model.remove(&key));
            }
            Op::Remove(key) => {
                let key = (self.key)(key);
                assert_eq!(self.map.remove(&key), self.model.remove(&key));
            }
            Op::RemoveIf(key) => {
                let key = (self.key)(key);
                let wanted = |value: V| value.into_bits().is_multiple_of(2);
                let expected = match self.model.get(&key) {
                    Some(value) if !wanted(*value) => Err(*value),
                    seen => Ok(seen.copied()),
                };
                assert_eq!(self.map.remove_if(&key, wanted), expected);
                expected.is_ok().then(|| self.model.remove(&key));
            }
            Op::Retain => {
                let keep = |value: V| !value.into_bits().is_multiple_of(3);
                self.map.retain(|_, value| keep(value));
                self.model.retain(|_, value| keep(*value));
            }
            Op::Clear => {
                self.map.clear();
                self.model.clear();
                assert!(self.map.is_empty());
            }
            _ => unreachable!(),
        }
    }
}

/// Keys of all kinds, first those that others would take for something else.
fn word(at: u16) -> u64 {
    let at = u64::from(at % 512);
    match at {
        0..64 => 1 << at,
        64..128 => u64::MAX << (at - 64),
        128..192 => (u64::MAX >> (at - 128)).wrapping_sub(1),
        _ => at.wrapping_sub(192),
    }
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    prop::collection::vec(op(), 1..300)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 2 } else { 48 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn words_to_words(ops in ops()) {
        Case::<u64, u64>::new(word, |value| u64::MAX.rotate_left(value.into()) - u64::from(value))
            .run(&ops);
    }

    #[test]
    fn halves_to_halves(ops in ops()) {
        Case::<u32, i32>::new(|at| word(at) as u32, |value| i32::from(value) - 8).run(&ops);
    }

    #[test]
    fn small_to_small(ops in ops()) {
        Case::<u16, u8>::new(|at| at % 700, |value| value * 17).run(&ops);
    }

    #[test]
    fn bytes_to_words(ops in ops()) {
        Case::<u8, u64>::new(|at| at as u8, |value| u64::MAX - u64::from(value)).run(&ops);
    }

    #[test]
    fn words_to_nothing(ops in ops()) {
        Case::<u64, ()>::new(word, |_| ()).run(&ops);
    }

    #[test]
    fn nothing_to_words(ops in ops()) {
        Case::<(), u64>::new(|_| (), |value| u64::from(value) << 60).run(&ops);
    }

    #[test]
    fn pairs_to_characters(ops in ops()) {
        Case::<(i16, bool), char>::new(
            |at| ((at / 2) as i16 - 100, at.is_multiple_of(2)),
            |value| char::from(b'a' + value),
        )
        .run(&ops);
    }

    #[test]
    fn truths_to_truths(ops in ops()) {
        Case::<bool, bool>::new(|at| at % 2 == 0, |value| value % 2 == 0).run(&ops);
    }
}
