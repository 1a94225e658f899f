//! What the integration tests share: things that count their drops, five hashers, a matrix of
//! configurations, and the checks with which every test ends.
#![allow(dead_code)]

#[cfg(feature = "tracing")]
pub mod events;
#[cfg(feature = "_hooks")]
mod hits;
pub mod injected;
#[cfg(feature = "_hooks")]
pub mod ops;

use std::borrow::Borrow;
use std::fmt::{self, Debug};
use std::hash::{BuildHasher, Hash, Hasher};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::*};
use std::sync::{Arc, Mutex};

use evacmap::{DefaultHashBuilder, HashMap};

/// Test sizes: the first in release builds, the second in debug builds.
pub fn scaled(release: usize, debug: usize) -> usize {
    if cfg!(debug_assertions) { debug } else { release }
}

/// A little more entries than any table holds. With 32-bit pointers one of 1 GiB can be had.
pub const JUST_TOO_MANY: usize = usize::MAX / if usize::BITS == 64 { 64 } else { 8 };

/// Remembers what a test leaks on purpose, so that a leak detector does not count it.
pub fn leaked<T>(what: *const T) {
    static LEAKED: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    LEAKED.lock().unwrap().push(what.expose_provenance());
    // A store that nobody reads would be left out of an optimised build.
    black_box(&LEAKED);
}

/// How many things were made and dropped in one test.
#[derive(Default, Debug)]
pub struct Counter {
    made: AtomicUsize,
    dropped: AtomicUsize,
}

impl Counter {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Something that this counter counts.
    pub fn make<T>(self: &Arc<Self>, inner: T) -> Counted<T> {
        Counted::new(inner, self)
    }

    pub fn made(&self) -> usize {
        self.made.load(Acquire)
    }

    pub fn dropped(&self) -> usize {
        self.dropped.load(Acquire)
    }

    pub fn alive(&self) -> usize {
        self.made() - self.dropped()
    }

    /// Everything that was made has been dropped, once.
    #[track_caller]
    pub fn check(&self) {
        assert_eq!(self.made(), self.dropped(), "made (left) and dropped (right)");
    }
}

const ALIVE: u64 = 0xA11E_A11E_A11E_A11E;
const DROPPED: u64 = 0xDEAD_DEAD_DEAD_DEAD;

/// A key or a value that counts its drops and notices when it is used after one.
pub struct Counted<T> {
    pub inner: T,
    counter: Arc<Counter>,
    state: AtomicU64,
}

impl<T> Counted<T> {
    pub fn new(inner: T, counter: &Arc<Counter>) -> Self {
        counter.made.fetch_add(1, Relaxed);
        Counted { inner, counter: counter.clone(), state: AtomicU64::new(ALIVE) }
    }

    pub fn check(&self) {
        assert_eq!(self.state.load(Relaxed), ALIVE, "used after its drop");
    }
}

impl<T> Drop for Counted<T> {
    fn drop(&mut self) {
        assert_eq!(self.state.swap(DROPPED, Relaxed), ALIVE, "dropped twice");
        self.counter.dropped.fetch_add(1, Release);
    }
}

impl<T: Clone> Clone for Counted<T> {
    fn clone(&self) -> Self {
        self.check();
        Counted::new(self.inner.clone(), &self.counter)
    }
}

impl<T: PartialEq> PartialEq for Counted<T> {
    fn eq(&self, other: &Self) -> bool {
        self.check();
        other.check();
        self.inner == other.inner
    }
}

impl<T: Eq> Eq for Counted<T> {}

impl<T: Hash> Hash for Counted<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.check();
        self.inner.hash(state);
    }
}

impl<T> Borrow<T> for Counted<T> {
    fn borrow(&self) -> &T {
        self.check();
        &self.inner
    }
}

impl<T: Debug> Debug for Counted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// How keys are hashed: well, or in one of four ways that are hard on maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// hashbrown's default hasher.
    Good,
    /// All keys have one hash.
    Constant,
    /// 256 different hashes.
    EightBit,
    Identity,
    /// The low 40 bits are zero.
    LowBitsZero,
}

pub const MODES: [Mode; 5] =
    [Mode::Good, Mode::Constant, Mode::EightBit, Mode::Identity, Mode::LowBitsZero];

#[derive(Clone, Debug)]
pub struct TestHasher {
    mode: Mode,
    good: DefaultHashBuilder,
}

impl TestHasher {
    pub fn new(mode: Mode) -> Self {
        TestHasher { mode, good: DefaultHashBuilder::default() }
    }
}

pub struct TestHasherState {
    mode: Mode,
    good: <DefaultHashBuilder as BuildHasher>::Hasher,
    state: u64,
}

impl BuildHasher for TestHasher {
    type Hasher = TestHasherState;

    fn build_hasher(&self) -> TestHasherState {
        TestHasherState { mode: self.mode, good: self.good.build_hasher(), state: 0 }
    }
}

impl Hasher for TestHasherState {
    fn write(&mut self, bytes: &[u8]) {
        if self.mode == Mode::Good {
            return self.good.write(bytes);
        }
        for (index, byte) in bytes.iter().enumerate() {
            self.state ^= u64::from(*byte) << (index % 8 * 8);
        }
    }

    fn finish(&self) -> u64 {
        match self.mode {
            Mode::Good => self.good.finish(),
            Mode::Constant => 0,
            Mode::EightBit => self.state & 0xff,
            Mode::Identity => self.state,
            Mode::LowBitsZero => self.state << 40,
        }
    }
}

