//! What the `tracing` feature tells, in debug builds, of guards that are held for too long. What is
//! retired is counted for the whole process.
#![cfg(all(feature = "tracing", debug_assertions))]

use std::cell::Cell;
use std::rc::Rc;
use std::thread;

use crate::alone;
use crate::common::events::{Seen, events, handled};
use crate::common::validated;
use evacmap::{HashMap, HashSet, OwnedGuard};
use tracing::Level;

/// So many entries retired under one guard are told of; and a number that is safely less.
const LONG: usize = 1 << 16;
const SHORT: usize = LONG / 2;

type Map = HashMap<usize, usize>;

/// Retires that many entries, and a few more, under short guards of another thread.
fn churn(entries: usize) {
    let map = Map::new();
    let replace = || {
        (0..entries + 200)
            .for_each(|turn| assert!((turn == 0) == map.pin().insert(0, turn).is_none()))
    };
    thread::scope(|scope| scope.spawn(replace).join().unwrap());
    validated(map);
}

/// The only event, which must be a warning of a guard that this thread took in that line.
#[track_caller]
fn the_one(told: &[Seen], taken_in: u32) -> &Seen {
    let [event] = told else { panic!("{told:#?}") };
    assert_eq!((event.target.as_str(), event.level), ("evacmap::guard", Level::WARN));
    assert!(event.text("taken").starts_with(&format!("{}:{taken_in}:", file!())), "{event:?}");
    assert_eq!(Some(event.text("thread")), thread::current().name());
    event
}

#[test]
fn a_guard_under_which_much_was_retired_is_told_when_it_ends() {
    let _alone = alone();
    let (guard, taken_in) = (evacmap::pin(), line!());
    churn(LONG);
    let told = events(|| drop(guard));
    assert!((LONG..2 * LONG).contains(&the_one(&told, taken_in).number("retired")), "{told:#?}");
    the_one(&told, taken_in).number("millis");
}

#[test]
fn it_is_told_while_it_is_held_if_it_is_written_under_and_only_once() {
    let _alone = alone();
    let map = Map::new();
    let (pinned, taken_in) = (map.pin(), line!());
    let replace =
        || (0..LONG).for_each(|turn| assert!((turn == 0) == pinned.insert(0, turn).is_none()));
    assert!(events(replace).is_empty(), "one bag less than it takes");
    let told = events(|| (0..2 * LONG).for_each(|turn| assert!(pinned.insert(0, turn).is_some())));
    assert!((LONG..LONG + 200).contains(&the_one(&told, taken_in).number("retired")), "{told:#?}");
    assert!(events(|| drop(pinned)).is_empty());
    validated(map);
}

#[test]
fn one_that_is_short_or_pinned_again_is_not_told() {
    let _alone = alone();
    let told = events(|| {
        let mut guard = evacmap::pin();
        let mut owned = OwnedGuard::new();
        for _ in 0..3 {
            churn(SHORT);
            guard.repin();
            owned.repin();
        }
    });
    assert!(told.is_empty(), "{told:#?}");
    // To pin again is an end, too.
    let mut guard = evacmap::pin();
    guard.repin();
    let taken_in = line!() - 1;
    churn(LONG);
    let told = events(|| guard.repin());
    the_one(&told, taken_in);
    assert!(events(|| drop(guard)).is_empty());
}

#[test]
fn it_is_named_by_the_line_that_took_it_whatever_took_it() {
    let _alone = alone();
    let (map, set) = (Map::new(), HashSet::<u32>::new());
    let (guard, first) = (map.guard(), line!());
    let pinned = map.pin();
    let owned = map.owned_guard();
    let pinned_owned = map.pin_owned();
    let of_set = set.guard();
    let pinned_set = set.pin();
    let of_none = OwnedGuard::new();
    churn(LONG);
    let taken: [(Box<dyn FnOnce() + '_>, u32); 7] = [
        (Box::new(|| drop(guard)), 0),
        (Box::new(|| drop(pinned)), 1),
        (Box::new(|| drop(owned)), 2),
        (Box::new(|| drop(pinned_owned)), 3),
        (Box::new(|| drop(of_set)), 4),
        (Box::new(|| drop(pinned_set)), 5),
        (Box::new(|| drop(of_none)), 6),
    ];
    for (end, after) in taken {
        the_one(&events(end), first + after);
    }
    validated(map);
}

#[test]
fn it_has_let_go_before_it_is_told_and_the_handler_may_use_the_map() {
    let _alone = alone();
    let map = Rc::new(Map::new());
    let (guard, shared) = (evacmap::pin(), map.clone());
    churn(LONG);
    (0..100).for_each(|turn| assert!((turn == 0) == map.pin().insert(0, turn).is_none()));
    let freed = Rc::new(Cell::new(false));
    let seen = freed.clone();
    let handler = move |_| {
        shared.pin().insert(1, 1);
        // Far more often than it takes when no guard is in the way; the collector has much to do
        // first.
        seen.set((0..10_000).any(|_| {
            shared.flush();
            shared.stats().retired == 0
        }));
    };
    assert_eq!(map.stats().retired, 99);
    handled(handler, || drop(guard));
    assert!(freed.get() && map.pin().contains_key(&1), "{:?}", map.stats());
    validated(Rc::into_inner(map).expect("the last handle"));
}
