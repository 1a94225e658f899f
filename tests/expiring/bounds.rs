//! How much an operation does, and how much memory a map takes.

use std::time::Duration;

use crate::common::{Random, scaled};
use crate::{HOUR, SECOND, builder, sweep_all};

/// Steps of the wheel and of a scrub that a write does, and the entry that it puts in.
#[cfg(feature = "_counters")]
const MOST_NAMES: usize = 8 + 8 + 1;

/// What this thread has done since it last asked is within the bound.
fn check_work() {
    #[cfg(feature = "_counters")]
    {
        let work = evacmap::work::take();
        assert!(work.names <= MOST_NAMES, "{work:?}");
        // A batch or two of garbage, as in any map.
        assert!(work.entries_dropped <= 128, "{work:?}");
    }
}

/// So many fall due in one tick. Each write sweeps a few of them.
#[test]
fn a_million_entries_due_in_one_tick_are_swept_by_small_shares() {
    let count = scaled(1_000_000, 50_000) as u64;
    let (builder, clock) = builder::<u64, u64>();
    let map = builder.build();
    // What is there all the time.
    (0..1000).for_each(|key| _ = map.pin().insert_with_ttl(key, key, 24 * HOUR));
    map.flush();
    let before = map.stats();
    (1000..count).for_each(|key| _ = map.pin().insert_with_ttl(key, key, HOUR));
    assert!(map.stats().bytes > before.bytes + count as usize * 40);
    clock.advance(HOUR + SECOND);
    forget_work();
    let mut writes = 0;
    while map.len() > 1000 {
        // Replaces what is there, so that nothing comes in.
        map.pin().insert_with_ttl(writes % 1000, 0, 24 * HOUR);
        writes += 1;
        check_work();
        assert!(writes < count, "the writes do not keep up");
    }
    assert_eq!(map.stats().expired, count - 1000);
    // A share sweeps almost as many as it has steps; each block takes a step of its own.
    assert!(writes < count / 6, "{writes} writes for {count} entries");
    let settle = |bound: u64| {
        for write in 0..bound {
            map.pin().insert_with_ttl(write % 1000, 0, 24 * HOUR);
            check_work();
        }
    };
    settle(count / 4);
    map.flush();
    let after = map.stats();
    // The names that the replacements left are bounded, as everywhere.
    assert!(after.bytes < before.bytes + STALE_BYTES, "{before:?}, {after:?}");
}

/// Forgets what was done so far.
fn forget_work() {
    #[cfg(feature = "_counters")]
    evacmap::work::take();
}

/// Blocks of stale names that there may be, whatever the number of entries, and spare memory.
const STALE_BYTES: usize = 700 << 10;

#[test]
fn a_sweep_does_what_it_was_asked_for_and_no_more() {
    let (builder, clock) = builder::<u64, ()>();
    let map = builder.time_to_live(SECOND).build();
    (0..1000).for_each(|key| _ = map.pin().insert(key, ()));
    clock.advance(2 * SECOND);
    let mut steps = 0;
    loop {
        let before = map.len();
        let sweep = map.sweep(10);
        assert!(sweep.steps <= 10 && before - map.len() <= 10);
        steps += sweep.steps;
        if sweep.complete {
            break;
        }
    }
    assert_eq!(map.len(), 0);
    assert!(steps < 1500, "{steps}");
}

/// One key, replaced for ever, or removed and put in again, leaves a bounded number of names.
#[test]
fn one_key_replaced_for_ever_takes_bounded_memory() {
    for removes in [false, true] {
        let (builder, clock) = builder::<u64, u64>();
        let map = builder.time_to_live(HOUR).build();
        let mut most = 0;
        forget_work();
        for round in 0..scaled(10_000_000, 400_000) as u64 {
            map.pin().insert(1, round);
            check_work();
            if removes {
                map.pin().remove(&1);
                check_work();
            }
            if round % 64 == 0 {
                clock.advance(Duration::from_micros(100));
                most = most.max(map.stats().names);
            }
        }
        assert!(most < 32_000, "{most} names");
        let stats = map.stats();
        assert!(stats.bytes < STALE_BYTES, "{stats:?}");
        map.pin().insert(1, 0);
        clock.advance(2 * HOUR);
        sweep_all(&map);
        assert_eq!((map.len(), map.stats().names), (0, 0));
    }
}

/// Entries that live long are not lost in scrubs, nor counted as stale.
#[test]
fn a_scrub_keeps_what_lives() {
    let (builder, clock) = builder::<u64, u64>();
    let map = builder.build();
    for key in 0..2000 {
        map.pin().insert_with_ttl(key, key, SECOND * (key as u32 + 1));
    }
    let mut random = Random::new(1);
    for _ in 0..scaled(1_000_000, 100_000) {
        let key = 10_000 + random.next() % 100;
        map.pin().insert_with_ttl(key, 0, SECOND * 1000);
    }
    let stats = map.stats();
    assert!(stats.swept_stale > 0, "no scrub: {stats:?}");
    assert!(stats.names < 5 * 2100 + 32_000, "{stats:?}");
    for key in 0..2000_u64 {
        clock.advance(SECOND);
        sweep_all(&map);
        assert_eq!(map.pin().get(&key), None);
        assert!(key == 1999 || map.pin().get(&(key + 1)) == Some(&(key + 1)));
        assert_eq!(map.stats().expired, key + 1 + if key >= 999 { 100 } else { 0 });
    }
    assert_eq!((map.len(), map.stats().names), (0, 0));
}

/// A day of a cache: hot keys are replaced and touched, cold ones expire. What it takes does not
/// grow from hour to hour, and it gives everything back.
#[test]
fn a_day_of_traffic_ends_where_it_began() {
    let (builder, clock) = builder::<u64, u64>();
    let map = builder.time_to_live(HOUR / 4).time_to_idle(HOUR / 12).build();
    let (mut random, mut hours) = (Random::new(7), Vec::new());
    let per_minute = scaled(2000, 100);
    for minute in 0..24 * 60 {
        for _ in 0..per_minute {
            // Few keys have most of the traffic.
            let key = random.next() % (1 << random.below(18));
            match random.below(10) {
                0 => _ = map.pin().insert(key, key),
                1 => _ = map.pin().touch(&key),
                2 if key % 7 == 0 => _ = map.pin().remove(&key),
                _ => _ = map.pin().get_or_insert_with(key, || key),
            }
        }
        clock.advance(SECOND * 60);
        if minute % 60 == 59 {
            map.flush();
            hours.push(map.stats().bytes);
        }
    }
    let (second, last) = (hours[1], hours[23]);
    assert!(last < 2 * second, "{hours:?}");
    clock.advance(HOUR);
    sweep_all(&map);
    map.flush();
    let stats = map.stats();
    assert_eq!((map.len(), stats.names), (0, 0), "{stats:?}");
    // Guards of other tests may keep some garbage.
    assert!(stats.bytes < hours[1], "{stats:?}, {hours:?}");
}
