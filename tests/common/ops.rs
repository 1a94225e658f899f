//! What the sweeps go through: every operation of the map, on keys and values that do something at
//! a chosen call, with the table in every phase of every kind of resize.

use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use evacmap::Operation;

use super::{Config, Counted, Counter, Mode, Setup, TestMap};

/// The calls of user code that an operation makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Hash,
    Eq,
    Clone,
    Drop,
    Closure,
}

pub const CALLS: [Call; 5] = [Call::Hash, Call::Eq, Call::Clone, Call::Drop, Call::Closure];

struct Fuse {
    call: Call,
    left: usize,
    act: Box<dyn FnOnce()>,
}

thread_local! {
    static FUSE: RefCell<Option<Fuse>> = const { RefCell::new(None) };
    static BLOWN: Cell<bool> = const { Cell::new(false) };
}

/// Has this thread do `act` in its next `call` but `after`, once.
pub fn light(call: Call, after: usize, act: impl FnOnce() + 'static) {
    BLOWN.set(false);
    FUSE.set(Some(Fuse { call, left: after, act: Box::new(act) }));
}

/// Ends `light`. Whether the fuse has blown.
pub fn put_out() -> bool {
    FUSE.set(None);
    BLOWN.get()
}

/// User code was called.
pub fn called(call: Call) {
    // A thread that ends may have lost its fuse.
    let blown = FUSE.try_with(|fuse| {
        let mut fuse = fuse.borrow_mut();
        match fuse.as_mut().filter(|fuse| fuse.call == call) {
            Some(lit) if lit.left > 0 => {
                lit.left -= 1;
                None
            }
            Some(_) => fuse.take(),
            None => None,
        }
    });
    if let Ok(Some(fuse)) = blown {
        BLOWN.set(true);
        (fuse.act)();
    }
}

pub fn closure<T>(value: T) -> T {
    called(Call::Closure);
    value
}

/// A key or a value whose calls are noted.
#[derive(Debug)]
pub struct Touchy(pub Counted<u32>);

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
        // The counted part is dropped after this, panic or not. Two panics at once would end the
        // process.
        if !std::thread::panicking() {
            called(Call::Drop);
        }
    }
}

pub type Map = TestMap<Touchy, Touchy>;

pub struct Case {
    pub map: Map,
    pub counter: Arc<Counter>,
}

/// The table when the operation comes: before, in the midst of, and after each kind of resize.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Empty,
    AtRest,
    BeforeGrowth,
    GrowthBegun,
    Growing,
    Grown,
    /// A growth that reads the hashes, since the tags have been used up. Takes a large table, so
    /// not every sweep has it.
    Refilling,
    Rebuilding,
    Rebuilt,
    Shrinking,
    Shrunk,
    Clearing,
    Cleared,
    /// A chain that the next insert of [`ABSENT`] renews. Where points are not hooked there is no
    /// telling when that is, so not every sweep has it.
    Worn,
}

pub const PHASES: [Phase; 12] = [
    Phase::Empty,
    Phase::AtRest,
    Phase::BeforeGrowth,
    Phase::GrowthBegun,
    Phase::Growing,
    Phase::Grown,
    Phase::Rebuilding,
    Phase::Rebuilt,
    Phase::Shrinking,
    Phase::Shrunk,
    Phase::Clearing,
    Phase::Cleared,
];

impl Phase {
    pub fn is_resizing(self) -> bool {
        matches!(self, Phase::GrowthBegun | Phase::Refilling) || RESIZES.contains(&self)
    }
}

/// Those with a resize under way, one of each kind.
pub const RESIZES: [Phase; 4] =
    [Phase::Growing, Phase::Rebuilding, Phase::Shrinking, Phase::Clearing];

/// Hashes that are the same in every run, so that every run makes the same calls.
pub const FIXED: [Mode; 2] = [Mode::Identity, Mode::Constant];

/// Present in every phase but `Empty`, and never.
pub const PRESENT: u32 = 3;
pub const ABSENT: u32 = 1000;

