//! A whole life of a map, with every kind of resize under every operation, for keys and values that
//! are laid out in every way.
#![cfg(feature = "_hooks")]

use std::collections::HashMap as Model;
use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;
use std::num::{NonZeroU8, NonZeroU64};
use std::sync::Arc;

use crate::common::{Config, MODES, Mode, Setup, TestMap, validated};
use evacmap::{Compute, Operation};

trait Part: Clone + Debug + PartialEq + Send {}
impl<T: Clone + Debug + PartialEq + Send> Part for T {}

/// What a reference must be, whatever it refers to.
#[track_caller]
fn aligned<T>(reference: &T) {
    assert!((reference as *const T).is_aligned());
}

struct Life<K, V> {
    map: TestMap<K, V>,
    model: Model<K, V>,
    value: fn(usize) -> V,
}

impl<K: Part + Eq + Hash, V: Part> Life<K, V> {
    fn new(mode: Mode, value: fn(usize) -> V) -> Self {
        Life { map: Config { setup: Setup::Fresh, mode }.map(), model: Model::new(), value }
    }

    /// Every operation on every key, in turns that differ with `round`.
    fn live(&mut self, keys: &[K], round: usize) {
        for (at, key) in keys.iter().enumerate() {
            let (map, model) = (self.map.pin(), &mut self.model);
            let new = || (self.value)(at + round);
            let old = model.get(key).cloned();
            match (at + round) % 9 {
                0 | 1 => assert_eq!(
                    map.insert(key.clone(), new()).cloned(),
                    model.insert(key.clone(), new())
                ),
                2 => assert_eq!(map.remove(key).cloned(), model.remove(key)),
                3 => {
                    let got = map.update_or_insert_with(key.clone(), |_| new(), new);
                    assert_eq!(*got, new());
                    model.insert(key.clone(), new());
                }
                4 => {
                    let got = map.get_or_insert_with(key.clone(), new).clone();
                    assert_eq!(got, *model.entry(key.clone()).or_insert_with(new));
                }
                5 => {
                    assert_eq!(map.try_insert(key.clone(), new()).is_ok(), old.is_none());
                    model.entry(key.clone()).or_insert_with(new);
                }
                6 => match map.compute(key.clone(), |_| Operation::<_, ()>::Insert(new())) {
                    Compute::Inserted(..) => assert_eq!(model.insert(key.clone(), new()), None),
                    _ => assert_eq!(model.insert(key.clone(), new()), old),
                },
                7 => {
                    let current = old.clone().unwrap_or_else(new);
                    let removed = map.compare_remove(key, &current).is_ok();
                    assert_eq!(removed, old.is_some());
                    model.remove(key);
                }
                _ => assert_eq!(
                    map.remove_entry(key).map(|(k, v)| (k.clone(), v.clone())),
                    model.remove_entry(key)
                ),
            }
            assert_eq!(map.get(key), model.get(key));
        }
    }

    fn compare(&self) {
        let map = self.map.pin();
        let mut seen = 0;
        for (key, value) in &map {
            aligned(key);
            aligned(value);
            assert_eq!(self.model.get(key), Some(value));
            seen += 1;
        }
        assert_eq!((seen, map.len()), (self.model.len(), self.model.len()));
    }

    fn clear(&mut self) {
        self.map.pin().clear();
        self.model.clear();
    }
}

/// All resizes, begun, left to the writes of `live`, and ended.
fn whole_life<K: Part + Eq + Hash, V: Part>(keys: &[K], mode: Mode, value: fn(usize) -> V) {
    let mut life = Life::new(mode, value);
    for round in 0..6 {
        life.live(keys, round);
        life.compare();
        match round {
            0 => life.map.start_resize(2),
            1 => life.map.start_rebuild(),
            2 => life.map.start_resize(-1),
            3 => life.clear(),
            4 => life.map.pin().shrink_to_fit(),
            _ => life.map.pin().reserve(200),
        }
        life.map.help_resize(1);
        life.compare();
        life.live(keys, round + 1);
        life.map.finish_resize();
        life.compare();
        life.map.flush();
    }
    let copy = life.map.clone();
    assert!(copy == life.map);
    assert!(copy.into_iter().all(|(key, value)| life.model.remove(&key) == Some(value)));
    assert!(life.model.is_empty());
    validated(life.map);
}

fn all<K: Part + Eq + Hash, V: Part>(keys: impl IntoIterator<Item = K>, value: fn(usize) -> V) {
    let keys: Vec<K> = keys.into_iter().collect();
    for mode in MODES {
        whole_life(&keys, mode, value);
    }
}

macro_rules! aligned_type {
    ($name:ident, $align:literal) => {
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(align($align))]
        struct $name(u32);
    };
}
aligned_type!(Align64, 64);
aligned_type!(Align4096, 4096);

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(align(64))]
struct Empty64;

#[test]
fn without_a_size() {
    all([()], |_| ());
    all([()], |i| i);
    all(0..100_u32, |_| ());
    all([[(); 3]], |_| PhantomData::<String>);
    all([Empty64], |_| Empty64);
    all(0..100_u16, |_| Empty64);
}

#[test]
fn with_alignments() {
    all((0..100).map(Align64), |i| i as u8);
    all(0..100_u8, |i| Align64(i as u32));
    all((0..40).map(Align4096), |i| i);
    all(0..40_u8, |i| Align4096(i as u32));
    all((0..40).map(Align4096), |i| Align64(i as u32));
}

#[test]
fn with_large_contents() {
    all(0..60_u32, |i| [i as u8; 4096]);
    all((0..60_u8).map(|i| [i; 4096]), |i| i);
}

#[test]
fn with_niches() {
    all((0..60).map(NonZeroU64::new), |i| NonZeroU8::new(i as u8));
    all((0..60).map(|i| Some(Box::new(i))), |i| Some(Box::new(i)));
    all([None, Some(false), Some(true)], |i| i % 2 == 0);
    all([false, true], |i| [None, Some(true)][i % 2]);
    all(["", "a", "b", "cd", "efg"], |i| ["", "x", "yz"][i % 3]);
    all((0..60).map(|i| (i > 0).then(|| i.to_string())), |i| Some(vec![i; i % 3]));
    all((0..60).map(Arc::new), |i| Some(Arc::new(i)));
    all("aäß\u{10ffff}\0".chars(), |i| char::from_u32(i as u32));
    all([std::cmp::Ordering::Less, std::cmp::Ordering::Equal], |i| {
        if i % 2 == 0 { Ok(()) } else { Err(()) }
    });
}
