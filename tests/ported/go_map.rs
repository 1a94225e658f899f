//! After the tests of Go's map of the hmap era: `src/runtime/map_test.go` in golang/go up to 1.23
//! (BSD-3-Clause). Here those of keys and values; those of growth and iteration are in
//! `go_map_growth`.
//!
//! Different here: an absurd capacity is refused ("capacity overflow") where Go ignores it, as std
//! does. Not taken over: `TestHmapSize`, `TestNonEscapingMap` (layout and escape analysis);
//! `TestMapIterOrder`, `TestMapSparseIterOrder` (an order that differs from one iteration to the
//! next is no promise of this map); the counts of allocations (`tests/allocation.rs` has those);
//! `TestMemHash...` (Go's hash functions).

use std::cell::Cell;
use std::collections::HashMap as Model;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::*};

use evacmap::HashMap;

use crate::common::{Counter, validated, validated_arc};

/// A float as a key, as Go has it: 0 and -0 are equal, NaN is equal to nothing and has another hash
/// each time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Float(pub f64);

pub const NAN: Float = Float(f64::NAN);

impl Eq for Float {}

impl Hash for Float {
    fn hash<H: Hasher>(&self, state: &mut H) {
        static NANS: AtomicU64 = AtomicU64::new(1);
        match self.0 {
            nan if nan.is_nan() => (0xffff, NANS.fetch_add(1, Relaxed)).hash(state),
            0.0 => 0_u64.hash(state),
            other => other.to_bits().hash(state),
        }
    }
}

#[test]
fn minus_zero_replaces_zero() {
    let map = HashMap::new();
    assert_eq!(map.pin().insert(Float(0.0), 'a'), None);
    assert_eq!(map.pin().insert(Float(-0.0), 'b'), Some(&'a'));
    assert_eq!(map.len(), 1);
    assert!(
        map.pin().keys().all(|key| key.0.is_sign_negative()),
        "the key is replaced with the value"
    );
    validated(map);
}

#[test]
fn zero_replaces_minus_zero() {
    let map = HashMap::new();
    assert_eq!(map.pin().insert(Float(-0.0), 'a'), None);
    assert_eq!(map.pin().insert(Float(0.0), 'b'), Some(&'a'));
    assert_eq!(map.len(), 1);
    assert!(map.pin().keys().all(|key| key.0.is_sign_positive()));
    validated(map);
}

/// Three entries under NaN, each with a bit of 7.
#[track_caller]
fn check_nans(map: HashMap<Float, u32>) {
    assert_eq!(map.len(), 3);
    assert!(map.pin().iter().all(|(key, value)| key.0.is_nan() && value.is_power_of_two()));
    assert_eq!(map.pin().values().sum::<u32>(), 7);
    validated(map);
}

#[test]
fn every_insert_under_nan_is_another_entry() {
    let map = HashMap::new();
    for value in [1, 2, 4] {
        assert_eq!(map.pin().insert(NAN, value), None);
    }
    check_nans(map);
}

#[test]
fn every_update_under_nan_finds_nothing() {
    let map = HashMap::new();
    for value in [1, 2, 4] {
        assert_eq!(map.pin().update_or_insert(NAN, |old| old + value, value), &value);
    }
    check_nans(map);
}

#[test]
fn nan_is_neither_found_nor_removed_but_cleared() {
    let map = HashMap::from([(NAN, 1), (NAN, 2)]);
    assert_eq!((map.pin().get(&NAN), map.pin().remove(&NAN)), (None, None));
    assert_eq!(map.len(), 2);
    map.pin().clear();
    assert!(map.is_empty());
    assert_eq!(map.pin().iter().count(), 0);
    validated(map);
}

#[test]
fn updates_compute_from_the_old_value() {
    let map = HashMap::from([(0, 12345)]);
    let map_ref = map.pin();
    map_ref.update(0, |n| n + 67890);
    map_ref.update(0, |n| n / 123);
    map_ref.update(0, |n| n % 456);
    assert_eq!(map_ref.get(&0), Some(&((12345 + 67890) / 123 % 456)));
    drop(map_ref);
    validated(map);
}

#[test]
fn values_that_are_appended_to() {
    let map: HashMap<u8, Vec<u32>> = HashMap::from([(0, vec![])]);
    for more in [&[12345][..], &[67890], &[123, 456], &[7, 8, 9, 0]] {
        map.pin().update(0, |old| [old, more].concat());
    }
    assert_eq!(map.pin().get(&0), Some(&vec![12345, 67890, 123, 456, 7, 8, 9, 0]));
    validated(map);
}

#[test]
fn two_handles_are_one_map() {
    let map = Arc::new(HashMap::from([(0, 5)]));
    let alias = map.clone();
    alias.pin().insert(0, 6);
    assert_eq!(map.pin().get(&0), Some(&6));
    drop(alias);
    validated_arc(map);
}

