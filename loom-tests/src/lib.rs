//! The harness of the models: one door to loom, so that the same bodies also compile and run
//! without it.
//!
//! Under `--cfg evacmap_loom` every atomic of the map is loom's, all sizes are tiny (2 slots to a
//! bucket, a growth at the third key, every write helps), and the reclaimer frees at the earliest
//! permitted moment and asserts at every dereference. `LOOM_MAX_PREEMPTIONS` bounds the preemptions
//! of an execution; within the bound a model runs to exhaustion, or not at all: it is never cut
//! short from inside.
//!
//! Without the cfg each body runs a number of times on real threads.

use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize};

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

/// The end of every model: all threads are joined, the map is as it should be, and holds exactly
/// these keys.
pub fn exactly<H: Hasher + Default>(map: Arc<Map<H>>, wanted: &[u64]) {
    let mut map = Arc::into_inner(map).expect("all threads are joined");
    map.validate().unwrap();
    let mut keys: Vec<u64> = map.pin().keys().copied().collect();
    keys.sort_unstable();
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable();
    assert_eq!(keys, wanted);
}

/// A map of values that know whether they have been dropped.
pub type WitnessMap = evacmap::HashMap<u64, Witness, BuildHasherDefault<Identity>>;

/// Makes witnesses, and counts those that have not been dropped.
#[derive(Default)]
pub struct Witnesses(Arc<AtomicIsize>);

/// A value that must not be looked at when it has been dropped.
pub struct Witness {
    dropped: AtomicBool,
    living: Arc<AtomicIsize>,
    /// Under loom every use must be ordered before the drop.
    #[cfg(evacmap_loom)]
    used: loom::cell::UnsafeCell<()>,
}

impl Witnesses {
    #[expect(clippy::new_ret_no_self, reason = "it is the witness that is new")]
    pub fn new(&self) -> Witness {
        self.0.fetch_add(1, Relaxed);
        Witness {
            dropped: AtomicBool::new(false),
            living: self.0.clone(),
            #[cfg(evacmap_loom)]
            used: loom::cell::UnsafeCell::new(()),
        }
    }

    /// The end of a model: the map is as it should be, and takes all that was ever put in with it.
    pub fn end(self, map: Arc<WitnessMap>) {
        let mut map = Arc::into_inner(map).expect("the other threads have let go of it");
        map.validate().unwrap();
        drop(map);
        assert_eq!(self.0.load(Relaxed), 0, "dropped once, each of them");
    }
}

impl Witness {
    pub fn check(&self) {
        assert!(!self.dropped.load(Relaxed), "use after drop");
        #[cfg(evacmap_loom)]
        self.used.with(|_| ());
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        assert!(!self.dropped.swap(true, Relaxed), "dropped twice");
        self.living.fetch_sub(1, Relaxed);
        #[cfg(evacmap_loom)]
        self.used.with_mut(|_| ());
    }
}

/// Runs a model and prints how many executions it took.
pub fn model(name: &str, body: impl Fn() + Send + Sync + 'static) {
    capped_model(name, usize::MAX, body);
}

/// Runs a model with no more preemptions than that, whatever is asked for: one in which too many
/// steps are taken for more. `yield_now` lets another thread go on without being counted as one.
pub fn capped_model(name: &str, preemptions: usize, body: impl Fn() + Send + Sync + 'static) {
    let executions = Arc::new(AtomicUsize::new(0));
    let counted = executions.clone();
    let body = move || {
        counted.fetch_add(1, Relaxed);
        body();
    };
    run(preemptions, body);
    println!("model {name}: {} executions", executions.load(Relaxed));
}

/// Runs a model of which each execution is long, with one preemption less than is asked for: with
/// as many it would take an hour. `cargo xtask loom --preemptions 3 NAME` runs it with two.
pub fn deep_model(name: &str, body: impl Fn() + Send + Sync + 'static) {
    let asked = std::env::var("LOOM_MAX_PREEMPTIONS").ok().and_then(|asked| asked.parse().ok());
    let preemptions = asked.map_or(usize::MAX, |asked: usize| asked.saturating_sub(1).max(1));
    capped_model(name, preemptions, body);
}

#[cfg(evacmap_loom)]
fn run(preemptions: usize, body: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 100_000;
    // Unless it is bounded already it may be asked to go as deep as it takes.
    builder.preemption_bound = match builder.preemption_bound {
        None if preemptions == usize::MAX => None,
        asked => Some(asked.unwrap_or(preemptions).min(preemptions)),
    };
    // A model that is cut short passes: neither bound may be set here or in the environment.
    builder.max_duration = None;
    builder.max_permutations = None;
    builder.check(body);
}

#[cfg(not(evacmap_loom))]
fn run(_preemptions: usize, body: impl Fn() + Send + Sync + 'static) {
    (0..200).for_each(|_| body());
}

/// Runs a model whose body says whether it freed something, which it must have done in some
/// execution: one in which nothing is ever freed shows nothing.
pub fn model_that_frees(
    name: &str,
    preemptions: usize,
    body: impl Fn() -> bool + Send + Sync + 'static,
) {
    let freed = Arc::new(AtomicUsize::new(0));
    let counted = freed.clone();
    capped_model(name, preemptions, move || _ = counted.fetch_add(usize::from(body()), Relaxed));
    assert!(freed.load(Relaxed) > 0, "nothing was ever freed");
}
