//! What an operation needs of the stack, by the size of the values: that it is no more than the
//! page of limitations says, and the table that stands there.
//!
//! A value that an operation is given goes through the stack of whoever calls, and the operation
//! moves it until it is in its entry. How often depends on the compiler.

use std::hint::black_box;
use std::process::Command;
use std::{env, thread};

use evacmap::{HashMap, Operation};

/// A value that fills the stack.
struct Large<const N: usize>([u8; N]);

impl<const N: usize> Large<N> {
    fn new(with: u8) -> Self {
        Large(black_box([with; N]))
    }
}

type Map<const N: usize> = HashMap<u32, Large<N>>;

/// Is there before each operation.
const PRESENT: u32 = 1;
const ABSENT: u32 = 2;

/// An operation and its name. It is called once, on a thread that has not used a map before.
type Named<const N: usize> = (&'static str, fn(&Map<N>));

fn operations<const N: usize>() -> [Named<N>; 7] {
    [
        ("get", |map| assert_eq!(map.pin().get(&PRESENT).unwrap().0[N - 1], 7)),
        ("remove", |map| assert!(map.pin().remove(&PRESENT).is_some())),
        ("insert", |map| assert!(map.pin().insert(ABSENT, Large::new(1)).is_none())),
        ("insert, replacing", |map| assert!(map.pin().insert(PRESENT, Large::new(1)).is_some())),
        ("get_or_insert_with", |map| {
            assert_eq!(map.pin().get_or_insert_with(ABSENT, || Large::new(1)).0[N - 1], 1);
        }),
        ("update", |map| {
            assert!(map.pin().update(PRESENT, |old| Large::new(old.0[0])).is_some());
        }),
        ("compute", |map| {
            let map = map.pin();
            map.compute(PRESENT, |_| Operation::<_, ()>::Insert(Large::new(3)));
            assert_eq!(map.get(&PRESENT).unwrap().0[N - 1], 3);
        }),
    ]
}

const KIB: usize = 1 << 10;

/// What the page of limitations asks for: this, and so many times the value.
const BASE: usize = 48 * KIB;
const TIMES: usize = if cfg!(debug_assertions) { 32 } else { 10 };

fn on_a_stack<T: Send>(size: usize, work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(size).spawn_scoped(scope, work);
        thread.expect("a thread").join().expect("the thread panicked")
    })
}

/// One operation on a stack of `size` bytes. An overflow ends the process.
fn run<const N: usize>(operation: usize, size: usize) {
    let map = on_a_stack(64 << 20, || {
        let map = Map::<N>::new();
        map.pin().insert(PRESENT, Large::new(7));
        map
    });
    on_a_stack(size, || operations::<N>()[operation].1(&map));
}

fn all_within_the_bound<const N: usize>() {
    (0..operations::<N>().len()).for_each(|operation| run::<N>(operation, BASE + TIMES * N));
}

/// Fails by a crash. Compilers differ, so the bound is more than the table: twice as much, and half
/// as much again without optimisation.
#[test]
fn no_operation_needs_more_than_is_said() {
    all_within_the_bound::<8>();
    all_within_the_bound::<{ KIB }>();
    all_within_the_bound::<{ 16 * KIB }>();
    all_within_the_bound::<{ 64 * KIB }>();
    all_within_the_bound::<{ 256 * KIB }>();
}

/// The operation and the stack that a child of `table` is to try.
const CHILD: &str = "EVACMAP_STACK";

#[test]
#[ignore = "a child of `table`"]
fn child() {
    let Ok(what) = env::var(CHILD) else { return };
    let what: Vec<usize> = what.split(' ').map(|number| number.parse().unwrap()).collect();
    let &[value, operation, stack] = &what[..] else { panic!("three numbers") };
    match value / KIB {
        0 => run::<8>(operation, stack),
        1 => run::<{ KIB }>(operation, stack),
        16 => run::<{ 16 * KIB }>(operation, stack),
        64 => run::<{ 64 * KIB }>(operation, stack),
        _ => run::<{ 256 * KIB }>(operation, stack),
    }
}

/// Whether a process survives the operation on such a stack.
fn survives(value: usize, operation: usize, stack: usize) -> bool {
    Command::new(env::current_exe().unwrap())
        .args(["--ignored", "--exact", "stack_sizes::child"])
        .env(CHILD, format!("{value} {operation} {stack}"))
        .output()
        .unwrap()
        .status
        .success()
}

/// The least stack on which the operation survives, in steps of 4 KiB.
fn least(value: usize, operation: usize) -> usize {
    let (mut low, mut high) = (3, (BASE + TIMES * value) / (4 * KIB));
    assert!(survives(value, operation, high * 4 * KIB));
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if survives(value, operation, middle * 4 * KIB) { high = middle } else { low = middle }
    }
    high * 4
}

/// `cargo test --release --features _hooks --test sweeps -- --ignored --nocapture
/// stack_sizes::table`
#[test]
#[ignore = "tells, and checks what the other test checks"]
fn table() {
    let sizes = [8, KIB, 16 * KIB, 64 * KIB, 256 * KIB];
    println!("| | 8 bytes | 1 KiB | 16 KiB | 64 KiB | 256 KiB |\n|---|--:|--:|--:|--:|--:|");
    for (operation, (name, _)) in operations::<8>().iter().enumerate() {
        let needs: Vec<_> = sizes.map(|size| format!("{} KiB", least(size, operation))).into();
        println!("| {name} | {} |", needs.join(" | "));
    }
}
