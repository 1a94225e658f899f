//! Many threads, and a clock that jumps while they work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::*};
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::common::{Random, on_threads, scaled};
use crate::{HOUR, SECOND, builder, sweep_all};
use evacmap::expiring::Clock;

/// Each value says when it ends. Whoever gets one has read the clock before.
#[test]
fn an_expired_entry_is_never_served_while_the_clock_jumps() {
    let (builder, clock) = builder::<u64, u64>();
    let left = Arc::new(AtomicU64::new(0));
    let count = left.clone();
    let builder = builder.tick(Duration::from_nanos(10));
    let map = Arc::new(builder.listener(move |_, _, _| _ = count.fetch_add(1, Relaxed)).build());
    let operations = scaled(2_500_000, 50_000);
    let (shared, time) = (map.clone(), clock.clone());
    let put: u64 = on_threads(4, move |number| {
        let (mut random, mut put) = (Random::new(number), 0);
        for _ in 0..operations {
            let (key, map) = (random.next() % 512, shared.pin());
            let now = time.now().as_nanos() as u64;
            match random.below(16) {
                0..6 => {
                    let ends = now + random.next() % (1 << random.below(20)) + 1;
                    map.insert_until(key, ends, Duration::from_nanos(ends));
                    put += 1;
                }
                6..13 => {
                    let got = map.get(&key);
                    assert!(got.is_none_or(|ends| *ends > now), "{got:?} at {now}");
                }
                13 => _ = map.remove(&key),
                14 => time.advance(Duration::from_nanos(random.next() % (1 << random.below(14)))),
                _ => _ = map.sweep(random.below(50)),
            }
        }
        put
    })
    .into_iter()
    .sum();
    clock.advance(HOUR);
    sweep_all(&map);
    let stats = map.stats();
    assert_eq!((map.len(), stats.names, stats.drift), (0, 0, Duration::ZERO), "{stats:?}");
    assert_eq!(left.load(Relaxed), put, "each value has left, once");
    Arc::into_inner(map).unwrap().validate().unwrap();
}

/// Hits and touches race with deadlines: what one thread has seen dead no other gets afterwards.
#[test]
fn what_was_seen_dead_stays_so_for_all_threads() {
    const KEYS: usize = 256;
    for round in 0..scaled(200, 10) {
        let (builder, clock) = builder::<usize, ()>();
        let idle = Duration::from_nanos(100);
        let map = Arc::new(builder.time_to_idle(idle).tick(Duration::from_nanos(1)).build());
        (0..KEYS).for_each(|key| _ = map.pin().insert(key, ()));
        let dead: Arc<[AtomicBool]> = (0..KEYS).map(|_| AtomicBool::new(false)).collect();
        let (shared, time, seen) = (map.clone(), clock.clone(), dead.clone());
        on_threads(4, move |number| {
            let mut random = Random::new(round * 4 + number);
            for _ in 0..2000 {
                let key = random.below(KEYS);
                let was_dead = seen[key].load(Acquire);
                let map = shared.pin();
                let present = match random.below(8) {
                    0 => map.touch(&key),
                    1 => map.contains_key(&key),
                    _ => map.get(&key).is_some(),
                };
                assert!(!(was_dead && present), "it has come back");
                if !present {
                    seen[key].store(true, Release);
                }
                if random.below(20) == 0 {
                    time.advance(Duration::from_nanos(random.next() % 20));
                }
                if random.below(50) == 0 {
                    _ = map.sweep(20);
                }
            }
        });
        clock.advance(HOUR);
        sweep_all(&map);
        assert_eq!((map.len(), map.stats().names), (0, 0));
    }
}

/// A key that is there throughout, replaced all the time just before it ends, is never missed.
#[test]
fn a_key_that_is_replaced_in_time_is_never_missed() {
    let (builder, clock) = builder::<u32, u64>();
    let ttl = Duration::from_nanos(1000);
    let map = Arc::new(builder.time_to_live(ttl).tick(Duration::from_nanos(7)).build());
    map.pin().insert(1, 0);
    let writes = scaled(1_000_000, 30_000);
    let done = Arc::new(AtomicUsize::new(0));
    on_threads(4, move |number| match number {
        0 => {
            for write in 0..writes as u64 {
                clock.advance(Duration::from_nanos(999));
                assert!(map.pin().insert(1, write).is_some());
            }
            done.store(1, Release);
        }
        1 => {
            while done.load(Acquire) == 0 {
                _ = map.sweep(100);
            }
        }
        _ => {
            while done.load(Acquire) == 0 {
                assert!(map.pin().get(&1).is_some() && map.pin().iter().count() == 1);
            }
        }
    });
}

/// A thread stops in a listener, in the middle of a sweep. All others go on, and sweep the rest.
#[test]
fn a_thread_that_stops_while_it_sweeps_holds_up_nobody() {
    let (stop, stopped) = channel();
    let (go_on, wait) = channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let (builder, clock) = builder::<u32, u32>();
    let builder = builder.time_to_live(SECOND).listener(move |_, value, _| {
        if *value == 7 {
            stop.send(()).unwrap();
            wait.lock().unwrap().recv().unwrap();
        }
    });
    let map = Arc::new(builder.build());
    let count = scaled(100_000, 5_000) as u32;
    (0..count).for_each(|key| _ = map.pin().insert(key, key));
    clock.advance(2 * SECOND);
    let shared = map.clone();
    let sweeper = std::thread::spawn(move || sweep_all(&shared));
    // Whoever comes to that entry stops: this thread must not.
    stopped.recv().unwrap();
    sweep_all(&map);
    assert_eq!((map.len(), map.stats().names), (0, 0));
    map.pin().insert(1, 1);
    assert_eq!(map.pin().get(&1), Some(&1));
    go_on.send(()).unwrap();
    sweeper.join().unwrap();
    assert_eq!(map.stats().expired, u64::from(count));
}
