//! What a thread may do to the map, and how it is recorded.

use std::time::Instant;

use evacmap::{Compute, HashMap, Operation, pin};

use crate::hasher::Mode;
use crate::history::{Event, Recorder, Value, What};

pub type Map = HashMap<u8, Value, Mode>;

/// The most keys of one map, fillers included.
pub const MAX_KEYS: u8 = 12;

/// One operation, or one push to a resize.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Get,
    Insert,
    TryInsert,
    GetOrInsert,
    Remove,
    RemoveIfOdd,
    Update,
    UpdateOrInsert,
    ComputeInsert,
    /// Removes if the key is present, else aborts.
    ComputeRemove,
    CompareExchange,
    CompareRemove,
    Iterate,
    RetainOdd,
    Len,
    Clear,
    Help,
    Finish,
    Grow,
    Rebuild,
    Shrink,
    Flush,
}

/// The actions and how often each is chosen, of 256.
const WEIGHTS: [(Action, u8); 22] = [
    (Action::Get, 43),
    (Action::Insert, 40),
    (Action::TryInsert, 14),
    (Action::GetOrInsert, 14),
    (Action::Remove, 36),
    (Action::RemoveIfOdd, 6),
    (Action::Update, 12),
    (Action::UpdateOrInsert, 6),
    (Action::ComputeInsert, 8),
    (Action::ComputeRemove, 8),
    (Action::CompareExchange, 14),
    (Action::CompareRemove, 8),
    (Action::Iterate, 6),
    (Action::RetainOdd, 2),
    (Action::Len, 5),
    (Action::Clear, 2),
    (Action::Help, 20),
    (Action::Finish, 2),
    (Action::Grow, 2),
    (Action::Rebuild, 4),
    (Action::Shrink, 2),
    (Action::Flush, 2),
];

impl Action {
    /// Any byte is an action.
    pub fn new(byte: u8) -> Self {
        let mut rest = byte;
        for (action, weight) in WEIGHTS {
            match rest.checked_sub(weight) {
                Some(left) => rest = left,
                None => return action,
            }
        }
        unreachable!("the weights add up to 256")
    }

    /// Whether it leaves a record for every key, so that a thread may do it once in a window.
    pub fn is_wide(self) -> bool {
        matches!(self, Action::Iterate | Action::RetainOdd)
    }
}

/// A thread that acts on a map.
pub struct Actor<'m> {
    map: &'m Map,
    keys: u8,
    pub recorder: Recorder,
    /// The last value that this thread saw under each key, to compare with.
    known: [Value; MAX_KEYS as usize],
}

impl<'m> Actor<'m> {
    /// One who knows of keys below `keys`.
    pub fn new(map: &'m Map, keys: u8, recorder: Recorder) -> Self {
        Actor { map, keys, recorder, known: [Value::new(0, 0); MAX_KEYS as usize] }
    }

    pub fn act(&mut self, action: Action, key: u8) {
        match action {
            Action::Iterate => self.iterate(),
            Action::RetainOdd => self.retain_odd(),
            Action::Len => {
                let map = self.map;
                self.recorder.time(|_| What::Len(map.len()));
            }
            Action::Clear => {
                let map = self.map;
                self.recorder.time(|_| {
                    map.clear(&pin());
                    What::Clear
                });
            }
            Action::Help => drop(self.map.help_resize(1)),
            Action::Finish => self.map.finish_resize(),
            Action::Grow if self.map.stats().buckets < 64 => self.map.start_resize(1),
            Action::Grow | Action::Shrink => self.map.start_resize(-1),
            Action::Rebuild => self.map.start_rebuild(),
            Action::Flush => self.map.flush(),
            _ => self.act_on_key(action, key),
        }
    }

    fn act_on_key(&mut self, action: Action, key: u8) {
        let (map, known) = (self.map, &mut self.known[usize::from(key)]);
        let mut event = None;
        self.recorder.time(|recorder| {
            let happened = on_key(map, action, key, *known, recorder);
            event = Some(happened);
            What::Key(key, happened)
        });
        if let Some(value) = event.and_then(Event::left) {
            *known = value;
        }
    }

    /// One record for each call of `next`, and one for each key that was not met.
    fn iterate(&mut self) {
        let (map, mut met) = (self.map, Met::default());
        let start = Instant::now();
        let mut before = start;
        let guard = pin();
        for (&key, &value) in map.iter(&guard) {
            before = met.record(&mut self.recorder, key, value, before);
        }
        drop(guard);
        self.record_not_met(&met, start);
    }

