//! Which deadline an entry has, and what that means for each operation.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use crate::common::{Mode, TestHasher};
use crate::{HOUR, SECOND, builder, sweep_all};
use evacmap::expiring::{Clock, ExpiringMap, ManualClock, Sweeper};

#[test]
fn an_entry_past_its_deadline_is_absent_for_every_operation() {
    let (builder, clock) = builder();
    let map = builder.time_to_live(SECOND).build();
    let map = map.pin();
    let refill = || {
        map.insert(1, 'a');
        assert_eq!(map.remaining(&1), Some(SECOND));
        clock.advance(SECOND - Duration::from_nanos(1));
        assert_eq!(map.remaining(&1), Some(Duration::from_nanos(1)));
        assert_eq!(map.get(&1), Some(&'a'));
        clock.advance(Duration::from_nanos(1));
        assert_eq!(map.len(), 1, "held, for nobody has swept it");
    };
    refill();
    assert_eq!((map.get(&1), map.get_key_value(&1), map.contains_key(&1)), (None, None, false));
    assert_eq!((map.remaining(&1), map.touch(&1), map.len_exact()), (None, false, 0));
    assert_eq!((map.iter().next(), map.iter().count()), (None, 0));
    assert_eq!(map.remove(&1), None);
    refill();
    assert_eq!(map.insert(1, 'b'), None);
    clock.advance(SECOND);
    assert_eq!(map.update(1, |_| unreachable!()), None);
    refill();
    assert_eq!(map.get_or_insert_with(1, || 'c'), &'c');
    clock.advance(SECOND);
    assert_eq!(map.remove_if(&1, |_, _| unreachable!()), Ok(None));
    refill();
    map.retain(|_, _| unreachable!());
    refill();
    assert_eq!(map.remove_entry(&1), None);
    refill();
    assert!(!map.expire_now(&1));
    assert_eq!(format!("{map:?}"), "{}");
}

#[test]
fn what_has_expired_does_not_come_back_when_the_clock_does() {
    let (builder, clock) = builder();
    let map = builder.time_to_live(SECOND).time_to_idle(SECOND).build();
    map.pin().insert(1, 'a');
    clock.advance(2 * SECOND);
    assert_eq!(map.pin().get(&1), None);
    clock.set(Duration::ZERO);
    assert_eq!(map.pin().get(&1), None);
    assert!(!map.pin().touch(&1));
    map.pin().insert(1, 'b');
    assert_eq!(map.pin().get(&1), Some(&'b'));
}

#[test]
fn hits_move_a_deadline_in_steps_of_a_tick_and_not_beyond_the_end() {
    let (builder, clock) = builder();
    let map = builder.time_to_live(10 * SECOND).time_to_idle(4 * SECOND).tick(SECOND).build();
    let map = map.pin();
    map.insert(1, 'a');
    assert_eq!(map.remaining(&1), Some(4 * SECOND));
    clock.advance(SECOND / 2);
    assert_eq!(map.get(&1), Some(&'a'));
    assert_eq!(map.remaining(&1), Some(4 * SECOND - SECOND / 2), "not by half a tick");
    clock.advance(SECOND);
    assert!(map.contains_key(&1) && map.iter().count() == 1, "no hits");
    assert_eq!(map.remaining(&1), Some(4 * SECOND - 3 * SECOND / 2));
    assert_eq!(map.get(&1), Some(&'a'));
    assert_eq!(map.remaining(&1), Some(4 * SECOND));
    for _ in 0..2 {
        clock.advance(3 * SECOND);
        assert_eq!(map.get(&1), Some(&'a'));
    }
    // 7.5 seconds old, with 2.5 to live.
    assert_eq!(map.remaining(&1), Some(5 * SECOND / 2));
    assert!(map.touch(&1));
    assert_eq!(map.remaining(&1), Some(4 * SECOND), "its time to live has begun anew");
    clock.advance(4 * SECOND);
    assert_eq!(map.get(&1), None);
}

