//! Iterators over a shared map.

use core::fmt;
use core::iter::FusedIterator;
use core::panic::{RefUnwindSafe, UnwindSafe};

use crate::engine::{RawMap, Walk};
use crate::layout::Boxed;
use crate::layout::boxed::Entry;
use crate::memory::Guard;

/// What looks an entry up that has been moved: `RawMap::find_again`. It is handed in where `K: Eq`
/// is known, so that an iterator may be used where it is not.
type FindAgain<K, V> =
    for<'a> fn(&'a RawMap<Boxed<K, V>>, &'a Entry<K, V>, &'a Guard) -> Option<&'a Entry<K, V>>;

/// Entries of a map, from [`HashMap::iter`](crate::HashMap::iter), which lists the guarantees.
pub struct Iter<'g, K, V> {
    walk: Walk<'g, Boxed<K, V>>,
    find_again: FindAgain<K, V>,
}

impl<'g, K: Eq, V> Iter<'g, K, V> {
    pub(super) fn new(walk: Walk<'g, Boxed<K, V>>) -> Self {
        Iter { walk, find_again: |map, entry, guard| map.find_again(entry, guard) }
    }
}

impl<'g, K, V> Iterator for Iter<'g, K, V> {
    type Item = (&'g K, &'g V);

    fn next(&mut self) -> Option<Self::Item> {
        self.walk.next_by(self.find_again).map(|entry| entry.pair())
    }
}

impl<K, V> FusedIterator for Iter<'_, K, V> {}

impl<K, V> fmt::Debug for Iter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Iter { .. }")
    }
}

/// A panic in the midst of an iteration leaves map and iterator valid.
impl<K: RefUnwindSafe, V: RefUnwindSafe> UnwindSafe for Iter<'_, K, V> {}

/// As for one that is moved into the closure.
impl<K: RefUnwindSafe, V: RefUnwindSafe> RefUnwindSafe for Iter<'_, K, V> {}

/// Keys of a map, from [`HashMap::keys`](crate::HashMap::keys).
#[derive(Debug)]
pub struct Keys<'g, K, V> {
    pub(super) iter: Iter<'g, K, V>,
}

impl<'g, K, V> Iterator for Keys<'g, K, V> {
    type Item = &'g K;

    fn next(&mut self) -> Option<&'g K> {
        self.iter.next().map(|(key, _)| key)
    }
}

impl<K, V> FusedIterator for Keys<'_, K, V> {}

/// Values of a map, from [`HashMap::values`](crate::HashMap::values).
#[derive(Debug)]
pub struct Values<'g, K, V> {
    pub(super) iter: Iter<'g, K, V>,
}

impl<'g, K, V> Iterator for Values<'g, K, V> {
    type Item = &'g V;

    fn next(&mut self) -> Option<&'g V> {
        self.iter.next().map(|(_, value)| value)
    }
}

impl<K, V> FusedIterator for Values<'_, K, V> {}
