//! What a thread may do to the map, and how it is recorded.

use std::array;
use std::time::Instant;

use evacmap::{Guard, HashMap, OwnedGuard, pin};

use crate::hasher::Mode;
use crate::history::{Event, Recorder, Value, What};
use crate::on_key::on_key;

pub type Map = HashMap<u8, Value, Mode>;

/// The most keys of one map, fillers included.
pub const MAX_KEYS: u8 = 12;

/// Flushes after which what was retired is freed, if no other guard is held.
const STEPS: usize = 4;

/// One operation, or one push to a resize.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Get,
    /// Gets all keys by one call.
    GetMany,
    /// Holds an owned guard, and what it finds under it, to the end of the script.
    Hold,
    Insert,
    TryInsert,
    EntryOrInsert,
    GetOrInsert,
    /// With a closure that fails now and then.
    GetOrTryInsert,
    Remove,
    /// Removes what the entry was seen to hold.
    EntryRemove,
    /// Removes whatever is there when the entry is used.
    EntryRemoveAny,
    RemoveIfOdd,
    Update,
    EntryModify,
    UpdateOrInsert,
    ComputeInsert,
    /// Removes if the key is present, else aborts.
    ComputeRemove,
    CompareExchange,
    /// Replaces what the entry was seen to hold, or fills it if it was vacant.
    EntryInsert,
    CompareRemove,
    Iterate,
    RetainOdd,
    Len,
    /// Takes out odd values, at most as many as the key's number and one more.
    ExtractOdd,
    Clear,
    Help,
    Finish,
    Grow,
    Rebuild,
    Shrink,
    Flush,
}

/// The actions and how often each is chosen, of 256.
const WEIGHTS: [(Action, u8); 31] = [
    (Action::Get, 37),
    (Action::GetMany, 4),
    (Action::Hold, 2),
    (Action::Insert, 40),
    (Action::TryInsert, 10),
    (Action::EntryOrInsert, 4),
    (Action::GetOrInsert, 10),
    (Action::GetOrTryInsert, 4),
    (Action::Remove, 30),
    (Action::EntryRemove, 3),
    (Action::EntryRemoveAny, 3),
    (Action::RemoveIfOdd, 6),
    (Action::Update, 9),
    (Action::EntryModify, 3),
    (Action::UpdateOrInsert, 6),
    (Action::ComputeInsert, 8),
    (Action::ComputeRemove, 8),
    (Action::CompareExchange, 10),
    (Action::EntryInsert, 4),
    (Action::CompareRemove, 8),
    (Action::Iterate, 6),
    (Action::RetainOdd, 2),
    (Action::Len, 3),
    (Action::ExtractOdd, 2),
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
        matches!(self, Action::GetMany | Action::Iterate | Action::RetainOdd | Action::ExtractOdd)
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

    /// Acts the script out.
    pub fn play(&mut self, script: &[(Action, u8)]) {
        self.play_under(script, None);
    }

    fn play_under(&mut self, script: &[(Action, u8)], held: Option<&Guard>) {
        match script {
            [] => {}
            [(Action::Hold, key), rest @ ..] => self.hold(*key, rest),
            [(action, key), rest @ ..] => {
                self.act(*action, *key, held);
                self.play_under(rest, held);
            }
        }
    }

    /// Plays the rest under an owned guard. What was found under it must read the same at the end,
    /// when everything that no guard protects has been freed and some of it written over.
    fn hold(&mut self, key: u8, rest: &[(Action, u8)]) {
        let start = Instant::now();
        let guard = OwnedGuard::new();
        let found = self.map.get(&key, &guard);
        let was = found.copied();
        self.recorder.add(start, Instant::now(), What::Key(key, Event::Get(was)));
        self.play_under(rest, Some(&guard));
        (0..STEPS).for_each(|_| self.map.flush());
        self.act(Action::Insert, key, None);
        assert_eq!(found.copied(), was, "a value changed under an owned guard");
    }

    fn act(&mut self, action: Action, key: u8, held: Option<&Guard>) {
        match action {
            Action::GetMany => self.get_many(key),
            Action::Iterate => self.iterate(),
            Action::RetainOdd => self.retain_odd(),
            Action::ExtractOdd => self.extract_odd(usize::from(key) + 1),
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
            _ => self.act_on_key(action, key, held),
        }
    }

    /// The thread pins itself in any case: that orders its reads after the first stamp.
    fn act_on_key(&mut self, action: Action, key: u8, held: Option<&Guard>) {
        let (map, known) = (self.map, &mut self.known[usize::from(key)]);
        let mut event = None;
        self.recorder.time(|recorder| {
            let guard = pin();
            let happened = on_key(map, action, key, *known, recorder, held.unwrap_or(&guard));
            event = Some(happened);
            What::Key(key, happened)
        });
        if let Some(value) = event.and_then(Event::left) {
            *known = value;
        }
    }

    /// A record for each key, with the times of the call. By an array or by an iterator, as the
    /// number says.
    fn get_many(&mut self, number: u8) {
        let start = Instant::now();
        let guard = pin();
        let keys: [u8; MAX_KEYS as usize] = array::from_fn(|key| key as u8);
        let found: Vec<_> = if number.is_multiple_of(2) {
            self.map.get_many(keys.each_ref(), &guard).map(Option::<&Value>::copied).into()
        } else {
            self.map.get_many_iter(&keys, &guard).map(Option::<&Value>::copied).collect()
        };
        drop(guard);
        let end = Instant::now();
        for (key, cell) in (0..self.keys).zip(found) {
            self.recorder.add(start, end, What::Key(key, Event::Get(cell)));
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

    /// A removal for each entry that was taken out, in that call of `next`; and if no more were
    /// found, one record for each other key.
    fn extract_odd(&mut self, most: usize) {
        let (map, mut taken, mut count) = (self.map, 0_u16, 0);
        let start = Instant::now();
        let mut before = start;
        let guard = pin();
        for (&key, &value) in map.extract_if(|_, value| value.is_odd(), &guard).take(most) {
            let now = Instant::now();
            let again = taken & 1 << key != 0;
            let what = if again {
                What::MetAgain(key)
            } else {
                What::Key(key, Event::RemoveIfOdd(Ok(Some(value))))
            };
            self.recorder.add(before, now, what);
            (before, taken, count) = (now, taken | 1 << key, count + 1);
        }
        drop(guard);
        let end = Instant::now();
        for key in (0..self.keys).filter(|key| count < most && taken & 1 << key == 0) {
            self.recorder.add(start, end, What::Key(key, Event::Spared));
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
    fn record(
        &mut self,
        recorder: &mut Recorder,
        key: u8,
        value: Value,
        before: Instant,
    ) -> Instant {
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
