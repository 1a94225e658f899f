//! A panic in the N-th call of `Hash`, `Eq`, `Clone`, `Drop` or a closure, in every operation, before, during and after a
//! resize. Afterwards the map is sound, holds what it held but for the one key, is usable, and drops everything once.

mod common;

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use common::{Config, Counted, Counter, Mode, Setup, TestMap, on_threads};
use evacmap::{HashMap, Operation};

/// What can panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Hash,
    Eq,
    Clone,
    Drop,
    Closure,
}

const CALLS: [Call; 5] = [Call::Hash, Call::Eq, Call::Clone, Call::Drop, Call::Closure];

thread_local! {
    /// The call that panics, and how many of its kind come before it.
    static FUSE: Cell<Option<(Call, usize)>> = const { Cell::new(None) };
    static BLOWN: Cell<bool> = const { Cell::new(false) };
}

/// What the panics here carry.
struct Injected(Arc<AtomicUsize>);

/// Panics here are no news, but each is counted where it says.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| match info.payload().downcast_ref::<Injected>() {
            Some(Injected(reported)) => drop(reported.fetch_add(1, Relaxed)),
            None if info.payload_as_str().is_some_and(|text| text.contains("for a key that is absent")) => {}
            None => before(info),
        }));
    });
}

fn light(call: Call, after: usize) {
    FUSE.set(Some((call, after)));
    BLOWN.set(false);
}

/// Whether the fuse has blown since it was lit.
fn put_out() -> bool {
    FUSE.set(None);
    BLOWN.take()
}

fn called(call: Call) {
    match FUSE.get() {
        Some((lit, 0)) if lit == call => {
            FUSE.set(None);
            BLOWN.set(true);
            panic_any(Injected(Arc::default()));
        }
        Some((lit, left)) if lit == call => FUSE.set(Some((lit, left - 1))),
        _ => {}
    }
}

/// A key or a value whose operations may panic.
#[derive(Debug)]
struct Touchy(Counted<u32>);

impl PartialEq for Touchy {
    fn eq(&self, other: &Self) -> bool {
        called(Call::Eq);
        self.0 == other.0
    }
}
impl Eq for Touchy {}
impl Hash for Touchy {
    fn hash<H: Hasher>(&self, state: &mut H) {
        called(Call::Hash);
        self.0.hash(state);
    }
}
impl Clone for Touchy {
    fn clone(&self) -> Self {
        called(Call::Clone);
        Touchy(self.0.clone())
    }
}
impl Drop for Touchy {
    fn drop(&mut self) {
        // The counted part is dropped after this, panic or not. Two panics at once would end the process.
        if !thread::panicking() {
            called(Call::Drop);
        }
    }
}

type Map = TestMap<Touchy, Touchy>;

struct Case {
    map: Map,
    counter: Arc<Counter>,
}

impl Case {
    fn make(&self, inner: u32) -> Touchy {
        Touchy(self.counter.make(inner))
    }
}

/// The table when the panic comes.
#[derive(Clone, Copy, Debug)]
enum Phase {
    Empty,
    AtRest,
    /// The next inserts begin a growth.
    BeforeGrowth,
    Growing,
    Shrinking,
    Clearing,
    Settled,
}

const PHASES: [Phase; 7] = [
    Phase::Empty,
    Phase::AtRest,
    Phase::BeforeGrowth,
    Phase::Growing,
    Phase::Shrinking,
    Phase::Clearing,
    Phase::Settled,
];

