//! Models of leases, on the real crossbeam-epoch: a thread that is
//! idle and one that takes its lease. The argument that they check stands in
//! `src/memory/collector/lease.rs`.
#![cfg(crossbeam_loom)]

mod scene;

use evacmap::memory_hooks::revoke_idle;
use loom_tests::*;
use scene::Scene;

/// An idle thread's lease is taken while it begins an operation: what it reads is not freed.
#[test]
fn a_lease_against_its_taking() {
    model_that_frees("a_lease_against_its_taking", || {
        let scene = Scene::new();
        drop(evacmap::pin());
        let writers = scene.clone();
        let writer = thread::spawn(move || writers.replace());
        scene.read(&evacmap::pin());
        writer.join().unwrap()
    });
}

/// The same with two operations: the second may find the lease taken, and pins anew.
#[test]
fn two_operations_against_the_taking() {
    model_that_frees("two_operations_against_the_taking", || {
        let scene = Scene::new();
        drop(evacmap::pin());
        let writers = scene.clone();
        let writer = thread::spawn(move || writers.replace());
        scene.read(&evacmap::pin());
        scene.read(&evacmap::pin());
        writer.join().unwrap()
    });
}

/// Two take the same lease, and one of them ends a thread's record meanwhile.
#[test]
fn a_thread_ends_while_its_lease_is_taken() {
    model("a_thread_ends_while_its_lease_is_taken", || {
        let scene = Scene::new();
        let readers = scene.clone();
        let reader = thread::spawn(move || readers.read(&evacmap::pin()));
        revoke_idle();
        scene.read(&evacmap::pin());
        reader.join().unwrap();
        // The record is whose it was last, or nobody's: this takes it from either.
        revoke_idle();
        thread::spawn(|| drop(evacmap::pin())).join().unwrap();
    });
}

/// Guards within guards, dropped in another order, while the lease is taken.
#[test]
fn nested_guards_against_the_taking() {
    model_that_frees("nested_guards_against_the_taking", || {
        let scene = Scene::new();
        drop(evacmap::pin());
        let writers = scene.clone();
        let writer = thread::spawn(move || writers.replace());
        let outer = evacmap::pin();
        let inner = evacmap::pin();
        drop(outer);
        scene.read(&inner);
        drop(inner);
        writer.join().unwrap()
    });
}
