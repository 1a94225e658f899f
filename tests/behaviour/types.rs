//! Keys and values of all kinds: borrowed, empty, large, aligned, lying, and such as use maps when
//! they are dropped.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::*};
use std::sync::mpsc::channel;
use std::sync::{Arc, OnceLock, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{
    Config, Counted, Counter, MODES, Mode, Random, Setup, on_threads, scaled, validated,
    validated_arc,
};
use evacmap::{Equivalent, Guard, HashMap, HashMapRef, IntoIter, Iter, Keys, Stats, Values};

/// Flushes `map` until `over`, which may take a few rounds, and more if other tests hold guards.
#[track_caller]
fn flush_until<K: Hash + Eq + Send, V: Send>(map: &HashMap<K, V>, over: impl Fn() -> bool) {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        map.flush();
        if over() {
            return;
        }
        thread::sleep(Duration::from_micros(100));
    }
    panic!("never freed");
}

/// Has the collector do all that it can.
fn collect() {
    for _ in 0..200 {
        evacmap::pin().flush();
    }
}

/// Puts in, reads, replaces, removes, iterates, grows and shrinks.
fn exercise<K: Hash + Eq + Send + Clone + Debug, V: Send + Clone + PartialEq + Debug>(
    keys: &[K],
    value: impl Fn(usize) -> V,
) {
    let map = HashMap::new();
    for (i, key) in keys.iter().enumerate() {
        assert_eq!(map.pin().insert(key.clone(), value(i)), None);
        assert_eq!(map.pin().get(key), Some(&value(i)));
    }
    assert_eq!(map.len(), keys.len());
    for (i, key) in keys.iter().enumerate() {
        assert_eq!(map.pin().get_key_value(key), Some((key, &value(i))));
        assert_eq!(map.pin().insert(key.clone(), value(i + 1)), Some(&value(i)));
    }
    assert_eq!(map.pin().iter().count(), keys.len());
    let copy = map.clone();
    assert!(copy == map);
    for key in keys.iter().skip(1).step_by(2) {
        assert!(map.pin().remove(key).is_some());
    }
    map.pin().shrink_to_fit();
    map.finish_resize();
    map.flush();
    for (i, key) in keys.iter().enumerate() {
        assert_eq!(map.pin().get(key), Some(&value(i + 1)).filter(|_| i % 2 == 0));
    }
    let mut entries: Vec<_> = copy.into_iter().collect();
    assert_eq!(entries.len(), keys.len());
    entries.retain(|(key, value)| map.pin().get(key) == Some(value));
    assert_eq!(entries.len(), keys.len().div_ceil(2));
    validated(map);
}

#[test]
fn plain_types() {
    exercise(&(0..500_u64).collect::<Vec<_>>(), |i| i);
    exercise(&(0..=255_u8).collect::<Vec<_>>(), |i| i as u8);
    exercise(&[true, false], |i| i % 2 == 0);
    exercise(&(1..300).map(|i| NonZeroU64::new(i).unwrap()).collect::<Vec<_>>(), |i| {
        NonZeroU64::new(i as u64 + 1)
    });
    exercise(&["a", "b", "c", ""], |i| ["one", "two", "three", "four", "five"][i]);
    exercise(&('a'..='z').collect::<Vec<_>>(), |i| i as f64);
    exercise(
        &(0..300).map(|i| vec![i; i % 9]).filter(|v| !v.is_empty()).collect::<Vec<_>>(),
        |i| vec![i; 3],
    );
    exercise(&(0..300_u32).map(|i| (i, i as u8, i64::from(i))).collect::<Vec<_>>(), |i| {
        Some(i.to_string())
    });
    exercise(&(0..100).map(Box::new).collect::<Vec<Box<i32>>>(), Arc::new);
    exercise(&(0..100_u128).collect::<Vec<_>>(), |i| [i; 17]);
}

#[test]
fn types_without_a_size() {
    exercise(&[()], |_| ());
    exercise(&[()], |i| i);
    exercise(&(0..300_u32).collect::<Vec<_>>(), |_| ());
    exercise(&(0..300_u32).collect::<Vec<_>>(), |_| [0_u64; 0]);
    exercise(&[[(); 3]], |_| std::marker::PhantomData::<String>);
}