#[test]
fn large_keys_and_values() {
    let mut key: [String; 256] = std::array::from_fn(|_| "foo".to_owned());
    let map = HashMap::with_capacity(4);
    for i in 0..100 {
        key[37] = format!("string{i:02}");
        map.pin().insert(key.clone(), key.clone());
    }
    let names: Vec<String> = (0..100).map(|i| format!("string{i:02}")).collect();
    let mut got: Vec<_> =
        map.pin().iter().map(|(key, value)| (key[37].clone(), value[37].clone())).collect();
    got.sort();
    assert!(got.into_iter().eq(names.iter().map(|name| (name.clone(), name.clone()))));
    validated(map);
}

#[test]
fn a_large_value_that_is_absent() {
    let map: HashMap<u32, [u8; 4000]> = HashMap::new();
    assert_eq!(map.pin().get(&0), None);
    assert_eq!(map.pin().get(&0).copied().unwrap_or([0; 4000]), [0; 4000]);
    validated(map);
}

#[test]
fn values_without_a_size() {
    let map = HashMap::with_capacity(4);
    assert_eq!(map.pin().insert(0, ()), None);
    assert_eq!(map.pin().insert(0, ()), Some(&()));
    assert_eq!(map.len(), 1);
    validated(map);
}

#[test]
fn keys_without_a_size() {
    let map = HashMap::with_capacity(4);
    map.pin().insert((), 0);
    map.pin().insert((), 1);
    assert_eq!((map.len(), map.pin().get(&()).copied()), (1, Some(1)));
    validated(map);
}

#[test]
fn keys_and_values_without_a_size() {
    let map = HashMap::with_capacity(4);
    map.pin().insert((), ());
    assert_eq!(map.pin().iter().collect::<Vec<_>>(), [(&(), &())]);
    validated(map);
}

fn check_strings<const N: usize>(entries: [(String, u32); N]) {
    let map = HashMap::from(entries.clone());
    assert_eq!(map.len(), N);
    for (key, value) in &entries {
        assert_eq!(map.pin().get(key.as_str()), Some(value));
        assert_eq!(map.pin().get(&format!("{key}?")), None);
    }
    validated(map);
}

#[test]
fn one_bucket_of_strings_some_of_the_same_length() {
    let (x, y) = ("x".repeat(128), "y".repeat(128));
    check_strings(
        [("x", 1), ("xx", 2), ("foo", 3), ("bar", 4), ("xxxx", 5), (&x, 6), (&y, 7)]
            .map(|(key, value)| (key.to_owned(), value)),
    );
}

#[test]
fn one_bucket_of_strings_of_different_lengths() {
    check_strings([1, 2, 3, 4, 5, 6, 128].map(|length| ("x".repeat(length), length as u32)));
}

#[test]
fn owned_bytes_are_looked_up_by_a_buffer() {
    let map = HashMap::from([(vec![b'1'; 50], 1), (vec![b'2'; 50], 2)]);
    let mut buffer = [b'1'; 50];
    assert_eq!(map.pin().get(&buffer[..]), Some(&1));
    buffer.fill(b'2');
    assert_eq!(map.pin().get(&buffer[..]), Some(&2));
    buffer[0] = b'1';
    assert_eq!(map.pin().get(&buffer[..]), None);
    validated(map);
}

fn large(i: usize) -> [usize; 64] {
    std::array::from_fn(|j| i + j)
}

#[test]
fn large_keys_without_pointers() {
    let map: HashMap<_, _> = (0..1000).map(|i| (large(i), i)).collect();
    map.flush();
    assert!((0..1000).all(|i| map.pin().get(&large(i)) == Some(&i)));
    validated(map);
}

#[test]
fn large_values_without_pointers() {
    let map: HashMap<_, _> = (0..1000).map(|i| (i, large(i))).collect();
    map.flush();
    assert!((0..1000).all(|i| map.pin().get(&i) == Some(&large(i))));
    validated(map);
}

#[test]
fn bogus_capacities_are_refused() {
    for capacity in [usize::MAX, 1 << (usize::BITS - 2)] {
        let refused =
            catch_unwind(AssertUnwindSafe(|| HashMap::<u64, u64>::with_capacity(capacity)));
        let message = refused.expect_err("nothing could be that large");
        let message = message
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or(message.downcast_ref().cloned());
        assert_eq!(message.as_deref(), Some("capacity overflow"));
    }
}

#[test]
fn bogus_hints_are_ignored() {
    struct Bogus(std::ops::Range<u32>);
    impl Iterator for Bogus {
        type Item = (u32, u32);

        fn next(&mut self) -> Option<(u32, u32)> {
            self.0.next().map(|i| (i, i))
        }

        fn size_hint(&self) -> (usize, Option<usize>) {
            (usize::MAX, Some(0))
        }
    }
    let map: HashMap<u32, u32> = Bogus(0..10).collect();
    assert_eq!(map.len(), 10);
    assert!(map.capacity() < 1 << 20);
    validated(map);
}

