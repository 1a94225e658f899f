//! The collector: what reaches it from outside, threads that do nothing, threads that end, guards
//! that belong to none, and a process that forks.
//!
//! The tests run one at a time: what they count is the process's.
#![cfg(feature = "_hooks")]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use common::{Counted, Counter, scaled, validated};
use evacmap::memory_hooks::{
    anchors, barriers, drive, is_ripe, push, refuse_barriers, revoke_idle, stamp,
};
use evacmap::{HashMap, OwnedGuard, Pinning, pinning};

fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Flushes until nothing of the map's waits.
#[track_caller]
fn settle<V: Send>(map: &HashMap<u64, V>) {
    let start = Instant::now();
    while map.stats().retired > 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "{} wait", map.stats().retired);
        evacmap::pin().flush();
        map.flush();
    }
}

/// A thread that does what it is told, and between that waits without having an operation under
/// way.
struct Worker {
    orders: Sender<Box<dyn FnOnce() + Send>>,
    done: Receiver<()>,
    thread: thread::JoinHandle<()>,
}

impl Worker {
    fn new() -> Self {
        let (orders, received) = channel::<Box<dyn FnOnce() + Send>>();
        let (doing, done) = channel();
        let thread = thread::spawn(move || {
            for order in received {
                order();
                doing.send(()).unwrap();
            }
        });
        Worker { orders, done, thread }
    }

    fn does(&self, order: impl FnOnce() + Send + 'static) {
        self.orders.send(Box::new(order)).unwrap();
        self.done.recv().unwrap();
    }

    fn ends(self) {
        drop(self.orders);
        self.thread.join().unwrap();
    }
}

/// Somebody else's closure, in the collector that all others share.
fn bomb() {
    // The one before may go off here.
    _ = catch_unwind(|| {
        crossbeam_epoch::pin().defer(|| panic!("foreign"));
        crossbeam_epoch::pin().flush();
    });
}

/// Takes the foreign bombs out of the way of later tests.
fn defuse() {
    for _ in 0..1000 {
        _ = catch_unwind(|| crossbeam_epoch::pin().flush());
    }
}

#[test]
fn a_foreign_panic_does_not_come_out_of_repin() {
    let _alone = alone();
    let counter = Counter::new();
    let map: HashMap<u64, Counted<u64>> = (0..100).map(|key| (key, counter.make(key))).collect();
    let mut guard = evacmap::pin();
    bomb();
    for _ in 0..scaled(20_000, 500) {
        guard.repin();
    }
    let seen = map.get(&1, &guard).unwrap();
    map.pin().retain(|_, _| false);
    for _ in 0..64 {
        map.flush();
        guard.flush();
    }
    assert_eq!(counter.dropped(), 0, "the guard protects what it sees");
    seen.check();
    drop(guard);
    settle(&map);
    assert_eq!(counter.alive(), 0);
    validated(map);
    defuse();
}

/// In each place where the crate pins or collects, with a bomb before each.
#[test]
fn foreign_panics_reach_no_operation() {
    let _alone = alone();
    let map: HashMap<u64, [u64; 16]> = HashMap::new();
    let mut owned = OwnedGuard::new();
    for round in 0..scaled(100_000, 2_000) as u64 {
        if round % 1000 == 0 {
            bomb();
        }
        match round % 8 {
            0 => _ = map.pin().remove(&(round % 100)),
            1 => map.flush(),
            2 => owned.repin(),
            3 => evacmap::pin().flush(),
            4 => owned = OwnedGuard::new(),
            _ => _ = map.pin().insert(round % 100, [round; 16]),
        }
    }
    drop(owned);
    settle(&map);
    validated(map);
    defuse();
}

#[test]
fn what_we_hold_delays_nobody_else() {
    let _alone = alone();
    static RUN: AtomicUsize = AtomicUsize::new(0);
    let _held = (evacmap::pin(), OwnedGuard::new());
    crossbeam_epoch::pin().defer(|| RUN.fetch_add(1, Relaxed));
    let start = Instant::now();
    while RUN.load(Relaxed) == 0 {
        assert!(start.elapsed() < Duration::from_secs(60), "our guards hold up crossbeam's");
        crossbeam_epoch::pin().flush();
    }
}

#[test]
fn what_others_hold_does_not_delay_us() {
    let _alone = alone();
    let _theirs = crossbeam_epoch::pin();
    let stamp = stamp();
    drive();
    assert!(is_ripe(stamp));
}

