//! A set beside the map, against the standard library's: what sets have of their own.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::hash::Hash;
use std::sync::Arc;

use evacmap::HashSet;

use crate::shared::{Input, KEYS, Mode, Part, Tally, start_resize};

pub(super) struct Beside<K> {
    set: HashSet<K, Mode>,
    model: BTreeSet<u8>,
}

impl<K> Beside<K>
where
    K: Part<u8> + Borrow<u8> + Eq + Hash,
{
    pub(super) fn new(mode: Mode) -> Self {
        Beside { set: HashSet::with_hasher(mode), model: BTreeSet::new() }
    }

    /// The number says what is done, to a key and some of those that follow it.
    pub(super) fn operate(&mut self, number: u8, input: &mut Input<'_>, tally: &Arc<Tally>) {
        let (first, more) = (input.key(), input.byte_or_zero());
        let run = (first..=first + more % 8).map(|key| key % KEYS);
        let set = self.set.pin();
        match number {
            0 => run.for_each(|key| {
                assert_eq!(set.insert(K::make(key, tally)), self.model.insert(key))
            }),
            1 => run.for_each(|key| assert_eq!(set.remove(&key), self.model.remove(&key))),
            2 => run.for_each(|key| {
                let replaced = set.replace(K::make(key, tally)).map(Part::plain);
                assert_eq!(replaced, self.model.replace(key));
            }),
            3 => run
                .for_each(|key| assert_eq!(set.take(&key).map(Part::plain), self.model.take(&key))),
            4 => {
                for key in run {
                    assert_eq!(set.get(&key).map(Part::plain), self.model.get(&key).copied());
                    assert_eq!(set.contains(&key), self.model.contains(&key));
                }
            }
            5 => {
                let goes = |key: u8| key.is_multiple_of(more % 5 + 2);
                let taken: BTreeSet<u8> =
                    set.extract_if(|key| goes(key.plain())).map(Part::plain).collect();
                assert_eq!(taken, self.model.iter().copied().filter(|&key| goes(key)).collect());
                self.model.retain(|&key| !goes(key));
            }
            6 => {
                let stride = usize::from(more % 5 + 1);
                let other = (first..KEYS).step_by(stride).map(|key| K::make(key, tally));
                let other: HashSet<K, Mode> =
                    other.fold(HashSet::with_hasher(*set.hasher()), |other, key| {
                        other.pin().insert(key);
                        other
                    });
                self.compare_with(&other, &(first..KEYS).step_by(stride).collect());
            }
            _ if more < 128 => start_resize(more % 8, self.set.as_map()),
            _ => {
                set.clear();
                self.model.clear();
            }
        }
        assert_eq!(set.len(), self.model.len());
    }

    /// The operations on two sets.
    fn compare_with(&self, other: &HashSet<K, Mode>, model: &BTreeSet<u8>) {
        let set = self.set.pin();
        let sorted = |keys: &mut dyn Iterator<Item = &K>| {
            let mut keys: Vec<u8> = keys.map(Part::plain).collect();
            keys.sort_unstable();
            keys
        };
        let both = |keys: &mut dyn Iterator<Item = &u8>| keys.copied().collect::<Vec<u8>>();
        assert_eq!(sorted(&mut set.union(other)), both(&mut self.model.union(model)));
        assert_eq!(sorted(&mut set.intersection(other)), both(&mut self.model.intersection(model)));
        assert_eq!(sorted(&mut set.difference(other)), both(&mut self.model.difference(model)));
        assert_eq!(
            sorted(&mut set.symmetric_difference(other)),
            both(&mut self.model.symmetric_difference(model))
        );
        assert_eq!(set.is_subset(other), self.model.is_subset(model));
        assert_eq!(set.is_superset(other), self.model.is_superset(model));
        assert_eq!(set.is_disjoint(other), self.model.is_disjoint(model));
    }

    /// Looks at all of it once more, and drops it.
    pub(super) fn end(mut self) {
        let keys: Vec<u8> = self.set.pin().iter().map(Part::plain).collect();
        assert_eq!(keys.len(), self.model.len());
        assert_eq!(keys.into_iter().collect::<BTreeSet<u8>>(), self.model);
        self.set.validate().expect("the invariants of the set hold");
    }
}