macro_rules! aligned {
    ($name:ident, $align:literal) => {
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(align($align))]
        struct $name(u32);

        impl $name {
            #[allow(dead_code)]
            fn aligned(&self) -> bool {
                std::ptr::from_ref(self).addr() % $align == 0
            }
        }
    };
}
aligned!(Align16, 16);
aligned!(Align64, 64);
aligned!(Align4096, 4096);

#[test]
fn aligned_types() {
    exercise(&(0..100).map(Align64).collect::<Vec<_>>(), |i| Align16(i as u32));
    exercise(&(0..40).map(Align4096).collect::<Vec<_>>(), |i| Align4096(i as u32));
    let map = HashMap::new();
    // More than a batch, so that memory is used again.
    for i in 0..1000 {
        let map = map.pin();
        map.insert(Align64(i % 50), Align4096(i));
        assert!(map.iter().all(|(key, value)| key.aligned() && value.aligned()));
        map.remove(&Align64((i * 7) % 50));
    }
    map.flush();
    validated(map);
    let map: HashMap<u8, Align64> = (0..200).map(|i| (i, Align64(u32::from(i)))).collect();
    assert!(map.pin().values().all(Align64::aligned));
    validated(map);
}

#[test]
fn large_values() {
    exercise(&(0..200_u16).collect::<Vec<_>>(), |i| [i as u8; 4096]);
    exercise(&(0..100_u8).map(|i| [i; 1000]).collect::<Vec<_>>(), |i| [i; 200]);
}

#[test]
fn values_behind_dyn() {
    let counter = Counter::new();
    let map: HashMap<u32, Box<dyn Fn(u32) -> u32 + Send + Sync>> = HashMap::new();
    for i in 0..300 {
        let counted = counter.make(i);
        map.pin().insert(i, Box::new(move |n| n + counted.inner));
    }
    for i in 0..300 {
        assert_eq!(map.pin().get(&i).unwrap()(7), 7 + i);
        if i % 3 == 0 {
            assert_eq!(map.pin().remove(&i).unwrap()(1), 1 + i);
        }
    }
    validated(map);
    counter.check();

    let map: HashMap<&str, Box<dyn Debug + Send>> = HashMap::new();
    map.pin().insert("number", Box::new(1));
    map.pin().insert("list", Box::new(vec!["x"]));
    assert_eq!(format!("{:?}", map.pin().get("list").unwrap()), "[\"x\"]");
    validated(map);
}

/// Neither `Clone` nor `Copy` nor `Debug` nor comparable.
struct Opaque(String);

#[test]
fn values_that_can_do_nothing() {
    let map: HashMap<Box<str>, Opaque> = HashMap::new();
    for i in 0..200 {
        map.pin().insert(i.to_string().into(), Opaque(i.to_string()));
    }
    assert_eq!(map.pin().get("17").unwrap().0, "17");
    map.pin().update("17".into(), |old| Opaque(old.0.clone() + "!"));
    assert_eq!(map.pin().remove("17").unwrap().0, "17!");
    assert_eq!(
        map.into_iter().map(|(_, value)| value.0.len()).sum::<usize>(),
        10 + 90 * 2 + 100 * 3 - 2
    );
}

#[test]
fn strings_are_looked_up_by_str_and_by_any_equivalent() {
    #[derive(Hash)]
    struct Pair<'a>(&'a str, u32);
    impl Equivalent<(String, u32)> for Pair<'_> {
        fn equivalent(&self, key: &(String, u32)) -> bool {
            self.0 == key.0 && self.1 == key.1
        }
    }

    let map: HashMap<String, usize> = (0..300).map(|i| (format!("key {i}"), i)).collect();
    for i in 0..300 {
        let key = format!("key {i}");
        assert_eq!(map.pin().get(key.as_str()), Some(&i));
        assert_eq!(map.pin().get(&key), Some(&i));
    }
    assert_eq!(map.pin().remove("key 4"), Some(&4));
    assert!(!map.pin().contains_key("key 4"));
    assert_eq!(map.pin().compare_remove("key 5", &5), Ok(&5));
    assert_eq!(
        map.pin().remove_if("key 6", |k, v| k.len() == 5 && *v == 6),
        Ok(Some((&"key 6".to_string(), &6)))
    );
    validated(map);

    let map: HashMap<(String, u32), u32> = (0..100).map(|i| ((i.to_string(), i), i)).collect();
    assert_eq!(map.pin().get(&Pair("42", 42)), Some(&42));
    assert_eq!(map.pin().get(&Pair("42", 43)), None);
    validated(map);
}

