//! Maps and sets that nobody else can see: taken apart, or borrowed exclusively, in parallel.

use core::fmt;

use rayon::iter::plumbing::UnindexedConsumer;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::map::HashMap;
use crate::set::HashSet;

/// The items of a map or set that is consumed or borrowed exclusively, in parallel. As with the
/// standard library's maps, one thread gathers them in a list first; a word or two are moved for
/// each.
pub struct IntoParIter<T>(Vec<T>);

impl<T: Send> ParallelIterator for IntoParIter<T> {
    type Item = T;

    fn drive_unindexed<C: UnindexedConsumer<T>>(self, consumer: C) -> C::Result {
        self.0.into_par_iter().drive_unindexed(consumer)
    }

    fn opt_len(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

impl<T> fmt::Debug for IntoParIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IntoParIter").field("left", &self.0.len()).finish_non_exhaustive()
    }
}

impl<K: Send, V: Send, S> IntoParallelIterator for HashMap<K, V, S> {
    type Item = (K, V);
    type Iter = IntoParIter<(K, V)>;

    /// ```
    /// use evacmap::HashMap;
    /// use rayon::prelude::*;
    ///
    /// let lengths = HashMap::from([(1, String::from("one")), (3, String::from("three"))]);
    /// let sum: usize = lengths.into_par_iter().map(|(_, word)| word.into_bytes().len()).sum();
    /// assert_eq!(sum, 8);
    /// ```
    fn into_par_iter(self) -> Self::Iter {
        IntoParIter(self.into_iter().collect())
    }
}

impl<'m, K: Sync, V: Send, S> IntoParallelIterator for &'m mut HashMap<K, V, S> {
    type Item = (&'m K, &'m mut V);
    type Iter = IntoParIter<(&'m K, &'m mut V)>;

    /// ```
    /// use evacmap::HashMap;
    /// use rayon::prelude::*;
    ///
    /// let mut map = HashMap::from([(1, 10), (2, 20)]);
    /// map.par_iter_mut().for_each(|(key, value)| *value += key);
    /// assert_eq!(map, HashMap::from([(1, 11), (2, 22)]));
    /// ```
    fn into_par_iter(self) -> Self::Iter {
        IntoParIter(self.iter_mut().collect())
    }
}

impl<T: Send, S> IntoParallelIterator for HashSet<T, S> {
    type Item = T;
    type Iter = IntoParIter<T>;

    fn into_par_iter(self) -> Self::Iter {
        IntoParIter(self.into_iter().collect())
    }
}