impl Case {
    pub fn new(mode: Mode, phase: Phase) -> Self {
        let config = Config { setup: Setup::Fresh, mode };
        let case = Case { map: config.map(), counter: Counter::new() };
        let entries = match phase {
            Phase::Empty => return case,
            // Three buckets in the one chain; comparisons are quadratic.
            _ if mode == Mode::Constant => 16,
            Phase::AtRest => 20,
            _ => 40,
        };
        case.fill(entries);
        // Some of the past.
        for key in (0..entries).step_by(5) {
            case.map.pin().remove(&case.make(key));
        }
        case.fill(entries);
        case.map.finish_resize();
        case.bring_to(phase, mode, entries);
        case
    }

    /// Tables of some size, so that the writes of one operation do not end the resize.
    fn bring_to(&self, phase: Phase, mode: Mode, entries: u32) {
        let map = &self.map;
        // Small ones if all is in one chain, which would have to become long to make the map grow.
        let larger = |bits| map.start_resize(if mode == Mode::Constant { bits - 3 } else { bits });
        match phase {
            Phase::GrowthBegun | Phase::Growing | Phase::Grown => {
                larger(3);
                map.start_resize(2);
            }
            Phase::Refilling => {
                // Tags of 16 bits last for eight doublings: from 2 buckets to 512, and not to 1024.
                map.start_resize(9 - map.stats().buckets.trailing_zeros() as i32);
                map.start_resize(1);
            }
            Phase::Rebuilding | Phase::Rebuilt => {
                larger(3);
                map.start_rebuild();
            }
            Phase::Shrinking | Phase::Shrunk => {
                larger(5);
                map.start_resize(-2);
            }
            Phase::Clearing | Phase::Cleared => {
                larger(5);
                map.pin().clear();
                self.fill(5);
            }
            Phase::Worn => {
                // So large that nothing is due for one chain.
                map.start_resize(6 - map.stats().buckets.trailing_zeros() as i32);
                map.finish_resize();
            }
            Phase::Empty | Phase::AtRest | Phase::BeforeGrowth => {}
        }
        match phase {
            Phase::Grown | Phase::Rebuilt | Phase::Shrunk => map.finish_resize(),
            Phase::Cleared => {
                map.finish_resize();
                self.fill(entries);
            }
            Phase::Growing | Phase::Rebuilding | Phase::Shrinking => drop(map.help_resize(2)),
            _ => {}
        }
        assert_eq!(map.is_resizing(), phase.is_resizing(), "{phase:?}: {:?}", map.stats());
    }

    fn fill(&self, entries: u32) {
        for key in 0..entries {
            self.map.pin().insert(self.make(key), self.make(key * 2));
        }
    }

    pub fn make(&self, inner: u32) -> Touchy {
        Touchy(self.counter.make(inner))
    }

    pub fn value(&self, key: u32) -> Option<u32> {
        self.map.pin().get(&self.make(key)).map(|value| value.0.inner)
    }

    /// Keys and values of all entries, sorted.
    pub fn content(&self) -> Vec<(u32, u32)> {
        let mut entries: Vec<_> =
            self.map.pin().iter().map(|(key, value)| (key.0.inner, value.0.inner)).collect();
        entries.sort();
        entries
    }

    /// The map is sound and can be used; then it is dropped, and with it everything that is left.
    pub fn end(self, context: &dyn Fn() -> String) {
        let Case { mut map, counter } = self;
        let check = |map: &mut Map| {
            map.validate().unwrap_or_else(|violation| panic!("{}: {violation}", context()))
        };
        check(&mut map);
        assert_eq!(map.len(), map.pin().iter().count(), "{}", context());
        let make = |inner| Touchy(counter.make(inner));
        for key in 0..60 {
            map.pin().insert(make(key), make(key));
            assert_eq!(
                map.pin().get(&make(key)).map(|value| value.0.inner),
                Some(key),
                "{}",
                context()
            );
        }
        for key in 30..60 {
            assert!(map.pin().remove(&make(key)).is_some(), "{}", context());
        }
        map.finish_resize();
        check(&mut map);
        drop(map);
        assert_eq!(counter.made(), counter.dropped(), "{}", context());
    }
}

