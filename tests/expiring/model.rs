//! Every operation against a sorted map, with a clock that is moved between them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;

use crate::common::{Mode, TestHasher, scaled};
use evacmap::expiring::{Cause, ExpiringMap, ManualClock};

const NEVER: u64 = u64::MAX;
const TICK: u64 = 10;
const KEYS: u64 = 8;

#[derive(Clone, Debug)]
enum Op {
    Insert(u64),
    InsertWithTtl(u64, u64),
    InsertUntil(u64, u64),
    GetOrInsertWith(u64),
    Update(u64),
    Get(u64),
    Contains(u64),
    Remaining(u64),
    Touch(u64),
    Remove(u64),
    RemoveIf(u64, u64),
    ExpireNow(u64),
    Retain(u64),
    Clear,
    Look,
    Sweep(usize),
    Advance(u64),
}

/// Durations of every size, so that each level of the wheel is used, and what is beyond it.
fn time() -> impl Strategy<Value = u64> {
    prop_oneof![
        1 => Just(0),
        1 => Just(NEVER),
        20 => (0..36_u32, any::<u64>()).prop_map(|(bits, random)| random % (1 << bits) + 1),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let key = || 0..KEYS;
    prop_oneof![
        6 => key().prop_map(Op::Insert),
        6 => (key(), time()).prop_map(|(key, ttl)| Op::InsertWithTtl(key, ttl)),
        2 => (key(), time()).prop_map(|(key, at)| Op::InsertUntil(key, at)),
        3 => key().prop_map(Op::GetOrInsertWith),
        3 => key().prop_map(Op::Update),
        4 => key().prop_map(Op::Get),
        1 => key().prop_map(Op::Contains),
        2 => key().prop_map(Op::Remaining),
        3 => key().prop_map(Op::Touch),
        2 => key().prop_map(Op::Remove),
        1 => (key(), 0..3_u64).prop_map(|(key, rest)| Op::RemoveIf(key, rest)),
        1 => key().prop_map(Op::ExpireNow),
        1 => (0..3_u64).prop_map(Op::Retain),
        1 => Just(Op::Clear),
        2 => Just(Op::Look),
        2 => (0..20_usize).prop_map(Op::Sweep),
        1 => Just(Op::Sweep(usize::MAX)),
        8 => time().prop_map(Op::Advance),
    ]
}

/// An entry of the model. Unlike the map, it forgets what is dead only at the end.
#[derive(Clone, Copy, Debug)]
struct Modelled {
    value: u64,
    ttl: u64,
    ends: u64,
    deadline: u64,
}

struct Model {
    now: u64,
    ttl: u64,
    idle: u64,
    next: u64,
    entries: BTreeMap<u64, Modelled>,
    /// Why each value left; the value of an entry that is still alive is missing.
    left: BTreeMap<u64, Cause>,
}

impl Model {
    fn alive(&mut self, key: u64) -> Option<&mut Modelled> {
        let now = self.now;
        self.entries.get_mut(&key).filter(|entry| entry.deadline > now)
    }

    fn leave(&mut self, key: u64, cause: Cause) -> Option<u64> {
        let entry = self.entries.remove(&key)?;
        let alive = entry.deadline > self.now;
        self.left.insert(entry.value, if alive { cause } else { Cause::Expired });
        alive.then_some(entry.value)
    }

    fn put(&mut self, key: u64, ends: u64, ttl: u64) -> Option<u64> {
        let before = self.leave(key, Cause::Replaced);
        let deadline = ends.min(self.now.saturating_add(self.idle));
        let ttl = if ends == NEVER { NEVER } else { ttl };
        self.entries.insert(key, Modelled { value: self.next, ttl, ends, deadline });
        self.next += 1;
        before
    }

    fn hit(&mut self, key: u64) -> Option<u64> {
        let (now, idle) = (self.now, self.idle);
        self.alive(key).map(|entry| {
            let to = now.saturating_add(idle).min(entry.ends);
            if to.saturating_sub(entry.deadline) >= TICK {
                entry.deadline = to;
            }
            entry.value
        })
    }

    fn touch(&mut self, key: u64) -> bool {
        let (now, idle) = (self.now, self.idle);
        self.alive(key).is_some_and(|entry| {
            entry.ends = entry.ends.max(now.saturating_add(entry.ttl));
            entry.deadline = entry.deadline.max(now.saturating_add(idle).min(entry.ends));
            true
        })
    }

    fn content(&self) -> Vec<(u64, u64)> {
        let alive = self.entries.iter().filter(|(_, entry)| entry.deadline > self.now);
        alive.map(|(key, entry)| (*key, entry.value)).collect()
    }
}

struct Pair {
    map: ExpiringMap<u64, u64, TestHasher>,
    clock: Arc<ManualClock>,
    told: Arc<Mutex<BTreeMap<u64, Cause>>>,
    model: Model,
}

impl Pair {
    fn new(ttl: u64, idle: u64, mode: Mode) -> Self {
        let (clock, told) = (Arc::new(ManualClock::new()), Arc::<Mutex<BTreeMap<_, _>>>::default());
        let tell = told.clone();
        let map = ExpiringMap::builder()
            .time_to_live(Duration::from_nanos(ttl))
            .time_to_idle(Duration::from_nanos(idle))
            .tick(Duration::from_nanos(TICK))
            .hasher(TestHasher::new(mode))
            .clock(clock.clone())
            .listener(move |_: &u64, value: &u64, cause| {
                assert_eq!(tell.lock().unwrap().insert(*value, cause), None, "told twice");
            })
            .build();
        let (entries, left) = Default::default();
        Pair { map, clock, told, model: Model { now: 0, ttl, idle, next: 0, entries, left } }
    }

    fn write(&mut self, op: &Op) {
        let (map, model) = (self.map.pin(), &mut self.model);
        let value = model.next;
        let before = match *op {
            Op::Insert(key) => {
                let ends = model.now.saturating_add(model.ttl);
                (map.insert(key, value).copied(), model.put(key, ends, model.ttl))
            }
            Op::InsertWithTtl(key, ttl) => {
                let ends = model.now.saturating_add(ttl);
                let duration = Duration::from_nanos(ttl);
                (map.insert_with_ttl(key, value, duration).copied(), model.put(key, ends, ttl))
            }
            Op::InsertUntil(key, at) => {
                let (ttl, at_time) = (at.saturating_sub(model.now), Duration::from_nanos(at));
                (map.insert_until(key, value, at_time).copied(), model.put(key, at, ttl))
            }
            Op::GetOrInsertWith(key) => {
                let got = *map.get_or_insert_with(key, || value);
                let wanted = model.hit(key).unwrap_or_else(|| {
                    model.put(key, model.now.saturating_add(model.ttl), model.ttl);
                    value
                });
                (Some(got), Some(wanted))
            }
            Op::Update(key) => {
                let got = map.update(key, |old| {
                    assert!(*old < value);
                    value
                });
                let wanted = model.alive(key).map(|entry| entry.ttl).map(|ttl| {
                    model.put(key, model.now.saturating_add(ttl), ttl);
                    value
                });
                (got.copied(), wanted)
            }
            _ => unreachable!("it puts nothing in"),
        };
        assert_eq!(before.0, before.1, "{op:?}");
    }

    fn take_out(&mut self, op: &Op) {
        let (map, model) = (self.map.pin(), &mut self.model);
        match *op {
            Op::Remove(key) => {
                assert_eq!(map.remove(&key).copied(), model.leave(key, Cause::Removed));
            }
            Op::ExpireNow(key) => {
                assert_eq!(map.expire_now(&key), model.leave(key, Cause::Expired).is_some());
            }
            Op::RemoveIf(key, rest) => {
                let removed = map.remove_if(&key, |_, value| value % 3 == rest);
                match model.alive(key).map(|entry| entry.value) {
                    Some(value) if value % 3 == rest => {
                        assert_eq!(removed, Ok(Some((&key, &value))));
                        model.leave(key, Cause::Removed);
                    }
                    Some(value) => assert_eq!(removed, Err((&key, &value))),
                    None => assert_eq!(removed, Ok(None)),
                }
            }
            Op::Retain(rest) => {
                map.retain(|_, value| value % 3 != rest);
                for (key, value) in model.content() {
                    if value % 3 == rest {
                        model.leave(key, Cause::Removed);
                    }
                }
            }
            Op::Clear => {
                map.clear();
                (0..KEYS).for_each(|key| _ = model.leave(key, Cause::Cleared));
                assert_eq!(map.len(), 0);
            }
            _ => unreachable!("it takes nothing out"),
        }
    }

    fn look(&mut self, op: &Op) {
        let (map, model) = (self.map.pin(), &mut self.model);
        match *op {
            Op::Get(key) => assert_eq!(map.get(&key).copied(), model.hit(key)),
            Op::Contains(key) => assert_eq!(map.contains_key(&key), model.alive(key).is_some()),
            Op::Touch(key) => assert_eq!(map.touch(&key), model.touch(key)),
            Op::Remaining(key) => {
                let now = model.now;
                let left = model.alive(key).map(|entry| match entry.deadline {
                    NEVER => Duration::MAX,
                    deadline => Duration::from_nanos(deadline - now),
                });
                assert_eq!(map.remaining(&key), left);
            }
            Op::Look => {
                let mut content: Vec<_> = map.iter().map(|(key, value)| (*key, *value)).collect();
                content.sort_unstable();
                assert_eq!((map.len_exact(), content), (model.content().len(), model.content()));
            }
            Op::Sweep(budget) => {
                let sweep = map.sweep(budget);
                assert!(sweep.steps <= budget);
                if sweep.complete {
                    let swept =
                        |entry: &&Modelled| entry.deadline.div_ceil(TICK) > model.now / TICK;
                    let held = model.entries.values().filter(swept).count();
                    assert!((model.content().len()..=held).contains(&map.len()));
                }
            }
            _ => unreachable!("it changes something"),
        }
    }

    fn run(&mut self, op: &Op) {
        match *op {
            Op::Advance(by) => {
                // The map's clock stops before the end of all times.
                let now = self.model.now.saturating_add(by).min(1 << 62);
                self.clock.advance(Duration::from_nanos(now - self.model.now));
                self.model.now = now;
            }
            Op::Insert(_)
            | Op::InsertWithTtl(..)
            | Op::InsertUntil(..)
            | Op::GetOrInsertWith(_)
            | Op::Update(_) => self.write(op),
            Op::Remove(_) | Op::RemoveIf(..) | Op::ExpireNow(_) | Op::Retain(_) | Op::Clear => {
                self.take_out(op);
            }
            _ => self.look(op),
        }
    }

    /// What is dead has left, or leaves now. Each value has left once, and for the right reason.
    fn end(mut self) {
        let Model { now, .. } = self.model;
        self.model.now = (now / TICK + 1) * TICK;
        self.clock.advance(Duration::from_nanos(self.model.now - now));
        assert!(self.map.sweep(usize::MAX).complete);
        let alive: Vec<u64> = self.model.content().iter().map(|(key, _)| *key).collect();
        for key in 0..KEYS {
            if !alive.contains(&key) {
                self.model.leave(key, Cause::Expired);
            }
        }
        let stats = self.map.stats();
        assert_eq!(self.map.len(), alive.len(), "{stats:?}");
        assert_eq!(*self.told.lock().unwrap(), self.model.left);
        assert_eq!(stats.drift, Duration::ZERO);
        self.map.validate().unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: scaled(2000, 300) as u32, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn the_map_does_what_a_sorted_map_does(
        ttl in time(),
        idle in prop_oneof![Just(NEVER), time()],
        constant in any::<bool>(),
        ops in prop::collection::vec(op(), 1..120),
    ) {
        let mode = if constant { Mode::Constant } else { Mode::Identity };
        let mut pair = Pair::new(ttl, idle, mode);
        for op in &ops {
            pair.run(op);
        }
        pair.end();
    }
}
