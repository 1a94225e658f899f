//! One thread is stopped at each hand-over step that each operation passes, in every phase of every
//! kind of resize; the others complete the resize, two growths after it, and many operations more.
//! Then it goes on, and nothing is amiss.
//!
//! At each step in each phase, one operation is stopped for the time of a hundred thousand others;
//! all operations are in the long form, `cargo test --release --features _hooks --test threads --
//! stopped:: --ignored`.
#![cfg(feature = "_hooks")]

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use crate::common::ops::{ABSENT, Case, FIXED, OPS, Op, PHASES, PRESENT, Phase};
use crate::common::{Mode, Random, on_threads, scaled};
use evacmap::hooks::{POINTS, Point, clear_hook, on_reach};

/// Keys from here on are not the stopped thread's.
const OTHERS: u32 = 1 << 20;

/// An operation in a situation.
#[derive(Clone, Copy)]
struct Visit {
    op: &'static Op,
    phase: Phase,
    mode: Mode,
    key: u32,
    /// So many writes of that thread come before it that this one takes a share of the resize.
    shares: bool,
}

impl Visit {
    fn context(&self, point: Point) -> String {
        let Visit { op, phase, mode, key, shares } = self;
        format!(
            "{} of {key}, {phase:?}, {mode:?}, with a share: {shares}, stopped at {point:?}",
            op.name
        )
    }

    fn all(phase: Phase) -> impl Iterator<Item = Visit> {
        let keyed = |op| [PRESENT, ABSENT].map(|key| (op, key));
        // A single chain would have to become very long to make so large a table grow.
        let modes: &[Mode] = if phase == Phase::Refilling { &[Mode::Identity] } else { &FIXED };
        let ops = OPS.iter().flat_map(keyed);
        let shares: &[bool] = if phase.is_resizing() { &[false, true] } else { &[false] };
        let situations =
            modes.iter().flat_map(|&mode| shares.iter().map(move |&shares| (mode, shares)));
        let situations: Vec<_> = situations.collect();
        ops.flat_map(move |(op, key)| {
            situations.clone().into_iter().map(move |(mode, shares)| Visit {
                op,
                phase,
                mode,
                key,
                shares,
            })
        })
    }

    /// Runs the operation with `hook` at every point that it comes to. On a new thread: its writes
    /// are counted.
    fn run(self, case: &Case, hook: impl FnMut(Point) + 'static) {
        if self.shares {
            (0..7).for_each(|_| assert!(case.map.pin().remove(&case.make(OTHERS)).is_none()));
        }
        on_reach(hook);
        (self.op.run)(case, self.key);
        clear_hook();
    }

    /// The map that the operation comes to.
    fn case(self) -> Case {
        let case = Case::new(self.mode, self.phase);
        if self.phase == Phase::Worn {
            let toggle = |case: &Case| {
                case.map.pin().insert(case.make(ABSENT), case.make(0));
                case.map.pin().remove(&case.make(ABSENT));
            };
            let scout = Case::new(self.mode, self.phase);
            let renewed = Rc::new(Cell::new(false));
            let noted = renewed.clone();
            on_reach(move |point| noted.set(noted.get() || point == Point::BeforeRenewal));
            let times = (0..1000).take_while(|_| {
                toggle(&scout);
                !renewed.get()
            });
            let times = times.count();
            clear_hook();
            assert!(renewed.get(), "{times} toggles, and no renewal");
            (0..times).for_each(|_| toggle(&case));
        }
        case
    }

    /// How often the operation comes to each point, if nobody is in its way. The hashes are fixed,
    /// and the thread is as new as the one that will be stopped, so it always does.
    fn reached(self) -> Vec<(Point, usize)> {
        let case = self.case();
        let trace = || {
            let seen = Rc::new(RefCell::new(Vec::new()));
            let noted = seen.clone();
            self.run(&case, move |point| noted.borrow_mut().push(point));
            seen.take()
        };
        let seen = thread::scope(|scope| scope.spawn(trace).join().unwrap());
        let count = |point: Point| seen.iter().filter(|seen| **seen == point).count();
        POINTS.iter().map(|point| (*point, count(*point))).filter(|(_, count)| *count > 0).collect()
    }
}

/// What ends a stop.
struct Stop {
    stopped: Receiver<()>,
    go_on: Sender<()>,
}