/// A thread-local's destructor that runs after ours has operations of its own.
#[test]
fn operations_in_late_destructors() {
    let _alone = alone();
    static MAP: LazyLock<HashMap<u64, u64>> = LazyLock::new(HashMap::new);
    struct AtExit;
    impl Drop for AtExit {
        fn drop(&mut self) {
            let mut map = MAP.pin();
            map.insert(1, 1);
            map.repin();
            map.insert(2, 2);
            let inner = MAP.pin();
            drop(map);
            assert_eq!(inner.remove(&1), Some(&1));
            drop(inner);
            MAP.flush();
            evacmap::pin().flush();
        }
    }
    thread_local! { static AT_EXIT: AtExit = const { AtExit } }
    for _ in 0..20 {
        thread::spawn(|| {
            AT_EXIT.with(|_| ());
            MAP.pin().insert(0, 0);
        })
        .join()
        .unwrap();
    }
    assert_eq!(MAP.len(), 2);
    let stamp = stamp();
    drive();
    assert!(is_ripe(stamp), "nothing of those threads is in the way");
}

/// A guard in a thread-local that is destroyed after the thread has let go of its record.
#[test]
fn a_guard_that_outlives_its_thread_s_record() {
    let _alone = alone();
    use std::cell::RefCell;
    thread_local! { static KEPT: RefCell<Vec<evacmap::Guard>> = const { RefCell::new(Vec::new()) } }
    for _ in 0..20 {
        thread::spawn(|| {
            KEPT.with(|kept| kept.borrow_mut().reserve(2));
            let guards = [evacmap::pin(), evacmap::pin()];
            KEPT.with(|kept| kept.borrow_mut().extend(guards));
        })
        .join()
        .unwrap();
    }
    let stamp = stamp();
    drive();
    assert!(is_ripe(stamp), "those guards are gone");
}

/// Nothing says that a guard is ever dropped: one that is leaked protects for ever, on whatever
/// thread it is used, also when its own has ended.
#[test]
fn a_leaked_guard_protects_when_its_thread_has_ended() {
    let _alone = alone();
    // In a process of its own, which cannot free anything any more.
    in_a_child(|| {
        let counter = Counter::new();
        let map: HashMap<u64, Counted<u64>> =
            (0..100).map(|key| (key, counter.make(key))).collect();
        let guard: &'static evacmap::Guard =
            thread::spawn(|| &*Box::leak(Box::new(evacmap::pin()))).join().unwrap();
        let seen = map.get(&1, guard).unwrap();
        map.pin().retain(|_, _| false);
        for _ in 0..8 {
            // Records are claimed again, but not that one.
            thread::spawn(|| drop(evacmap::pin())).join().unwrap();
            (0..100).for_each(|_| map.flush());
            evacmap::pin().flush();
        }
        seen.check();
        counter.alive() == 100
    });
}

/// A thread does one operation and then nothing: what was removed since is dropped all the same.
#[test]
fn an_idle_thread_holds_nothing_up() {
    let _alone = alone();
    let idle = Worker::new();
    for _ in 0..20 {
        idle.does(|| drop(evacmap::pin()));
        let stamp = stamp();
        drive();
        assert!(is_ripe(stamp));
    }
    let counter = Counter::new();
    let map: HashMap<u64, Counted<u64>> = (0..1000).map(|key| (key, counter.make(key))).collect();
    idle.does(|| drop(evacmap::pin()));
    map.pin().retain(|_, _| false);
    settle(&map);
    assert_eq!(counter.alive(), 0);
    idle.ends();
    validated(map);
}

/// Nobody flushes: the writes themselves notice that the clock stands still.
#[test]
fn writes_get_past_an_idle_thread() {
    let _alone = alone();
    let idle = Worker::new();
    idle.does(|| drop(evacmap::pin()));
    let map: HashMap<u64, u64> = HashMap::new();
    for step in 0..200_000 {
        map.pin().insert(step % 100, step);
    }
    assert!(map.stats().retired < 50_000, "{} wait", map.stats().retired);
    idle.ends();
}

/// Leases are taken all the time, of threads that read, write, nest and pause.
#[test]
fn leases_are_taken_from_threads_at_work() {
    let _alone = alone();
    let counter = Counter::new();
    let map: HashMap<u64, Counted<u64>> = (0..64).map(|key| (key, counter.make(key))).collect();
    let working = AtomicUsize::new(3);
    thread::scope(|scope| {
        let work = (0..3).map(|number| {
            let (map, counter, working) = (&map, &counter, &working);
            scope.spawn(move || {
                let mut random = common::Random::new(number);
                for step in 0..scaled(300_000, 20_000) as u64 {
                    let key = random.below(64) as u64;
                    let pinned = map.pin();
                    pinned.get(&key).into_iter().for_each(|value| value.check());
                    if step % 3 == 0 {
                        let inner = map.pin();
                        drop(pinned);
                        inner.insert(key, counter.make(step)).into_iter().for_each(Counted::check);
                    }
                    if step % 64 == 0 {
                        thread::yield_now();
                    }
                }
                working.fetch_sub(1, Relaxed);
            })
        });
        let work: Vec<_> = work.collect();
        while working.load(Relaxed) > 0 {
            revoke_idle();
            push();
        }
        // A scope does not wait for the ends of its threads, which pin once more.
        work.into_iter().for_each(|worker| worker.join().unwrap());
    });
    assert!(counter.dropped() > 0, "nothing was put to the test");
    validated(map);
    counter.check();
}

