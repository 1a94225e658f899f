//! The checker tells good histories from bad ones: by hand, and against an independent checker.

use std::time::{Duration, Instant};

use lin::checker::{AllKeys, MapEvent, OneKey, is_linearizable, witness};
use lin::history::{Cell, Event, Record, Value, What};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use todc_utils::{Action, History, Specification, WGLChecker};

const A: Value = value(1);
const B: Value = value(2);
const C: Value = value(3);

const fn value(sequence: u32) -> Value {
    Value::new(0, sequence)
}

/// A history of one key, given by thread, start, end and event.
fn history(events: &[(usize, u64, u64, Event)]) -> Vec<(Record, Event)> {
    let origin = Instant::now();
    let at = |nanos| origin + Duration::from_nanos(nanos);
    let record = |&(thread, start, end, event)| {
        (Record { thread, start: at(start), end: at(end), what: What::Key(0, event) }, event)
    };
    events.iter().map(record).collect()
}

#[track_caller]
fn accepts(first: Cell, events: &[(usize, u64, u64, Event)], last: Cell) {
    assert!(is_linearizable::<OneKey>(&first, &last, &history(events)));
}

#[track_caller]
fn rejects(first: Cell, events: &[(usize, u64, u64, Event)], last: Cell) {
    assert!(!is_linearizable::<OneKey>(&first, &last, &history(events)));
}

#[test]
fn one_after_the_other() {
    let insert = Event::Insert { new: A, old: None };
    accepts(
        None,
        &[
            (0, 0, 1, insert),
            (1, 2, 3, Event::Get(Some(A))),
            (0, 4, 5, Event::Remove { old: Some(A) }),
        ],
        None,
    );
    rejects(None, &[(0, 0, 1, insert), (1, 2, 3, Event::Get(None))], Some(A));
}

#[test]
fn what_overlaps_may_be_in_either_order() {
    let (insert, get) = (Event::Insert { new: A, old: None }, |cell| (1, 1, 2, Event::Get(cell)));
    accepts(None, &[(0, 0, 3, insert), get(None)], Some(A));
    accepts(None, &[(0, 0, 3, insert), get(Some(A))], Some(A));
    let writes = [
        (0, 0, 9, Event::Insert { new: A, old: Some(B) }),
        (1, 0, 9, Event::Insert { new: B, old: None }),
    ];
    accepts(None, &writes, Some(A));
    rejects(None, &writes, Some(B));
}

#[test]
fn a_lost_update() {
    let both = |seen| {
        [
            (0, 0, 5, Event::Update { seen: Some(A), new: B }),
            (1, 1, 6, Event::Update { seen, new: C }),
        ]
    };
    accepts(Some(A), &both(Some(B)), Some(C));
    rejects(Some(A), &both(Some(A)), Some(C));
}

#[test]
fn a_stale_read() {
    let stale = [(0, 0, 1, Event::Insert { new: B, old: Some(A) }), (1, 2, 3, Event::Get(Some(A)))];
    rejects(Some(A), &stale, Some(B));
    // New, then old.
    let back = [
        (0, 0, 9, Event::Insert { new: B, old: Some(A) }),
        (1, 1, 2, Event::Get(Some(B))),
        (2, 3, 4, Event::Get(Some(A))),
    ];
    rejects(Some(A), &back, Some(B));
}

#[test]
fn a_duplicate_insert() {
    let insert = |new| Event::TryInsert { new, present: None };
    rejects(None, &[(0, 0, 5, insert(A)), (1, 0, 5, insert(B))], Some(A));
    accepts(
        None,
        &[(0, 0, 5, insert(A)), (1, 0, 5, insert(B)), (2, 0, 5, Event::Remove { old: Some(B) })],
        Some(A),
    );
}

#[test]
fn a_ghost_and_a_loss() {
    rejects(None, &[(0, 0, 1, Event::Get(Some(C)))], None);
    rejects(None, &[(0, 0, 1, Event::Insert { new: A, old: None })], None);
    rejects(
        Some(A),
        &[(0, 0, 1, Event::Remove { old: Some(A) }), (1, 2, 3, Event::Get(None))],
        Some(A),
    );
}

