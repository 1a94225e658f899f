//! What is checked in a window besides single keys, and that windows are what they are said to be.

use std::time::{Duration, Instant};

use lin::history::{Event, Record, Value, What};
use lin::session::Session;
use lin::window::{RESIZES, Window};

const A: Value = Value::new(0, 1);
const B: Value = Value::new(0, 2);

/// A window of two keys, of which the first holds `A` all the time, as far as the records agree.
fn window(records: &[(usize, u64, u64, What)]) -> Window {
    let origin = Instant::now();
    let at = |nanos| origin + Duration::from_nanos(nanos);
    let record =
        |&(thread, start, end, what)| Record { thread, start: at(start), end: at(end), what };
    let cells = vec![Some(A), None];
    let records = records.iter().map(record).collect();
    Window { first: cells.clone(), last: cells, len: 1, records, live: [false; RESIZES.len()] }
}

fn is_right(records: &[(usize, u64, u64, What)]) -> bool {
    window(records).check().is_ok()
}

#[test]
fn an_iteration_meets_what_is_there_and_nothing_else() {
    let (met, not_met) =
        (|value| What::Key(0, Event::Met(value)), |key| What::Key(key, Event::NotMet));
    assert!(is_right(&[(0, 0, 1, met(A)), (0, 0, 5, not_met(1))]));
    assert!(
        !is_right(&[(0, 0, 5, not_met(0)), (0, 0, 5, not_met(1))]),
        "present throughout and not returned"
    );
    assert!(!is_right(&[(0, 0, 1, met(B)), (0, 0, 5, not_met(1))]), "a value that was never there");
    assert!(!is_right(&[(0, 0, 1, met(A)), (0, 1, 2, What::MetAgain(0))]), "returned twice");
}

#[test]
fn a_value_met_was_current_in_that_call() {
    let replaced = |start, end| {
        [
            (0, 1, 2, What::Key(0, Event::Insert { new: B, old: Some(A) })),
            (1, start, end, What::Key(0, Event::Met(A))),
            (0, 8, 9, What::Key(0, Event::Insert { new: A, old: Some(B) })),
        ]
    };
    assert!(is_right(&replaced(0, 5)));
    assert!(!is_right(&replaced(3, 5)));
}

#[test]
fn a_length_is_within_bounds() {
    let other = What::Key(1, Event::Insert { new: B, old: None });
    let again = What::Key(1, Event::Remove { old: Some(B) });
    let with_len = |thread, len| {
        is_right(&[(0, 1, 2, other), (thread, 3, 4, What::Len(len)), (0, 5, 6, again)])
    };
    assert!(with_len(0, 2) && !with_len(0, 1), "a thread counts what it has done itself");
    assert!(with_len(1, 2) && with_len(1, 1), "what another has done may be missed");
    assert!(!with_len(1, 3) && !with_len(1, 0));
    let mut at_rest = window(&[]);
    at_rest.len = 2;
    assert!(at_rest.check().is_err());
}

#[test]
fn a_clear_is_checked_for_all_keys_together() {
    let put_back = (0, 8, 9, What::Key(0, Event::Insert { new: A, old: None }));
    let cleared = |second| {
        [
            (0, 0, 5, What::Clear),
            (1, 1, 2, What::Key(0, Event::Get(None))),
            (1, 3, 4, second),
            put_back,
        ]
    };
    assert!(is_right(&cleared(What::Key(0, Event::Get(None)))));
    assert!(!is_right(&cleared(What::Key(0, Event::Get(Some(A))))));
    let report =
        window(&cleared(What::Key(0, Event::Get(Some(A))))).check().unwrap_err().to_string();
    assert!(report.contains("not linearizable") && report.contains("Clear"), "{report}");
}

#[test]
fn windows_are_right_and_resizes_are_live_in_most() {
    let mut live = [0; RESIZES.len()];
    let (sessions, windows) = (8, 100);
    for seed in 0..sessions {
        for window in Session::random(seed, windows, 3).run() {
            window.check().unwrap_or_else(|violation| panic!("{violation}"));
            for (count, live) in live.iter_mut().zip(window.live) {
                *count += usize::from(live);
            }
        }
    }
    let all = windows * sessions as usize;
    assert!(live.iter().all(|count| *count >= all / 8), "{live:?} of {all}");
    assert!(live.iter().sum::<usize>() >= all / 2);
}