#[test]
fn keys_and_values_that_borrow_a_local() {
    let text = (0..400).map(|i| format!("word{} ", i % 150)).collect::<String>();
    let dropped = AtomicUsize::new(0);
    /// Writes to what it borrows when it is dropped: it has to be gone before that.
    struct Borrows<'a>(&'a AtomicUsize);
    impl Drop for Borrows<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }
    {
        let map: HashMap<&str, (usize, Borrows<'_>)> = HashMap::new();
        for word in text.split_whitespace() {
            let next = |old: &(usize, Borrows<'_>)| (old.0 + 1, Borrows(&dropped));
            map.pin().update_or_insert_with(word, next, || (1, Borrows(&dropped)));
        }
        assert_eq!(map.len(), 150);
        assert_eq!(map.pin().values().map(|value| value.0).sum::<usize>(), 400);
        thread::scope(|scope| {
            scope.spawn(|| map.pin().remove("word3").is_some());
            scope.spawn(|| map.pin().retain(|key, _| key.len() != 5));
        });
        validated(map);
    }
    assert_eq!(dropped.load(Relaxed), 400);
    drop(text);
    evacmap::pin().flush();
    assert_eq!(dropped.load(Relaxed), 400);
}

#[test]
fn what_may_go_to_other_threads() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    send::<HashMap<String, Vec<u8>>>();
    sync::<HashMap<String, Vec<u8>>>();
    // A value that is `Send` only makes a map that is.
    send::<HashMap<u8, std::cell::Cell<u8>>>();
    send::<IntoIter<String, std::cell::Cell<u8>>>();
    sync::<IntoIter<String, String>>();
    send::<Stats>();
    sync::<Stats>();
    fn debug<T: Debug>() {}
    debug::<HashMap<u8, u8>>();
    debug::<HashMapRef<'_, u8, u8>>();
    debug::<Guard>();
    debug::<(Iter<'_, u8, u8>, Keys<'_, u8, u8>, Values<'_, u8, u8>, IntoIter<u8, u8>)>();
    fn unwind_safe<T: std::panic::UnwindSafe>() {}
    unwind_safe::<Stats>();
}

/// A key that is equal to nothing, not even to itself.
struct Nan(Counted<u64>);
impl PartialEq for Nan {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}
impl Eq for Nan {}
impl Hash for Nan {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[test]
fn keys_that_are_not_equal_to_themselves() {
    for mode in MODES {
        let counter = Counter::new();
        let make = |inner| Nan(counter.make(inner));
        let mut map = Config { setup: Setup::Fresh, mode }.map();
        for i in 0..300 {
            assert!(map.pin().insert(make(i % 10), counter.make(i)).is_none());
            assert!(map.pin().get(&make(i % 10)).is_none());
            assert!(map.pin().remove(&make(i % 10)).is_none());
            assert!(map.pin().update(make(i), |old| old.clone()).is_none());
        }
        assert_eq!(map.len(), 300);
        map.validate().unwrap();
        map.pin().retain(|_, _| false);
        map.pin().shrink_to_fit();
        map.finish_resize();
        assert_eq!(map.pin().iter().count(), map.len());
        map.pin().reserve(5000);
        assert!(map.pin().iter().count() <= 300);
        map.finish_resize();
        map.validate().unwrap();
        map.pin().clear();
        assert_eq!((map.len(), map.pin().iter().count()), (0, 0));
        map.pin().insert(make(1), counter.make(1));
        validated(map);
        counter.check();
    }
}

/// A key that hashes and compares as it pleases.
struct Liar {
    random: AtomicU64,
    id: Counted<u64>,
    lies_about_hash: bool,
    lies_about_eq: bool,
}

impl Liar {
    fn random(&self) -> u64 {
        let next = self
            .random
            .load(Relaxed)
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        self.random.store(next, Relaxed);
        next >> 60
    }
}
impl PartialEq for Liar {
    fn eq(&self, other: &Self) -> bool {
        if self.lies_about_eq { self.random() < 6 } else { self.id == other.id }
    }
}
impl Eq for Liar {}
impl Hash for Liar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if self.lies_about_hash { self.random().hash(state) } else { self.id.hash(state) }
    }
}