/// Stops this thread when it reaches `point` for the `nth` time.
fn stop_at(
    point: Point,
    nth: usize,
    stopped: Sender<()>,
    go_on: Receiver<()>,
) -> impl FnMut(Point) {
    let mut left = nth;
    move |reached| {
        if reached == point && left > 0 {
            left -= 1;
            if left == 0 {
                stopped.send(()).unwrap();
                go_on.recv().unwrap();
            }
        }
    }
}

/// Runs an operation that is stopped when it comes to `point` for the `nth` time. Returns whether
/// it came there: whether a table is waiting to be given back, or a guard of some other test still
/// keeps it, differs from run to run.
fn run(visit: Visit, point: Point, nth: usize, turns: usize) -> bool {
    let Visit { op, key, .. } = visit;
    let case = Arc::new(visit.case());
    let before = case.value(key);
    let others = |case: &Case| -> Vec<_> {
        case.content().into_iter().filter(|e| e.0 != key && e.0 < OTHERS).collect()
    };
    let content = others(&case);

    let (stopped, was_stopped) = channel();
    let (go_on, may_go_on) = channel();
    let victims = case.clone();
    let victim =
        thread::spawn(move || visit.run(&victims, stop_at(point, nth, stopped, may_go_on)));
    let stop = Stop { stopped: was_stopped, go_on };
    // The channel is closed when the thread ends without having come to the point.
    let reached = stop.stopped.recv_timeout(Duration::from_secs(60)).is_ok();
    assert!(
        reached || point == Point::Giving,
        "{} for the {nth}th time: not reached",
        visit.context(point)
    );
    if reached {
        storm(&case, turns, &|| visit.context(point));
        stop.go_on.send(()).unwrap();
    }
    victim
        .join()
        .unwrap_or_else(|_| panic!("{}: the stopped thread panicked", visit.context(point)));

    if !op.effect.is_any() {
        assert_eq!(others(&case), content, "{}", visit.context(point));
        assert_eq!(case.value(key), op.effect.after(before, key), "{}", visit.context(point));
    }
    let case = Arc::into_inner(case).expect("the last handle");
    case.end(&|| visit.context(point));
    reached
}

/// Puts new keys in, from `first` on, until the map has begun that many growths more.
fn grow(case: &Case, first: u32, growths: u64, context: &dyn Fn() -> String) -> u32 {
    let wanted = case.map.stats().growths + growths;
    let mut key = first;
    while case.map.stats().growths < wanted {
        case.map.pin().insert(case.make(key), case.make(key));
        key += 1;
        assert!(
            key - first < 1_000_000,
            "{}: the map does not grow: {:?}",
            context(),
            case.map.stats()
        );
    }
    key
}

/// What the others do meanwhile.
fn storm(case: &Arc<Case>, turns: usize, context: &dyn Fn() -> String) {
    let comes_to_rest = || {
        case.map.finish_resize();
        let rest = case.map.stats();
        assert_eq!(rest.old_buckets, 0, "{}: {rest:?}", context());
    };
    // The resize that is running, if one is, comes to its end without the stopped thread; and so do
    // the next.
    comes_to_rest();
    let end = grow(case, OTHERS, 2, context);
    comes_to_rest();
    for key in OTHERS..end {
        assert!(case.map.pin().remove(&case.make(key)).is_some(), "{}", context());
    }
    case.map.start_rebuild();
    comes_to_rest();

    let shared = case.clone();
    on_threads(2, move |thread| {
        let mut random = Random::new(thread);
        let base = (OTHERS << 1) + ((thread as u32) << 10);
        for turn in 0..turns / 2 {
            let map = shared.map.pin();
            let key = base + random.below(20) as u32;
            match turn % 4 {
                0 => drop(map.remove(&shared.make(key)).is_some()),
                1 => assert!(map.get(&shared.make(key)).is_none_or(|value| value.0.inner == key)),
                _ => drop(map.insert(shared.make(key), shared.make(key)).is_some()),
            }
        }
    });
    comes_to_rest();
}

