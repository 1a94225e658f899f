//! Guards that are lent to other threads, and guards that belong to none: what they protect, and
//! for how long.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use crate::common::{Counted, Counter, Random, on_threads, scaled, validated, validated_arc};
use evacmap::{Guard, HashMap, HashMapRef, Iter, Keys, OwnedGuard, Values};

type Map = HashMap<u64, Counted<u64>>;

/// Flushes until everything but `left` is dropped, which takes a few rounds, and more if other
/// tests hold guards.
#[track_caller]
fn flush_until_alive(map: &Map, counter: &Counter, left: usize) {
    let start = Instant::now();
    while counter.alive() > left {
        assert!(start.elapsed() < Duration::from_secs(60), "{} are alive", counter.alive());
        map.flush();
        thread::yield_now();
    }
    assert_eq!(counter.alive(), left);
}

/// Has the collector do all that it can.
fn flush_often(map: &Map) {
    (0..300).for_each(|_| map.flush());
}

#[test]
fn what_guards_may_do_between_threads() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    sync::<Guard>();
    send::<OwnedGuard>();
    sync::<OwnedGuard>();
    send::<HashMapRef<'_, u64, String, evacmap::DefaultHashBuilder, OwnedGuard>>();
    sync::<HashMapRef<'_, u64, String, evacmap::DefaultHashBuilder, OwnedGuard>>();
    send::<(Iter<'_, u64, String>, Keys<'_, u64, String>, Values<'_, u64, String>)>();
    sync::<(Iter<'_, u64, String>, Keys<'_, u64, String>, Values<'_, u64, String>)>();
    assert_eq!(format!("{:?} {:?}", OwnedGuard::default(), evacmap::pin()), "OwnedGuard Guard");
}

#[test]
fn an_owned_guard_protects_what_was_there_when_it_was_made() {
    let counter = Counter::new();
    let map: Map = (0..300).map(|key| (key, counter.make(key))).collect();
    let guard = map.owned_guard();
    let seen: Vec<_> = (0..300).map(|key| map.get(&key, &guard).unwrap()).collect();
    map.pin().retain(|_, _| false);
    flush_often(&map);
    assert_eq!(counter.alive(), 300);
    seen.iter().for_each(|value| value.check());
    drop(guard);
    flush_until_alive(&map, &counter, 0);
    validated(map);
}

#[test]
fn a_repinned_owned_guard_lets_go_and_takes_hold_again() {
    let counter = Counter::new();
    let map: Map = (0..200).map(|key| (key, counter.make(key))).collect();
    let mut pinned = map.pin_owned();
    for key in 0..100 {
        pinned.remove(&key);
    }
    flush_often(&map);
    assert_eq!(counter.alive(), 200);
    // Not at once: the collector goes on by steps, and each waits until all guards have been pinned
    // since the last.
    while counter.alive() > 100 {
        pinned.repin();
        map.flush();
    }
    let seen = pinned.get(&150).unwrap();
    map.pin().remove(&150);
    flush_often(&map);
    seen.check();
    drop(pinned);
    flush_until_alive(&map, &counter, 99);
    validated(map);
    counter.check();
}

/// Made here, used there, dropped elsewhere, while all of them write and the garbage is collected.
#[test]
fn owned_guards_that_wander_from_thread_to_thread() {
    let counter = Counter::new();
    let map: Arc<Map> = Arc::default();
    let (sender, receiver) = channel::<OwnedGuard>();
    let receiver = Arc::new(std::sync::Mutex::new(receiver));
    let (shared, counted) = (map.clone(), counter.clone());
    on_threads(4, move |thread| {
        let mut random = Random::new(thread);
        for step in 0..scaled(20_000, 3_000) {
            let received = receiver.lock().unwrap().try_recv().ok();
            let guard = received.unwrap_or_default();
            let key = random.below(200) as u64;
            match step % 4 {
                0 => drop(shared.remove(&key, &guard).map(Counted::check)),
                1 => drop(shared.insert(key, counted.make(key), &guard).map(Counted::check)),
                2 => drop(shared.update(key, |old| old.clone(), &guard).map(Counted::check)),
                _ => shared.iter(&guard).take(20).for_each(|(_, value)| value.check()),
            }
            if step % 3 > 0 {
                sender.send(guard).unwrap();
            }
            if step % 64 == 0 {
                shared.flush();
            }
        }
    });
    validated_arc(map);
    counter.check();
}

/// Threads that are not pinned themselves read, write and retire under one guard.
#[test]
fn one_guard_lent_to_many_threads() {
    for owned in [false, true] {
        let counter = Counter::new();
        let map: Map = (0..500).map(|key| (key, counter.make(key))).collect();
        let (local, own) = (evacmap::pin(), OwnedGuard::new());
        let guard: &Guard = if owned { &own } else { &local };
        let seen: Vec<_> = map.iter(guard).collect();
        thread::scope(|scope| {
            for number in 0..4 {
                let (map, counter, seen) = (&map, &counter, &seen);
                scope.spawn(move || {
                    let mut random = Random::new(number);
                    for _ in 0..scaled(20_000, 2_000) {
                        let key = random.below(500) as u64;
                        map.insert(key, counter.make(key), guard);
                        map.remove(&key, guard).into_iter().for_each(Counted::check);
                        seen[random.below(seen.len())].1.check();
                    }
                    guard.flush();
                    map.flush();
                });
            }
        });
        seen.iter().for_each(|(_, value)| value.check());
        assert_eq!(
            counter.dropped(),
            0,
            "nothing that was replaced or removed under the guard is gone"
        );
        drop((local, own));
        flush_until_alive(&map, &counter, map.len());
        validated(map);
        counter.check();
    }
}

#[test]
fn tasks_hold_owned_guards_while_they_wait() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let counter = Counter::new();
    let map: Arc<Map> = Arc::new((0..200).map(|key| (key, counter.make(key))).collect());
    runtime.block_on(async {
        let tasks: Vec<_> = (0..32)
            .map(|number| tokio::spawn(work(map.clone(), counter.clone(), number)))
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    drop(runtime);
    validated_arc(map);
    counter.check();
}

/// Keeps references across `.await`s, after each of which it may be on another thread.
async fn work(map: Arc<Map>, counter: Arc<Counter>, number: usize) {
    let mut random = Random::new(number);
    for _ in 0..scaled(200, 40) {
        let map = map.pin_owned();
        let key = random.below(200) as u64;
        let seen = map.get(&key);
        let mut iter = map.iter();
        let first = iter.next();
        tokio::task::yield_now().await;
        let old = map.insert(key, counter.make(key));
        tokio::task::yield_now().await;
        let removed = map.remove(&(key / 2));
        let rest = iter.take(20).map(|(_, value)| value);
        let read = [seen, old, removed, first.map(|(_, value)| value)];
        read.into_iter().flatten().chain(rest).for_each(Counted::check);
        tokio::task::yield_now().await;
        read.into_iter().flatten().for_each(Counted::check);
    }
}
