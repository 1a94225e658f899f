//! A session: a map, a few threads, and many windows one after the other.

use std::thread::{self, ScopedJoinHandle};
use std::{iter, mem};

use evacmap::Stats;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::action::{Action, Actor, MAX_KEYS, Map};
use crate::gate::{Gate, Pass};
use crate::hasher::{MODES, Mode};
use crate::history::{Cell, Recorder};
use crate::pauses::pause_briefly;
use crate::window::{RESIZES, Resize, Window};

/// The most actions of one thread in a window. With one of them wide, the histories stay within
/// what the checker takes.
pub const MAX_ACTIONS: usize = 5;
/// The most threads of a session.
pub const MAX_THREADS: u8 = 4;
/// Tables stay between two buckets and this many, so that few helpers fill them.
const MAX_BUCKETS: usize = 32;

/// What one thread does in one window.
pub type Script = Vec<(Action, u8)>;

/// One window to be.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is begun before the threads start.
    pub resize: Option<Resize>,
    pub refill: bool,
    /// What each thread does.
    pub scripts: Vec<Script>,
}

/// A session to be.
#[derive(Clone, Debug)]
pub struct Session {
    pub mode: Mode,
    /// Keys that the threads act on, and keys that are only iterated over, moved, and cleared.
    pub keys: u8,
    pub fillers: u8,
    /// Threads pause at random hand-over steps.
    pub pauses: Option<u64>,
    pub plans: Vec<Plan>,
}

impl Session {
    /// A session of so many windows, of which everything but the timing follows from the seed.
    pub fn random(seed: u64, windows: usize, max_threads: usize) -> Self {
        let mut random = SmallRng::seed_from_u64(seed);
        let keys = random.random_range(2..=8);
        // Half of the sessions with two: more would wait for processors, on small machines.
        let threads = if random.random() { 2 } else { random.random_range(2..=max_threads) };
        Session {
            mode: MODES[random.random_range(0..MODES.len())],
            keys,
            fillers: random.random_range(0..=MAX_KEYS - keys),
            pauses: random.random_bool(0.7).then(|| random.random()),
            plans: (0..windows)
                .map(|number| Plan::random(&mut random, number, threads, keys))
                .collect(),
        }
    }

    fn threads(&self) -> usize {
        self.plans.first().map_or(0, |plan| plan.scripts.len())
    }

    /// Runs it, and returns what was recorded.
    pub fn run(&self) -> Vec<Window> {
        let mut map = Map::with_hasher(self.mode);
        let gate = Gate::default();
        let (windows, recorders) = thread::scope(|scope| {
            let (map, gate) = (&map, &gate);
            let leader = scope.spawn(move || self.lead(map, gate));
            let follow = |number| scope.spawn(move || self.follow(map, gate, number));
            let followers: Vec<_> = (1..self.threads()).map(follow).collect();
            let (windows, recorder) = leader.join().expect("a thread panicked");
            let join = |thread: ScopedJoinHandle<'_, _>| thread.join().expect("a thread panicked");
            (
                windows,
                iter::once(recorder).chain(followers.into_iter().map(join)).collect::<Vec<_>>(),
            )
        });
        map.validate().expect("the invariants hold");
        joined(windows, &recorders)
    }

