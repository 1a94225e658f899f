//! What the `tracing` feature tells of resizes, and that whoever is told may do with the map what
//! they like.
#![cfg(all(feature = "tracing", feature = "_hooks"))]

use std::cell::{Cell, RefCell};
use std::panic::panic_any;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Barrier};
use std::thread;

use crate::common::events::{Seen, events, handled};
use crate::common::injected::{Injected, hush};
use crate::common::ops::{ABSENT, Case, FIXED, OPS, Op, PRESENT, Phase};
use crate::common::{Mode, validated};
use evacmap::HashMap;
use evacmap::hooks::{Point, clear_hook, on_reach};
use tracing::Level;

const BEGUN: &str = "resize begun";
const ENDED: &str = "resize ended";

/// The phases of a resize of each kind, and the one from which small operations begin one.
const STAGES: [Phase; 6] = [
    Phase::AtRest,
    Phase::GrowthBegun,
    Phase::Growing,
    Phase::Rebuilding,
    Phase::Shrinking,
    Phase::Clearing,
];

fn filled(entries: u32) -> HashMap<u32, u32> {
    let map = HashMap::new();
    (0..entries).for_each(|key| assert_eq!(map.pin().insert(key, key), None));
    map.finish_resize();
    map
}

/// Kind and sizes of an event of that message.
#[track_caller]
fn sizes<'e>(event: &'e Seen, message: &str) -> (&'e str, usize, usize) {
    assert_eq!((event.text("message"), event.target.as_str()), (message, "evacmap::resize"));
    assert_eq!(event.level, Level::DEBUG);
    (event.text("kind"), event.number("from"), event.number("to"))
}

#[track_caller]
fn load(event: &Seen) -> f64 {
    event.text("load").parse().unwrap()
}

#[test]
fn a_growth_tells_its_start_and_its_end() {
    let map = filled(10);
    let before = map.stats();
    assert_eq!(before.buckets, 2);
    let mut added = 0;
    let told = events(|| {
        while map.stats().growths == before.growths {
            map.pin().insert(100 + added, 0);
            added += 1;
        }
        map.finish_resize();
    });
    let [begun, ended] = &told[..] else { panic!("{told:#?}") };
    assert_eq!(sizes(begun, BEGUN), ("growth", 2, 8));
    assert_eq!(sizes(ended, ENDED), ("growth", 2, 8));
    assert_eq!(begun.text("resize"), ended.text("resize"));
    assert_eq!(
        [begun.text("map"), begun.text("key"), begun.text("value")],
        [ended.text("map"), "u32", "u32"]
    );
    // The insert that begins it has yet to come; the end may be before that, or after.
    let (first, last) = (begun.number("len"), ended.number("len"));
    assert_eq!(first, map.len() - 1);
    assert!(last == first || last == map.len(), "{last}");
    assert_eq!((load(begun), load(ended)), (first as f64 / 2.0, last as f64 / 8.0));
    assert_eq!(ended.number("overflow"), map.stats().overflow_buckets);
    assert_eq!(ended.number("helpers"), 1);
    ended.number("micros");
    validated(map);
}

#[test]
fn every_kind_of_resize_tells_its_start_and_its_end() {
    let map = filled(100);
    let buckets = map.stats().buckets;
    let told = events(|| {
        map.start_resize(1);
        map.finish_resize();
        map.start_rebuild();
        map.finish_resize();
        map.start_resize(-2);
        map.finish_resize();
        map.pin().clear();
        map.finish_resize();
    });
    let pairs = [
        ("growth", buckets, buckets * 2),
        ("rebuild", buckets * 2, buckets * 2),
        ("shrink", buckets * 2, buckets / 2),
        ("clear", buckets / 2, buckets / 2),
    ];
    assert_eq!(told.len(), 8, "{told:#?}");
    for (pair, expected) in told.chunks(2).zip(pairs) {
        assert_eq!((sizes(&pair[0], BEGUN), sizes(&pair[1], ENDED)), (expected, expected));
        assert_eq!(pair[0].number("resize"), pair[1].number("resize"));
    }
    assert!(told[..7].iter().all(|event| event.number("len") == 100), "{told:#?}");
    assert_eq!((told[7].number("len"), load(&told[7])), (0, 0.0));
    validated(map);
}

