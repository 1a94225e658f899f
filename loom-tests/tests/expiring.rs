//! Models of the timing wheel: names that are filed, taken and filed again, and the hands that
//! pass. In the models a block has two names, and a wheel two levels of two slots.
#![cfg(feature = "expiring")]

use std::hash::BuildHasherDefault;
use std::sync::Arc;
use std::time::Duration;

use evacmap::expiring::ManualClock;
use evacmap::expiring::hooks::{BareStep, BareWheel};
use evacmap::pin;
use loom_tests::*;

/// What comes up at `now`, until nothing does.
fn all(wheel: &BareWheel, now: u64) -> Vec<u64> {
    let mut numbers = Vec::new();
    loop {
        match wheel.step(now, &pin()) {
            BareStep::Name { hash, number } => {
                assert_eq!(hash, number * 10, "the hash that was filed with it");
                numbers.push(number);
            }
            BareStep::Moved => {}
            BareStep::Idle => return numbers,
        }
    }
}

/// What comes up in at most so many steps.
fn some(wheel: &BareWheel, now: u64, steps: usize) -> Vec<u64> {
    let mut numbers = Vec::new();
    for _ in 0..steps {
        if let BareStep::Name { hash, number } = wheel.step(now, &pin()) {
            assert_eq!(hash, number * 10, "the hash that was filed with it");
            numbers.push(number);
        }
    }
    numbers
}

fn file(wheel: &BareWheel, number: u64, tick: u64) {
    wheel.file(number * 10, number, tick, &pin());
}

/// Each has come up once, and the wheel is empty.
fn end(wheel: Arc<BareWheel>, numbers: impl IntoIterator<Item = u64>, wanted: &[u64]) {
    let mut numbers: Vec<u64> = numbers.into_iter().collect();
    numbers.sort_unstable();
    assert_eq!(numbers, wanted);
    assert_eq!(wheel.blocks(), 0);
}

/// A name that is filed while its tick is being swept comes up once: by that sweep, or in the tick
/// that follows.
#[test]
fn a_name_filed_against_a_sweep_of_its_tick() {
    model("a_name_filed_against_a_sweep_of_its_tick", || {
        let wheel = Arc::new(BareWheel::default());
        let filing = wheel.clone();
        let a = thread::spawn(move || file(&filing, 1, 1));
        let mut numbers = some(&wheel, 1, 4);
        a.join().unwrap();
        let late = wheel.passed() + 1;
        numbers.extend(all(&wheel, late.min(3)));
        end(wheel, numbers, &[1]);
    });
}

/// Two threads take from one block, to which a third name is being added: each comes up once.
#[test]
fn two_sweeps_of_one_block_against_a_name_for_it() {
    deep_model("two_sweeps_of_one_block_against_a_name_for_it", || {
        let wheel = Arc::new(BareWheel::default());
        file(&wheel, 1, 0);
        let (filing, taking) = (wheel.clone(), wheel.clone());
        let a = thread::spawn(move || file(&filing, 2, 0));
        let b = thread::spawn(move || some(&taking, 0, 2));
        let mut numbers = some(&wheel, 0, 2);
        a.join().unwrap();
        numbers.extend(b.join().unwrap());
        numbers.extend(all(&wheel, 1));
        end(wheel, numbers, &[1, 2]);
    });
}

/// A list of two blocks, of which the upper is popped while a third is pushed.
#[test]
fn a_block_popped_against_a_block_pushed() {
    deep_model("a_block_popped_against_a_block_pushed", || {
        let wheel = Arc::new(BareWheel::default());
        (1..=3).for_each(|number| file(&wheel, number, 0));
        let filing = wheel.clone();
        let a = thread::spawn(move || {
            file(&filing, 4, 0);
            file(&filing, 5, 0);
        });
        let mut numbers = some(&wheel, 0, 4);
        a.join().unwrap();
        numbers.extend(all(&wheel, 1));
        end(wheel, numbers, &[1, 2, 3, 4, 5]);
    });
}

/// Two threads sweep the same blocks: one pops what the other still looks at.
#[test]
fn two_sweeps_of_two_blocks() {
    deep_model("two_sweeps_of_two_blocks", || {
        let wheel = Arc::new(BareWheel::default());
        (1..=3).for_each(|number| file(&wheel, number, 0));
        let taking = wheel.clone();
        let a = thread::spawn(move || some(&taking, 0, 5));
        let mut numbers = some(&wheel, 0, 5);
        numbers.extend(a.join().unwrap());
        numbers.extend(all(&wheel, 0));
        end(wheel, numbers, &[1, 2, 3]);
    });
}

