//! One thread is stopped at each hand-over step in turn, in the middle of a resize; the others complete that resize, a growth
//! after it, and thousands of operations. Then it goes on, and nothing is amiss.
#![cfg(feature = "_hooks")]

mod common;

use std::cell::Cell;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use common::{Config, Counted, Counter, Mode, Random, Setup, TestMap, on_threads, scaled};
use evacmap::hooks::{POINTS, Point, clear_hook, on_reach};
use evacmap::{Compute, Operation};

type Key = Counted<u64>;
type Value = Counted<u64>;
type Map = TestMap<Key, Value>;

/// Keys that the scenario put in before anything is stopped. Those from `VICTIM` on are the stopped thread's.
const VICTIM: u64 = 1 << 20;
const OTHERS: u64 = 1 << 30;

struct Arena {
    map: Arc<Map>,
    counter: Arc<Counter>,
}

impl Clone for Arena {
    fn clone(&self) -> Self {
        Arena { map: self.map.clone(), counter: self.counter.clone() }
    }
}

impl Arena {
    fn make(&self, inner: u64) -> Counted<u64> {
        self.counter.make(inner)
    }

    fn insert(&self, key: u64) -> Option<u64> {
        self.map.pin().insert(self.make(key), self.make(key)).map(|value| value.inner)
    }

    fn remove(&self, key: u64) -> Option<u64> {
        self.map.pin().remove(&key).map(|value| value.inner)
    }

    /// Puts new keys in, from `first` on, until the map has begun that many growths more.
    fn grow(&self, first: u64, growths: u64) -> u64 {
        let wanted = self.map.stats().growths + growths;
        let mut key = first;
        while self.map.stats().growths < wanted {
            self.insert(key);
            key += 1;
            assert!(key - first < 1_000_000, "the map does not grow: {:?}", self.map.stats());
        }
        key - first
    }
}

/// What the thread that is to be stopped does: brings the map into the state, then calls the second function with hooks on.
#[derive(Clone, Copy)]
struct Scenario {
    name: &'static str,
    mode: Mode,
    entries: u64,
    prepare: fn(&Map),
    act: fn(&Arena),
}

const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "inserts make the map grow",
        mode: Mode::Good,
        entries: 300,
        prepare: |map| map.finish_resize(),
        act: |arena| {
            arena.grow(VICTIM, 1);
            for key in 0..2000 {
                arena.insert(VICTIM + (1 << 19) + key);
            }
        },
    },
    Scenario {
        name: "an insert during a growth",
        mode: Mode::Good,
        entries: 300,
        prepare: |map| map.start_resize(2),
        act: |arena| assert_eq!(arena.insert(VICTIM), None),
    },
    Scenario {
        name: "a replacement during a growth",
        mode: Mode::Good,
        entries: 300,
        prepare: |map| map.start_resize(1),
        act: |arena| assert_eq!(arena.insert(7), Some(7)),
    },
    Scenario {
        name: "a removal during a growth",
        mode: Mode::Identity,
        entries: 300,
        prepare: |map| map.start_resize(2),
        act: |arena| {
            arena.remove(7);
        },
    },
    Scenario {
        name: "a removal by `compute` during a rebuild",
        mode: Mode::EightBit,
        entries: 300,
        prepare: |map| map.start_rebuild(),
        act: |arena| {
            let map = arena.map.pin();
            let computed = map.compute(arena.make(7), |_| Operation::<_, ()>::Remove);
            assert!(matches!(computed, Compute::Removed(..)));
        },
    },
    Scenario {
        name: "an append to a crowded chain",
        mode: Mode::Constant,
        entries: 30,
        prepare: |map| map.start_resize(1),
        act: |arena| {
            for key in 0..8 {
                arena.insert(VICTIM + key);
            }
        },
    },
    Scenario {
        name: "help with a growth",
        mode: Mode::LowBitsZero,
        entries: 300,
        prepare: |map| map.start_resize(2),
        act: |arena| arena.map.finish_resize(),
    },
    Scenario {
        name: "help with the growth of a crowded chain",
        mode: Mode::Constant,
        entries: 30,
        prepare: |map| map.start_resize(2),
        act: |arena| arena.map.finish_resize(),
    },
    Scenario {
        name: "help with a growth that reads the hashes",
        mode: Mode::Good,
        entries: 300,
        prepare: |map| {
            // Tags of 16 bits last for eight doublings: from 2 buckets to 512, and not to 1024.
            map.start_resize(9 - map.stats().buckets.trailing_zeros() as i32);
            map.start_resize(1);
        },
        act: |arena| arena.map.finish_resize(),
    },
    Scenario {
        name: "help with a rebuild",
        mode: Mode::Good,
        entries: 300,
        prepare: |map| map.start_rebuild(),
        act: |arena| arena.map.finish_resize(),
    },
    Scenario {
        name: "help with a shrink",
        mode: Mode::Good,
        entries: 100,
        prepare: |map| {
            map.start_resize(3);
            map.start_resize(-3);
        },
        act: |arena| arena.map.finish_resize(),
    },
    Scenario {
        name: "a clearing, and help with it",
        mode: Mode::Good,
        entries: 300,
        prepare: |map| map.finish_resize(),
        act: |arena| {
            arena.map.pin().clear();
            arena.map.finish_resize();
        },
    },
    Scenario {
        name: "a rebuild is begun",
        mode: Mode::Good,
        entries: 300,
        prepare: |map| map.finish_resize(),
        act: |arena| arena.map.start_rebuild(),
    },
];

