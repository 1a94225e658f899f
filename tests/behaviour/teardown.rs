//! Maps that end: dropped in the midst of a resize, taken apart after a clear, leaked, or kept
//! alive by their own garbage. Each is a case that once went wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use evacmap::HashMap;

/// Counts its drops in a place that it only borrows.
struct Borrowed<'a>(&'a AtomicUsize);

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

fn collect() {
    (0..2000).for_each(|_| evacmap::pin().flush());
}

/// The collector used to drop the entries of a batch itself, wherever it ran: also after the map
/// had been leaked and what its values borrow had ended.
#[test]
fn the_collector_drops_nothing_of_a_leaked_map() {
    let dropped = AtomicUsize::new(0);
    let map = HashMap::new();
    map.pin().insert(1, Borrowed(&dropped));
    map.pin().remove(&1);
    map.flush();
    let before = dropped.load(Relaxed);
    crate::common::leaked(Box::into_raw(Box::new(map)));
    collect();
    assert_eq!(dropped.load(Relaxed), before, "what it borrows may have ended by now");
}

/// The same without a leak in sight: a map that only its own garbage keeps alive.
#[test]
fn the_collector_drops_nothing_of_a_map_that_its_garbage_owns() {
    struct Value<'a> {
        _map: Option<Arc<HashMap<u32, Value<'a>>>>,
        _counts: Borrowed<'a>,
    }
    let dropped = AtomicUsize::new(0);
    let map = Arc::new(HashMap::new());
    map.pin().insert(1, Value { _map: Some(map.clone()), _counts: Borrowed(&dropped) });
    map.pin().remove(&1);
    crate::common::leaked(Arc::as_ptr(&map));
    drop(map);
    collect();
    assert_eq!(dropped.load(Relaxed), 0);
}

/// Every entry dropped once, from whatever state of a resize; without tags this read entries that
/// had been freed already.
#[test]
fn dropping_a_map_in_the_midst_of_a_growth() {
    for entries in 1..400 {
        let dropped = AtomicUsize::new(0);
        let map = HashMap::new();
        (0..entries).for_each(|i| assert!(map.pin().insert(i, Borrowed(&dropped)).is_none()));
        if entries % 2 == 0 {
            map.help_resize(1);
        }
        drop(map);
        assert_eq!(dropped.load(Relaxed), entries);
    }
}

/// `into_iter` used to yield what `clear` had taken out of the map.
#[test]
fn into_iter_of_a_cleared_map() {
    let dropped = AtomicUsize::new(0);
    let map = HashMap::new();
    (0..5).for_each(|i| assert!(map.pin().insert(i, Borrowed(&dropped)).is_none()));
    map.pin().clear();
    map.pin().insert(9, Borrowed(&dropped));
    let keys: Vec<i32> = map.into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, [9]);
    assert_eq!(dropped.load(Relaxed), 6);
}
