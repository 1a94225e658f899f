//! Faults that reviews and models found, each kept as the case that showed it.

mod common;

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
    common::leaked(Box::into_raw(Box::new(map)));
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
    common::leaked(Arc::as_ptr(&map));
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

/// An iterator that was begun before a `clear` used to go on returning values from before it.
#[test]
fn an_iterator_sees_a_clear() {
    let map = HashMap::new();
    let guard = map.guard();
    (0..50).for_each(|i| assert!(map.insert(i, 1, &guard).is_none()));
    let mut iter = map.iter(&guard);
    iter.next().unwrap();
    map.clear(&guard);
    (0..50).for_each(|i| assert!(map.insert(i, 2, &guard).is_none()));
    assert!(iter.all(|(_, value)| *value == 2));
}

/// A size hint used to be reduced by the room that was there, and then taken for what is needed
/// beyond the present entries.
#[test]
fn extend_makes_room_for_its_hint() {
    let mut map = HashMap::with_capacity(1000);
    let small = map.capacity();
    let hint = small + small / 2;
    map.extend((0..hint).map(|i| (i, i)));
    let growths = map.stats().growths;
    assert!(growths <= 2, "{growths} growths");
    map.validate().unwrap();
}

/// Many threads insert the same keys in the same order: a key published between a writer's scan for
/// its tag and its scan for a vacant slot went in twice.
#[test]
fn the_same_keys_in_the_same_order() {
    for _ in 0..if cfg!(debug_assertions) { 20 } else { 200 } {
        let map = Arc::new(HashMap::new());
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let map = map.clone();
                std::thread::spawn(move || {
                    (0..3000).filter(|i| map.pin().insert(*i, *i).is_none()).count()
                })
            })
            .collect();
        let inserted: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(inserted, 3000);
        Arc::into_inner(map).unwrap().validate().unwrap();
    }
}

/// A clear used to empty the slots of a chain one by one, as it froze them: a writer that had begun
/// before the clear found its key gone, put it in behind, and lost it to the same clear.
#[cfg(feature = "_hooks")]
#[test]
fn no_writer_finds_a_chain_half_cleared() {
    use common::{Mode, TestHasher, validated_arc};
    use evacmap::hooks::{Point, clear_hook, on_reach};
    use std::sync::mpsc::channel;

    let map = Arc::new(HashMap::with_hasher(TestHasher::new(Mode::Constant)));
    map.pin().insert(1, 'a');
    map.pin().insert(2, 'b');
    let ((begin, begins), (half, is_half), (finish, finishes)) = (channel(), channel(), channel());

    let (cleared, mut frozen) = (map.clone(), 0);
    let clearer = std::thread::spawn(move || {
        on_reach(move |point| {
            frozen += u32::from(point == Point::SourceFrozen);
            if point == Point::SourceFrozen && frozen == 2 {
                half.send(()).unwrap();
                finishes.recv().unwrap();
            }
        });
        begins.recv().unwrap();
        cleared.pin().clear();
        cleared.finish_resize();
    });
    let mut begin = Some(begin);
    on_reach(move |point| {
        if point == Point::RootLoaded
            && let Some(begin) = begin.take()
        {
            begin.send(()).unwrap();
            is_half.recv().unwrap();
        }
    });
    let got = *map.pin().get_or_insert(1, 'c');
    clear_hook();
    finish.send(()).unwrap();
    clearer.join().unwrap();
    assert_eq!(
        (got, map.pin().get(&1)),
        ('c', Some(&'c')),
        "absent, so the clear was over, so it is there now"
    );
    validated_arc(map);
}
