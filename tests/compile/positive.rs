//! Traits that hold, for any types that allow it: if this compiles, they do.

use std::cell::Cell;
use std::error::Error;
use std::fmt::Debug;
use std::iter::FusedIterator;
use std::panic::{RefUnwindSafe, UnwindSafe};

use evacmap::{
    CompareExchangeError, CompareRemoveError, Compute, Guard, HashMap, HashMapBuilder, HashMapRef,
    HashSet, IntoIter, Iter, IterMut, Keys, OccupiedError, Operation, OwnedGuard, Progress, Stats,
    Values, ValuesMut, Violation,
};

fn send<T: Send>() {}
fn sync<T: Sync>() {}
fn send_sync<T: Send + Sync>() {}
fn error<T: Error>() {}
fn debug<T: Debug>() {}

/// A map is as sendable as its content and hasher; it is shareable if its content is both.
fn maps<K: Send, V: Send, S: Send>() {
    send::<HashMap<K, V, S>>();
    send::<IntoIter<K, V>>();
    send::<HashMap<K, Cell<V>, S>>();
    send_sync::<HashMapBuilder<K, V>>();
}

fn shared_maps<K: Send + Sync, V: Send + Sync, S: Send + Sync>() {
    send_sync::<HashMap<K, V, S>>();
    send_sync::<HashMap<K, HashMap<K, V, S>, S>>();
    send_sync::<HashSet<K, S>>();
    sync::<HashMapRef<'_, K, V, S>>();
    send_sync::<Iter<'_, K, V>>();
    send_sync::<IterMut<'_, K, V>>();
    send::<&HashMap<K, V, S>>();
    sync::<IntoIter<K, V>>();
    send_sync::<OccupiedError<'_, V>>();
    send_sync::<CompareExchangeError<'_, V>>();
    send_sync::<CompareRemoveError<'_, V>>();
    send_sync::<Operation<V, K>>();
    send_sync::<Compute<'_, K, V, ()>>();
}

/// As std's, a map can be moved out of a pin if its content can.
fn pinned_maps<K: Unpin, V: Unpin>() {
    fn unpin<T: Unpin>() {}
    unpin::<HashMap<K, V>>();
}

/// A guard may be lent to other threads, one that belongs to no thread may be sent as well.
fn guards() {
    sync::<Guard>();
    send_sync::<OwnedGuard>();
}

fn errors<V: Debug>() {
    error::<OccupiedError<'_, V>>();
    error::<CompareExchangeError<'_, V>>();
    error::<CompareRemoveError<'_, V>>();
}

fn iterators<'g, K: Eq + 'g, V: 'g>() {
    fn fused<T: FusedIterator>() {}
    fused::<Iter<'g, K, V>>();
    fused::<Keys<'g, K, V>>();
    fused::<Values<'g, K, V>>();
    fused::<IntoIter<K, V>>();
    fused::<IterMut<'g, K, V>>();
    fused::<ValuesMut<'g, K, V>>();
}

/// Without bounds on `S`, nor on `K` and `V` beyond `Debug`.
fn debuggable<K: Debug, V: Debug, S>() {
    debug::<(Iter<'_, K, V>, Keys<'_, K, V>, Values<'_, K, V>, IntoIter<K, V>)>();
    debug::<HashMapBuilder<K, V, S>>();
    debug::<(Guard, Stats, Progress, Violation)>();
}

/// What is needed of keys is asked where it is needed: a map of anything can be made, counted,
/// iterated and dropped.
fn anything<K, V>() {
    let map: HashMap<K, V> = HashMap::new();
    assert_eq!((map.len(), map.stats().len, map.capacity()), (0, 0, 0));
    let map_ref: HashMapRef<'_, K, V> = map.pin();
    assert!(map_ref.is_empty());
    drop(map_ref);
    assert!(map.into_iter().next().is_none());
}

#[test]
fn traits_hold() {
    maps::<String, Cell<u8>, Cell<u8>>();
    shared_maps::<String, Vec<u8>, u8>();
    pinned_maps::<u8, u8>();
    guards();
    errors::<u8>();
    iterators::<u8, Cell<u8>>();
    debuggable::<u8, u8, Cell<u8>>();
    anything::<Cell<u8>, std::rc::Rc<u8>>();
    send_sync::<(Stats, Progress, Violation)>();
    error::<Violation>();
    fn unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}
    unwind_safe::<(Stats, Progress, Violation)>();
}
