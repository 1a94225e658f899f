//! Models of anchors, which owned guards share, on the real crossbeam-epoch. The argument stands in
//! `src/memory/collector/anchor.rs`.
#![cfg(crossbeam_loom)]

mod scene;

use evacmap::OwnedGuard;
use loom_tests::*;
use scene::Scene;

/// The last guard of an anchor leaves while another joins, and frees what it can.
#[test]
fn the_last_guard_against_a_new_one() {
    model_that_frees("the_last_guard_against_a_new_one", 1, || {
        let scene = Scene::new();
        let last = OwnedGuard::new();
        let writers = scene.clone();
        let writer = thread::spawn(move || {
            drop(last);
            writers.replace()
        });
        let guard = OwnedGuard::new();
        scene.read(&guard);
        drop(guard);
        writer.join().unwrap()
    });
}

/// Two guards of one anchor are dropped, by two threads, and what was read under both is over when
/// it is unpinned.
#[test]
fn two_guards_leave_an_anchor() {
    model_that_frees("two_guards_leave_an_anchor", 2, || {
        let scene = Scene::new();
        let (one, other) = (OwnedGuard::new(), OwnedGuard::new());
        let writers = scene.clone();
        let writer = thread::spawn(move || {
            writers.read(&one);
            drop(one);
            writers.replace()
        });
        scene.read(&other);
        drop(other);
        writer.join().unwrap()
    });
}

/// A guard is pinned anew while another of its anchor stays.
#[test]
fn a_guard_is_pinned_anew_beside_another() {
    model("a_guard_is_pinned_anew_beside_another", || {
        let scene = Scene::new();
        let (stays, mut moves) = (OwnedGuard::new(), OwnedGuard::new());
        let writers = scene.clone();
        let writer = thread::spawn(move || {
            moves.repin();
            writers.read(&moves);
        });
        scene.read(&stays);
        let stamp = scene.unlink();
        evacmap::memory_hooks::push();
        assert!(!scene.free(stamp));
        drop(stays);
        writer.join().unwrap();
    });
}
