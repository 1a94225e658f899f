//! What the map allocates, by an allocator that counts: nothing for a new map, little for a small
//! one, and all of it is given back. One test, so that nothing else allocates meanwhile.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering::*};

use evacmap::{HashMap, HashSet, Stats};

struct Counting;

static BYTES: AtomicIsize = AtomicIsize::new(0);
static CALLS: AtomicUsize = AtomicUsize::new(0);

fn count(bytes: isize) {
    BYTES.fetch_add(bytes, Relaxed);
    CALLS.fetch_add(1, Relaxed);
}

// SAFETY: all is done by the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: passed on.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size as isize - layout.size() as isize);
        // SAFETY: passed on.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn bytes() -> isize {
    BYTES.load(Relaxed)
}

fn calls() -> usize {
    CALLS.load(Relaxed)
}

/// Has the collector free all that it can.
fn collect() {
    for _ in 0..100 {
        evacmap::pin().flush();
    }
}

#[test]
fn the_map_is_frugal() {
    collect();
    a_new_map_allocates_nothing();
    // The first pays for what the thread and the collector keep for good.
    live();
    a_map_holds_what_it_says();
    a_known_key_is_not_made_again();
    everything_is_given_back();
    memory_is_used_again();
    nothing_accumulates_in_the_collector();
    a_small_map_is_small();
}

fn a_new_map_allocates_nothing() {
    // A pin now and then has the collector go on. There is nothing left for it then.
    (0..2000).for_each(|_| drop(evacmap::pin()));
    let before = calls();
    let map: HashMap<String, String> = HashMap::new();
    let default: HashMap<u64, Vec<u8>> = HashMap::default();
    let zero: HashMap<u64, u64> = HashMap::with_capacity(0);
    assert_eq!(calls(), before);
    // Neither do look-ups of what is not there.
    assert!(
        map.pin().get("x").is_none() && default.is_empty() && zero.pin().iter().next().is_none()
    );
    assert_eq!((map.len(), map.capacity()), (0, 0));
    assert_eq!(map.stats(), Stats::default(), "not even a group to evacuate");
    assert_eq!(calls(), before);
    drop((map, default, zero));
    assert_eq!(calls(), before);
}

fn a_small_map_is_small() {
    const ENTRIES: usize = 4;
    let before = bytes();
    let map: HashMap<u64, u64> = HashMap::new();
    for key in 0..ENTRIES as u64 {
        map.pin().insert(key, key);
    }
    let held = bytes() - before;
    let entries = (ENTRIES * 3 * size_of::<u64>()) as isize;
    println!("a map of {ENTRIES} entries holds {held} bytes, {entries} of them entries");
    // The table with its two buckets, the directory of threads, and this thread's slot.
    // The feature `tracing` makes each of them a cache line longer.
    let most = if cfg!(feature = "tracing") { 1280 } else { 1024 };
    assert!(held - entries < most, "{held} bytes");
    drop(map);
}

fn a_map_holds_what_it_says() {
    for count in [1_u64, 10, 1000, 50_000] {
        collect();
        let before = bytes();
        let map: HashMap<u64, u64> = (0..count).map(|key| (key, key)).collect();
        map.finish_resize();
        collect();
        let (held, said) = ((bytes() - before) as f64, map.stats().bytes as f64);
        println!("{count} entries: {held} bytes, {said} by the map's own account");
        // The collector's own queue has a node of 2 KiB more or less, as it happens.
        const NODE: f64 = 2200.0;
        assert!((said - held).abs() < 0.3 * held + NODE, "{said} bytes said, {held} held");
        if count >= 1000 {
            let each = held / count as f64;
            assert!(each < 24.0 + 64.0, "{each} bytes an entry");
        }
    }
}

fn a_known_key_is_not_made_again() {
    let (map, set) = (HashMap::<String, u64>::new(), HashSet::<String>::new());
    let (map, set) = (map.pin(), set.pin());
    map.get_or_insert_with_ref("known", || 1);
    set.get_or_insert_with("known", String::from);
    let before = calls();
    for _ in 0..100 {
        assert_eq!(map.get_or_insert_with_ref("known", || unreachable!()), &1);
        assert_eq!(map.try_insert_with_ref("known", || unreachable!()), Err(&1));
        assert_eq!(map.update_ref("unknown", |_| unreachable!()), None);
        assert_eq!(set.get_or_insert_with("known", |_| unreachable!()), "known");
    }
    assert_eq!(calls(), before);
}

/// A life with growth, replacement, removal, clearing and shrinking.
fn live() {
    let map: HashMap<u64, Box<[u64]>> = HashMap::new();
    for key in 0..20_000 {
        map.pin().insert(key, Box::new([key; 4]));
        if key % 3 == 0 {
            map.pin().insert(key, Box::new([key; 2]));
        }
    }
    for key in 0..15_000 {
        map.pin().remove(&key);
    }
    map.pin().shrink_to_fit();
    for key in 0..3_000 {
        map.pin().update_or_insert_with(key % 64, |old| old.clone(), || Box::new([]));
    }
    map.pin().clear();
    for key in 0..500 {
        map.pin().insert(key, Box::new([key; 8]));
    }
}

fn everything_is_given_back() {
    live();
    collect();
    let before = bytes();
    for _ in 0..5 {
        live();
        collect();
    }
    let left = bytes() - before;
    // The collector's own queue may be at another point of its life.
    assert!(left.abs() < 16 << 10, "{left} bytes are left");
}

/// Replacing entries again and again settles: the memory of what was freed is used again.
fn memory_is_used_again() {
    let map: HashMap<u64, u64> = HashMap::new();
    let churn = |turns: u64| {
        for turn in 0..turns {
            map.pin().insert(turn % 100, turn);
        }
    };
    churn(20_000);
    let (before, before_calls) = (bytes(), calls());
    churn(100_000);
    let (more, more_calls) = (bytes() - before, calls() - before_calls);
    assert!(more < 64 << 10, "{more} bytes more");
    assert!(more_calls < 50_000, "{more_calls} allocations and frees for 100,000 replacements");
    assert!(map.stats().retired + map.stats().spare < 2_000, "{:?}", map.stats());
}

fn nothing_accumulates_in_the_collector() {
    collect();
    let before = bytes();
    for _ in 0..2_000 {
        let map: HashMap<u64, String> = (0..10).map(|key| (key, key.to_string())).collect();
        map.pin().remove(&3);
        map.pin().clear();
        drop(map);
    }
    collect();
    let left = bytes() - before;
    assert!(left.abs() < 16 << 10, "{left} bytes are left of 2000 maps");
}
