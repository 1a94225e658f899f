//! What was recorded: who did what, when, and what came of it.
//!
//! Every value is written once, so that a read says which write it saw. A thread stamps an
//! operation before it pins and after it has unpinned, with the system's monotonic clock, into a
//! buffer of its own. There is no counter that threads share: it would order the very accesses
//! whose order is in question. The pin is a locked instruction, so nothing that the operation reads
//! is read before the first stamp; and the clock is read only when all earlier loads are done.

use std::time::Instant;
use std::{fmt, iter};

/// A value that is written at most once in a session.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Value(u32);

impl Value {
    const THREAD_SHIFT: u32 = 28;

    /// The `sequence`-th value of that thread.
    pub const fn new(thread: usize, sequence: u32) -> Self {
        debug_assert!(sequence >> Self::THREAD_SHIFT == 0);
        Value((thread as u32) << Self::THREAD_SHIFT | sequence)
    }

    pub fn is_odd(self) -> bool {
        self.0 % 2 == 1
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 >> Self::THREAD_SHIFT, self.0 & ((1 << Self::THREAD_SHIFT) - 1))
    }
}

/// What is stored under one key: the state that a history of one key is checked against.
pub type Cell = Option<Value>;

/// An operation on one key, with its arguments and what it returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Get(Cell),
    Insert {
        new: Value,
        old: Cell,
    },
    TryInsert {
        new: Value,
        present: Cell,
    },
    GetOrInsert {
        new: Value,
        got: Value,
    },
    Remove {
        old: Cell,
    },
    RemoveIfOdd(Result<Cell, Value>),
    /// `seen` is what the closure was given when it ran last, if the key was present at the end.
    Update {
        seen: Cell,
        new: Value,
    },
    UpdateOrInsert {
        seen: Cell,
        new: Value,
    },
    ComputeInsert {
        seen: Cell,
        new: Value,
    },
    ComputeRemove {
        seen: Value,
    },
    ComputeAbort {
        seen: Cell,
    },
    CompareExchange {
        expected: Value,
        new: Value,
        result: Result<Value, Cell>,
    },
    CompareRemove {
        expected: Value,
        result: Result<Value, Cell>,
    },
    /// An iteration, or `retain`, came across the key; the times are those of the call of `next`.
    Met(Value),
    /// An iteration, or `retain`, ended without it; the times are those of the whole.
    NotMet,
    /// The part of a `retain` that is about this key.
    RetainOdd,
    /// An `extract_if` of odd values ended without this key.
    Spared,
    /// The part of a `clear` that is about this key.
    Clear,
}

impl Event {
    /// The specification: what the cell holds after the event, if the event can happen to `cell`.
    pub fn after(self, cell: Cell) -> Option<Cell> {
        match self {
            Event::RetainOdd => Some(cell.filter(|value| value.is_odd())),
            Event::Spared => (!cell.is_some_and(Value::is_odd)).then_some(cell),
            Event::Clear => Some(None),
            _ => {
                let (before, after) = self.transition()?;
                (cell == before).then_some(after)
            }
        }
    }

    /// Whether the event leaves every cell alone that it can happen to.
    pub fn is_read(self) -> bool {
        self == Event::Spared || self.transition().is_some_and(|(before, after)| before == after)
    }

    /// Whether after this event `later` may happen where it could not before.
    pub fn may_enable(self, later: Event) -> bool {
        let leaves = match self {
            Event::RetainOdd | Event::Clear => None,
            _ if self.is_read() => return false,
            _ => self.left(),
        };
        match later.transition() {
            Some((before, _)) => before == leaves,
            None => later == Event::Spared && !leaves.is_some_and(Value::is_odd),
        }
    }

    /// How many entries more there are after it, if that is certain.
    pub fn growth(self) -> Option<isize> {
        let (before, after) = self.transition()?;
        Some(isize::from(after.is_some()) - isize::from(before.is_some()))
    }

