//! What loom overlooks when a load is a load, and finds when it is a read-modify-write: that the
//! second mode of the models (`cargo xtask loom --loads rmw`) explores more than the first.
//!
//! The atomics here are those that the map is modelled with, from the same file.
#![cfg(all(evacmap_loom, not(crossbeam_loom)))]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use atomics::{AcqRel, Acquire, AtomicUsize, Relaxed, loads_are_rmw};
use loom_tests::{model, thread};

#[allow(dead_code, unused_imports, reason = "the map uses more of it")]
#[path = "../../src/sync/modelled/atomics.rs"]
mod atomics;

/// What two threads share.
struct Shared {
    step: AtomicUsize,
    link: AtomicUsize,
}

/// Whether any execution sees the first step as not yet taken and then the link as set. One does:
/// the writer runs between the two reads. The writer may look at the link before it sets it.
fn is_seen(name: &str, writer_looks: bool) -> bool {
    let seen = Arc::new(AtomicBool::new(false));
    let noted = seen.clone();
    model(name, move || {
        let shared = Arc::new(Shared { step: AtomicUsize::new(0), link: AtomicUsize::new(0) });
        let writers = shared.clone();
        let writer = thread::spawn(move || {
            writers.step.fetch_add(1, AcqRel);
            if writer_looks {
                assert_eq!(writers.link.load(Acquire), 0, "nobody else sets it");
            }
            writers.link.fetch_add(1, AcqRel);
        });
        // Not a load, which might read an old value and so come to the same by another way.
        let step = shared.step.fetch_or(0, AcqRel);
        let link = shared.link.load(Acquire);
        if (step, link) == (0, 1) {
            noted.store(true, Relaxed);
        }
        writer.join().unwrap();
    });
    seen.load(Relaxed)
}

/// The writer's own load makes the outcome no less possible, but hides it in the first mode. If
/// this fails because it is seen in both, loom has no such blind spot any more.
#[test]
fn a_load_hides_an_outcome() {
    assert!(is_seen("the_outcome_without_the_load", false));
    let seen = is_seen("a_load_hides_an_outcome", true);
    assert_eq!(seen, loads_are_rmw(), "seen, and expected");
}

/// loom does not keep a store from falling between the two halves of a read-modify-write: the
/// store is undone. Where loads are read-modify-writes and stores are not swaps, every model of a
/// word that its owner alone stores to, and others look at, would fail so.
#[test]
fn a_store_may_be_undone() {
    let undone = Arc::new(AtomicBool::new(false));
    let noted = undone.clone();
    model("a_store_may_be_undone", move || {
        let word = Arc::new(AtomicUsize::new(0));
        let owners = word.clone();
        let owner = thread::spawn(move || owners.store(1, Relaxed));
        word.fetch_or(0, Relaxed);
        owner.join().unwrap();
        if word.load(Relaxed) == 0 {
            noted.store(true, Relaxed);
        }
    });
    assert_eq!(undone.load(Relaxed), !loads_are_rmw(), "undone, and expected");
}