/// What happens to a map's table during a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// Begins with nothing, and is resized all the time.
    Fresh,
    /// Room for all from the start.
    Capacity(usize),
    /// Rebuilt at its size again and again.
    SameSize,
    /// Made larger now and then, and shrunk again and again.
    Shrinking,
}

pub const SETUPS: [Setup; 4] =
    [Setup::Fresh, Setup::Capacity(400), Setup::SameSize, Setup::Shrinking];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    pub setup: Setup,
    pub mode: Mode,
}

pub type TestMap<K, V> = HashMap<K, V, TestHasher>;

/// Runs `test` for all setups and hashers.
pub fn with_maps(mut test: impl FnMut(Config)) {
    for setup in SETUPS {
        for mode in MODES {
            test(Config { setup, mode });
        }
    }
}

impl Config {
    pub fn map<K, V>(&self) -> TestMap<K, V> {
        let hasher = TestHasher::new(self.mode);
        match self.setup {
            Setup::Capacity(capacity) => HashMap::with_capacity_and_hasher(capacity, hasher),
            _ => HashMap::with_hasher(hasher),
        }
    }

    /// To be called between operations, with the number of the operation: does to the table what
    /// the setup says. `foreign` gives keys and values for a churn of entries, with keys that the
    /// test does not use.
    pub fn disturb<K, V>(
        &self,
        map: &TestMap<K, V>,
        step: usize,
        mut foreign: impl FnMut(u64) -> (K, V),
    ) where
        K: Hash + Eq + Send + Clone,
        V: Send,
    {
        let guard = map.guard();
        let roomier = || map.reserve(map.capacity() + 1 - map.len().min(map.capacity()), &guard);
        match self.setup {
            Setup::Capacity(_) => {}
            Setup::Fresh if step % 16 == 7 => {
                if map.capacity() < 2000 {
                    roomier()
                } else {
                    map.shrink_to_fit(&guard)
                }
            }
            Setup::SameSize if step % 16 == 7 => {
                #[cfg(feature = "_hooks")]
                map.start_rebuild();
                // Without the means to begin a rebuild, what begins one by itself.
                for i in 0..if cfg!(feature = "_hooks") { 1 } else { 40 } {
                    let (key, value) = foreign(i);
                    map.insert(key.clone(), value, &guard);
                    map.remove(&key, &guard);
                }
            }
            Setup::Shrinking if step % 24 == 7 => roomier(),
            Setup::Shrinking if step % 24 == 19 => map.shrink_to_fit(&guard),
            _ => {}
        }
    }
}

/// The map is as its invariants want it; then it is dropped.
#[track_caller]
pub fn validated<K: Eq, V, S>(mut map: HashMap<K, V, S>) {
    map.validate().unwrap();
}

/// As `validated`, for the last handle to a map.
#[track_caller]
pub fn validated_arc<K: Eq, V, S>(map: Arc<HashMap<K, V, S>>) {
    validated(Arc::into_inner(map).expect("the last handle"));
}

/// After a storm: the map is sound, and alive. Four times its capacity of new entries, with keys
/// that it does not have, make it grow; it comes to rest; its chains are short, and it drops
/// everything.
#[track_caller]
pub fn aftermath<K, V, S>(mut map: HashMap<K, V, S>, mut fresh: impl FnMut(u64) -> (K, V))
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    map.validate().unwrap();
    let before = map.stats();
    for number in 0..4 * before.capacity.max(10) as u64 {
        let (key, value) = fresh(number);
        assert!(map.pin().insert(key, value).is_none());
    }
    let grown = map.stats();
    assert!(
        grown.growths > before.growths && grown.buckets > before.buckets,
        "the map no longer grows: {grown:?}"
    );
    map.finish_resize();
    let rest = map.stats();
    assert!(!map.is_resizing() && rest.old_buckets == 0, "a resize never ends: {rest:?}");
    // A table grows when a chain is full and the average above its limit: never much later than at
    // its capacity.
    assert!(rest.len <= rest.capacity * 2, "growth does not keep up: {rest:?}");
    // Even if all is in one chain: behind each seven slots used there is one, and the map has grown
    // or leaves the DEAD ones behind.
    assert!(rest.overflow_buckets <= rest.buckets, "the chains are too long: {rest:?}");
    assert_eq!(rest.len, map.pin().iter().count());
    map.validate().unwrap();
}

/// A barrier made of nothing but an atomic, which sanitizers can see through.
pub struct Start {
    missing: AtomicUsize,
}

impl Start {
    pub fn new(threads: usize) -> Arc<Self> {
        Arc::new(Start { missing: AtomicUsize::new(threads) })
    }

    /// Returns when as many threads have called this as were announced.
    pub fn wait(&self) {
        self.missing.fetch_sub(1, AcqRel);
        while self.missing.load(Acquire) > 0 {
            std::thread::yield_now();
        }
    }
}

/// Runs `work` on that many threads at once, each with its number, and returns what they return.
pub fn on_threads<T: Send + 'static>(
    count: usize,
    work: impl Fn(usize) -> T + Send + Sync + 'static,
) -> Vec<T> {
    let (work, start) = (Arc::new(work), Start::new(count));
    let threads: Vec<_> = (0..count)
        .map(|number| {
            let (work, start) = (work.clone(), start.clone());
            std::thread::spawn(move || {
                start.wait();
                work(number)
            })
        })
        .collect();
    threads
        .into_iter()
        .map(|thread| thread.join().expect("a thread of the test panicked"))
        .collect()
}

/// Small, fast and repeatable.
pub struct Random(u64);

impl Random {
    pub fn new(seed: usize) -> Self {
        Random((seed as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub fn next(&mut self) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 33) as usize % bound
    }
}
