//! Operations on two sets.
//!
//! Each goes through one set and asks the other about each value. While others write, the result is
//! what was found on the way. It is no snapshot of either set.

use core::hash::{BuildHasher, Hash};
use core::ops::{BitAnd, BitOr, BitXor, Sub};

use super::hash_set::HashSet;
use crate::memory::{self, Guard};

impl<T: Hash + Eq, S: BuildHasher> HashSet<T, S> {
    /// The values that are in both sets, as references into this set.
    ///
    /// ```
    /// let (a, b) = (evacmap::HashSet::from([1, 2, 3]), evacmap::HashSet::from([2, 3, 4]));
    /// assert_eq!(a.intersection(&b, &evacmap::pin()).sum::<i32>(), 5);
    /// ```
    pub fn intersection<'g, S2: BuildHasher>(
        &'g self,
        other: &'g HashSet<T, S2>,
        guard: &'g Guard,
    ) -> impl Iterator<Item = &'g T> {
        self.iter(guard).filter(|value| other.contains(*value, guard))
    }

    /// The values that are in this set and not in the other.
    ///
    /// ```
    /// let (a, b) = (evacmap::HashSet::from([1, 2, 3]), evacmap::HashSet::from([2, 3, 4]));
    /// assert_eq!(a.difference(&b, &evacmap::pin()).sum::<i32>(), 1);
    /// ```
    pub fn difference<'g, S2: BuildHasher>(
        &'g self,
        other: &'g HashSet<T, S2>,
        guard: &'g Guard,
    ) -> impl Iterator<Item = &'g T> {
        self.iter(guard).filter(|value| !other.contains(*value, guard))
    }

    /// The values that are in one of the sets and not in the other.
    ///
    /// ```
    /// let (a, b) = (evacmap::HashSet::from([1, 2, 3]), evacmap::HashSet::from([2, 3, 4]));
    /// assert_eq!(a.symmetric_difference(&b, &evacmap::pin()).sum::<i32>(), 5);
    /// ```
    pub fn symmetric_difference<'g, S2: BuildHasher>(
        &'g self,
        other: &'g HashSet<T, S2>,
        guard: &'g Guard,
    ) -> impl Iterator<Item = &'g T> {
        self.difference(other, guard).chain(other.difference(self, guard))
    }

    /// The values that are in either set. Each is returned once, unless it comes or goes meanwhile.
    ///
    /// ```
    /// let (a, b) = (evacmap::HashSet::from([1, 2, 3]), evacmap::HashSet::from([2, 3, 4]));
    /// assert_eq!(a.union(&b, &evacmap::pin()).sum::<i32>(), 10);
    /// ```
    pub fn union<'g, S2: BuildHasher>(
        &'g self,
        other: &'g HashSet<T, S2>,
        guard: &'g Guard,
    ) -> impl Iterator<Item = &'g T> {
        self.iter(guard).chain(other.difference(self, guard))
    }

    /// Whether the sets have no value in common.
    ///
    /// ```
    /// let (a, b) = (evacmap::HashSet::from([1, 2]), evacmap::HashSet::from([3]));
    /// assert!(a.is_disjoint(&b));
    /// ```
    pub fn is_disjoint<S2: BuildHasher>(&self, other: &HashSet<T, S2>) -> bool {
        let guard = &memory::pin();
        if self.len() <= other.len() {
            self.intersection(other, guard).next().is_none()
        } else {
            other.intersection(self, guard).next().is_none()
        }
    }

    /// Whether every value of this set is in the other.
    ///
    /// ```
    /// let (a, b) = (evacmap::HashSet::from([1, 2]), evacmap::HashSet::from([1, 2, 3]));
    /// assert!(a.is_subset(&b) && !b.is_subset(&a));
    /// ```
    pub fn is_subset<S2: BuildHasher>(&self, other: &HashSet<T, S2>) -> bool {
        self.len() <= other.len() && self.difference(other, &memory::pin()).next().is_none()
    }

    /// Whether every value of the other set is in this one.
    ///
    /// ```
    /// let (a, b) = (evacmap::HashSet::from([1, 2]), evacmap::HashSet::from([1]));
    /// assert!(a.is_superset(&b));
    /// ```
    pub fn is_superset<S2: BuildHasher>(&self, other: &HashSet<T, S2>) -> bool {
        other.is_subset(self)
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $by:ident, $symbol:literal, $result:literal) => {
        impl<T, S> $trait<&HashSet<T, S>> for &HashSet<T, S>
        where
            T: Hash + Eq + Send + Clone,
            S: BuildHasher + Default,
        {
            type Output = HashSet<T, S>;

            #[doc = concat!("A new set with clones of the values of the ", stringify!($by), ".")]
            ///
            /// ```
            /// # use evacmap::HashSet;
            #[doc = concat!("let set = &HashSet::from([1, 2]) ", $symbol, " &HashSet::from([2, 3]);")]
            #[doc = concat!("assert_eq!(set, HashSet::from(", $result, "));")]
            /// ```
            fn $method(self, other: &HashSet<T, S>) -> HashSet<T, S> {
                self.$by(other, &memory::pin()).cloned().collect()
            }
        }
    };
}

operator!(BitAnd, bitand, intersection, "&", "[2]");
operator!(BitOr, bitor, union, "|", "[1, 2, 3]");
operator!(BitXor, bitxor, symmetric_difference, "^", "[1, 3]");
operator!(Sub, sub, difference, "-", "[1]");
