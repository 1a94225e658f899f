//! Models of the clock of grace periods, on the real crossbeam-epoch. What they check is proved in
//! `src/memory/collector/clock.rs`, under the numbers that are given here.
#![cfg(crossbeam_loom)]

mod scene;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use evacmap::memory_hooks::{drive, is_ripe, now, push};
use loom::cell::UnsafeCell;
use loom_tests::*;
use scene::Scene;

/// What is ripe cannot be seen any more (2): a closure is in flight already when it is unlinked.
#[test]
fn a_reader_against_what_is_ripe() {
    model_that_frees("a_reader_against_what_is_ripe", 1, || {
        let scene = Scene::new();
        push();
        let readers = scene.clone();
        let reader = thread::spawn(move || readers.read(&evacmap::pin()));
        push();
        let stamp = scene.unlink();
        (0..4).for_each(|_| push());
        let freed = scene.free(stamp);
        reader.join().unwrap();
        freed
    });
}

/// Nothing gets ripe under a guard that could find it (2), while another has the clock go on.
#[test]
fn nothing_gets_ripe_under_a_guard_that_saw_it() {
    model_that_frees("nothing_gets_ripe_under_a_guard_that_saw_it", 1, || {
        let scene = Scene::new();
        push();
        let other = thread::spawn(drive);
        thread::yield_now();
        let guard = evacmap::pin();
        scene.read(&guard);
        let stamp = scene.unlink();
        assert!(!is_ripe(stamp));
        other.join().unwrap();
        assert!(!is_ripe(stamp));
        drop(guard);
        drive();
        scene.free(stamp)
    });
}

/// Read under a guard, the clock moves at most once while that lasts (4).
#[test]
fn the_clock_moves_once_under_a_guard() {
    capped_model("the_clock_moves_once_under_a_guard", 1, || {
        let other = thread::spawn(drive);
        thread::yield_now();
        push();
        let guard = evacmap::pin();
        let (first, second) = (now(), now());
        assert!(second <= first + 1);
        other.join().unwrap();
        assert!(now() <= first + 1);
        drop(guard);
    });
}

/// Whoever sees that something is ripe comes after all who could see it (2), also if it was another
/// that had the clock go on.
#[test]
fn whoever_sees_it_ripe_comes_after_the_readers() {
    model_that_frees("whoever_sees_it_ripe_comes_after_the_readers", 1, || {
        let scene = Scene::new();
        let readers = scene.clone();
        let reader = thread::spawn(move || {
            readers.read(&evacmap::pin());
            drive();
        });
        thread::yield_now();
        let stamp = scene.unlink();
        thread::yield_now();
        let freed = scene.free(stamp);
        reader.join().unwrap();
        freed
    });
}

/// L (5): whoever reads a number sees what operations did that read one smaller by two.
#[test]
fn what_was_done_two_moves_ago_is_seen() {
    static SEEN: AtomicUsize = AtomicUsize::new(0);
    capped_model("what_was_done_two_moves_ago_is_seen", 1, || {
        let done = Arc::new((UnsafeCell::new(false), AtomicUsize::new(usize::MAX)));
        let writers = done.clone();
        let writer = thread::spawn(move || {
            let guard = evacmap::pin();
            let number = now();
            // SAFETY: what is checked: loom wants it to be ordered before the look below.
            writers.0.with_mut(|done| unsafe { *done = true });
            // An oracle, which loom does not see.
            writers.1.store(number, Relaxed);
            drop(guard);
        });
        (0..5).for_each(|_| push());
        let guard = evacmap::pin();
        if now() >= done.1.load(Relaxed).saturating_add(2) {
            // SAFETY: what is checked.
            done.0.with(|done| assert!(unsafe { *done }));
            SEEN.fetch_add(1, Relaxed);
        }
        drop(guard);
        writer.join().unwrap();
    });
    assert!(SEEN.load(Relaxed) > 0, "the clock never moved twice");
}

/// Two have the clock go on, of which one at a time has a closure in flight.
#[test]
fn two_push() {
    static MOVED: AtomicUsize = AtomicUsize::new(0);
    capped_model("two_push", 1, || {
        let other = thread::spawn(push);
        push();
        other.join().unwrap();
        let before = now();
        drive();
        // Where the other thread has not quite ended it is in the way.
        MOVED.fetch_add(usize::from(now() >= before + 2), Relaxed);
    });
    assert!(MOVED.load(Relaxed) > 0, "the clock stands still");
}
