//! Patterns that the documentation recommends, and one that it warns of: values with one owner,
//! keys that are made only when they are needed, and interners that forget.

use std::borrow::Borrow;
use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering::*};
use std::sync::{Arc, Weak};

use crate::common::{Counted, Counter, on_threads, scaled, validated, validated_arc};
use evacmap::{Compute, HashMap, HashSet, Operation, Take};

/// Threads remove keys and come for values that they have only looked up; each value goes to one.
#[test]
fn a_value_is_taken_once() {
    let counter = Counter::new();
    let keys = scaled(20_000, 2_000);
    let map: Arc<HashMap<usize, Take<Counted<usize>>>> =
        Arc::new((0..keys).map(|key| (key, Take::new(counter.make(key)))).collect());
    let taken: Arc<Vec<AtomicUsize>> = Arc::new((0..keys).map(|_| AtomicUsize::new(0)).collect());
    let (shared, times) = (map.clone(), taken.clone());
    on_threads(4, move |thread| {
        for key in 0..keys {
            let map = shared.pin();
            let cell = if thread % 2 == 0 { map.remove(&key) } else { map.get(&key) };
            if let Some(value) = cell.and_then(Take::take) {
                assert_eq!(value.inner, key);
                times[key].fetch_add(1, Relaxed);
            }
        }
    });
    assert!(map.is_empty());
    // Whoever removed a key came for its value too.
    assert!(taken.iter().all(|times| times.load(Relaxed) == 1));
    validated_arc(map);
    counter.check();
}

/// What is taken is dropped by the one who took it, at once; what is not goes with its entry.
#[test]
fn who_drops_what_was_in_a_cell() {
    let counter = Counter::new();
    let map: HashMap<u32, Take<Counted<u32>>> =
        (0..10).map(|key| (key, Take::new(counter.make(key)))).collect();
    let held = evacmap::pin();
    drop(map.pin().remove(&0).and_then(Take::take));
    assert_eq!(counter.dropped(), 1, "though a guard is held");
    map.pin().remove(&1);
    map.flush();
    assert_eq!(counter.dropped(), 1);
    assert!(map.get(&2, &held).unwrap().take().is_some());
    let left = map.get(&2, &held).unwrap();
    assert!(left.is_taken() && left.take().is_none());
    drop(held);
    validated(map);
    counter.check();
}

/// Values that are neither `Sync` nor `Clone`.
#[test]
fn closures_that_run_once() {
    type Once = Box<dyn FnOnce() + Send>;
    let ran = Arc::new(AtomicUsize::new(0));
    let map: Arc<HashMap<u32, Take<Once>>> = Arc::default();
    for key in 0..100 {
        let ran = ran.clone();
        let count = move || assert!(ran.fetch_add(1, Relaxed) < 100);
        map.pin().insert(key, Take::new(Box::new(count)));
    }
    let shared = map.clone();
    on_threads(2, move |_| {
        for key in 0..100 {
            if let Some(run) = shared.pin().remove(&key).and_then(Take::take) {
                run();
            }
        }
    });
    assert_eq!(ran.load(Relaxed), 100);
}

thread_local! {
    static KEYS_MADE: Cell<u32> = const { Cell::new(0) };
}

/// A key that counts how often one is made of a borrowed form.
#[derive(PartialEq, Eq, Debug)]
struct Name(String);

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(name: &str) -> Self {
        KEYS_MADE.set(KEYS_MADE.get() + 1);
        Name(name.to_owned())
    }
}

#[test]
fn keys_are_made_only_when_they_are_needed() {
    let made = || KEYS_MADE.take();
    let map: HashMap<Name, u32> = HashMap::new();
    let map = map.pin();
    assert_eq!((map.get_or_insert_with_ref("a", || 1), made()), (&1, 1));
    assert_eq!((map.get_or_insert_with_ref("a", || unreachable!()), made()), (&1, 0));
    assert_eq!((map.try_insert_with_ref("a", || unreachable!()), made()), (Err(&1), 0));
    assert_eq!((map.try_insert_with_ref("b", || 2), made()), (Ok(&2), 1));
    assert_eq!((map.update_ref("c", |_| unreachable!()), made()), (None, 0));
    assert_eq!((map.update_ref("b", |n| n + 1), made()), (Some(&3), 1));
    assert_eq!(map.len(), 2);
    let set: HashSet<Name> = HashSet::new();
    let set = set.pin();
    assert_eq!((set.get_or_insert_with("a", Name::from).0.as_str(), made()), ("a", 1));
    assert_eq!((set.get_or_insert_with("a", Name::from).0.as_str(), made()), ("a", 0));
    assert_eq!(set.get_or_insert(Name("b".to_owned())), &Name("b".to_owned()));
    assert_eq!(set.len(), 2);
}