#[test]
fn as_many_resizes_are_told_as_are_counted() {
    let map: HashMap<u32, u32> = HashMap::new();
    let told = events(|| {
        for turn in 0..3 {
            (&map).extend((0..5000).map(|key| (key, turn)));
            map.pin().retain(|key, _| *key < 10);
            map.pin().shrink_to_fit();
            map.pin().clear();
        }
        map.finish_resize();
    });
    let stats = map.stats();
    let counted = stats.growths + stats.shrinks + stats.rebuilds + stats.clears;
    for message in [BEGUN, ENDED] {
        let told = told.iter().filter(|event| event.text("message") == message).count();
        assert_eq!(told as u64, counted, "{message}: {stats:?}");
    }
    validated(map);
}

/// Has the map's resize begun, or ended, by another when this thread is about to do that.
fn overtaken(
    at: Point,
    map: &Rc<HashMap<u32, u32>>,
    overtake: fn(&HashMap<u32, u32>),
    run: impl FnOnce(),
) -> Vec<Seen> {
    let shared = map.clone();
    let mut passed = false;
    on_reach(move |point| {
        if point == at && !std::mem::replace(&mut passed, true) {
            overtake(&shared);
        }
    });
    let told = events(run);
    clear_hook();
    told
}

#[test]
fn only_the_one_that_has_begun_or_ended_a_resize_tells_of_it() {
    let map = Rc::new(filled(100));
    let told =
        overtaken(Point::BeforeStart, &map, |map| map.start_resize(1), || map.start_rebuild());
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(sizes(&told[0], BEGUN).0, "growth");
    let told =
        overtaken(Point::BeforePromote, &map, HashMap::finish_resize, || map.finish_resize());
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(sizes(&told[0], ENDED).0, "growth");
    validated(Rc::into_inner(map).expect("the last handle"));
}

#[test]
fn an_end_tells_how_many_threads_have_helped() {
    const OTHERS: usize = 3;
    let map = filled(5000);
    map.start_resize(1);
    // All alive at once: one that takes the place of another would not be counted.
    let helped = Barrier::new(OTHERS);
    thread::scope(|scope| {
        for _ in 0..OTHERS {
            scope.spawn(|| {
                (0..5).for_each(|_| assert!(!map.help_resize(16).is_complete()));
                helped.wait();
            });
        }
    });
    assert!(map.is_resizing());
    let told = events(|| map.finish_resize());
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].number("helpers"), OTHERS + 1);
    // And in the next one only those that help in it.
    map.start_resize(-1);
    assert_eq!(events(|| map.finish_resize())[0].number("helpers"), 1);
    validated(map);
}

#[test]
fn reads_tell_nothing() {
    let map = filled(1000);
    type Begin = fn(&HashMap<u32, u32>);
    let begins: [Begin; 3] =
        [|map| map.start_resize(2), |map| map.start_rebuild(), |map| map.pin().clear()];
    for begin in begins {
        begin(&map);
        let told = events(|| {
            for turn in 0..10 {
                let pinned = map.pin();
                (0..2000).for_each(|key| {
                    assert!(pinned.get(&key).is_none_or(|value| *value == key), "{turn}")
                });
                assert_eq!(pinned.iter().count(), pinned.len());
                assert!(map.is_resizing() && map.stats().old_buckets > 0);
            }
        });
        assert!(told.is_empty(), "{told:#?}");
        map.finish_resize();
    }
    validated(map);
}

/// Events of one operation that a handler acts on. Not all: one that shrinks the map for every
/// event of a `reserve` has that begin anew for ever.
const ACTED_ON: usize = 5;