/// As many buckets as the hint needs, and no more.
#[test]
fn the_hint_decides_how_many_buckets_there_are() {
    for (hint, buckets) in
        [(0, 0), (1, 2), (10, 2), (11, 4), (20, 4), (21, 8), (40, 8), (41, 16), (1000, 256)]
    {
        let map = HashMap::with_capacity(hint);
        assert_eq!(map.stats().buckets, buckets, "for {hint}");
        map.pin().extend_with(hint);
        assert_eq!(map.stats().buckets, buckets, "it was enough for {hint}");
        validated(map);
    }
}

trait ExtendWith {
    fn extend_with(&self, count: usize);
}

impl ExtendWith for evacmap::HashMapRef<'_, usize, usize> {
    /// Inserts that many keys.
    fn extend_with(&self, count: usize) {
        for key in 0..count {
            self.insert(key, key);
        }
    }
}

/// Keys of several types in one map, deleted in the reverse order by the drops of guards at the end
/// of a scope.
#[test]
fn deletes_at_the_end_of_a_scope() {
    #[derive(Clone, Copy, PartialEq, Eq, Hash)]
    enum Any {
        Number(i64),
        Letter(char),
        Nothing,
    }
    struct Deletes<'a>(&'a HashMap<Any, usize>, Any, &'a Cell<usize>);
    impl Drop for Deletes<'_> {
        fn drop(&mut self) {
            self.2.set(self.2.get() + usize::from(self.0.pin().remove(&self.1).is_some()));
        }
    }
    let keys = [Any::Number(0), Any::Number(1), Any::Letter('a'), Any::Nothing];
    let map: HashMap<Any, usize> = keys.into_iter().zip(0..).collect();
    assert_eq!(map.len(), 4);
    let deleted = Cell::new(0);
    drop(keys.map(|key| Deletes(&map, key, &deleted)));
    assert_eq!((deleted.get(), map.len()), (4, 0));
    validated(map);
}

/// An entry is deleted; what is inserted next, perhaps into its memory, starts from its own first
/// value.
fn increment_after_delete<K, V>(first: K, second: K, was: V, one: V)
where
    K: Hash + Eq + Send + Clone,
    V: Clone + Send + PartialEq + std::fmt::Debug,
{
    let map = HashMap::new();
    map.pin().insert(first.clone(), was.clone());
    assert_eq!(map.pin().remove(&first), Some(&was));
    map.flush();
    assert_eq!(
        map.pin().update_or_insert(
            second.clone(),
            |old| panic!("{old:?} was deleted"),
            one.clone()
        ),
        &one
    );
    assert_eq!((map.pin().get(&second), map.pin().get(&first), map.len()), (Some(&one), None, 1));
    validated(map);
}

#[test]
fn increment_after_delete_of_an_i64() {
    increment_after_delete(12, 13, 99_i64, 1);
}

#[test]
fn increment_after_delete_of_an_i32() {
    increment_after_delete(12, 13, 99_i32, 1);
}

#[test]
fn increment_after_delete_of_a_u8() {
    increment_after_delete(12_u8, 13, 99_u8, 1);
}

#[test]
fn increment_after_delete_of_a_key_that_is_a_string() {
    increment_after_delete(String::new(), "x".to_owned(), 99, 1);
}

#[test]
fn increment_after_delete_of_a_value_that_is_a_string() {
    increment_after_delete("", "x", "99".to_owned(), "1".to_owned());
}

#[test]
fn increment_after_all_was_deleted_by_iteration() {
    let map = HashMap::from([("", 99)]);
    map.pin().keys().for_each(|key| assert!(map.pin().remove(key).is_some()));
    assert_eq!(map.pin().update_or_insert("x", |old| old + 1, 1), &1);
    assert_eq!(map.len(), 1);
    validated(map);
}

#[test]
fn increment_after_clear() {
    let map = HashMap::from([("", 99)]);
    map.pin().clear();
    assert_eq!(map.pin().update_or_insert("", |old| old + 1, 1), &1);
    assert_eq!(map.pin().update_or_insert("", |old| old + 1, 1), &2);
    validated(map);
}

#[test]
fn pop_takes_whatever_iteration_returns_first() {
    let counter = Counter::new();
    let map = HashMap::new();
    for n in [1, 10, 100, 300] {
        for i in 0..n {
            map.pin().insert(counter.make(i), i);
        }
        let mut popped = Model::new();
        while let Some((key, value)) = map.pin().iter().next() {
            assert_eq!(popped.insert(key.inner, *value), None);
            assert!(map.pin().remove(&key.inner).is_some());
        }
        assert_eq!(popped, (0..n).map(|i| (i, i)).collect());
        assert!(map.is_empty());
    }
    validated(map);
    counter.check();
}