    fn retain_odd(&mut self) {
        let (map, mut met) = (self.map, Met { may_repeat: true, ..Met::default() });
        let start = Instant::now();
        let mut before = start;
        let recorder = &mut self.recorder;
        let keep = |&key: &u8, value: &Value| {
            before = met.record(recorder, key, *value, before);
            value.is_odd()
        };
        map.retain(keep, &pin());
        let end = Instant::now();
        for key in 0..self.keys {
            self.recorder.add(start, end, What::Key(key, Event::RetainOdd));
        }
    }

    fn record_not_met(&mut self, met: &Met, start: Instant) {
        let end = Instant::now();
        for key in (0..self.keys).filter(|key| met.keys & 1 << key == 0) {
            self.recorder.add(start, end, What::Key(key, Event::NotMet));
        }
    }
}

/// The keys that an iteration has met.
#[derive(Default)]
struct Met {
    keys: u16,
    /// `retain` asks again about a key whose value changes under its hands.
    may_repeat: bool,
}

impl Met {
    fn record(&mut self, recorder: &mut Recorder, key: u8, value: Value, before: Instant) -> Instant {
        let now = Instant::now();
        if self.keys & 1 << key == 0 {
            recorder.add(before, now, What::Key(key, Event::Met(value)));
        } else if !self.may_repeat {
            recorder.add(before, now, What::MetAgain(key));
        }
        self.keys |= 1 << key;
        now
    }
}

/// Does it, and tells what came of it: by what the operation returned, wherever it returns something.
fn on_key(map: &Map, action: Action, key: u8, expected: Value, recorder: &mut Recorder) -> Event {
    let new = recorder.fresh();
    let guard = &pin();
    match action {
        Action::Get => Event::Get(map.get(&key, guard).copied()),
        Action::Insert => Event::Insert { new, old: map.insert(key, new, guard).copied() },
        Action::TryInsert => match map.try_insert(key, new, guard) {
            Ok(&new) => Event::TryInsert { new, present: None },
            Err(error) => Event::TryInsert { new: error.not_inserted, present: Some(*error.current) },
        },
        Action::GetOrInsert => Event::GetOrInsert { new, got: *map.get_or_insert(key, new, guard) },
        Action::Remove => Event::Remove { old: map.remove(&key, guard).copied() },
        Action::RemoveIfOdd => {
            let removed = map.remove_if(&key, |_, value| value.is_odd(), guard);
            Event::RemoveIfOdd(removed.map(|pair| pair.map(|(_, value)| *value)).map_err(|(_, value)| *value))
        }
        Action::Update => {
            let mut seen = None;
            let change = |value: &Value| {
                seen = Some(*value);
                new
            };
            match map.update(key, change, guard) {
                Some(&new) => Event::Update { seen, new },
                None => Event::Update { seen: None, new },
            }
        }
        Action::UpdateOrInsert => {
            let (mut seen, first) = (None, recorder.fresh());
            let change = |value: &Value| {
                seen = Some(*value);
                new
            };
            let new = *map.update_or_insert(key, change, first, guard);
            Event::UpdateOrInsert { seen: seen.filter(|_| new != first), new }
        }
        Action::ComputeInsert => match map.compute(key, |_| Operation::<_, ()>::Insert(new), guard) {
            Compute::Updated { old, new } => Event::ComputeInsert { seen: Some(*old.1), new: *new.1 },
            Compute::Inserted(_, &new) => Event::ComputeInsert { seen: None, new },
            other => unreachable!("an insert gave {other:?}"),
        },
        Action::ComputeRemove => {
            let decide = |entry: Option<_>| if entry.is_some() { Operation::Remove } else { Operation::Abort(()) };
            match map.compute(key, decide, guard) {
                Compute::Removed(_, &seen) => Event::ComputeRemove { seen },
                Compute::Aborted(()) => Event::ComputeAbort { seen: None },
                other => unreachable!("a removal gave {other:?}"),
            }
        }
        Action::CompareExchange => {
            let result = map.compare_exchange(key, &expected, new, guard);
            let result = result.copied().map_err(|error| error.current.copied());
            Event::CompareExchange { expected, new, result }
        }
        Action::CompareRemove => {
            let result = map.compare_remove(&key, &expected, guard);
            Event::CompareRemove { expected, result: result.copied().map_err(|error| error.current.copied()) }
        }
        _ => unreachable!("{action:?} is not about one key"),
    }
}