#[test]
fn a_comparison_that_contradicts_itself() {
    let exchange = |result| [(0, 0, 1, Event::CompareExchange { expected: A, new: B, result })];
    accepts(Some(A), &exchange(Ok(A)), Some(B));
    rejects(Some(A), &exchange(Err(Some(A))), Some(A));
    rejects(Some(C), &exchange(Ok(C)), Some(B));
    accepts(Some(C), &exchange(Err(Some(C))), Some(C));
}

/// `B` is even and goes; `A` is odd and stays.
#[test]
fn retain_takes_what_it_must() {
    accepts(Some(B), &[(0, 0, 1, Event::RetainOdd)], None);
    rejects(Some(B), &[(0, 0, 1, Event::RetainOdd)], Some(B));
    accepts(Some(A), &[(0, 0, 1, Event::RetainOdd)], Some(A));
    // A read, before which the removal may not be, although it would leave the cell alone at first.
    let filled_later =
        [(0, 0, 9, Event::RetainOdd), (1, 1, 2, Event::Insert { new: B, old: None })];
    accepts(None, &filled_later, None);
    accepts(None, &filled_later, Some(B));
}

/// An `extract_if` that ended without the key has found it absent or even.
#[test]
fn what_is_spared_was_not_to_be_taken() {
    accepts(Some(B), &[(0, 0, 1, Event::Spared)], Some(B));
    rejects(Some(A), &[(0, 0, 1, Event::Spared)], Some(A));
    let replaced =
        |end| [(0, 0, end, Event::Spared), (1, 2, 3, Event::Insert { new: B, old: Some(A) })];
    accepts(Some(A), &replaced(9), Some(B));
    rejects(Some(A), &replaced(1), Some(B));
}

#[test]
fn two_threads_at_one_time() {
    // The clock need not tell them apart; one thread's own order is known.
    let own = [(0, 0, 1, Event::Insert { new: A, old: None }), (0, 1, 2, Event::Get(None))];
    rejects(None, &own, Some(A));
    let other = [(0, 0, 1, Event::Insert { new: A, old: None }), (1, 1, 2, Event::Get(None))];
    accepts(None, &other, Some(A));
}

/// A clear is one event: nobody sees one key gone and, later, another still there.
#[test]
fn a_map_half_cleared() {
    let seen = |first: u8, second: u8| {
        let events = [
            (0, 0, 9, MapEvent::Clear),
            (1, 1, 2, MapEvent::Key(first, Event::Get(None))),
            (1, 3, 4, MapEvent::Key(second, Event::Get(Some(B)))),
        ];
        let origin = Instant::now();
        let at = |nanos| origin + Duration::from_nanos(nanos);
        let record = |thread, start, end| Record {
            thread,
            start: at(start),
            end: at(end),
            what: What::Clear,
        };
        let history: Vec<_> =
            events.map(|(thread, start, end, event)| (record(thread, start, end), event)).into();
        is_linearizable::<AllKeys>(&vec![Some(A), Some(B), None], &vec![None; 3], &history)
    };
    assert!(!seen(0, 1), "key 0 is gone, so the clear is over");
    assert!(seen(2, 1), "key 2 was absent before");
}

#[test]
fn a_witness_leaves_out_what_has_no_part_in_it() {
    let events = [
        (0, 0, 1, Event::Get(None)),
        (0, 2, 3, Event::Insert { new: A, old: None }),
        (1, 4, 5, Event::Get(Some(A))),
        (1, 6, 7, Event::Get(None)),
        (2, 8, 9, Event::Get(Some(A))),
    ];
    let records = witness::<OneKey>(&None, &Some(A), history(&events)).expect("not linearizable");
    let kept: Vec<_> = records.iter().map(|record| record.what).collect();
    assert_eq!(kept, [What::Key(0, events[1].3), What::Key(0, events[3].3)]);
    assert!(witness::<OneKey>(&None, &Some(A), history(&events[..3])).is_none());
}

/// The independent checker's view of one key.
struct Register;

impl Specification for Register {
    type State = Cell;
    type Operation = Event;

    fn init() -> Cell {
        None
    }

    fn apply(event: &Event, cell: &Cell) -> (bool, Cell) {
        event.after(*cell).map_or((false, *cell), |after| (true, after))
    }
}

