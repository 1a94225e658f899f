//! Reads bytes as operations, each with a call of `Hash`, `Eq`, `Clone`, `Drop` or a closure that
//! is to panic, and applies them to the map and to the standard library's.
//!
//! ```text
//! byte 0    hash mode
//! byte 1    capacity to start with; the top bit says whether the drop of the map is to panic
//! then      operations of four bytes: the low 5 bits choose (see `Op`) and the high 3 bits are a
//!           small number; which call panics (low 3 bits; none for 5 to 7) after how many of its
//!           kind (high 5 bits); the key; the value
//! ```
//!
//! An operation that panicked has done what it does, or nothing: each key is as before or as after.
//! Used by the fuzzer and by `tests/fuzz_corpus.rs`, so it depends on the crate and on std only.

use std::array;
use std::cell::Cell;
use std::collections::HashMap as Model;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Once};
use std::thread;

use evacmap::{Guard, HashMap, Operation, OwnedGuard};

use crate::shared::{Counted, Input, KEYS, Mode, Tally, start_resize};

/// More would make each case slower and find little.
const MAX_OPERATIONS: usize = 200;
/// Guards held at once, of each kind.
const MAX_HELD: usize = 3;

/// What can panic.
#[derive(Clone, Copy, PartialEq)]
enum Call {
    Hash,
    Eq,
    Clone,
    Drop,
    Closure,
}

/// The payload of the panics that are meant to be.
struct Injected;

thread_local! {
    /// The kind of call that panics, and how many of it come before.
    static FUSE: Cell<Option<(Call, u8)>> = const { Cell::new(None) };
    static BLOWN: Cell<bool> = const { Cell::new(false) };
}

fn called(call: Call) {
    match FUSE.get() {
        Some((lit, 0)) if lit == call => {
            FUSE.set(None);
            BLOWN.set(true);
            panic_any(Injected);
        }
        Some((lit, left)) if lit == call => FUSE.set(Some((lit, left - 1))),
        _ => {}
    }
}

fn closure<T>(value: T) -> T {
    called(Call::Closure);
    value
}

/// Keeps panics that are meant to be from the hook that is there: libFuzzer's ends the process.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.payload().is::<Injected>() {
                before(info);
            }
        }));
    });
}

/// Runs `work` with the fuse lit. Whether it has blown.
fn lit(fuse: Option<(Call, u8)>, work: impl FnOnce()) -> bool {
    FUSE.set(fuse);
    BLOWN.set(false);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    FUSE.set(None);
    if let Err(payload) = outcome
        && !payload.is::<Injected>()
    {
        resume_unwind(payload);
    }
    BLOWN.get()
}

/// A key or a value whose calls may panic. Its drop counts in any case.
struct Touchy<T>(Counted<T>);

impl<T: Copy> Touchy<T> {
    fn new(plain: T, tally: &Arc<Tally>) -> Self {
        Touchy(Counted::new(plain, tally))
    }

    fn plain(&self) -> T {
        *self.0.check()
    }
}

impl<T: Copy> Clone for Touchy<T> {
    fn clone(&self) -> Self {
        called(Call::Clone);
        Self::new(self.plain(), &self.0.tally)
    }
}

impl<T: PartialEq> PartialEq for Touchy<T> {
    fn eq(&self, other: &Self) -> bool {
        called(Call::Eq);
        self.0.check() == other.0.check()
    }
}

impl<T: Eq> Eq for Touchy<T> {}

impl<T: Hash> Hash for Touchy<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        called(Call::Hash);
        self.0.check().hash(state);
    }
}

impl<T> Drop for Touchy<T> {
    fn drop(&mut self) {
        // Two panics at once would end the process.
        if !thread::panicking() {
            called(Call::Drop);
        }
    }
}

type Key = Touchy<u8>;
type Value = Touchy<u32>;

#[derive(Clone, Copy)]
enum Op {
    Insert,
    TryInsert,
    Entry,
    Get,
    GetOrInsertWith,
    GetOrTryInsertWith,
    Update,
    UpdateOrInsertWith,
    ComputeInsert,
    ComputeRemove,
    CompareExchange,
    CompareRemove,
    Remove,
    RemoveIf,
    Retain,
    ExtractIf,
    Extend,
    Clear,
    Iterate,
    Clone,
    Reserve,
    Shrink,
    Help,
    Finish,
    StartResize,
    Flush,
    Hold,
    Release,
}

impl Op {
    #[rustfmt::skip]
    const ALL: [Op; 32] = [
        Op::Insert, Op::Insert, Op::Insert, Op::Insert, Op::Entry, Op::TryInsert, Op::Get, Op::GetOrInsertWith,
        Op::Update, Op::GetOrTryInsertWith, Op::UpdateOrInsertWith, Op::ComputeInsert, Op::ComputeRemove,
        Op::CompareExchange, Op::CompareRemove, Op::Remove, Op::Remove, Op::ExtractIf, Op::RemoveIf, Op::Retain,
        Op::Extend, Op::Clear, Op::Iterate, Op::Clone, Op::Reserve, Op::Shrink, Op::Help, Op::Finish, Op::StartResize,
        Op::Flush, Op::Hold, Op::Release,
    ];
}