/// Runs `op` with a handler that does `act` for each event, and checks what came of it. How many
/// events there were.
fn with_handler(
    op: &Op,
    stage: Phase,
    mode: Mode,
    key: u32,
    act: impl Fn(&Case) + 'static,
) -> usize {
    let case = Rc::new(Case::new(mode, stage));
    let context = || format!("{} of {key}, {stage:?}, {mode:?}", op.name);
    let before = case.value(key);
    let (told, shared) = (Rc::new(Cell::new(0)), case.clone());
    let count = told.clone();
    let handler = move |_| {
        count.set(count.get() + 1);
        if count.get() <= ACTED_ON {
            act(&shared);
        }
    };
    handled(handler, || (op.run)(&case, key));
    let now = case.value(key);
    assert!(
        op.effect.is_any() || now == op.effect.after(before, key),
        "{before:?} became {now:?}: {}",
        context()
    );
    Rc::into_inner(case).expect("the last handle").end(&context);
    told.get()
}

/// The operations that cause an event, and when.
fn telling() -> Vec<(&'static Op, Phase, Mode)> {
    let all = OPS.iter().flat_map(|op| {
        STAGES.into_iter().flat_map(move |stage| FIXED.map(|mode| (op, stage, mode)))
    });
    let telling: Vec<_> = all
        .filter(|(op, stage, mode)| with_handler(op, *stage, *mode, PRESENT, |_| ()) > 0)
        .collect();
    assert!(telling.len() > 50, "{} only", telling.len());
    telling
}

#[test]
fn a_handler_may_use_the_same_map_in_any_way() {
    // Those that change the key of the outer operation could not be told from it.
    let inner: Vec<_> = OPS.iter().filter(|inner| !inner.effect.is_any()).collect();
    for (outer, stage, mode) in telling() {
        for inner in &inner {
            let told = with_handler(outer, stage, mode, PRESENT, |case| (inner.run)(case, ABSENT));
            assert!(told > 0, "{} in {}, {stage:?}, {mode:?}", inner.name, outer.name);
        }
    }
}

#[test]
fn a_handler_may_clear_the_map_and_fill_it_again() {
    for (op, stage, mode) in telling() {
        // Else the key would be another's.
        if op.effect.is_any() {
            with_handler(op, stage, mode, PRESENT, |case| {
                case.map.pin().clear();
                (&case.map).extend((0..100).map(|key| (case.make(key), case.make(7))));
                case.map.finish_resize();
            });
        }
    }
}

#[test]
fn what_a_handler_brings_about_is_not_told() {
    let map = Rc::new(filled(100));
    let (shared, told) = (map.clone(), Rc::new(RefCell::new(Vec::new())));
    let seen = told.clone();
    let handler = move |event: Seen| {
        seen.borrow_mut().push(event.text("message").to_owned());
        shared.pin().clear();
        shared.finish_resize();
    };
    handled(handler, || map.start_rebuild());
    assert_eq!(told.take(), [BEGUN], "neither the clearing, nor that it ended the rebuild");
    assert_eq!((map.stats().clears, map.len(), map.is_resizing()), (1, 0, false));
    // From the next one on everything is told again.
    assert_eq!(events(|| map.start_rebuild()).len(), 1);
    validated(Rc::into_inner(map).expect("the last handle"));
}

#[test]
fn a_handler_that_panics_does_no_harm() {
    hush();
    let reported = Arc::new(AtomicUsize::new(0));
    let mut told = 0;
    for (op, stage, mode) in telling() {
        let reported = reported.clone();
        // The operation returns as if nothing were, with what it was asked for done.
        told +=
            with_handler(op, stage, mode, PRESENT, move |_| panic_any(Injected(reported.clone())))
                .min(ACTED_ON);
    }
    assert_eq!(reported.load(Relaxed), told, "each panic is reported, by the panic hook");
}