/// What an operation of that kind finds, and so returns, where `cell` is.
fn happen(kind: usize, cell: Cell, new: Value, expected: Value) -> Event {
    match kind {
        0 | 1 => Event::Get(cell),
        2 => Event::Insert { new, old: cell },
        3 => Event::TryInsert { new, present: cell },
        4 => Event::GetOrInsert { new, got: cell.unwrap_or(new) },
        5 => Event::Remove { old: cell },
        6 => Event::RemoveIfOdd(
            cell.map_or(Ok(None), |value| if value.is_odd() { Ok(cell) } else { Err(value) }),
        ),
        7 => Event::Update { seen: cell, new },
        8 => Event::UpdateOrInsert { seen: cell, new },
        9 => Event::ComputeInsert { seen: cell, new },
        10 => cell.map_or(Event::ComputeAbort { seen: None }, |seen| Event::ComputeRemove { seen }),
        11 => Event::CompareExchange {
            expected,
            new,
            result: cell.filter(|now| *now == expected).ok_or(cell),
        },
        12 => Event::CompareRemove {
            expected,
            result: cell.filter(|now| *now == expected).ok_or(cell),
        },
        13 => Event::RetainOdd,
        14 if !cell.is_some_and(Value::is_odd) => Event::Spared,
        _ => Event::Clear,
    }
}

/// A random history of three threads, as steps: an operation is called, happens, and returns. Made
/// so that it is linearizable; unless some of it `lies`, about a cell that was not there.
fn random_history(random: &mut SmallRng, lies: bool) -> (Vec<(usize, u64, u64, Event)>, Cell) {
    let mut steps: Vec<usize> =
        (0..3).flat_map(|thread| vec![thread; 3 * random.random_range(1..=3)]).collect();
    let liar = random.random_range(0..steps.len() / 3);
    let (mut cell, mut written, mut running, mut events): (Cell, _, _, Vec<_>) =
        (None, 0, [(0, 0, None); 3], vec![]);
    for now in 0_u64.. {
        if steps.is_empty() {
            break;
        }
        let thread = steps.swap_remove(random.random_range(0..steps.len()));
        let (phase, start, event) = &mut running[thread];
        match *phase {
            0 => *start = now,
            1 => {
                written += 1;
                let expected = value(random.random_range(0..written));
                let lie = (lies && written == liar as u32 + 1)
                    .then(|| Some(expected).filter(|_| random.random_bool(0.7)));
                let happened = happen(
                    random.random_range(0..16),
                    lie.unwrap_or(cell),
                    value(written),
                    expected,
                );
                cell = happened.after(lie.unwrap_or(cell)).expect("made to fit");
                *event = Some(happened);
            }
            _ => events.push((thread, *start, now, event.take().expect("it has happened"))),
        }
        *phase = (*phase + 1) % 3;
    }
    (events, cell)
}

fn independent_verdict(events: &[(usize, u64, u64, Event)], last: Cell) -> bool {
    let mut actions: Vec<_> = events
        .iter()
        .flat_map(|&(thread, start, end, event)| {
            [(start, thread, Action::Call(event)), (end, thread, Action::Response(event))]
        })
        .collect();
    actions.sort_by_key(|(time, _, _)| *time);
    let mut actions: Vec<_> =
        actions.into_iter().map(|(_, thread, action)| (thread, action)).collect();
    actions.extend([(0, Action::Call(Event::Get(last))), (0, Action::Response(Event::Get(last)))]);
    WGLChecker::<Register>::is_linearizable(History::from_actions(actions))
}

#[test]
fn both_checkers_agree_on_random_histories() {
    let mut random = SmallRng::seed_from_u64(7);
    let mut verdicts = [0, 0];
    for number in 0..20_000 {
        let (events, last) = random_history(&mut random, number % 3 != 0);
        let ours = is_linearizable::<OneKey>(&None, &last, &history(&events));
        assert_eq!(ours, independent_verdict(&events, last), "{events:?} to {last:?}");
        assert!(ours || number % 3 != 0, "made to be linearizable: {events:?} to {last:?}");
        verdicts[usize::from(ours)] += 1;
    }
    assert!(verdicts.into_iter().all(|count| count > 4_000), "one verdict is rare: {verdicts:?}");
}