/// What ends a stop.
struct Stop {
    stopped: Receiver<()>,
    go_on: Sender<()>,
}

/// Has this thread stop when it reaches `point` for the `nth` time.
fn stop_at(point: Point, nth: usize, stopped: Sender<()>, go_on: Receiver<()>) {
    let left = Cell::new(nth);
    on_reach(move |reached| {
        if reached == point && left.get() > 0 {
            left.set(left.get() - 1);
            if left.get() == 0 {
                stopped.send(()).unwrap();
                go_on.recv().unwrap();
            }
        }
    });
}

/// Runs a scenario with its thread stopped. `false` if the thread ended without having been there.
fn run(scenario: Scenario, point: Point, nth: usize) -> bool {
    let config = Config { setup: Setup::Fresh, mode: scenario.mode };
    let arena = Arena { map: Arc::new(config.map()), counter: Counter::new() };
    for key in 0..scenario.entries {
        arena.insert(key);
    }
    arena.map.finish_resize();
    (scenario.prepare)(&arena.map);

    let (stopped, was_stopped) = channel();
    let (go_on, may_go_on) = channel();
    let victims = arena.clone();
    let victim = thread::spawn(move || {
        stop_at(point, nth, stopped, may_go_on);
        (scenario.act)(&victims);
        clear_hook();
    });
    let stop = Stop { stopped: was_stopped, go_on };
    // The channel is closed when the thread ends without having come to the point.
    let reached = stop.stopped.recv_timeout(Duration::from_secs(60)).is_ok();
    if reached {
        storm(&arena, scenario, point);
        stop.go_on.send(()).unwrap();
    }
    victim.join().unwrap_or_else(|_| panic!("{}, {point:?}: the stopped thread panicked", scenario.name));
    end(arena, scenario, point);
    reached
}

/// What the others do meanwhile.
fn storm(arena: &Arena, scenario: Scenario, point: Point) {
    let crowded = matches!(scenario.mode, Mode::Constant | Mode::EightBit);
    let before = arena.map.stats();
    // The resize that is running, if one is, comes to its end without the stopped thread.
    arena.map.finish_resize();
    let rest = arena.map.stats();
    assert_eq!(rest.old_buckets, 0, "{}, {point:?}: {rest:?}", scenario.name);
    // And the next ones too.
    arena.grow(OTHERS, 1);
    assert!(arena.map.stats().growths > before.growths);
    arena.map.finish_resize();
    let rest = arena.map.stats();
    assert_eq!(rest.old_buckets, 0, "{}, {point:?}: {rest:?}", scenario.name);

    let turns = if crowded { scaled(1_000, 200) } else { 5_000 };
    let shared = arena.clone();
    on_threads(2, move |thread| {
        let mut random = Random::new(thread);
        let base = (OTHERS << 1) + ((thread as u64) << 20);
        for turn in 0..turns {
            let key = base + random.below(if crowded { 50 } else { 1000 }) as u64;
            match turn % 3 {
                2 => drop(shared.remove(key)),
                _ => {
                    shared.insert(key);
                    assert!(shared.map.pin().contains_key(&key));
                }
            }
        }
    });
    let growths = if crowded { 0 } else { arena.grow(OTHERS + (1 << 25), 1) };
    arena.map.finish_resize();
    let rest = arena.map.stats();
    assert_eq!(rest.old_buckets, 0, "{}, {point:?}, {growths}: {rest:?}", scenario.name);
}

