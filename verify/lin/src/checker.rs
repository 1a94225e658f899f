//! Decides whether a history is linearizable: whether its events could have happened one after the
//! other, each at a moment between its start and its end.
//!
//! The search of Wing and Gong ("Testing and verifying concurrent objects", 1993) with the memory
//! of Lowe ("Testing for linearizability", 2017): of the events that no other must precede, some
//! one happens next; what turned out to lead nowhere is not tried again. An event that only reads
//! happens as soon as it can, since it is in nobody's way. And a state in which something has
//! become impossible for good leads nowhere.

use std::collections::HashSet;
use std::hash::Hash;

use crate::history::{Cell, Event, Record};

/// Something that events happen to.
pub trait Specification {
    type State: Clone + Eq + Hash;
    type Event: Copy;

    /// The state after the event, if it can happen in `state`.
    fn after(state: &Self::State, event: &Self::Event) -> Option<Self::State>;

    /// Whether the event changes no state that it can happen in.
    fn is_read(event: &Self::Event) -> bool;

    /// Whether `event` may make `later` possible where it was not. What is said too often costs
    /// time alone.
    fn may_enable(event: &Self::Event, later: &Self::Event) -> bool;
}

/// One key of a map. Keys are independent as long as nothing changes several at a moment, so each
/// can be checked by itself: linearizability is a local property.
pub struct OneKey;

impl Specification for OneKey {
    type State = Cell;
    type Event = Event;

    fn after(cell: &Cell, event: &Event) -> Option<Cell> {
        event.after(*cell)
    }

    fn is_read(event: &Event) -> bool {
        event.is_read()
    }

    fn may_enable(event: &Event, later: &Event) -> bool {
        event.may_enable(*later)
    }
}

/// An event in a map of several keys.
#[derive(Clone, Copy, Debug)]
pub enum MapEvent {
    Key(u8, Event),
    Clear,
}

/// All keys of a map, for histories in which it is cleared.
pub struct AllKeys;

impl Specification for AllKeys {
    type State = Vec<Cell>;
    type Event = MapEvent;

    fn after(cells: &Vec<Cell>, event: &MapEvent) -> Option<Vec<Cell>> {
        match *event {
            MapEvent::Clear => Some(vec![None; cells.len()]),
            MapEvent::Key(key, event) => {
                let key = usize::from(key);
                let after = event.after(cells[key])?;
                let mut cells = cells.clone();
                cells[key] = after;
                Some(cells)
            }
        }
    }

    fn is_read(event: &MapEvent) -> bool {
        matches!(event, MapEvent::Key(_, event) if event.is_read())
    }

    fn may_enable(event: &MapEvent, later: &MapEvent) -> bool {
        match (*event, *later) {
            (MapEvent::Key(one, event), MapEvent::Key(other, later)) => {
                one == other && event.may_enable(later)
            }
            (MapEvent::Clear, MapEvent::Key(_, later)) => Event::Clear.may_enable(later),
            (_, MapEvent::Clear) => false,
        }
    }
}

/// A set of events of a history, by their numbers.
type Events = u128;

/// The longest history that can be checked.
pub const LONGEST: usize = Events::BITS as usize;

/// Whether the history can lead from state `first` to state `last`.
pub fn is_linearizable<S: Specification>(
    first: &S::State,
    last: &S::State,
    history: &[(Record, S::Event)],
) -> bool {
    assert!(history.len() <= LONGEST, "{} events are too many", history.len());
    let predecessors = |later: &Record| {
        let precedes = |at: &usize| history[*at].0.precedes(later);
        (0..history.len()).filter(precedes).fold(0, |set, at| set | 1 << at)
    };
    let before = history.iter().map(|(record, _)| predecessors(record)).collect();
    let enablers = |later: &S::Event| {
        let enables = |at: &usize| S::may_enable(&history[*at].1, later);
        (0..history.len()).filter(enables).fold(0, |set, at| set | 1 << at)
    };
    let enablers = history.iter().map(|(_, event)| enablers(event)).collect();
    Search::<S> { history, last, before, enablers, dead_ends: HashSet::new() }
        .leads_on(0, first.clone())
}

/// `None` if the history is linearizable; else as few of its records as cannot be. Only reads are
/// left out: a history from which reads were taken is linearizable if the whole was.
pub fn witness<S: Specification>(
    first: &S::State,
    last: &S::State,
    mut history: Vec<(Record, S::Event)>,
) -> Option<Vec<Record>> {
    if is_linearizable::<S>(first, last, &history) {
        return None;
    }
    let mut at = 0;
    while at < history.len() {
        let taken = history.remove(at);
        if !S::is_read(&taken.1) || is_linearizable::<S>(first, last, &history) {
            history.insert(at, taken);
            at += 1;
        }
    }
    Some(history.into_iter().map(|(record, _)| record).collect())
}

struct Search<'h, S: Specification> {
    history: &'h [(Record, S::Event)],
    last: &'h S::State,
    /// For each event those that must have happened before.
    before: Vec<Events>,
    /// For each event those that may make it possible.
    enablers: Vec<Events>,
    dead_ends: HashSet<(Events, S::State)>,
}

impl<S: Specification> Search<'_, S> {
    /// Whether the rest can happen after the events in `done`, which led to `state`.
    fn leads_on(&mut self, mut done: Events, state: S::State) -> bool {
        while let Some(at) = self.next(done).find(|&at| {
            let event = &self.history[at].1;
            S::is_read(event) && S::after(&state, event).is_some()
        }) {
            done |= 1 << at;
        }
        if done.count_ones() as usize == self.history.len() {
            return state == *self.last;
        }
        let position = (done, state);
        if self.is_hopeless(done, &position.1) || self.dead_ends.contains(&position) {
            return false;
        }
        for at in 0..self.history.len() {
            if self.may_be_next(done, at)
                && let Some(after) = S::after(&position.1, &self.history[at].1)
                && self.leads_on(done | 1 << at, after)
            {
                return true;
            }
        }
        self.dead_ends.insert(position);
        false
    }

    /// Whether some event is impossible now, and nothing is left that could make it possible.
    /// Without this, one event taken too early is found out only when all orders of the others have
    /// been tried.
    fn is_hopeless(&self, done: Events, state: &S::State) -> bool {
        (0..self.history.len())
            .filter(|at| done & 1 << at == 0 && self.enablers[*at] & !done == 0)
            .any(|at| S::after(state, &self.history[at].1).is_none())
    }

    fn next(&self, done: Events) -> impl Iterator<Item = usize> {
        (0..self.history.len()).filter(move |&at| self.may_be_next(done, at))
    }

    fn may_be_next(&self, done: Events, at: usize) -> bool {
        done & 1 << at == 0 && self.before[at] & !done == 0
    }
}