    /// The value that is under the key afterwards, if that is certain.
    pub fn left(self) -> Cell {
        self.transition().and_then(|(_, after)| after)
    }

    /// What an event that tells what it found has found, and what it left. `None` if it tells
    /// nothing, or contradicts itself.
    fn transition(self) -> Option<(Cell, Cell)> {
        Some(match self {
            Event::Get(cell) | Event::ComputeAbort { seen: cell } => (cell, cell),
            Event::Met(value) => (Some(value), Some(value)),
            Event::NotMet => (None, None),
            Event::Insert { new, old: before }
            | Event::UpdateOrInsert { seen: before, new }
            | Event::ComputeInsert { seen: before, new } => (before, Some(new)),
            Event::TryInsert { new, present } => (present, present.or(Some(new))),
            Event::GetOrInsert { new, got } => ((new != got).then_some(got), Some(got)),
            Event::Update { seen, new } => (seen, seen.and(Some(new))),
            Event::Remove { old } => (old, None),
            Event::ComputeRemove { seen } => (Some(seen), None),
            Event::RemoveIfOdd(Ok(old)) if old.is_none_or(Value::is_odd) => (old, None),
            Event::RemoveIfOdd(Err(kept)) if !kept.is_odd() => (Some(kept), Some(kept)),
            Event::CompareExchange { expected, new, result: Ok(old) } if old == expected => {
                (Some(old), Some(new))
            }
            Event::CompareRemove { expected, result: Ok(old) } if old == expected => {
                (Some(old), None)
            }
            Event::CompareExchange { expected, result: Err(found), .. }
            | Event::CompareRemove { expected, result: Err(found) }
                if found != Some(expected) =>
            {
                (found, found)
            }
            Event::RemoveIfOdd(_) | Event::CompareExchange { .. } | Event::CompareRemove { .. } => {
                return None;
            }
            Event::RetainOdd | Event::Spared | Event::Clear => return None,
        })
    }
}

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An operation on one key, or the part of a larger one that concerns the key.
    Key(u8, Event),
    /// The one operation that changes all keys at one moment.
    Clear,
    Len(usize),
    /// An iteration returned the key a second time.
    MetAgain(u8),
}

/// One recorded operation.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    pub thread: usize,
    pub start: Instant,
    pub end: Instant,
    pub what: What,
}

impl Record {
    /// Whether this was over when `other` began. Two of one thread may carry the same time.
    pub fn precedes(&self, other: &Record) -> bool {
        self.end < other.start
            || (self.thread == other.thread && self.end == other.start && self.start < other.end)
    }
}

/// One thread's records.
#[derive(Debug)]
pub struct Recorder {
    pub thread: usize,
    written: u32,
    records: Vec<Record>,
    /// How many records there were at the end of each window.
    ends: Vec<usize>,
}

impl Recorder {
    /// With room for so many records in so many windows.
    pub fn new(thread: usize, records: usize, windows: usize) -> Self {
        Recorder {
            thread,
            written: 0,
            records: Vec::with_capacity(records),
            ends: Vec::with_capacity(windows),
        }
    }

    /// A value that nobody else writes.
    pub fn fresh(&mut self) -> Value {
        self.written += 1;
        Value::new(self.thread, self.written)
    }

    pub fn add(&mut self, start: Instant, end: Instant, what: What) {
        self.records.push(Record { thread: self.thread, start, end, what });
    }

    pub fn end_window(&mut self) {
        self.ends.push(self.records.len());
    }

    /// The records of each window.
    pub fn windows(&self) -> impl Iterator<Item = &[Record]> {
        let starts = iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.records[start..*end])
    }

    /// Runs and records one operation.
    pub fn time(&mut self, operation: impl FnOnce(&mut Self) -> What) {
        let start = Instant::now();
        let what = operation(self);
        self.add(start, Instant::now(), what);
    }
}