/// What an operation does to the map.
#[derive(Clone, Copy)]
pub enum Effect {
    Nothing,
    /// The key has this value afterwards, given the one it had before.
    Sets(fn(Option<u32>, u32) -> Option<u32>),
    /// It may change any key.
    Any,
}

impl Effect {
    pub fn is_any(self) -> bool {
        matches!(self, Effect::Any)
    }

    /// The value of the key afterwards, if that can be told.
    pub fn after(self, before: Option<u32>, key: u32) -> Option<u32> {
        match self {
            Effect::Sets(after) => after(before, key),
            Effect::Nothing | Effect::Any => before,
        }
    }
}

pub struct Op {
    pub name: &'static str,
    pub run: fn(&Case, u32),
    pub effect: Effect,
}

macro_rules! effect {
    () => {
        Effect::Nothing
    };
    (any) => {
        Effect::Any
    };
    ($after:expr) => {
        Effect::Sets($after)
    };
}

macro_rules! ops {
    ($($name:ident($case:ident, $key:ident) $body:block $([$($effect:tt)*])?;)*) => {
        &[$(Op {
            name: stringify!($name),
            run: |$case, $key| $body,
            effect: effect!($($($effect)*)?),
        }),*]
    };
}

pub const OPS: &[Op] = ops! {
    insert(case, key) { case.map.pin().insert(case.make(key), case.make(7)); } [|_, _| Some(7)];
    try_insert(case, key) { case.map.pin().try_insert(case.make(key), case.make(7)).ok(); } [|old, _| old.or(Some(7))];
    get(case, key) { case.map.pin().get(&case.make(key)); };
    get_key_value(case, key) { case.map.pin().get_key_value(&case.make(key)); };
    contains_key(case, key) { case.map.pin().contains_key(&case.make(key)); };
    get_or_insert(case, key) { case.map.pin().get_or_insert(case.make(key), case.make(7)); } [|old, _| old.or(Some(7))];
    get_or_insert_with(case, key) {
        case.map.pin().get_or_insert_with(case.make(key), || closure(case.make(7)));
    } [|old, _| old.or(Some(7))];
    try_insert_with(case, key) {
        case.map.pin().try_insert_with(case.make(key), || closure(case.make(7))).ok();
    } [|old, _| old.or(Some(7))];
    get_or_try_insert_with(case, key) {
        case.map.pin().get_or_try_insert_with(case.make(key), || closure(Ok::<_, ()>(case.make(7)))).ok();
    } [|old, _| old.or(Some(7))];
    get_or_try_insert_with_nothing(case, key) {
        case.map.pin().get_or_try_insert_with(case.make(key), || closure(Err(case.make(7)))).ok();
    };
    get_many(case, key) {
        case.map.pin().get_many([&case.make(key), &case.make(key + 1), &case.make(key)]);
    };
    entry_or_insert_with(case, key) {
        case.map.pin().entry(case.make(key)).or_insert_with(|| closure(case.make(7)));
    } [|old, _| old.or(Some(7))];
    entry_and_modify(case, key) {
        let map = case.map.pin();
        map.entry(case.make(key)).and_modify(|old| closure(case.make(old.0.inner + 1))).or_insert(case.make(7));
    } [|old, _| Some(old.map_or(7, |old| old + 1))];
    entry_insert(case, key) { case.map.pin().entry(case.make(key)).insert_entry(case.make(7)); } [|_, _| Some(7)];
    entry_remove(case, key) { case.map.pin().entry(case.make(key)).remove_entry(); } [|_, _| None];
    update(case, key) {
        let map = case.map.pin();
        map.update(case.make(key), |old| {
            // Dropped before there is a value to return, which the panic of its drop would leak.
            let copy = old.clone().0.inner;
            closure(case.make(copy + 1))
        });
    } [|old, _| old.map(|old| old + 1)];
    update_or_insert(case, key) {
        let map = case.map.pin();
        map.update_or_insert(case.make(key), |old| closure(case.make(old.0.inner + 1)), case.make(7));
    } [|old, _| Some(old.map_or(7, |old| old + 1))];
    update_or_insert_with(case, key) {
        let map = case.map.pin();
        let change = |old: &Touchy| closure(case.make(old.0.inner + 1));
        map.update_or_insert_with(case.make(key), change, || closure(case.make(7)));
    } [|old, _| Some(old.map_or(7, |old| old + 1))];
    compute_insert(case, key) {
        let map = case.map.pin();
        map.compute(case.make(key), |_| closure(Operation::<_, ()>::Insert(case.make(7))));
    } [|_, _| Some(7)];
    compute_remove(case, key) {
        let map = case.map.pin();
        map.compute(case.make(key), |entry| closure(match entry {
            Some(_) => Operation::Remove,
            None => Operation::Abort(()),
        }));
    } [|_, _| None];
    compute_abort(case, key) {
        let map = case.map.pin();
        map.compute(case.make(key), |_| closure(Operation::Abort(case.make(7))));
    };
    compare_exchange(case, key) {
        case.map.pin().compare_exchange(case.make(key), &case.make(key * 2), case.make(7)).ok();
    } [|old, key| if old == Some(key * 2) { Some(7) } else { old }];
    compare_exchange_in_vain(case, key) {
        case.map.pin().compare_exchange(case.make(key), &case.make(99), case.make(7)).ok();
    };
    compare_remove(case, key) {
        case.map.pin().compare_remove(&case.make(key), &case.make(key * 2)).ok();
    } [|old, key| old.filter(|old| *old != key * 2)];
    remove(case, key) { case.map.pin().remove(&case.make(key)); } [|_, _| None];
    remove_entry(case, key) { case.map.pin().remove_entry(&case.make(key)); } [|_, _| None];
    remove_if(case, key) { case.map.pin().remove_if(&case.make(key), |_, _| closure(true)).ok(); } [|_, _| None];
    retain(case, _key) { case.map.pin().retain(|key, _| closure(key.0.inner % 2 == 0)); } [any];
    extract_if(case, _key) {
        case.map.pin().extract_if(|key, _| closure(key.0.inner % 2 == 0)).take(3).for_each(|_| closure(()));
    } [any];
    clear(case, _key) { case.map.pin().clear(); } [any];
    reserve(case, _key) { case.map.pin().reserve(500); };
    shrink_to_fit(case, _key) { case.map.pin().shrink_to_fit(); };
    help_resize(case, _key) { case.map.help_resize(3); };
    finish_resize(case, _key) { case.map.finish_resize(); };
    start_rebuild(case, _key) { case.map.start_rebuild(); };
    flush(case, _key) { case.map.flush(); };
    iterate(case, _key) { case.map.pin().iter().for_each(|_| closure(())); };
    clone(case, _key) { drop(case.map.clone()); };
    eq(case, _key) {
        // They may differ, if the comparison changes the map.
        let other = case.map.clone();
        std::hint::black_box(other == case.map);
    };
    clone_into_iter(case, _key) { case.map.clone().into_iter().take(3).for_each(|_| closure(())); };
    extend(case, key) {
        (&case.map).extend((key..key + 30).map(|key| closure((case.make(key), case.make(7)))));
    } [any];
    grow(case, key) {
        for key in key..key + 40 {
            case.map.pin().insert(case.make(key), case.make(7));
        }
    } [any];
    replace_many(case, _key) {
        // More than a batch, so that some are dropped.
        for turn in 0..160 {
            case.map.pin().insert(case.make(turn % 20), case.make(7));
        }
    } [any];
};