#[test]
fn keys_that_lie() {
    for (lies_about_hash, lies_about_eq) in [(true, false), (false, true), (true, true)] {
        for mode in MODES {
            let counter = Counter::new();
            let make = |id| Liar {
                random: AtomicU64::new(id * 77),
                id: counter.make(id % 40),
                lies_about_hash,
                lies_about_eq,
            };
            let mut map = Config { setup: Setup::Fresh, mode }.map();
            let mut random = Random::new(7);
            for id in 0..scaled(5_000, 1_500) as u64 {
                let map = map.pin();
                match random.below(12) {
                    0..4 => drop(map.insert(make(id), counter.make(id)).is_some()),
                    4 => drop(map.remove(&make(id)).is_some()),
                    5 => drop(map.update(make(id), |old| old.clone()).is_some()),
                    6 => drop(map.try_insert(make(id), counter.make(id)).is_ok()),
                    7 => drop(map.get(&make(id)).is_some()),
                    8 => drop(map.remove_if(&make(id), |_, value| value.inner % 2 == 0).is_ok()),
                    9 if id % 10 == 0 => map.retain(|_, value| value.inner % 3 > 0),
                    10 if id % 50 == 0 => map.shrink_to_fit(),
                    11 if id % 50 == 0 => map.reserve(200),
                    _ => drop(map.compare_remove(&make(id), &counter.make(id)).is_ok()),
                }
            }
            map.finish_resize();
            assert!(map.pin().iter().count() <= map.len());
            // What it finds is meaningless here, but it has to come to an end.
            let found = map.validate();
            assert!(lies_about_eq || found.is_ok(), "{found:?}");
            drop(map);
            counter.check();
        }
    }
}

#[test]
fn maps_in_maps() {
    let counter = Counter::new();
    let outer: Arc<HashMap<u32, HashMap<u32, Counted<u32>>>> = Arc::default();
    let (shared, counted) = (outer.clone(), counter.clone());
    on_threads(4, move |thread| {
        for i in 0..scaled(4_000, 800) as u32 {
            let outer = shared.pin();
            let inner = outer.get_or_insert_with(i % 37, HashMap::new);
            inner.pin().insert(i, counted.make(i));
            inner.pin().remove(&(i / 2));
            if i % 50 == thread as u32 {
                outer.remove(&(i % 37));
            }
        }
    });
    for inner in outer.pin().values() {
        assert_eq!(inner.len(), inner.pin().iter().count());
    }
    validated_arc(outer);
    counter.check();
}

/// A value with a handle to the map that it is in, or to another.
struct Holds {
    _map: Option<Arc<HashMap<u64, Holds>>>,
    _counted: Counted<u64>,
}

/// Handles in entries that were removed go when the map is flushed, and the map with the last
/// handle outside.
#[test]
fn a_value_that_owns_its_map() {
    for others in [0, 10, 63, 64, 200] {
        let counter = Counter::new();
        let holds = |map: Option<&Arc<_>>| Holds { _map: map.cloned(), _counted: counter.make(0) };
        let map = Arc::new(HashMap::new());
        for key in 0..others {
            map.pin().insert(key, holds(None));
        }
        map.pin().insert(1000, holds(Some(&map)));
        for key in 0..others / 2 {
            map.pin().remove(&key);
        }
        map.pin().remove(&1000);
        assert_eq!(Arc::strong_count(&map), 2);
        flush_until(&map, || Arc::strong_count(&map) == 1);
        validated_arc(map);
        counter.check();
    }
}

#[test]
fn a_map_that_is_owned_by_what_it_was_cleared_of() {
    let counter = Counter::new();
    let map = Arc::new(HashMap::new());
    for key in 0..100 {
        let own = (key % 10 == 0).then(|| map.clone());
        map.pin().insert(key, Holds { _map: own, _counted: counter.make(key) });
    }
    map.pin().clear();
    map.finish_resize();
    flush_until(&map, || Arc::strong_count(&map) == 1);
    validated_arc(map);
    counter.check();
}

/// The last handle of each of two maps is in an entry that was removed from the other.
#[test]
fn two_maps_that_hold_each_other() {
    let counter = Counter::new();
    let (one, two) = (Arc::new(HashMap::new()), Arc::new(HashMap::new()));
    for (map, other) in [(&one, &two), (&two, &one)] {
        map.pin().insert(1, Holds { _map: Some(Arc::clone(other)), _counted: counter.make(1) });
        map.pin().insert(2, Holds { _map: None, _counted: counter.make(2) });
        map.pin().remove(&1);
    }
    // The other's drop happens while this one's garbage is dropped.
    drop(two);
    flush_until(&one, || Arc::strong_count(&one) == 1);
    validated_arc(one);
    counter.check();
}