fn case(mode: Mode, phase: Phase) -> Case {
    let config = Config { setup: Setup::Fresh, mode };
    let case = Case { map: config.map(), counter: Counter::new() };
    let entries = match phase {
        Phase::Empty => 0,
        Phase::AtRest => 20,
        _ => 40,
    };
    for key in 0..entries {
        case.map.pin().insert(case.make(key), case.make(key * 2));
    }
    // Some of the past.
    for key in (0..entries).step_by(5) {
        case.map.pin().remove(&case.make(key));
        case.map.pin().insert(case.make(key), case.make(key * 2));
    }
    case.map.finish_resize();
    let guard = case.map.guard();
    match phase {
        Phase::Growing => {
            case.map.reserve(300, &guard);
            case.map.help_resize(2);
        }
        Phase::Shrinking => {
            case.map.reserve(300, &guard);
            case.map.finish_resize();
            case.map.shrink_to_fit(&guard);
            case.map.help_resize(1);
        }
        Phase::Clearing => {
            case.map.clear(&guard);
            for key in 0..entries {
                case.map.insert(case.make(key), case.make(key * 2), &guard);
            }
        }
        Phase::Settled => {
            case.map.reserve(300, &guard);
            case.map.finish_resize();
        }
        Phase::Empty | Phase::AtRest | Phase::BeforeGrowth => {}
    }
    case
}

struct Op {
    name: &'static str,
    run: fn(&Case, u32),
    /// Whether it may change keys other than the one it is called with.
    all: bool,
}

macro_rules! ops {
    (@) => { false };
    (@ all) => { true };
    ($($name:ident($case:ident, $key:ident) $body:block $($all:ident)?;)*) => {
        &[$(Op { name: stringify!($name), run: |$case, $key| $body, all: ops!(@ $($all)?) }),*]
    };
}

fn closure<T>(value: T) -> T {
    called(Call::Closure);
    value
}

const OPS: &[Op] = ops! {
    insert(case, key) { case.map.pin().insert(case.make(key), case.make(7)); };
    try_insert(case, key) { case.map.pin().try_insert(case.make(key), case.make(7)).ok(); };
    get(case, key) { case.map.pin().get(&case.make(key)); };
    get_key_value(case, key) { case.map.pin().get_key_value(&case.make(key)); };
    contains_key(case, key) { case.map.pin().contains_key(&case.make(key)); };
    get_or_insert(case, key) { case.map.pin().get_or_insert(case.make(key), case.make(7)); };
    get_or_insert_with(case, key) { case.map.pin().get_or_insert_with(case.make(key), || closure(case.make(7))); };
    update(case, key) { case.map.pin().update(case.make(key), |old| closure(old.clone())); };
    update_or_insert(case, key) {
        case.map.pin().update_or_insert(case.make(key), |old| closure(old.clone()), case.make(7));
    };
    update_or_insert_with(case, key) {
        let map = case.map.pin();
        map.update_or_insert_with(case.make(key), |old| closure(old.clone()), || closure(case.make(7)));
    };
    compute_insert(case, key) {
        let map = case.map.pin();
        map.compute(case.make(key), |_| closure(Operation::<_, ()>::Insert(case.make(7))));
    };
    compute_remove(case, key) {
        let map = case.map.pin();
        map.compute(case.make(key), |_| closure(Operation::<_, ()>::Remove));
    };
    compute_abort(case, key) {
        let map = case.map.pin();
        map.compute(case.make(key), |_| closure(Operation::Abort(case.make(7))));
    };
    compare_exchange(case, key) {
        case.map.pin().compare_exchange(case.make(key), &case.make(key * 2), case.make(7)).ok();
    };
    compare_exchange_in_vain(case, key) {
        case.map.pin().compare_exchange(case.make(key), &case.make(99), case.make(7)).ok();
    };
    compare_remove(case, key) { case.map.pin().compare_remove(&case.make(key), &case.make(key * 2)).ok(); };
    remove(case, key) { case.map.pin().remove(&case.make(key)); };
    remove_entry(case, key) { case.map.pin().remove_entry(&case.make(key)); };
    remove_if(case, key) { case.map.pin().remove_if(&case.make(key), |_, _| closure(true)).ok(); };
    retain(case, _key) { case.map.pin().retain(|key, _| closure(key.0.inner % 2 == 0)); } all;
    clear(case, _key) { case.map.pin().clear(); } all;
    reserve(case, _key) { case.map.pin().reserve(500); };
    shrink_to_fit(case, _key) { case.map.pin().shrink_to_fit(); };
    help_resize(case, _key) { case.map.help_resize(3); };
    finish_resize(case, _key) { case.map.finish_resize(); };
    flush(case, _key) { case.map.flush(); };
    iterate(case, _key) { case.map.pin().iter().for_each(|_| closure(())); };
    clone(case, _key) { drop(case.map.clone()); };
    eq(case, _key) {
        let other = case.map.clone();
        assert!(other == case.map);
    };
    clone_into_iter(case, _key) { case.map.clone().into_iter().take(3).for_each(|_| closure(())); };
    extend(case, key) {
        (&case.map).extend((key..key + 30).map(|key| closure((case.make(key), case.make(7)))));
    } all;
    grow(case, key) {
        for key in key..key + 60 {
            case.map.pin().insert(case.make(key), case.make(7));
        }
    } all;
};