    fn actor<'m>(&self, map: &'m Map, number: usize) -> Actor<'m> {
        if let Some(seed) = self.pauses {
            pause_briefly(SmallRng::seed_from_u64(seed + number as u64));
        }
        let windows = self.plans.len();
        Actor::new(
            map,
            self.keys + self.fillers,
            Recorder::new(number, windows * 2 * MAX_ACTIONS, windows),
        )
    }

    fn follow(&self, map: &Map, gate: &Gate, number: usize) -> Recorder {
        let _pass = Pass(gate);
        let mut actor = self.actor(map, number);
        for (at, plan) in self.plans.iter().enumerate() {
            gate.wait_for_opening(at + 1);
            actor.play(&plan.scripts[number]);
            actor.recorder.end_window();
            gate.pass();
        }
        actor.recorder
    }

    /// As a follower; and prepares each window, and looks at the map after it.
    fn lead(&self, map: &Map, gate: &Gate) -> (Vec<Window>, Recorder) {
        let _pass = Pass(gate);
        let mut actor = self.actor(map, 0);
        let mut cells = vec![None; usize::from(self.keys + self.fillers)];
        let mut windows = Vec::with_capacity(self.plans.len());
        for (at, plan) in self.plans.iter().enumerate() {
            plan.prepare(map, &mut actor.recorder, &mut cells, self.keys);
            let before = map.stats();
            let prepared = plan.resize.filter(|_| map.is_resizing());
            gate.open();
            actor.play(&plan.scripts[0]);
            actor.recorder.end_window();
            gate.wait_for_all((at + 1) * (self.threads() - 1));
            let live = live(prepared, &before, &map.stats());
            let last = read(map, cells.len());
            let first = mem::replace(&mut cells, last.clone());
            windows.push(Window { first, last, len: map.len(), records: Vec::new(), live });
        }
        (windows, actor.recorder)
    }
}

fn read(map: &Map, keys: usize) -> Vec<Cell> {
    let map = map.pin();
    (0..keys as u8).map(|key| map.get(&key).copied()).collect()
}

/// The kinds of resize that were live in a window: the one that was running when it began, and
/// those that began in it.
fn live(prepared: Option<Resize>, before: &Stats, after: &Stats) -> [bool; RESIZES.len()] {
    RESIZES.map(|kind| {
        let begun = |stats: &Stats| match kind {
            Resize::Growth => stats.growths,
            Resize::Rebuild => stats.rebuilds,
            Resize::Shrink => stats.shrinks,
            Resize::Discard => stats.clears,
        };
        prepared == Some(kind) || begun(after) > begun(before)
    })
}

/// The windows with what all threads recorded in them.
fn joined(mut windows: Vec<Window>, recorders: &[Recorder]) -> Vec<Window> {
    for recorder in recorders {
        for (window, records) in windows.iter_mut().zip(recorder.windows()) {
            window.records.extend_from_slice(records);
        }
    }
    for window in &mut windows {
        window.records.sort_by_key(|record| record.start);
    }
    windows
}

impl Plan {
    fn random(random: &mut SmallRng, number: usize, threads: usize, keys: u8) -> Self {
        // Each kind in turn, and every fifth window without.
        let resize = RESIZES.get(number % (RESIZES.len() + 1)).copied();
        let scripts = (0..threads).map(|_| {
            script((0..random.random_range(1..=MAX_ACTIONS)).map(|_| random.random()), keys)
        });
        Plan { resize, scripts: scripts.collect(), refill: random.random_bool(0.25) }
    }

    /// Brings the map into the state in which the window begins. Nobody else uses it now.
    fn prepare(&self, map: &Map, recorder: &mut Recorder, cells: &mut [Cell], keys: u8) {
        let pinned = map.pin();
        for key in (keys..cells.len() as u8).filter(|_| self.refill) {
            let value = recorder.fresh();
            pinned.insert(key, value);
            cells[usize::from(key)] = Some(value);
        }
        let buckets = map.stats().buckets;
        match self.resize {
            None => map.finish_resize(),
            Some(Resize::Rebuild) => map.start_rebuild(),
            Some(Resize::Growth) => {
                if buckets == MAX_BUCKETS {
                    map.start_resize(-3);
                }
                map.start_resize(1);
            }
            Some(Resize::Shrink) => {
                if buckets <= 2 {
                    map.start_resize(2);
                }
                map.start_resize(-1);
            }
            Some(Resize::Discard) => {
                map.clear(&map.guard());
                cells.fill(None);
            }
        }
    }
}

/// A script of these actions, each given by two bytes; of several wide ones only the first.
pub fn script(bytes: impl Iterator<Item = [u8; 2]>, keys: u8) -> Script {
    let mut wide = false;
    let actions = bytes.map(|[action, key]| (Action::new(action), key % keys));
    actions
        .filter(|(action, _)| !action.is_wide() || !mem::replace(&mut wide, true))
        .take(MAX_ACTIONS)
        .collect()
}