fn fuse(byte: u8) -> Option<(Call, u8)> {
    let calls = [Call::Hash, Call::Eq, Call::Clone, Call::Drop, Call::Closure];
    calls.get(usize::from(byte & 7)).map(|&call| (call, byte >> 3))
}

/// Runs one case; panics, with another payload, where the map and the model differ.
pub fn run(bytes: &[u8]) {
    hush();
    let mut input = Input { bytes };
    let (Some(mode), Some(setup)) = (input.byte(), input.byte()) else {
        return;
    };
    let (capacity, drops) = (usize::from(setup & 0x7f), setup & 0x80 > 0);
    let map = HashMap::with_capacity_and_hasher(capacity, Mode::new(mode));
    let mut case = Case {
        map,
        model: Model::new(),
        tally: Arc::default(),
        held: Vec::new(),
        owned: Vec::new(),
    };
    for _ in 0..MAX_OPERATIONS {
        let Some(byte) = input.byte() else { break };
        case.operate(byte, &mut input);
    }
    let Case { map, tally, held, owned, .. } = case;
    lit(drops.then_some((Call::Drop, 2)), || drop(map));
    drop((held, owned));
    assert_eq!(
        tally.made.load(Relaxed),
        tally.dropped.load(Relaxed),
        "made (left) and dropped (right)"
    );
}

struct Case {
    map: HashMap<Key, Value, Mode>,
    model: Model<u8, u32>,
    tally: Arc<Tally>,
    held: Vec<Guard>,
    owned: Vec<OwnedGuard>,
}

impl Case {
    fn key(&self, key: u8) -> Key {
        Touchy::new(key, &self.tally)
    }

    fn value(&self, value: u32) -> Value {
        Touchy::new(value, &self.tally)
    }

    fn operate(&mut self, byte: u8, input: &mut Input<'_>) {
        let (op, number) = (Op::ALL[usize::from(byte & 31)], byte >> 5);
        let (fuse, key) = (fuse(input.byte_or_zero()), input.key());
        match op {
            Op::Hold if number < 4 && self.held.len() < MAX_HELD => self.held.push(evacmap::pin()),
            Op::Hold if number >= 4 && self.owned.len() < MAX_HELD => {
                self.owned.push(OwnedGuard::new())
            }
            Op::Release if number < 4 => drop(self.held.pop()),
            Op::Release => drop(self.owned.pop()),
            _ => {}
        }
        let value = input.value();
        let blown = lit(fuse, || self.apply(op, number, key, value));
        let mut after = self.model.clone();
        predict(&mut after, op, number, key, value);
        self.settle(op, after, blown);
    }

    /// Takes over what the map holds, which is one of the states that it may have.
    fn settle(&mut self, op: Op, after: Model<u8, u32>, blown: bool) {
        self.map.validate().expect("the invariants hold");
        let now = self.content();
        if matches!(op, Op::Clear) {
            assert!(now == after || blown && now == self.model, "half cleared: {now:?}");
        }
        for key in 0..KEYS {
            let found = now.get(&key);
            if blown {
                assert_eq!(self.map.pin().get(&self.key(key)).map(Touchy::plain), found.copied());
            }
            let (before, after) = (self.model.get(&key), after.get(&key));
            assert!(
                found == after || blown && found == before,
                "{key} of {before:?} became {found:?}, not {after:?}"
            );
        }
        assert_eq!(self.map.len(), now.len());
        self.model = now;
    }

    fn content(&self) -> Model<u8, u32> {
        let mut seen = Model::new();
        for (key, value) in self.map.pin().iter() {
            assert_eq!(seen.insert(key.plain(), value.plain()), None, "twice");
        }
        seen
    }

