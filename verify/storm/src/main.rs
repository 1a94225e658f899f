//! A stress program for tools that watch every access: ThreadSanitizer, AddressSanitizer, valgrind.
//!
//! `storm SECONDS [OPERATIONS]` runs rounds until the time is up. In a round a few threads do
//! OPERATIONS each on one map, of every kind and through every kind of resize. It ends with the
//! map's invariants, its length against what the threads saw themselves do, and its drop, with
//! garbage pending or not, of which every value has to be dropped.
//!
//! ThreadSanitizer does not see into `std`, which is not built for it. So the threads are spawned
//! and joined, which it knows, wait for each other on an atomic, and print nothing; and whatever is
//! set up once, for all threads, is set up by the main thread before there is another.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicIsize, AtomicUsize};
use std::thread;
use std::time::{Duration, Instant};

use evacmap::{DefaultHashBuilder, HashMap, Operation};

const THREADS: usize = 4;

/// Values that have been made and not dropped. Relaxed throughout: it must not order what it
/// counts.
static LIVING: AtomicIsize = AtomicIsize::new(0);

/// A value in memory of its own, of which every read is seen, and every drop writes to it.
struct Value(Box<[u64; 2]>);

impl Value {
    fn new(n: u64) -> Self {
        LIVING.fetch_add(1, Relaxed);
        Value(Box::new([n, !n]))
    }

    fn read(&self) -> u64 {
        let [n, inverse] = *self.0;
        assert_eq!(n, !inverse, "a value that has been dropped");
        n
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.read();
        *self.0 = [0, 0];
        LIVING.fetch_sub(1, Relaxed);
    }
}

/// Hashes well, or to a few chains.
#[derive(Clone)]
struct Hashing {
    good: DefaultHashBuilder,
    few: bool,
}

struct State<H>(H, bool);

impl BuildHasher for Hashing {
    type Hasher = State<<DefaultHashBuilder as BuildHasher>::Hasher>;

    fn build_hasher(&self) -> Self::Hasher {
        State(self.good.build_hasher(), self.few)
    }
}

impl<H: Hasher> Hasher for State<H> {
    fn write(&mut self, bytes: &[u8]) {
        self.0.write(bytes);
    }

    fn finish(&self) -> u64 {
        if self.1 { self.0.finish() & 0xF << 60 } else { self.0.finish() }
    }
}

type Map = HashMap<u64, Value, Hashing>;

/// A small generator of pseudo-random numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}

/// Says which thread may begin, and then which may end. Both touch a mutex of `std` in the crate
/// `thread_local`, of which ThreadSanitizer sees nothing when it is contended.
#[derive(Default)]
struct Turn(AtomicUsize);

impl Turn {
    fn wait(&self, turn: usize) {
        while self.0.load(Acquire) < turn {
            thread::yield_now();
        }
    }

    fn pass(&self) {
        self.0.fetch_add(1, Release);
    }
}

/// One operation on a key. Returns by how much it changed the length, as far as it can know.
fn on_key(map: &Map, random: &mut Random, keys: u64) -> isize {
    let map = map.pin();
    let key = random.below(keys);
    match random.below(10) {
        0..=2 => {
            isize::from(map.insert(key, Value::new(key)).inspect(|old| _ = old.read()).is_none())
        }
        3..=4 => {
            -isize::from(map.remove(&key).inspect(|old| assert_eq!(old.read(), key)).is_some())
        }
        5 => {
            map.update(key, |value| Value::new(value.read()))
                .inspect(|new| assert_eq!(new.read(), key));
            0
        }
        6 => {
            let toggled = map.compute(key, |entry| match entry {
                None => Operation::Insert(Value::new(key)),
                Some((_, value)) if value.read() == key => Operation::Remove,
                Some(_) => Operation::Abort(()),
            });
            match toggled {
                evacmap::Compute::Inserted { .. } => 1,
                evacmap::Compute::Removed { .. } => -1,
                _ => 0,
            }
        }
        _ => {
            // Held across another operation, and looked at again.
            let seen = map.get(&key);
            let other = map.get(&random.below(keys)).map(Value::read);
            assert!(other.is_none_or(|other| other < keys));
            seen.inspect(|seen| assert_eq!(seen.read(), key));
            0
        }
    }
}

/// One operation on the map. `clears` says whether it may be one that takes entries out.
fn on_map(map: &Map, random: &mut Random, clears: bool) {
    match random.below(8) {
        0 => map.start_resize(1),
        1 => map.start_resize(-1),
        2 => map.start_rebuild(),
        3 => map.pin().shrink_to_fit(),
        4 => map.finish_resize(),
        5 => map.flush(),
        6 if clears && random.below(2) == 0 => map.pin().clear(),
        6 if clears => map.pin().retain(|key, value| key % 3 != value.read() % 2),
        _ => {
            for (key, value) in &map.pin() {
                assert_eq!(value.read(), *key);
            }
        }
    }
}

/// Every kind of operation. Returns by how much they changed the length.
fn operate(map: &Map, mut random: Random, keys: u64, operations: usize, clears: bool) -> isize {
    let mut change = 0;
    for _ in 0..operations {
        if random.below(50) == 0 {
            on_map(map, &mut random, clears);
        } else {
            change += on_key(map, &mut random, keys);
        }
    }
    change
}

/// One map, from its first write to its drop.
fn round(number: u64, operations: usize) {
    let few = number % 5 == 4;
    let keys = if few { 60 } else { [20, 100, 1000, 5000][number as usize % 4] };
    let clears = number.is_multiple_of(3);
    let map = Arc::new(Map::with_hasher(Hashing { good: DefaultHashBuilder::default(), few }));
    let turn = Arc::new(Turn::default());
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            let (map, turn) = (map.clone(), turn.clone());
            let random = Random(
                (number * THREADS as u64 + thread as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15),
            );
            thread::spawn(move || {
                turn.wait(thread);
                map.flush();
                turn.pass();
                turn.wait(THREADS);
                let change = operate(&map, random, keys, operations, clears);
                turn.wait(THREADS + thread);
                change
            })
        })
        .collect();
    let join = |thread: thread::JoinHandle<isize>| {
        thread.join().inspect(|_| turn.pass()).expect("a thread panicked")
    };
    let change: isize = threads.into_iter().map(join).sum();
    let mut map = Arc::into_inner(map).expect("all threads are joined");
    map.validate().expect("every invariant holds");
    if !clears {
        assert_eq!(map.len(), change.unsigned_abs(), "what the threads saw themselves do");
    }
    if number.is_multiple_of(2) {
        (0..3).for_each(|_| map.flush());
    }
    drop(map);
    assert_eq!(LIVING.load(Relaxed), 0, "values that were not dropped with their map");
}

fn main() {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse().expect("a number"));
    let seconds = numbers.next().unwrap_or(1);
    let operations = numbers.next().unwrap_or(2000) as usize;
    let deadline = Instant::now() + Duration::from_secs(seconds);
    // What is set up once: the collector, the hasher's seed, the thread-locals.
    operate(
        &Map::with_hasher(Hashing { good: DefaultHashBuilder::default(), few: false }),
        Random(1),
        10,
        100,
        true,
    );
    let mut rounds = 0;
    while rounds == 0 || Instant::now() < deadline {
        round(rounds, operations);
        rounds += 1;
    }
    println!("storm: {rounds} rounds, {} operations", rounds * (THREADS * operations) as u64);
}