/// A map that nobody can reach any more but its own garbage is leaked, as any circle of `Arc`s is:
/// nothing of it is dropped, now or by the collector later, when what it borrows has ended.
#[test]
fn a_map_that_is_leaked_is_left_alone() {
    let counter = Counter::new();
    let map = Arc::new(HashMap::new());
    for key in 0..300 {
        map.pin().insert(key, Holds { _map: Some(map.clone()), _counted: counter.make(key) });
    }
    let guard = evacmap::pin();
    for key in 0..300 {
        map.pin().remove(&key);
    }
    let weak = Arc::downgrade(&map);
    drop(map);
    drop(guard);
    let dropped = counter.dropped();
    collect();
    assert_eq!(counter.dropped(), dropped);
    assert!(weak.strong_count() > 0);
    // Let go of what the leak checkers would report.
    let map = weak.upgrade().unwrap();
    flush_until(&map, || Arc::strong_count(&map) == 1);
    drop(map);
    counter.check();

    let text: Box<str> = "short-lived".into();
    struct Borrows<'a>(&'a str, Counted<u64>);
    impl Drop for Borrows<'_> {
        fn drop(&mut self) {
            assert_eq!(self.0, "short-lived");
            self.1.check();
        }
    }
    let map: HashMap<u64, Borrows<'_>> = HashMap::new();
    for key in 0..300 {
        map.pin().insert(key, Borrows(&text, counter.make(key)));
    }
    let guard = evacmap::pin();
    // All of them: leak detectors do not see through the tags of those that are still in the map.
    for key in 0..300 {
        map.pin().remove(&key);
    }
    // Forgotten, but kept for the leak checkers where it cannot be reached.
    crate::common::leaked(Box::into_raw(Box::new(map)));
    drop(text);
    drop(guard);
    let dropped = counter.dropped();
    collect();
    assert_eq!(counter.dropped(), dropped);
}

/// A value that writes to the map it was in when it is dropped.
struct Reentrant {
    map: Weak<HashMap<u64, Reentrant>>,
    depth: u64,
    flushes: bool,
    counted: Counted<u64>,
}

impl Drop for Reentrant {
    fn drop(&mut self) {
        let Some(map) = self.map.upgrade().filter(|_| self.depth > 0) else {
            return;
        };
        let key = self.counted.inner;
        let again = || Reentrant {
            map: self.map.clone(),
            depth: self.depth - 1,
            flushes: self.flushes,
            counted: self.counted.clone(),
        };
        let map = map.pin();
        map.insert(key + 1_000_000 * self.depth, again());
        map.get(&key);
        map.remove(&(key + 1));
        map.update(key, |_| again());
        if self.flushes {
            map.flush();
        }
        if key.is_multiple_of(16) {
            map.retain(|key, _| key % 3 > 0);
            map.shrink_to_fit();
        }
        if key.is_multiple_of(100) {
            map.clear();
        }
    }
}

#[test]
fn a_drop_that_uses_the_same_map() {
    reentrant(false);
}

/// A drop that has garbage dropped, which has garbage dropped, and so on: one after the other, not
/// within each other.
#[test]
fn a_drop_that_flushes_the_same_map() {
    reentrant(true);
}

/// A backlog of garbage whose drops make more garbage: each drop may come to drop the next batch,
/// but not so deep that the stack would notice. Each entry is a batch of its own if `flushes`.
fn backlog(entries: u64, flushes: bool, drop_it: impl FnOnce(Arc<HashMap<u64, Reentrant>>)) {
    let counter = Counter::new();
    let map: Arc<HashMap<u64, Reentrant>> = Arc::default();
    for key in 0..entries {
        let value = Reentrant {
            map: Arc::downgrade(&map),
            depth: 1,
            flushes,
            counted: counter.make(key * 16 + 1),
        };
        map.pin().insert(key, value);
    }
    let guard = evacmap::pin();
    for key in 0..entries {
        map.pin().remove(&key);
        if flushes {
            map.flush();
        }
    }
    map.flush();
    drop(guard);
    drop_it(map.clone());
    validated(unwrap_soon(map));
    counter.check();
}

fn drop_backlog(map: Arc<HashMap<u64, Reentrant>>) {
    flush_until(&map, || map.stats().retired < 200);
}

