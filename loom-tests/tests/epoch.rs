//! Models of the reclaimer itself, on the real crossbeam-epoch: when entries, tables and batches
//! are freed. Two threads and one or two operations each, for the epochs alone make many
//! interleavings.
//!
//! A flush has the clock go on by two grace periods, which is long: where two threads do so at the
//! same time, or beside several operations, a model runs with one preemption less than the others.
//!
//! The oracle is in the entries, tables and batches of the library (`src/memory/alive.rs`), and in
//! the values here: a use of one that has been dropped fails, and so does one that is not ordered
//! before the drop.
#![cfg(not(evacmap_stub))]

use std::sync::Arc;

use evacmap::memory_hooks::push;
use loom_tests::*;

/// Has what this thread has retired freed, if no guard is in the way.
fn flush(map: &WitnessMap) {
    map.flush();
}

/// A reader holds a value that the writer replaces, and retires, and would free.
#[test]
fn reader_holds_a_replaced_entry() {
    deep_model("reader_holds_a_replaced_entry", || {
        let witnesses = Witnesses::default();
        let map = Arc::new(WitnessMap::default());
        map.pin().insert(1, witnesses.new());
        let (writers, new) = (map.clone(), witnesses.new());
        let writer = thread::spawn(move || {
            assert!(writers.pin().insert(1, new).is_some());
            flush(&writers);
        });
        let pinned = map.pin();
        let seen = pinned.get(&1).expect("the key is never absent");
        assert!(pinned.get(&2).is_none());
        seen.check();
        drop(pinned);
        // It may be this thread that finds the entry's time come, and the other that drops it.
        (0..2).for_each(|_| push());
        writer.join().unwrap();
        witnesses.end(map);
    });
}

/// A reader that pins after an entry was retired cannot find it any more.
#[test]
fn nothing_retired_is_found() {
    model("nothing_retired_is_found", || {
        let witnesses = Witnesses::default();
        let map = Arc::new(WitnessMap::default());
        map.pin().insert(1, witnesses.new());
        let readers = map.clone();
        let reader = thread::spawn(move || {
            push();
            let pinned = readers.pin();
            let seen = pinned.get(&1);
            assert!(pinned.get(&2).is_none());
            seen.inspect(|seen| seen.check());
        });
        assert!(map.pin().remove(&1).is_some());
        flush(&map);
        reader.join().unwrap();
        witnesses.end(map);
    });
}

/// A reader goes on in an old table after it has been unlinked.
#[test]
fn old_table_against_slow_reader() {
    model("old_table_against_slow_reader", || {
        let witnesses = Witnesses::default();
        let map = Arc::new(WitnessMap::default());
        map.pin().insert(1, witnesses.new());
        map.start_resize(1);
        let writers = map.clone();
        let writer = thread::spawn(move || {
            writers.finish_resize();
            flush(&writers);
        });
        map.pin().get(&1).expect("the key is never absent").check();
        writer.join().unwrap();
        witnesses.end(map);
    });
}

/// The map is dropped while the collector comes to say that a batch of its garbage is ripe: either
/// frees the batch.
#[test]
fn batch_against_map_drop() {
    model("batch_against_map_drop", || {
        let witnesses = Witnesses::default();
        let map = Arc::new(WitnessMap::default());
        map.pin().insert(1, witnesses.new());
        assert!(map.pin().remove(&1).is_some());
        let collector = thread::spawn(|| (0..2).for_each(|_| push()));
        witnesses.end(map);
        collector.join().unwrap();
    });
}

/// Two threads flush the same map, and come to each other's batches.
#[test]
fn two_flush_one_map() {
    deep_model("two_flush_one_map", || {
        let witnesses = Witnesses::default();
        let map = Arc::new(WitnessMap::default());
        map.pin().insert(1, witnesses.new());
        assert!(map.pin().remove(&1).is_some());
        let others = map.clone();
        let other = thread::spawn(move || flush(&others));
        flush(&map);
        other.join().unwrap();
        witnesses.end(map);
    });
}

/// The map is dropped while the collector comes to say that a table of it is ripe: either frees the
/// table.
#[test]
fn table_against_map_drop() {
    model("table_against_map_drop", || {
        let map = WitnessMap::default();
        map.pin().reserve(1);
        map.start_resize(1);
        map.finish_resize();
        let collector = thread::spawn(|| (0..2).for_each(|_| push()));
        drop(map);
        collector.join().unwrap();
    });
}

/// Two threads give back the tables of the same map, of which one retires another meanwhile.
#[test]
fn two_give_tables_back() {
    deep_model("two_give_tables_back", || {
        let map = Arc::new(WitnessMap::default());
        map.pin().reserve(1);
        map.start_resize(1);
        map.finish_resize();
        let others = map.clone();
        let other = thread::spawn(move || flush(&others));
        map.start_resize(1);
        map.finish_resize();
        map.flush();
        other.join().unwrap();
        drop(Arc::into_inner(map).expect("the last handle"));
    });
}

/// Two writers find their chain full: each clears a piece of the next table, or finds it in the
/// other's hands.
#[test]
fn two_prepare_a_table() {
    deep_model("two_prepare_a_table", || {
        let map = Arc::new(filled::<Identity>(2));
        let other = spawn(&map, |map| assert_eq!(map.pin().insert(4, 4), None));
        assert_eq!(map.pin().insert(3, 3), None);
        other.join().unwrap();
        assert_eq!(map.pin().insert(5, 5), None);
        exactly(map, &[1, 2, 3, 4, 5]);
    });
}