/// A key that comes out of `From` as another is inserted as that other.
#[test]
fn a_borrowed_form_that_becomes_another_key() {
    #[derive(PartialEq, Eq, Hash, Debug)]
    struct Lower(String);
    impl Borrow<str> for Lower {
        fn borrow(&self) -> &str {
            &self.0
        }
    }
    impl From<&str> for Lower {
        fn from(name: &str) -> Self {
            Lower(name.to_lowercase())
        }
    }
    let map: HashMap<Lower, u32> = HashMap::new();
    assert_eq!(map.pin().get_or_insert_with_ref("Ada", || 1), &1);
    assert_eq!(map.pin().get_or_insert_with_ref("ADA", || 2), &1);
    assert_eq!((map.pin().get("ada"), map.pin().get("Ada"), map.len()), (Some(&1), None, 1));
    validated(map);
}

/// `remove_if(strong_count == 1)` beside readers that clone: they clone what is no longer in the
/// map, and the next one interns the text anew. In a map that locks, a reader clones under the
/// lock.
#[test]
fn the_trap_for_interners() {
    let texts: HashMap<Arc<str>, ()> = HashMap::new();
    texts.pin().insert(Arc::from("a"), ());
    let reader = texts.pin();
    let (seen, ()) = reader.get_key_value("a").unwrap();
    // Between a reader's look-up and its clone:
    let removed = texts.pin().remove_if("a", |text, ()| Arc::strong_count(text) == 1).is_ok();
    assert!(removed);
    let first = seen.clone();
    texts.pin().insert(Arc::from("a"), ());
    let second = texts.pin().get_key_value("a").unwrap().0.clone();
    assert_eq!(first, second);
    assert!(!Arc::ptr_eq(&first, &second), "one text, two symbols");
}

/// The right form: the map has only a `Weak`, and whoever would have cloned upgrades.
#[derive(Default)]
struct Interner {
    texts: HashMap<Box<str>, Weak<str>>,
}

impl Interner {
    fn intern(&self, text: &str) -> Arc<str> {
        let texts = self.texts.pin();
        if let Some(known) = texts.get(text).and_then(Weak::upgrade) {
            return known;
        }
        let new: Arc<str> = text.into();
        let decide = |entry: Option<(&Box<str>, &Weak<str>)>| match entry
            .and_then(|(_, known)| known.upgrade())
        {
            Some(known) => Operation::Abort(known),
            None => Operation::Insert(Arc::downgrade(&new)),
        };
        match texts.compute(text.into(), decide) {
            Compute::Aborted(known) => known,
            _ => new,
        }
    }

    fn sweep(&self) {
        self.texts.pin().retain(|_, known| known.strong_count() > 0);
    }
}

#[test]
fn an_interner_that_forgets() {
    let interner = Interner::default();
    let first = interner.intern("a");
    interner.sweep();
    assert!(Arc::ptr_eq(&first, &interner.intern("a")));
    // As above: between a reader's look-up and its clone, which is the upgrade here.
    let reader = interner.texts.pin();
    let seen = reader.get("a").unwrap();
    drop(first);
    interner.sweep();
    assert_eq!(interner.texts.len(), 0);
    assert!(seen.upgrade().is_none());
    let (second, third) = (interner.intern("a"), interner.intern("a"));
    assert!(Arc::ptr_eq(&second, &third));
}

/// Beside sweeps: as long as anybody has a symbol, all others get the same.
#[test]
fn an_interner_that_forgets_beside_others() {
    let interner = Arc::new(Interner::default());
    let turns = scaled(100_000, 10_000);
    let shared = interner.clone();
    on_threads(3, move |thread| {
        for turn in 0..turns {
            if thread == 0 {
                shared.sweep();
                continue;
            }
            let text = ["a", "b", "c"][turn % 3];
            let first = shared.intern(text);
            let second = shared.intern(text);
            assert!(Arc::ptr_eq(&first, &second), "{turn}");
        }
    });
    interner.sweep();
    assert!(interner.texts.is_empty());
}