#[test]
fn a_backlog_of_drops_that_use_the_map() {
    backlog(200_000, false, drop_backlog);
}

#[test]
fn a_backlog_of_drops_that_flush_the_map() {
    backlog(20_000, true, drop_backlog);
}

/// As above, on a thread that has lost its slot in the map.
///
/// FAULT: each operation there claims a slot of its own, which does not know that the thread is
/// within a drop already.
#[test]
fn a_backlog_of_drops_that_use_the_map_at_the_end_of_a_thread() {
    thread_local! {
        static AT_EXIT: RefCell<Option<DropsBacklog>> = const { RefCell::new(None) };
    }
    struct DropsBacklog(Arc<HashMap<u64, Reentrant>>);
    impl Drop for DropsBacklog {
        fn drop(&mut self) {
            drop_backlog(self.0.clone());
        }
    }
    for flushes in [false, true] {
        backlog(20_000, flushes, |map| {
            let thread = thread::spawn(move || {
                // Before the map's own thread-locals, and so dropped after them.
                AT_EXIT.set(Some(DropsBacklog(map.clone())));
                map.flush();
            });
            thread.join().unwrap();
        });
    }
}

fn reentrant(flushes: bool) {
    let counter = Counter::new();
    let map: Arc<HashMap<u64, Reentrant>> = Arc::default();
    let (shared, counted) = (map.clone(), counter.clone());
    on_threads(2, move |thread| {
        let mut random = Random::new(thread);
        for _ in 0..scaled(5_000, 1_000) {
            let key = random.below(200) as u64;
            let value = Reentrant {
                map: Arc::downgrade(&shared),
                depth: 2,
                flushes,
                counted: counted.make(key),
            };
            shared.pin().insert(key, value);
            shared.pin().remove(&(random.below(200) as u64));
        }
    });
    let mut map = unwrap_soon(map);
    map.validate().unwrap();
    assert_eq!(map.len(), map.pin().iter().count());
    drop(map);
    counter.check();
}

/// The map, when values that are being dropped on threads of other tests have let go of it.
fn unwrap_soon<T>(mut map: Arc<T>) -> T {
    loop {
        match Arc::try_unwrap(map) {
            Ok(map) => return map,
            Err(again) => map = again,
        }
        thread::yield_now();
    }
}

#[test]
fn a_drop_that_uses_the_same_static_map() {
    static MAP: OnceLock<HashMap<u64, InStatic>> = OnceLock::new();
    struct InStatic(u64, Counted<()>);
    impl Drop for InStatic {
        fn drop(&mut self) {
            let map = MAP.get().unwrap().pin();
            if self.0 > 0 {
                map.insert(self.0 / 2, InStatic(self.0 / 2, self.1.clone()));
                map.remove(&(self.0 / 3));
            }
        }
    }
    let counter = Counter::new();
    let map = MAP.get_or_init(HashMap::new);
    let counted = counter.clone();
    on_threads(2, move |thread| {
        for i in 0..scaled(20_000, 2_000) as u64 {
            map.pin().insert(i % 500, InStatic(i % 500, counted.make(())));
            if i % 500 == thread as u64 {
                map.pin().clear();
            }
        }
    });
    assert_eq!(map.len(), map.pin().iter().count());
    // It is never dropped, and threads that have ended keep a bag of garbage each; but all that was
    // in it comes out, though each removal may put in smaller keys, down to nothing.
    flush_until(map, || {
        map.pin().clear();
        map.finish_resize();
        let dropped = counter.dropped();
        map.is_empty() && counter.made() - dropped < 200
    });
}

thread_local! {
    static AT_EXIT: RefCell<Option<AtExit>> = const { RefCell::new(None) };
    static LATER_AT_EXIT: RefCell<Option<AtExit>> = const { RefCell::new(None) };
}

/// Uses a map when its thread ends.
struct AtExit {
    map: Arc<HashMap<u64, Counted<u64>>>,
    counter: Arc<Counter>,
    base: u64,
}

impl Drop for AtExit {
    fn drop(&mut self) {
        let map = &self.map;
        for key in self.base..self.base + 200 {
            map.pin().insert(key, self.counter.make(key));
            assert!(map.pin().contains_key(&key));
        }
        for key in self.base..self.base + 100 {
            assert!(map.pin().remove(&key).is_some());
        }
        map.pin().update(self.base + 150, |old| self.counter.make(old.inner + 1));
        map.flush();
        assert!(map.len() >= 100);
    }
}