#[test]
fn a_busy_thread_holds_nothing_up() {
    let _alone = alone();
    let (go, wait) = channel::<()>();
    let busy = thread::spawn(move || {
        while wait.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            drop(evacmap::pin());
        }
    });
    let stamp = stamp();
    let start = Instant::now();
    while !is_ripe(stamp) {
        assert!(start.elapsed() < Duration::from_secs(60), "the busy thread is in the way");
        push();
    }
    drop(go);
    busy.join().unwrap();
}

/// Without another thread there is nothing to take, and so no system call.
#[test]
fn one_thread_needs_no_barrier() {
    let _alone = alone();
    let map: HashMap<u64, u64> = HashMap::new();
    // Takes what the threads of other tests have left, but for one that is just ending.
    drive();
    let before = barriers();
    for step in 0..scaled(200_000, 5_000) as u64 {
        map.pin().insert(step % 100, step);
        if step % 1000 == 0 {
            map.flush();
            evacmap::pin().flush();
        }
    }
    let calls = barriers() - before;
    assert!(calls <= 1, "{calls} barriers");
}

/// Busy, idle, busy, …: one barrier to 64 batches, whatever the others do.
#[test]
fn barriers_are_bounded() {
    let _alone = alone();
    let (before, pushes) = (barriers(), 64 * scaled(200, 5));
    let other = Worker::new();
    for _ in 0..pushes {
        other.does(|| drop(evacmap::pin()));
        push();
    }
    let calls = barriers() - before;
    assert!(calls <= pushes / 64 + 1, "{calls} barriers in {pushes} pushes");
    other.ends();
}

/// As in the child of a fork that has not got the registration.
#[test]
fn without_a_barrier_no_lease_is_taken() {
    let _alone = alone();
    if pinning() != Pinning::Leased {
        return;
    }
    let idle = Worker::new();
    refuse_barriers(true);
    idle.does(|| drop(evacmap::pin()));
    let stamp = stamp();
    (0..10).for_each(|_| drive());
    assert!(!is_ripe(stamp), "a lease was taken without a barrier");
    refuse_barriers(false);
    drive();
    assert!(is_ripe(stamp));
    idle.ends();
}

#[test]
fn owned_guards_share_what_they_hold() {
    let _alone = alone();
    let before = anchors();
    let guards: Vec<_> = (0..scaled(50_000, 500)).map(|_| OwnedGuard::new()).collect();
    assert!(anchors() - before <= 20, "{} anchors", anchors() - before);
    let stamp = stamp();
    drive();
    assert!(!is_ripe(stamp));
    drop(guards);
    drive();
    assert!(is_ripe(stamp));
}

/// Of two guards at least one is alive at any time: neither holds an anchor for ever.
#[test]
fn owned_guards_that_overlap_hold_nothing_up() {
    let _alone = alone();
    let mut guards = [OwnedGuard::new(), OwnedGuard::new()];
    for _ in 0..20 {
        let stamp = stamp();
        let turns = (0..10_000).find(|turn| {
            guards[turn % 2].repin();
            push();
            is_ripe(stamp)
        });
        assert!(turns.is_some(), "the clock stands still");
    }
}

#[test]
fn records_of_ended_threads_are_used_again() {
    let _alone = alone();
    for _ in 0..scaled(500, 50) {
        thread::spawn(|| drop(evacmap::pin())).join().unwrap();
    }
    let stamp = stamp();
    drive();
    assert!(is_ripe(stamp), "ended threads hold nothing up");
}