#[test]
fn a_deadline_that_was_moved_is_swept_when_it_comes() {
    let (builder, clock) = builder();
    let map = builder.time_to_live(HOUR).time_to_idle(10 * SECOND).build();
    map.pin().insert(1, 'a');
    for second in 0..100 {
        assert_eq!(map.pin().get(&1), Some(&'a'), "after {second} s");
        clock.advance(SECOND);
        sweep_all(&map);
        let stats = map.stats();
        assert_eq!((stats.names, stats.drift), (1, Duration::ZERO), "{stats:?}");
    }
    clock.advance(9 * SECOND + Duration::from_millis(100));
    sweep_all(&map);
    assert_eq!((map.len(), map.stats().expired, map.stats().names), (0, 1, 0));
}

#[test]
fn zero_and_the_past_are_over_at_once_and_never_stored() {
    let (builder, clock) = builder();
    let map = builder.time_to_live(SECOND).build();
    let map = map.pin();
    clock.advance(HOUR);
    map.insert(1, 'a');
    assert_eq!(map.insert_with_ttl(1, 'b', Duration::ZERO), Some(&'a'));
    assert_eq!((map.get(&1), map.len()), (None, 0));
    assert_eq!(map.insert_until(1, 'c', HOUR), None);
    assert_eq!(map.insert_until(1, 'c', Duration::ZERO), None);
    assert_eq!((map.get(&1), map.len(), map.stats().names), (None, 0, 1));
    assert_eq!(map.insert_until(1, 'c', HOUR + SECOND), None);
    assert_eq!(map.remaining(&1), Some(SECOND));

    let (builder, _) = crate::builder();
    let nothing = builder.time_to_live(Duration::ZERO).build();
    assert_eq!(nothing.pin().get_or_insert_with(1, || 'a'), &'a');
    assert_eq!((nothing.pin().get(&1), nothing.len(), nothing.stats().expired), (None, 0, 1));
    let (builder, _) = crate::builder();
    let nothing = builder.time_to_idle(Duration::ZERO).build();
    nothing.pin().insert(1, 'a');
    assert_eq!((nothing.pin().get(&1), nothing.len()), (None, 0));
}

#[test]
fn durations_that_overflow_never_come() {
    let (builder, clock) = builder();
    let map = builder.time_to_live(Duration::MAX).build();
    let map = map.pin();
    clock.advance(HOUR);
    map.insert(1, 'a');
    map.insert_with_ttl(2, 'b', Duration::from_secs(1 << 40));
    map.insert_with_ttl(3, 'c', Duration::from_nanos(u64::MAX - 1));
    map.insert_until(4, 'd', Duration::MAX);
    clock.advance(Duration::MAX);
    sweep_all(map.map());
    for key in 1..=4 {
        assert_eq!(map.remaining(&key), Some(Duration::MAX));
        assert!(map.get(&key).is_some() && map.touch(&key), "{key}");
    }
    assert_eq!(map.stats().names, 0, "what never comes is not filed");
    map.update(1, |_| 'e');
    assert_eq!(map.remaining(&1), Some(Duration::MAX));
}

/// From one tick to beyond the wheel, in steps that miss no level.
#[test]
fn each_deadline_is_swept_in_the_tick_that_follows_it() {
    let tick = Duration::from_millis(100);
    for (number, ticks) in
        (0..30).flat_map(|bits| [(1_u64 << bits) - 1, 1 << bits, (1 << bits) + 1]).enumerate()
    {
        let (builder, clock) = builder();
        let map = builder.build();
        // Begin at different places of the wheel.
        clock.advance(tick * (number as u32 * 37));
        sweep_all(&map);
        let ttl = (tick * ticks as u32).max(Duration::from_nanos(1)) - Duration::from_nanos(1);
        map.pin().insert_with_ttl(1, (), ttl.max(Duration::from_nanos(1)));
        clock.advance(ttl.saturating_sub(tick));
        sweep_all(&map);
        assert_eq!(map.len(), 1, "{ticks} ticks, one before");
        clock.advance(tick + tick);
        sweep_all(&map);
        let stats = map.stats();
        assert_eq!((map.len(), stats.names, stats.drift), (0, 0, Duration::ZERO), "{ticks} ticks");
    }
}