/// Keys and values of all entries, sorted.
fn content(map: &Map) -> Vec<(u32, u32)> {
    let mut entries: Vec<_> = map.pin().iter().map(|(key, value)| (key.0.inner, value.0.inner)).collect();
    entries.sort();
    entries
}

/// Runs `op` with the fuse lit. `false` if it did not blow.
fn blow(op: &Op, call: Call, after: usize, phase: Phase, mode: Mode, key: u32) -> bool {
    let case = case(mode, phase);
    let context = || format!("{} with a panic in {call:?} {after}, {phase:?}, {mode:?}, key {key}", op.name);
    let before = content(&case.map);
    light(call, after);
    let outcome = catch_unwind(AssertUnwindSafe(|| (op.run)(&case, key)));
    let blown = put_out();
    if let Err(payload) = outcome
        && !payload.is::<Injected>()
        && (blown || op.name != "compute_remove")
    {
        println!("{}", context());
        resume_unwind(payload);
    }
    let Case { mut map, counter } = case;
    map.validate().unwrap_or_else(|violation| panic!("{}: {violation}", context()));

    // Every other key is as it was.
    let after_it = content(&map);
    assert_eq!(after_it.len(), map.len(), "{}", context());
    if !op.all {
        let others = |entries: &[(u32, u32)]| -> Vec<_> { entries.iter().copied().filter(|e| e.0 != key).collect() };
        assert_eq!(others(&before), others(&after_it), "{}", context());
    }
    // And the map can be used.
    let make = |inner| Touchy(counter.make(inner));
    for key in 0..100 {
        map.pin().insert(make(key), make(key));
        assert_eq!(map.pin().get(&make(key)).map(|value| value.0.inner), Some(key), "{}", context());
    }
    for key in 50..100 {
        assert!(map.pin().remove(&make(key)).is_some(), "{}", context());
    }
    assert!(map.len() >= 50, "{}", context());
    map.finish_resize();
    map.validate().unwrap_or_else(|violation| panic!("{}: {violation}", context()));
    drop(map);
    assert_eq!(counter.made(), counter.dropped(), "{}", context());
    blown
}

/// All operations with a panic in one kind of call; returns how often one came.
fn sweep(call: Call, mode: Mode) -> usize {
    hush();
    let (mut blown, mut failed) = (0, 0);
    for op in OPS {
        for phase in PHASES {
            // Present (if anything is), and absent.
            for key in [3, 1000] {
                // A panic may leave undone what the next would have come in, so a gap is no end.
                let mut misses = 0;
                for after in 0..if op.all { 20 } else { 10 } {
                    let Ok(hit) = catch_unwind(AssertUnwindSafe(|| blow(op, call, after, phase, mode, key))) else {
                        failed += 1;
                        continue;
                    };
                    blown += usize::from(hit);
                    misses = if hit { 0 } else { misses + 1 };
                    if misses == 2 {
                        break;
                    }
                }
            }
        }
    }
    assert_eq!(failed, 0, "cases failed; see above");
    blown
}

macro_rules! sweeps {
    ($($name:ident: $call:ident, $at_least:literal;)*) => {
        $(
            #[test]
            fn $name() {
                for mode in [Mode::Good, Mode::Constant] {
                    let blown = sweep(Call::$call, mode);
                    println!("{mode:?}: {blown} panics in {:?}", Call::$call);
                    assert!(blown >= $at_least, "{blown} only");
                }
            }
        )*

        #[test]
        fn no_kind_of_call_is_left_out() {
            assert_eq!([$(Call::$call),*], CALLS);
        }
    };
}