fn end(arena: Arena, scenario: Scenario, point: Point) {
    let Arena { map, counter } = arena;
    let mut map = Arc::into_inner(map).expect("the last handle");
    let context = || format!("{}, {point:?}", scenario.name);
    map.validate().unwrap_or_else(|violation| panic!("{}: {violation}", context()));
    map.finish_resize();
    let stats = map.stats();
    assert_eq!(stats.old_buckets, 0, "{}: {stats:?}", context());
    assert_eq!(stats.len, map.pin().iter().count(), "{}", context());
    map.validate().unwrap_or_else(|violation| panic!("{}: {violation}", context()));
    drop(map);
    assert_eq!(counter.made(), counter.dropped(), "{}", context());
}

/// All scenarios with a stop at one point; `true` if any came there.
fn all_scenarios(point: Point) -> bool {
    let mut reached = false;
    for scenario in SCENARIOS {
        for nth in [1, 2, 5] {
            reached |= run(*scenario, point, nth);
        }
    }
    reached
}

macro_rules! stopped_at {
    ($($name:ident: $point:ident,)*) => {
        $(
            #[test]
            fn $name() {
                assert!(all_scenarios(Point::$point), "no scenario reaches {:?}", Point::$point);
            }
        )*

        #[test]
        fn no_point_is_left_out() {
            let tested = [$(Point::$point),*];
            for point in POINTS {
                assert!(tested.contains(point), "no test stops a thread at {point:?}");
            }
        }
    };
}

stopped_at! {
    with_the_root_loaded: RootLoaded,
    before_a_publication: BeforePublish,
    after_a_publication: Published,
    before_a_replacement: BeforeReplace,
    before_a_kill: BeforeKill,
    after_a_kill: Killed,
    before_an_append: BeforeAppend,
    after_an_append: Appended,
    before_the_start_of_a_resize: BeforeStart,
    after_the_start_of_a_resize: Started,
    with_a_share_of_groups: ShareTaken,
    with_a_frozen_source: SourceFrozen,
    with_a_word_placed: Placed,
    before_a_group_is_declared_filled: BeforeInitialise,
    with_a_group_half_declared_filled: Initialised,
    before_the_count: BeforeAccount,
    before_the_promotion: BeforePromote,
    after_the_promotion: Promoted,
    before_a_retirement: BeforeRetire,
}

/// Two threads stopped at two different places of the same resize.
#[test]
fn two_threads_stopped_at_once() {
    let pairs = [
        (Point::ShareTaken, Point::Placed),
        (Point::Initialised, Point::BeforeInitialise),
        (Point::BeforeAccount, Point::BeforePromote),
        (Point::SourceFrozen, Point::BeforePublish),
    ];
    for (one, two) in pairs {
        let config = Config { setup: Setup::Fresh, mode: Mode::Good };
        let arena = Arena { map: Arc::new(config.map()), counter: Counter::new() };
        for key in 0..600 {
            arena.insert(key);
        }
        arena.map.finish_resize();
        arena.map.start_resize(1);
        let victims: Vec<_> = [one, two]
            .into_iter()
            .enumerate()
            .map(|(number, point)| {
                let (stopped, was_stopped) = channel();
                let (go_on, may_go_on) = channel();
                let shared = arena.clone();
                let victim = thread::spawn(move || {
                    stop_at(point, 1, stopped, may_go_on);
                    for key in 0..400 {
                        shared.insert(VICTIM + ((number as u64) << 10) + key);
                    }
                    shared.map.finish_resize();
                    clear_hook();
                });
                was_stopped.recv_timeout(Duration::from_secs(60)).ok();
                (victim, go_on)
            })
            .collect();
        let scenario = Scenario { name: "two at once", ..SCENARIOS[1] };
        storm(&arena, scenario, one);
        for (victim, go_on) in victims {
            go_on.send(()).ok();
            victim.join().unwrap();
        }
        end(arena, scenario, two);
    }
}