#[test]
fn thread_local_destructors_may_use_maps() {
    let counter = Counter::new();
    let map: Arc<HashMap<u64, Counted<u64>>> = Arc::default();
    let rounds = scaled(60, 20) as u64;
    for round in 0..rounds {
        let (shared, counted) = (map.clone(), counter.clone());
        on_threads(3, move |thread| {
            let base = (round * 3 + thread as u64) * 1000;
            let at_exit = |base| AtExit { map: shared.clone(), counter: counted.clone(), base };
            let use_map = || assert!(shared.pin().insert(base + 900, counted.make(0)).is_none());
            // Destructors run in the reverse order of first use: before the map's own and after
            // them, and without that the thread ever used the map before.
            match round % 4 {
                0 => {
                    AT_EXIT.set(Some(at_exit(base)));
                    use_map();
                }
                1 => {
                    use_map();
                    AT_EXIT.set(Some(at_exit(base)));
                }
                2 => AT_EXIT.set(Some(at_exit(base))),
                _ => {
                    AT_EXIT.set(Some(at_exit(base)));
                    use_map();
                    LATER_AT_EXIT.set(Some(at_exit(base + 300)));
                }
            }
        });
        let expected: usize =
            (0..=round).map(|round| 3 * [101, 101, 100, 201][round as usize % 4]).sum();
        assert_eq!(map.len(), expected, "round {round}");
    }
    let mut map = Arc::into_inner(map).expect("the last handle");
    map.validate().unwrap();
    drop(map);
    counter.check();
}

#[test]
fn a_map_may_be_dropped_by_a_thread_local_destructor() {
    for first in [true, false] {
        let counter = Counter::new();
        let (sender, counted) = (channel().0, counter.clone());
        let thread = thread::spawn(move || {
            let _: std::sync::mpsc::Sender<()> = sender;
            let map: Arc<HashMap<u64, Counted<u64>>> = Arc::default();
            if first {
                AT_EXIT.set(Some(AtExit { map: map.clone(), counter: counted.clone(), base: 0 }));
            }
            for key in 0..300 {
                map.pin().insert(key, counted.make(key));
                map.pin().remove(&(key / 2));
            }
            AT_EXIT.set(Some(AtExit { map, counter: counted, base: 100 }));
        });
        thread.join().unwrap();
        counter.check();
    }
}

/// A million entries, and garbage in the bags of threads that are still there.
#[test]
fn dropping_the_map_drops_everything_before_it_returns() {
    let counter = Counter::new();
    let map: Arc<HashMap<u64, Counted<u64>>> = Arc::default();
    let entries = scaled(1_000_000, 100_000) as u64;
    let (done, is_done) = channel();
    let threads: Vec<_> = (0..4_u64)
        .map(|thread| {
            let (map, counter, done) = (map.clone(), counter.clone(), done.clone());
            let (end, may_end) = channel::<()>();
            let handle = thread::spawn(move || {
                for key in (thread..entries).step_by(4) {
                    map.pin().insert(key, counter.make(key));
                }
                // Replaced and removed: some of them are with the collector, some in this thread's
                // bag.
                for key in (thread..entries - 4).step_by(64) {
                    map.pin().insert(key, counter.make(key));
                    map.pin().remove(&(key + 4));
                }
                drop(map);
                done.send(()).unwrap();
                may_end.recv().ok();
            });
            (handle, end)
        })
        .collect();
    for _ in &threads {
        is_done.recv().unwrap();
    }
    let map = Arc::into_inner(map).expect("the last handle");
    let stats = map.stats();
    let removed: usize = (0..4).map(|thread| (thread..entries - 4).step_by(64).count()).sum();
    assert_eq!(stats.len, entries as usize - removed);
    assert!(stats.retired > 0, "{stats:?}");
    assert!(counter.alive() > map.len());
    drop(map);
    counter.check();
    for (handle, end) in threads {
        drop(end);
        handle.join().unwrap();
    }
    // And nothing is dropped again by what the collector still has.
    for _ in 0..100 {
        evacmap::pin().flush();
    }
    counter.check();
}

/// A value whose drop takes as long as it is told.
struct Slow {
    _counted: Counted<u64>,
    slow: bool,
    entered: Arc<AtomicBool>,
    leave: Arc<AtomicBool>,
}

