//! Models of what is begun by itself, and of guards that other threads use.

use std::hash::BuildHasherDefault;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use evacmap::{HashMap, OwnedGuard, ShrinkPolicy};
use loom_tests::*;

/// A removal that leaves the table sparse begins a shrink, beside an insert: nothing is lost,
/// whichever comes first.
#[test]
fn a_removal_that_shrinks_against_an_insert() {
    static SHRINKS: AtomicU64 = AtomicU64::new(0);
    model("a_removal_that_shrinks_against_an_insert", || {
        let hasher = BuildHasherDefault::<Identity>::default();
        let map: Map = HashMap::builder().hasher(hasher).shrink_policy(ShrinkPolicy::Auto).build();
        assert_eq!((map.pin().insert(1, 1), map.pin().insert(2, 2)), (None, None));
        for _ in 0..3 {
            map.start_resize(1);
            map.finish_resize();
        }
        let map = Arc::new(map);
        let a = spawn(&map, |map| {
            assert_eq!(map.pin().remove(&1), Some(&1));
            map.finish_resize();
        });
        assert_eq!(map.pin().insert(9, 9), None);
        a.join().unwrap();
        SHRINKS.fetch_add(map.stats().shrinks, Relaxed);
        exactly(map, &[2, 9]);
    });
    // In the models a table of eight buckets with one key is sparse; with the sizes of ordinary
    // builds it is not.
    assert_eq!(SHRINKS.load(Relaxed) > 0, cfg!(evacmap_loom));
}

/// A guard that was made on another thread protects what is read under it, however the read falls
/// among removal and growth.
#[test]
fn a_guard_from_elsewhere_protects() {
    model("a_guard_from_elsewhere_protects", || {
        let map = Arc::new(filled::<Identity>(2));
        let guard = OwnedGuard::new();
        let a = spawn(&map, move |map| {
            let seen = map.get(&1, &guard).copied();
            assert!(seen.is_none() || seen == Some(1));
            let again = map.get(&1, &guard);
            assert!(seen.is_some() || again.is_none(), "removed for good");
        });
        map.start_resize(1);
        assert_eq!(map.pin().remove(&1), Some(&1));
        a.join().unwrap();
        exactly(map, &[2]);
    });
}