/// The child of a process with several threads, of which one is inside an operation and one is not:
/// it works, ends, and drops nothing that a guard could see.
#[test]
fn after_a_fork() {
    let _alone = alone();
    let counter = Counter::new();
    let map: HashMap<u64, Counted<u64>> = (0..1000).map(|key| (key, counter.make(key))).collect();
    let idle = Worker::new();
    idle.does(|| drop(evacmap::pin()));
    for held in [false, true] {
        let guard = held.then(evacmap::pin);
        let seen: Vec<_> = guard.iter().flat_map(|guard| map.get(&1, guard)).collect();
        in_a_child(|| {
            let before = counter.alive();
            for key in 0..1000 {
                map.pin().remove(&key);
                map.pin().insert(key + 1000, counter.make(key));
            }
            for _ in 0..100 {
                map.flush();
                evacmap::pin().flush();
            }
            seen.iter().for_each(|value| value.check());
            map.len() == 1000 && (!held || counter.alive() == before + 1000)
        });
    }
    idle.ends();
    validated(map);
}

/// Runs `body` in a child process, which must end by itself, and say `true`.
#[cfg(target_os = "linux")]
#[track_caller]
fn in_a_child(body: impl FnOnce() -> bool) {
    // SAFETY: the child runs what the test says, and leaves without coming back to the harness. It
    // allocates, which glibc and musl permit after a fork.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "cannot fork");
    if child == 0 {
        let right = catch_unwind(AssertUnwindSafe(body)).unwrap_or(false);
        // SAFETY: ends the child.
        unsafe { libc::_exit(i32::from(!right)) };
    }
    let start = Instant::now();
    let mut status = 0;
    // SAFETY: a child of ours, and a place for its status.
    while unsafe { libc::waitpid(child, &mut status, libc::WNOHANG) } == 0 {
        if start.elapsed() > Duration::from_secs(60) {
            // SAFETY: a child of ours.
            unsafe { libc::kill(child, libc::SIGKILL) };
            panic!("the child hangs");
        }
        thread::yield_now();
    }
    assert_eq!(status, 0, "the child's status");
}

#[cfg(not(target_os = "linux"))]
fn in_a_child(_: impl FnOnce() -> bool) {}

/// A thread that ends hands a bag to the collector, in front of what a flush waits for.
#[test]
fn threads_that_ended_delay_no_flush() {
    let _alone = alone();
    let map: HashMap<u64, Counted<u64>> = HashMap::new();
    let counter = Counter::new();
    drive();
    let held = OwnedGuard::new();
    for _ in 0..scaled(1500, 600) {
        let reader = thread::Builder::new().stack_size(64 << 10);
        thread::scope(|scope| {
            let reads = reader.spawn_scoped(scope, || assert!(map.pin().get(&1).is_none()));
            reads.unwrap().join().unwrap();
        });
    }
    map.pin().insert(1, counter.make(1));
    map.pin().remove(&1);
    drop(held);
    map.flush();
    assert_eq!((map.stats().retired, counter.alive()), (0, 0));
}

/// Tables that were left are freed while a map is written to, and nobody flushes: whoever pins now
/// and then has the clock go on. An idle thread is not in the way.
#[test]
fn old_tables_go_without_a_flush() {
    let _alone = alone();
    let idle = Worker::new();
    let map: Arc<HashMap<u64, u64>> = Arc::new(HashMap::new());
    let of_the_idle = map.clone();
    idle.does(move || assert!(of_the_idle.pin().get(&1).is_none()));
    for key in 0..30_000 {
        map.pin().insert(key, key);
    }
    map.finish_resize();
    let growths = map.stats().growths;
    for key in 30_000..38_000 {
        map.pin().insert(key, key);
    }
    let stats = map.stats();
    assert!(growths > 3 && stats.growths == growths && stats.old_buckets == 0, "{stats:?}");
    map.flush();
    let left = stats.bytes - map.stats().bytes;
    assert!(left < 64 << 10, "{left} bytes waited for the flush");
    idle.ends();
}

/// A thread may have a number of the crate `thread_local`'s, and with it a record of an ended one,
/// before it writes to a map; its end is watched all the same.
#[test]
fn a_number_from_elsewhere_does_not_hide_a_threads_end() {
    let _alone = alone();
    static MAP: LazyLock<HashMap<u64, u64>> = LazyLock::new(HashMap::new);
    static OTHERS: LazyLock<::thread_local::ThreadLocal<u8>> = LazyLock::new(Default::default);
    struct AtExit;
    impl Drop for AtExit {
        fn drop(&mut self) {
            MAP.pin().insert(3, 3);
        }
    }
    thread_local! { static AT_EXIT: AtExit = const { AtExit } }
    for _ in 0..20 {
        thread::spawn(|| assert!(MAP.pin().insert(1, 1).is_none_or(|old| *old == 1)))
            .join()
            .unwrap();
        thread::spawn(|| {
            AT_EXIT.with(|_| ());
            OTHERS.get_or(|| 1);
            MAP.pin().insert(2, 2);
        })
        .join()
        .unwrap();
    }
    assert_eq!(MAP.len(), 3);
}