impl Drop for Slow {
    fn drop(&mut self) {
        if self.slow {
            self.entered.store(true, Release);
            while !self.leave.load(Acquire) {
                thread::yield_now();
            }
        }
    }
}

/// One thread is in a `Drop` that does not end; nobody else has to wait for it.
#[test]
fn a_drop_that_takes_long_holds_up_nobody() {
    let counter = Counter::new();
    let (entered, leave) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let slow = |key, slow| Slow {
        _counted: counter.make(key),
        slow,
        entered: entered.clone(),
        leave: leave.clone(),
    };
    let map: Arc<HashMap<u64, Slow>> = Arc::default();
    for key in 0..100 {
        map.pin().insert(key, slow(key, key == 0));
    }
    {
        // Nothing is dropped yet: what is handed on under this guard waits for it.
        let guard = evacmap::pin();
        map.remove(&0, &guard);
        map.flush();
    }
    let (seen, theirs) = (entered.clone(), map.clone());
    let freeing = thread::spawn(move || flush_until(&theirs, || seen.load(Acquire)));
    while !entered.load(Acquire) {
        thread::yield_now();
    }
    for turn in 0..20_000 {
        let key = 1 + turn % 2000;
        map.pin().insert(key, slow(key, false));
        if turn % 3 == 0 {
            map.pin().remove(&key);
        }
    }
    map.pin().clear();
    map.finish_resize();
    map.flush();
    assert!(map.is_empty());
    leave.store(true, Release);
    freeing.join().unwrap();
    validated_arc(map);
    counter.check();
}

/// Maps taken apart in the midst of each kind of resize: what was cleared does not come back.
#[test]
fn maps_taken_apart_while_they_are_resized() {
    for kind in 0..4 {
        for steps in [0, 1, 2, 5, 100] {
            for taken in [0, 1, 50, 1000] {
                let counter = Counter::new();
                let map: HashMap<u64, Counted<u64>> = HashMap::with_capacity(300);
                for key in 0..100 {
                    map.pin().insert(key, counter.make(key));
                }
                let mut expected: Vec<u64> = (0..100).collect();
                match kind {
                    0 => map.pin().reserve(1000),
                    1 => map.pin().shrink_to_fit(),
                    2 => {
                        map.pin().clear();
                        expected.clear();
                    }
                    _ => {
                        map.pin().clear();
                        for key in 200..300 {
                            map.pin().insert(key, counter.make(key));
                        }
                        expected = (200..300).collect();
                    }
                }
                map.help_resize(steps);
                let mut entries = map.into_iter();
                assert_eq!(entries.size_hint(), (expected.len(), Some(expected.len())));
                let mut got: Vec<u64> =
                    entries.by_ref().take(taken).map(|(key, value)| value.inner.min(key)).collect();
                got.sort();
                got.dedup();
                assert_eq!(got.len(), expected.len().min(taken), "{kind}, {steps}");
                assert!(got.iter().all(|key| expected.contains(key)), "{kind}, {steps}: {got:?}");
                drop(entries);
                counter.check();
            }
        }
    }
}

#[test]
fn keys_replaced_by_equal_ones() {
    /// Equal by name alone.
    #[derive(Clone, Debug)]
    struct Named(&'static str, u32);
    impl PartialEq for Named {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }
    impl Eq for Named {}
    impl Hash for Named {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    impl Borrow<str> for Named {
        fn borrow(&self) -> &str {
            self.0
        }
    }
    let map = HashMap::from([(Named("a", 1), 1)]);
    map.pin().insert(Named("a", 2), 2);
    assert_eq!(map.pin().get_key_value("a").unwrap().0.1, 2, "the key is replaced with the value");
    map.pin().try_insert(Named("a", 3), 3).unwrap_err();
    assert_eq!(map.pin().get_key_value("a").unwrap().0.1, 2);
    assert_eq!(*map.pin().get_or_insert(Named("a", 4), 4), 2);
    assert_eq!(map.pin().remove_entry("a").unwrap().0.1, 2);
    validated(map);
    // The modes of the other tests, with keys by reference.
    let keys: Vec<String> = (0..50).map(|i| i.to_string()).collect();
    for mode in [Mode::Constant, Mode::EightBit] {
        let map = Config { setup: Setup::Fresh, mode }.map();
        for key in &keys {
            map.pin().insert(key.as_str(), key.len());
        }
        assert!(keys.iter().all(|key| map.pin().get(key.as_str()) == Some(&key.len())));
        validated(map);
    }
}
