//! The harness of the models: one door to loom, so that the same bodies also compile and run without it.
//!
//! Under `--cfg evacmap_loom` every atomic of the map is loom's, all sizes are tiny (2 slots to a bucket, a growth at the
//! third key, every write helps), and the reclaimer frees at the earliest permitted moment and asserts at every dereference.
//! `LOOM_MAX_PREEMPTIONS` bounds the preemptions of an execution; within the bound a model runs to exhaustion, or not at
//! all: it is never cut short from inside.
//!
//! Without the cfg each body runs a number of times on real threads.

use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

#[cfg(evacmap_loom)]
pub use loom::thread;
#[cfg(not(evacmap_loom))]
pub use std::thread;

/// Hashes a `u64` to itself.
#[derive(Default)]
pub struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, _: &[u8]) {
        unreachable!("keys are u64")
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// Hashes every key to the same.
#[derive(Default)]
pub struct Constant;

impl Hasher for Constant {
    fn finish(&self) -> u64 {
        0
    }
    fn write(&mut self, _: &[u8]) {}
}

/// The map of the models.
pub type Map<H = Identity> = evacmap::HashMap<u64, u64, BuildHasherDefault<H>>;

/// A map with the keys `1..=n`, each its own value, at rest.
pub fn filled<H: Hasher + Default>(n: u64) -> Map<H> {
    let map = Map::default();
    (1..=n).for_each(|key| assert_eq!(map.pin().insert(key, key), None));
    map.finish_resize();
    map
}

/// Runs `body` on a thread of its own.
pub fn spawn<H: 'static, T: 'static + Send>(
    map: &Arc<Map<H>>,
    body: impl FnOnce(&Map<H>) -> T + Send + 'static,
) -> thread::JoinHandle<T> {
    let map = map.clone();
    thread::spawn(move || body(&map))
}

/// The end of every model: all threads are joined, the map is as it should be, and holds exactly these keys.
pub fn exactly<H: Hasher + Default>(map: Arc<Map<H>>, wanted: &[u64]) {
    let mut map = Arc::into_inner(map).expect("all threads are joined");
    map.validate().unwrap();
    let mut keys: Vec<u64> = map.pin().keys().copied().collect();
    keys.sort_unstable();
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(keys, wanted);
}

/// Runs a model and prints how many executions it took.
pub fn model(name: &str, body: impl Fn() + Send + Sync + 'static) {
    let executions = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = executions.clone();
    let body = move || {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        body();
    };
    run(body);
    println!("model {name}: {} executions", executions.load(std::sync::atomic::Ordering::Relaxed));
}

#[cfg(evacmap_loom)]
fn run(body: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 100_000;
    // A model that is cut short passes: neither bound may be set here or in the environment.
    builder.max_duration = None;
    builder.max_permutations = None;
    builder.check(body);
}

#[cfg(not(evacmap_loom))]
fn run(body: impl Fn() + Send + Sync + 'static) {
    (0..200).for_each(|_| body());
}