/// A name of the upper level comes up and is filed again below, while another is filed beside it
/// and a second thread moves the hands.
#[test]
fn a_name_filed_again_against_a_name_filed_beside_it() {
    deep_model("a_name_filed_again_against_a_name_filed_beside_it", || {
        let wheel = Arc::new(BareWheel::default());
        file(&wheel, 1, 3);
        let (filing, taking) = (wheel.clone(), wheel.clone());
        let refile = |wheel: &BareWheel, early: Vec<u64>| {
            early.into_iter().for_each(|number| file(wheel, number, 3));
        };
        let a = thread::spawn(move || file(&filing, 2, 3));
        let b = thread::spawn(move || {
            let early = some(&taking, 2, 3);
            refile(&taking, early);
        });
        let early = some(&wheel, 2, 3);
        refile(&wheel, early);
        a.join().unwrap();
        b.join().unwrap();
        let mut numbers = Vec::new();
        // What comes up before its time is filed again, as the map does.
        for now in 0..=4 {
            let up = all(&wheel, now);
            if now < 3 {
                refile(&wheel, up);
            } else {
                numbers.extend(up);
            }
        }
        end(wheel, numbers, &[1, 2]);
    });
}

/// A scrub that files again what it takes, against a name that is filed in either bank, and a
/// sweep.
#[test]
fn a_scrub_against_a_name_and_a_sweep() {
    deep_model("a_scrub_against_a_name_and_a_sweep", || {
        let wheel = Arc::new(BareWheel::default());
        file(&wheel, 1, 1);
        let (filing, scrubbing) = (wheel.clone(), wheel.clone());
        let a = thread::spawn(move || file(&filing, 2, 1));
        let b = thread::spawn(move || {
            scrubbing.begin_scrub();
            for _ in 0..3 {
                if let BareStep::Name { number, .. } = scrubbing.step_scrub(&pin()) {
                    file(&scrubbing, number, 1);
                }
            }
        });
        let mut numbers = some(&wheel, 1, 3);
        a.join().unwrap();
        b.join().unwrap();
        numbers.extend(all(&wheel, 2));
        end(wheel, numbers, &[1, 2]);
    });
}

type ExpiringMap = evacmap::expiring::ExpiringMap<u64, u64, BuildHasherDefault<Identity>>;

/// A map whose one key falls due at tick 1, and its clock. A tick is a nanosecond.
fn due() -> (Arc<ExpiringMap>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new());
    let tick = Duration::from_nanos(1);
    let map = evacmap::expiring::ExpiringMap::builder().time_to_live(tick).tick(tick);
    let map = map.hasher(BuildHasherDefault::default()).clock(clock.clone()).build();
    assert_eq!(map.pin().insert(1, 10), None);
    (Arc::new(map), clock)
}

/// After all of that, nothing is left: no entry, and no name without one.
fn swept(map: Arc<ExpiringMap>, clock: &ManualClock) {
    let mut map = Arc::into_inner(map).expect("all threads are joined");
    clock.advance(Duration::from_nanos(8));
    assert!(map.sweep(1000).complete);
    assert_eq!(map.len(), 0);
    map.validate().unwrap();
}

/// An entry falls due while it is replaced: the new one is there, and is swept in its turn.
#[test]
fn a_replacement_against_the_sweep_of_what_it_replaces() {
    deep_model("a_replacement_against_the_sweep_of_what_it_replaces", || {
        let (map, clock) = due();
        clock.advance(Duration::from_nanos(1));
        let sweeping = map.clone();
        let a = thread::spawn(move || _ = sweeping.sweep(3));
        assert_eq!(map.pin().insert(1, 11), None, "the former is dead");
        assert_eq!(map.pin().get(&1), Some(&11));
        a.join().unwrap();
        assert_eq!(map.pin().get(&1), Some(&11));
        swept(map, &clock);
    });
}

/// An entry is removed while its name comes up.
#[test]
fn a_removal_against_a_sweep() {
    deep_model("a_removal_against_a_sweep", || {
        let (map, clock) = due();
        clock.advance(Duration::from_nanos(1));
        let sweeping = map.clone();
        let a = thread::spawn(move || _ = sweeping.sweep(3));
        assert_eq!(map.pin().remove(&1), None, "it is dead");
        a.join().unwrap();
        swept(map, &clock);
    });
}

/// A touch in time, while the clock moves and the name comes up: whoever finds it dead has the last
/// word.
#[test]
fn a_touch_against_a_deadline_and_a_sweep() {
    deep_model("a_touch_against_a_deadline_and_a_sweep", || {
        let (map, clock) = due();
        let (sweeping, time) = (map.clone(), clock.clone());
        let a = thread::spawn(move || {
            time.advance(Duration::from_nanos(1));
            let was_dead = !sweeping.pin().contains_key(&1);
            _ = sweeping.sweep(3);
            assert!(!was_dead || !sweeping.pin().contains_key(&1), "it has come back");
        });
        let touched = map.pin().touch(&1);
        a.join().unwrap();
        assert!(touched || !map.pin().contains_key(&1));
        swept(map, &clock);
    });
}