/// All operations, stopped at all points that they come to in one phase, for the first time and for
/// the last.
fn all_stops(phase: Phase, in_full: bool) {
    let (long, short) = if in_full { (100_000, 100_000) } else { (scaled(100_000, 2_000), 500) };
    let (mut stops, mut stormed) = (0, vec![]);
    for visit in Visit::all(phase) {
        for (point, times) in visit.reached() {
            let first = visit.mode != Mode::Constant && !stormed.contains(&point);
            if first {
                stormed.push(point);
            }
            stops += usize::from(run(visit, point, 1, if first { long } else { short }));
            if times > 1 {
                stops += usize::from(run(visit, point, times, short));
            }
        }
    }
    println!(
        "{phase:?}: {stops} stops, {} of them long",
        if in_full { stops } else { stormed.len() }
    );
    assert!(stops >= 40, "{phase:?}: {stops} stops only");
}

macro_rules! stopped {
    ($($name:ident: $phase:ident,)*) => {
        $(
            #[test]
            fn $name() {
                all_stops(Phase::$phase, false);
            }
        )*

        const TESTED: &[Phase] = &[$(Phase::$phase),*];
    };
}

stopped! {
    in_an_empty_map: Empty,
    at_rest: AtRest,
    before_a_growth: BeforeGrowth,
    at_the_start_of_a_growth: GrowthBegun,
    in_a_growth: Growing,
    after_a_growth: Grown,
    in_a_growth_that_reads_the_hashes: Refilling,
    in_a_rebuild: Rebuilding,
    after_a_rebuild: Rebuilt,
    in_a_shrink: Shrinking,
    after_a_shrink: Shrunk,
    in_a_clearing: Clearing,
    after_a_clearing: Cleared,
    with_a_worn_chain: Worn,
}

#[test]
#[ignore = "takes half an hour"]
fn all_in_full() {
    TESTED.iter().for_each(|phase| all_stops(*phase, true));
}

/// Lists which operation comes to which point, and which never does.
#[test]
fn no_point_is_left_out() {
    let mut table = vec![vec![false; POINTS.len()]; OPS.len()];
    for visit in TESTED.iter().flat_map(|phase| Visit::all(*phase)) {
        let op = OPS.iter().position(|op| op.name == visit.op.name).unwrap();
        for (point, _) in visit.reached() {
            table[op][POINTS.iter().position(|other| *other == point).unwrap()] = true;
        }
    }
    for (op, reached) in OPS.iter().zip(&table) {
        let never: Vec<_> = POINTS
            .iter()
            .zip(reached)
            .filter(|(_, reached)| !**reached)
            .map(|(point, _)| point)
            .collect();
        println!(
            "{} is stopped at {} points, and never comes to {never:?}",
            op.name,
            POINTS.len() - never.len()
        );
    }
    for (at, point) in POINTS.iter().enumerate() {
        assert!(table.iter().any(|reached| reached[at]), "no operation comes to {point:?}");
    }
    assert!(PHASES.iter().all(|phase| TESTED.contains(phase)));
}

/// Two threads stopped at two different places of the same resize.
#[test]
fn two_threads_stopped_at_once() {
    let pairs = [
        (Point::ShareTaken, Point::Placed),
        (Point::Evacuated, Point::BeforeEvacuated),
        (Point::BeforeAccount, Point::BeforePromote),
        (Point::SourceFrozen, Point::BeforePublish),
    ];
    for (one, two) in pairs {
        let case = Arc::new(Case::new(Mode::Identity, Phase::GrowthBegun));
        let victims = [one, two].map(|point| {
            let (stopped, was_stopped) = channel();
            let (go_on, may_go_on) = channel();
            let shared = case.clone();
            let victim = thread::spawn(move || {
                on_reach(stop_at(point, 1, stopped, may_go_on));
                for key in 0..100 {
                    shared.map.pin().insert(shared.make(key), shared.make(key * 2));
                }
                shared.map.finish_resize();
                clear_hook();
            });
            (victim, was_stopped.recv_timeout(Duration::from_secs(60)).is_ok(), go_on)
        });
        assert!(victims.iter().all(|(_, stopped, _)| *stopped), "{one:?} and {two:?}: not reached");
        storm(&case, scaled(100_000, 2_000), &|| format!("{one:?} and {two:?}"));
        for (victim, _, go_on) in victims {
            go_on.send(()).unwrap();
            victim.join().unwrap();
        }
        assert_eq!((case.value(99), case.value(0)), (Some(198), Some(0)));
        Arc::into_inner(case).expect("the last handle").end(&|| format!("{one:?} and {two:?}"));
    }
}