/// The same when time passes in small steps, so that names go down from level to level.
#[test]
fn each_deadline_is_swept_when_time_passes_tick_by_tick() {
    let tick = Duration::from_millis(100);
    let (builder, clock) = builder();
    let map = builder.build();
    let last = 64 * 64 * 3;
    for ticks in (1..last).step_by(7) {
        map.pin().insert_with_ttl(ticks, (), tick * ticks);
    }
    for now in 1..=last {
        clock.advance(tick);
        sweep_all(&map);
        let guard = map.guard();
        assert_eq!(map.len(), map.len_exact(&guard), "in tick {now}");
    }
    assert_eq!((map.len(), map.stats().names), (0, 0));
}

#[test]
fn keys_that_share_a_hash_expire_each_on_its_own() {
    for mode in [Mode::Constant, Mode::EightBit, Mode::LowBitsZero] {
        let (builder, clock) = builder();
        let map = builder.hasher(TestHasher::new(mode)).build();
        for key in 0..200_u64 {
            map.pin().insert_with_ttl(key, key, SECOND * (key as u32 + 1));
        }
        for gone in 1..=200 {
            clock.advance(SECOND);
            sweep_all(&map);
            assert_eq!(map.len(), 200 - gone, "{mode:?}");
            assert!((gone as u64..200).all(|key| map.pin().get(&key) == Some(&key)));
        }
    }
}

/// Days without anybody: the hands go over them in few steps.
#[test]
fn a_map_that_was_left_alone_catches_up_in_few_steps() {
    let (builder, clock) = builder();
    let map = builder.time_to_live(HOUR).build();
    map.pin().insert(1, ());
    for days in [1, 10, 1000, 100_000] {
        clock.advance(HOUR * 24 * days);
        assert_eq!(map.pin().get(&1), None);
        let sweep = map.sweep(usize::MAX);
        assert!(sweep.complete && sweep.steps < 10_000, "{sweep:?} after {days} days");
        assert_eq!((map.len(), map.stats().drift), (0, Duration::ZERO));
        map.pin().insert(1, ());
    }
}

/// The one test of the clock that is used by default: it goes on, and never back.
#[test]
fn the_default_clock_goes_on() {
    let map = ExpiringMap::new(HOUR);
    map.pin().insert(1, ());
    let (mut before, start) = (map.now(), std::time::Instant::now());
    while start.elapsed() < Duration::from_millis(2) {
        let now = map.now();
        assert!(now >= before);
        before = now;
    }
    let left = map.pin().remaining(&1).unwrap();
    assert!(left < HOUR && left > HOUR - 60 * SECOND, "{left:?}");
}

#[test]
fn a_sweeper_sweeps_and_ends_with_its_map() {
    let clock = Arc::new(ManualClock::new());
    let (tell, told) = std::sync::mpsc::channel();
    let listener = move |key: &u32, _: &(), cause| tell.send((*key, cause)).unwrap();
    let map = ExpiringMap::builder().time_to_live(SECOND).tick(Duration::from_millis(1));
    let map = Arc::new(map.clock(clock.clone()).listener(listener).build());
    let sweeper = Sweeper::start(&map).unwrap();
    map.pin().insert(1, ());
    clock.advance(2 * SECOND);
    assert_eq!(told.recv().unwrap(), (1, evacmap::expiring::Cause::Expired));
    drop(map);
    // The listener goes with the map, which the sweeper lets go of.
    assert!(told.recv().is_err());
    sweeper.stop();
    let map = Arc::new(ExpiringMap::<u32, ()>::new(SECOND));
    Sweeper::start(&map).unwrap().stop();
    assert_eq!(Arc::strong_count(&map), 1);
}

/// A clock that counts how often it is asked.
struct Counting(Arc<ManualClock>, Cell<u32>);

// SAFETY: the test has one thread.
unsafe impl Sync for Counting {}
// SAFETY: as above.
unsafe impl Send for Counting {}

impl Clock for Counting {
    fn now(&self) -> Duration {
        self.1.set(self.1.get() + 1);
        self.0.now()
    }
}

#[test]
fn a_look_up_asks_the_clock_once() {
    let clock = Arc::new(Counting(Arc::default(), Cell::new(0)));
    let map = ExpiringMap::builder().clock(clock.clone()).time_to_live(SECOND).build();
    map.pin().insert(1, ());
    clock.1.set(0);
    assert_eq!(map.pin().get(&1), Some(&()));
    assert_eq!((map.pin().get(&2), clock.1.get()), (None, 2));
}