sweeps! {
    in_hash: Hash, 500;
    in_eq: Eq, 200;
    in_clone: Clone, 100;
    in_drop: Drop, 500;
    in_closures: Closure, 300;
}

/// A value whose drop panics, if it is told to.
struct Bomb {
    _counted: Counted<u32>,
    armed: bool,
    defused: Arc<AtomicBool>,
    reported: Arc<AtomicUsize>,
}

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.armed && !self.defused.load(Relaxed) {
            panic_any(Injected(self.reported.clone()));
        }
    }
}

struct Bombs {
    counter: Arc<Counter>,
    defused: Arc<AtomicBool>,
    reported: Arc<AtomicUsize>,
}

impl Bombs {
    fn new() -> Self {
        hush();
        Bombs { counter: Counter::new(), defused: Arc::default(), reported: Arc::default() }
    }

    fn make(&self, inner: u32, armed: bool) -> Bomb {
        let (defused, reported) = (self.defused.clone(), self.reported.clone());
        Bomb { _counted: self.counter.make(inner), armed, defused, reported }
    }

    fn reported(&self) -> usize {
        self.reported.load(Relaxed)
    }
}

/// Nobody who happens to free an entry is hit by the panic of its drop: it is reported by the hook, and that is all.
#[test]
fn a_panicking_drop_of_removed_entries_is_reported_and_swallowed() {
    let bombs = Bombs::new();
    let map = HashMap::new();
    for key in 0..200 {
        map.pin().insert(key, bombs.make(key, key % 10 == 0));
    }
    for key in 0..200 {
        assert!(map.pin().remove(&key).is_some());
    }
    for _ in 0..10_000 {
        map.flush();
        if bombs.counter.alive() == 0 {
            break;
        }
        thread::sleep(Duration::from_micros(100));
    }
    assert_eq!(bombs.counter.alive(), 0, "never freed");
    assert_eq!(bombs.reported(), 20);
    assert_eq!(Arc::strong_count(&bombs.reported), 1, "a panic's payload was leaked");
    assert_eq!(map.stats().retired, 0);
    // The memory of those that panicked is kept like any other.
    for key in 0..200 {
        map.pin().insert(key, bombs.make(key, false));
    }
    common::validated(map);
    bombs.counter.check();
}

/// A payload that panics in turn when it is dropped.
struct Echo(Arc<AtomicUsize>);

impl Drop for Echo {
    fn drop(&mut self) {
        panic_any(Injected(self.0.clone()));
    }
}

struct EchoingBomb(Arc<AtomicUsize>);

impl Drop for EchoingBomb {
    fn drop(&mut self) {
        panic_any(Echo(self.0.clone()));
    }
}

#[test]
fn a_payload_that_panics_in_turn_disturbs_nobody() {
    hush();
    let echoes = Arc::new(AtomicUsize::new(0));
    let map = HashMap::new();
    for key in 0..100 {
        map.pin().insert(key, EchoingBomb(echoes.clone()));
        map.pin().remove(&key);
    }
    while map.stats().retired > 0 {
        map.flush();
    }
    assert_eq!(echoes.load(Relaxed), 100);
    common::validated(map);
}

/// As above, where the entries are retired by replacement, by `clear`, and on several threads at once.
#[test]
fn panicking_drops_disturb_no_thread() {
    let bombs = Arc::new(Bombs::new());
    let map: Arc<HashMap<u32, Bomb>> = Arc::default();
    let (shared, made) = (map.clone(), bombs.clone());
    on_threads(3, move |thread| {
        for turn in 0..2_000_u32 {
            let key = turn % 97;
            shared.pin().insert(key, made.make(key, turn % 5 == 0));
            shared.pin().remove(&((key * 7) % 97));
            if turn % 500 == thread as u32 {
                shared.pin().clear();
            }
        }
        // Whatever is left is harmless.
        shared.pin().retain(|_, value| !value.armed);
    });
    let mut map = Arc::into_inner(map).expect("the last handle");
    map.validate().unwrap();
    assert!(bombs.reported() > 0);
    // In the drop of the map a panic would come through, and a second one would end the process.
    bombs.defused.store(true, Relaxed);
    drop(map);
    bombs.counter.check();
}

