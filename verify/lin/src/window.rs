//! One window: what the threads did between two moments of rest, and whether that was right.

use std::fmt;
use std::time::Instant;

use crate::checker::{AllKeys, MapEvent, OneKey, Specification, witness};
use crate::history::{Cell, Event, Record, What};

/// The four kinds of resize.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resize {
    Growth,
    Rebuild,
    Shrink,
    Discard,
}

pub const RESIZES: [Resize; 4] = [Resize::Growth, Resize::Rebuild, Resize::Shrink, Resize::Discard];

/// The record of a window.
#[derive(Debug)]
pub struct Window {
    /// What was under each key before, and what was read there afterwards.
    pub first: Vec<Cell>,
    pub last: Vec<Cell>,
    /// What `len` returned afterwards.
    pub len: usize,
    pub records: Vec<Record>,
    /// The kinds of resize that were under way at some moment between the first call and the last
    /// return.
    pub live: [bool; RESIZES.len()],
}

/// What is wrong with a window.
#[derive(Debug)]
pub struct Violation {
    what: String,
    first: Vec<(usize, Cell)>,
    last: Vec<(usize, Cell)>,
    records: Vec<Record>,
}

type History<S> = Vec<(Record, <S as Specification>::Event)>;

impl Window {
    /// Checks everything that the map promises. Without a `clear`, key by key.
    ///
    /// # Errors
    ///
    /// The first violation found, with as few records as show it.
    pub fn check(&self) -> Result<(), Box<Violation>> {
        self.check_lengths()?;
        let again = |record: &&Record| matches!(record.what, What::MetAgain(_));
        if let Some(&record) = self.records.iter().find(again) {
            return Err(self.violation("an iteration returned a key twice", None, vec![record]));
        }
        if self.records.iter().any(|record| record.what == What::Clear) {
            return self.check_all_keys();
        }
        (0..self.first.len()).try_for_each(|key| self.check_key(key))
    }

    fn check_key(&self, key: usize) -> Result<(), Box<Violation>> {
        let of_key = |record: &Record| match record.what {
            What::Key(of, event) if usize::from(of) == key => Some((*record, event)),
            _ => None,
        };
        let history: History<OneKey> = self.records.iter().filter_map(of_key).collect();
        match witness::<OneKey>(&self.first[key], &self.last[key], history) {
            Some(records) => Err(self.violation("not linearizable", Some(key), records)),
            None => Ok(()),
        }
    }

    /// `clear` changes all keys at one moment, so they have to be looked at together.
    fn check_all_keys(&self) -> Result<(), Box<Violation>> {
        let event = |record: &Record| match record.what {
            What::Key(key, event) => Some((*record, MapEvent::Key(key, event))),
            What::Clear => Some((*record, MapEvent::Clear)),
            What::Len(_) | What::MetAgain(_) => None,
        };
        let history: History<AllKeys> = self.records.iter().filter_map(event).collect();
        match witness::<AllKeys>(&self.first, &self.last, history) {
            Some(records) => Err(self.violation("not linearizable", None, records)),
            None => Ok(()),
        }
    }

    /// At rest `len` is exact. Otherwise it counts what its own thread has done, and may or may not
    /// count what others did in this window, up to its end.
    fn check_lengths(&self) -> Result<(), Box<Violation>> {
        let count = |cells: &[Cell]| cells.iter().flatten().count();
        if self.len != count(&self.last) {
            return Err(self.violation(
                &format!("at rest the length was {}", self.len),
                None,
                self.records.clone(),
            ));
        }
        for record in &self.records {
            if let What::Len(len) = record.what {
                let (least, most) = self.bounds(record, count(&self.first));
                if !(least..=most).contains(&len.cast_signed()) {
                    let what =
                        format!("the length was {len}, which is not within {least}..={most}");
                    return Err(self.violation(&what, None, self.records.clone()));
                }
            }
        }
        Ok(())
    }

    /// The least and the most that a call of `len` may have returned.
    fn bounds(&self, call: &Record, at_first: usize) -> (isize, isize) {
        let (mut least, mut most) = (at_first.cast_signed(), at_first.cast_signed());
        let mut cleared = false;
        for record in self.records.iter().filter(|record| record.start < call.end) {
            let (down, up) = match record.what {
                What::Key(_, Event::RetainOdd) => (-1, 0),
                What::Key(_, event) => {
                    let growth = event.growth().unwrap_or(0);
                    if record.thread == call.thread {
                        (growth, growth)
                    } else {
                        (growth.min(0), growth.max(0))
                    }
                }
                What::Clear => {
                    cleared = true;
                    (0, 0)
                }
                What::Len(_) | What::MetAgain(_) => (0, 0),
            };
            least += down;
            // What a `clear` took away is not there to be removed.
            most += up;
        }
        (if cleared { 0 } else { least.max(0) }, most)
    }

    fn violation(&self, what: &str, key: Option<usize>, records: Vec<Record>) -> Box<Violation> {
        let of_key = |cells: &[Cell]| {
            cells
                .iter()
                .copied()
                .enumerate()
                .filter(|(at, _)| key.is_none_or(|key| key == *at))
                .collect()
        };
        let (first, last) = (of_key(&self.first), of_key(&self.last));
        Box::new(Violation { what: what.to_owned(), first, last, records })
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.what)?;
        let Some(origin) = self.records.iter().map(|record| record.start).min() else {
            return Ok(());
        };
        writeln!(f, "  before: {}", Cells(&self.first))?;
        let since = |moment: Instant| moment.duration_since(origin).as_nanos();
        let mut records = self.records.clone();
        records.sort_by_key(|record| record.start);
        for record in records {
            let (start, end) = (since(record.start), since(record.end));
            writeln!(f, "  thread {} {start:6}..{end:6} ns  {:?}", record.thread, record.what)?;
        }
        write!(f, "  after: {}", Cells(&self.last))
    }
}

struct Cells<'c>(&'c [(usize, Cell)]);

impl fmt::Display for Cells<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (key, cell) in self.0 {
            match cell {
                Some(value) => write!(f, "[{key}] {value:?}  ")?,
                None => write!(f, "[{key}] -  ")?,
            }
        }
        Ok(())
    }
}