    fn apply(&self, op: Op, number: u8, key: u8, value: u32) {
        let map = self.map.pin();
        match op {
            Op::Insert => run_of(key, number).for_each(|key| {
                map.insert(self.key(key), self.value(value));
            }),
            Op::TryInsert => drop(map.try_insert(self.key(key), self.value(value))),
            Op::Entry => self.apply_to_entry(number, key, value),
            Op::Get if number < 4 => drop(map.get(&self.key(key))),
            Op::Get => {
                let keys: [Key; 4] = array::from_fn(|more| self.key((key + more as u8) % KEYS));
                let _ = map.get_many(keys.each_ref());
            }
            Op::GetOrInsertWith => {
                let _ = map.get_or_insert_with(self.key(key), || closure(self.value(value)));
            }
            Op::GetOrTryInsertWith => {
                let make = || closure(if number < 4 { Ok(self.value(value)) } else { Err(number) });
                let _ = map.get_or_try_insert_with(self.key(key), make);
            }
            Op::Update => drop(map.update(self.key(key), |old| self.changed(old, value))),
            Op::UpdateOrInsertWith => {
                let make = || closure(self.value(value));
                map.update_or_insert_with(self.key(key), |old| self.changed(old, value), make);
            }
            Op::ComputeInsert => {
                map.compute(self.key(key), |_| {
                    closure(Operation::<_, ()>::Insert(self.value(value)))
                });
            }
            Op::ComputeRemove => {
                map.compute(self.key(key), |entry| {
                    closure(if entry.is_some() {
                        Operation::Remove
                    } else {
                        Operation::Abort(self.value(value))
                    })
                });
            }
            Op::CompareExchange => drop(map.compare_exchange(
                self.key(key),
                &self.value(value),
                self.value(u32::from(number)),
            )),
            Op::CompareRemove => drop(map.compare_remove(&self.key(key), &self.value(value))),
            Op::Remove => run_of(key, number).for_each(|key| {
                map.remove(&self.key(key));
            }),
            Op::RemoveIf => {
                let _ = map.remove_if(&self.key(key), |_, old| closure(old.plain() < value));
            }
            Op::Retain => map.retain(|key, old| closure(kept(key.plain(), old.plain(), number))),
            Op::ExtractIf => map
                .extract_if(|key, old| closure(!kept(key.plain(), old.plain(), number)))
                .for_each(|(key, _)| assert!(closure(key.plain()) < KEYS)),
            Op::Extend => (&self.map).extend(
                run_of(key, 4 * number).map(|key| closure((self.key(key), self.value(value)))),
            ),
            Op::Clear => map.clear(),
            Op::Iterate => map.iter().for_each(|(key, _)| assert!(closure(key.plain()) < KEYS)),
            Op::Clone => drop(self.map.clone() == self.map),
            Op::Reserve => map.reserve(usize::from(key) << number),
            Op::Shrink => map.shrink_to_fit(),
            Op::Help => drop(map.help_resize(usize::from(number) + 1)),
            Op::Finish => map.finish_resize(),
            Op::StartResize => start_resize(number, &self.map),
            Op::Flush => map.flush(),
            Op::Hold | Op::Release => {}
        }
    }

    fn apply_to_entry(&self, number: u8, key: u8, value: u32) {
        let map = self.map.pin();
        let entry = map.entry(self.key(key));
        match number % 4 {
            0 => drop(entry.or_insert(self.value(value))),
            1 => {
                let make = || closure(self.value(value));
                entry.and_modify(|old| self.changed(old, value)).or_insert_with(make);
            }
            2 => drop(entry.insert_entry(self.value(value))),
            _ => drop(entry.remove_entry()),
        }
    }

    fn changed(&self, old: &Value, value: u32) -> Value {
        // Dropped before there is a value to return, which the panic of its drop would leak.
        let copy = old.clone().plain();
        closure(self.value(copy ^ value))
    }
}

/// A few keys, so that maps grow within few bytes.
fn run_of(first: u8, more: u8) -> impl Iterator<Item = u8> {
    (first..=first + more).map(|key| key % KEYS)
}

fn kept(key: u8, value: u32, number: u8) -> bool {
    key % 8 != number || value == 0
}

/// What the operation does when nothing panics.
fn predict(model: &mut Model<u8, u32>, op: Op, number: u8, key: u8, value: u32) {
    let old = model.get(&key).copied();
    match op {
        Op::Insert => model.extend(run_of(key, number).map(|key| (key, value))),
        Op::Extend => model.extend(run_of(key, 4 * number).map(|key| (key, value))),
        Op::TryInsert | Op::GetOrInsertWith => drop(model.entry(key).or_insert(value)),
        Op::GetOrTryInsertWith if number < 4 => drop(model.entry(key).or_insert(value)),
        Op::Entry => match number % 4 {
            0 => drop(model.entry(key).or_insert(value)),
            1 => drop(model.entry(key).and_modify(|old| *old ^= value).or_insert(value)),
            2 => drop(model.insert(key, value)),
            _ => drop(model.remove(&key)),
        },
        Op::Update => drop(model.entry(key).and_modify(|old| *old ^= value)),
        Op::UpdateOrInsertWith => {
            let _ = model.entry(key).and_modify(|old| *old ^= value).or_insert(value);
        }
        Op::ComputeInsert => drop(model.insert(key, value)),
        Op::ComputeRemove => drop(model.remove(&key)),
        Op::CompareExchange if old == Some(value) => drop(model.insert(key, u32::from(number))),
        Op::CompareRemove if old == Some(value) => drop(model.remove(&key)),
        Op::RemoveIf if old.is_some_and(|old| old < value) => drop(model.remove(&key)),
        Op::Remove => model.retain(|other, _| run_of(key, number).all(|key| key != *other)),
        Op::Retain | Op::ExtractIf => model.retain(|&key, &mut value| kept(key, value, number)),
        Op::Clear => model.clear(),
        _ => {}
    }
}