#[test]
fn a_panicking_drop_in_the_drop_of_the_map_goes_on_after_everything_else_was_dropped() {
    for resizing in [false, true] {
        for armed in [0, 1, 150, 299] {
            let bombs = Bombs::new();
            let map: HashMap<u32, Bomb> = HashMap::new();
            for key in 0..300 {
                map.pin().insert(key, bombs.make(key, key == armed));
            }
            // Garbage too.
            for key in 0..100 {
                map.pin().insert(1000 + key, bombs.make(key, false));
                map.pin().remove(&(1000 + key));
            }
            map.finish_resize();
            if resizing {
                map.pin().reserve(1000);
                map.help_resize(3);
                assert!(map.is_resizing());
            }
            let payload = catch_unwind(AssertUnwindSafe(|| drop(map))).unwrap_err();
            assert!(payload.is::<Injected>());
            assert_eq!(bombs.reported(), 1);
            bombs.counter.check();
        }
    }
}

#[test]
fn a_panicking_drop_of_garbage_in_the_drop_of_the_map_does_as_well() {
    let bombs = Bombs::new();
    let map: HashMap<u32, Bomb> = HashMap::new();
    for key in 0..300 {
        map.pin().insert(key, bombs.make(key, key == 17));
    }
    let guard = evacmap::pin();
    for key in 0..100 {
        map.pin().remove(&key);
    }
    let payload = catch_unwind(AssertUnwindSafe(|| drop(map))).unwrap_err();
    drop(guard);
    assert!(payload.is::<Injected>());
    assert_eq!(bombs.reported(), 1);
    bombs.counter.check();
}

#[test]
fn a_panicking_drop_in_a_map_taken_apart() {
    for (armed, taken) in [(5, 0), (5, 3), (299, 150)] {
        let bombs = Bombs::new();
        let map: HashMap<u32, Bomb> = (0..300).map(|key| (key, bombs.make(key, false))).collect();
        map.pin().update(armed, |_| bombs.make(armed, true));
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let mut entries = map.into_iter();
            for _ in 0..taken {
                entries.next();
            }
            drop(entries);
        }));
        assert!(outcome.is_err());
        bombs.counter.check();
    }
    // The panic comes from the garbage, when the map is taken apart.
    let bombs = Bombs::new();
    let map: HashMap<u32, Bomb> = (0..300).map(|key| (key, bombs.make(key, key == 9))).collect();
    let guard = evacmap::pin();
    map.pin().remove(&9);
    let outcome = catch_unwind(AssertUnwindSafe(|| map.into_iter().count()));
    drop(guard);
    assert!(outcome.is_err());
    bombs.counter.check();
}

/// Several keys with panicking hashes and comparisons on several threads: each thread's panics are its own.
#[test]
fn panics_on_many_threads() {
    hush();
    let config = Config { setup: Setup::Fresh, mode: Mode::EightBit };
    let case = Arc::new(Case { map: config.map(), counter: Counter::new() });
    let shared = case.clone();
    let blown = on_threads(4, move |thread| {
        let mut blown = 0;
        for turn in 0..1_500_usize {
            light(CALLS[(turn + thread) % 5], turn % 7);
            let op = &OPS[turn % OPS.len()];
            // What clones or walks all of the map would take too long.
            if !matches!(op.name, "clone" | "eq" | "clone_into_iter" | "iterate") {
                catch_unwind(AssertUnwindSafe(|| (op.run)(&shared, (turn % 150) as u32))).ok();
            }
            blown += usize::from(put_out());
        }
        blown
    });
    let blown: usize = blown.into_iter().sum();
    assert!(blown > 300, "{blown} only");
    let Case { mut map, counter } = Arc::into_inner(case).expect("the last handle");
    map.validate().unwrap();
    assert_eq!(map.len(), content(&map).len());
    drop(map);
    counter.check();
}
