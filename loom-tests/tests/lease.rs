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
    model_that_frees("a_lease_against_its_taking", 2, || {
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
    model_that_frees("two_operations_against_the_taking", 2, || {
        let scene = Scene::new();
        drop(evacmap::pin());
        let writers = scene.clone();
        let writer = thread::spawn(move || writers.replace());
        scene.read(&evacmap::pin());
        scene.read(&evacmap::pin());
        writer.join().unwrap()
    });
}

/// A lease is taken, and later something is replaced and freed, while the owner begins an operation
/// in which it relies on nothing that is being taken.
#[test]
fn a_replacement_after_the_taking() {
    model_that_frees("a_replacement_after_the_taking", 2, || {
        let scene = Scene::new();
        drop(evacmap::pin());
        let writers = scene.clone();
        let writer = thread::spawn(move || {
            revoke_idle();
            writers.replace()
        });
        scene.read(&evacmap::pin());
        writer.join().unwrap()
    });
}

/// A lease is handed back to its owner, who comes for it at once.
#[test]
fn a_lease_is_handed_back() {
    model("a_lease_is_handed_back", || {
        drop(evacmap::pin());
        let revoker = thread::spawn(revoke_idle);
        drop(evacmap::pin());
        revoker.join().unwrap();
        drop(evacmap::pin());
    });
}

/// A thread ends while its lease is taken: either of the two takes it, once.
#[test]
fn a_thread_ends_while_its_lease_is_taken() {
    capped_model("a_thread_ends_while_its_lease_is_taken", 1, || {
        let owner = thread::spawn(|| drop(evacmap::pin()));
        thread::yield_now();
        revoke_idle();
        owner.join().unwrap();
        // The record is nobody's now, or nearly.
        drop(evacmap::pin());
    });
}

/// Guards within guards, dropped in another order, while the lease is taken.
#[test]
fn nested_guards_against_the_taking() {
    model_that_frees("nested_guards_against_the_taking", 2, || {
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
