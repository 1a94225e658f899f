//! What the suites share: a hasher that can be made worse, maps in several states, threads that
//! start together.

use std::hash::{BuildHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Once;
use std::thread;

use evacmap::{DefaultHashBuilder, HashMap};

use crate::common::{Start, validated};

/// All hash bits, and so a good hasher.
pub const GOOD: u64 = u64::MAX;
/// Sixteen different hashes.
pub const TRUNCATED: u64 = 0xf;
/// One hash for all keys.
pub const BAD: u64 = 0;

/// Makes three tests of each function: with a good hasher, with a truncated and with a constant
/// hash.
macro_rules! under_three_hashers {
    ($($case:ident)*) => {$(
        mod $case {
            #[test]
            fn good_hash() {
                super::$case($crate::support::GOOD);
            }

            #[test]
            fn truncated_hash() {
                super::$case($crate::support::TRUNCATED);
            }

            #[test]
            fn bad_hash() {
                super::$case($crate::support::BAD);
            }
        }
    )*};
}

/// A good hasher, of whose hashes only the bits of a mask are left.
#[derive(Clone, Debug)]
pub struct Masked {
    good: DefaultHashBuilder,
    mask: u64,
}

impl Masked {
    pub fn new(mask: u64) -> Self {
        Masked { good: DefaultHashBuilder::default(), mask }
    }
}

impl BuildHasher for Masked {
    type Hasher = MaskedHasher;

    fn build_hasher(&self) -> MaskedHasher {
        MaskedHasher { good: self.good.build_hasher(), mask: self.mask }
    }
}

pub struct MaskedHasher {
    good: <DefaultHashBuilder as BuildHasher>::Hasher,
    mask: u64,
}

impl Hasher for MaskedHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.good.write(bytes);
    }

    fn finish(&self) -> u64 {
        self.good.finish() & self.mask
    }
}

/// The same hash for everything: all bits zero, or all bits one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Same<const ONES: bool>;

impl<const ONES: bool> BuildHasher for Same<ONES> {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Same
    }
}

impl<const ONES: bool> Hasher for Same<ONES> {
    fn write(&mut self, _: &[u8]) {}

    fn finish(&self) -> u64 {
        if ONES { u64::MAX } else { 0 }
    }
}

/// Empty maps: one that has no table, one with room, one that is growing and one that is shrinking.
fn empty_maps<K: Hash + Eq + Send, V: Send>() -> [HashMap<K, V>; 4] {
    let (growing, shrinking) = (HashMap::with_capacity(40), HashMap::with_capacity(10_000));
    growing.pin().reserve(150);
    shrinking.pin().shrink_to_fit();
    [HashMap::new(), HashMap::with_capacity(1000), growing, shrinking]
}

/// Runs `test` on empty maps in every state.
pub fn in_every_state<K: Hash + Eq + Send, V: Send>(test: impl Fn(&HashMap<K, V>)) {
    for map in empty_maps() {
        test(&map);
        validated(map);
    }
}

#[test]
fn the_states_are_what_they_are_said_to_be() {
    let maps = empty_maps::<u32, u32>();
    assert!(maps.iter().all(HashMap::is_empty));
    assert_eq!(maps.each_ref().map(HashMap::is_resizing), [false, false, true, true]);
    assert_eq!(maps.each_ref().map(|map| map.capacity() >= 100), [false, true, true, false]);
}

/// Runs `work` on that many threads at once, each with its number, and returns what they return.
pub fn crowd<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (start, work) = (&Start::new(threads), &work);
    thread::scope(|scope| {
        let started = (0..threads).map(|number| {
            scope.spawn(move || {
                start.wait();
                work(number)
            })
        });
        let started: Vec<_> = started.collect();
        started
            .into_iter()
            .map(|thread| thread.join().expect("a thread of the test panicked"))
            .collect()
    })
}

/// What the panics on purpose carry.
struct OnPurpose;

/// Panics, and nobody needs to hear of it.
pub fn throw() -> ! {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !info.payload().is::<OnPurpose>() {
                before(info);
            }
        }));
    });
    panic_any(OnPurpose)
}

/// Whether `f` has thrown. Another panic goes on.
#[track_caller]
pub fn throws<T>(f: impl FnOnce() -> T) -> bool {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => false,
        Err(payload) if payload.is::<OnPurpose>() => true,
        Err(payload) => std::panic::resume_unwind(payload),
    }
}

/// The numbers below `count`, in an order that depends on `seed`.
pub fn shuffled(count: usize, seed: usize) -> Vec<usize> {
    let mut random = crate::common::Random::new(seed);
    let mut numbers: Vec<usize> = (0..count).collect();
    for i in (1..count).rev() {
        numbers.swap(i, random.below(i + 1));
    }
    numbers
}
