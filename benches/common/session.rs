use std::marker::PhantomData;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use super::content::Content;
use super::contestants::complain;
use super::lane::{Done, Lane};
use super::map::{Hasher, Map};
use super::pool::{Barrier, Pool, Span, elapsed};
use super::workload::{Config, Workload};

/// How the map is made that a workload finds full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upbringing {
    /// With room for all entries from the start.
    Sized,
    /// From empty, growing as the entries come.
    Grown,
}

/// What a timed section came to.
#[derive(Clone, Copy)]
pub struct Sample {
    elapsed: Duration,
    /// Of one thread.
    operations: f64,
}

impl Sample {
    /// Thread-nanoseconds per operation: the threads run side by side, so one thread's operations
    /// took all the time.
    pub fn nanoseconds(&self) -> f64 {
        self.elapsed.as_nanos() as f64 / self.operations
    }
}

/// One map under one workload.
pub struct Session<'p, C: Content, M: Map<C>> {
    pool: &'p Pool,
    stage: Arc<Stage<C, M>>,
    label: String,
}

/// What the threads share.
struct Stage<C, M> {
    config: Config,
    upbringing: Upbringing,
    hasher: Hasher,
    barrier: Barrier,
    lanes: Vec<Mutex<Lane>>,
    map: RwLock<Option<M>>,
    /// How many entries the map should have.
    entries: AtomicI64,
    /// Wrong answers so far.
    wrong: AtomicU64,
    content: PhantomData<C>,
}

/// What one thread brings back: its spans, one for each map that was timed, and what it did.
#[derive(Default)]
struct Outcome {
    spans: Vec<Span>,
    done: Done,
}

impl<'p, C: Content, M: Map<C>> Session<'p, C, M> {
    pub fn new(
        pool: &'p Pool,
        config: Config,
        upbringing: Upbringing,
        hasher: &Hasher,
        round: u64,
    ) -> Self {
        let lane = |thread| Mutex::new(Lane::new(config, round, thread));
        let stage = Stage {
            config,
            upbringing,
            hasher: hasher.clone(),
            barrier: Barrier::new(config.threads),
            lanes: (0..config.threads).map(lane).collect(),
            map: RwLock::new(None),
            entries: AtomicI64::new(0),
            wrong: AtomicU64::new(0),
            content: PhantomData,
        };
        Self { pool, stage: Arc::new(stage), label: format!("{config}/{}", M::NAME) }
    }

    /// Makes the map and fills it. Does nothing for workloads that do so themselves.
    pub fn open(&self) {
        if !self.stage.config.workload.builds() {
            self.on_all(Stage::open);
        }
    }

    /// Times that many operations of each thread, or a little more, on the map that is open or on
    /// as many new ones as it takes.
    pub fn run(&self, operations: u64) -> Sample {
        let Config { workload, entries, threads, .. } = self.stage.config;
        let outcomes = if workload.builds() {
            let maps = (operations * threads).div_ceil(entries).max(1);
            self.on_all(move |stage, thread| stage.build(thread, maps))
        } else {
            self.on_all(move |stage, thread| stage.run(thread, operations))
        };
        let operations: u64 = outcomes.iter().map(|outcome| outcome.done.operations).sum();
        Sample { elapsed: total(&outcomes), operations: operations as f64 / threads as f64 }
    }

    /// Drops the map. Returns how many wrong answers it has given. The subject must not get this
    /// far with one.
    pub fn close(self) -> u64 {
        self.on_all(Stage::close);
        self.stage.wrong.load(Ordering::Relaxed)
    }

    fn on_all(
        &self,
        job: impl Fn(&Stage<C, M>, u64) -> Outcome + Send + Sync + 'static,
    ) -> Vec<Outcome> {
        let stage = Arc::clone(&self.stage);
        let outcomes = self
            .pool
            .run(&self.label, self.stage.config.threads, move |thread| job(&stage, thread));
        let wrong: u64 = outcomes.iter().map(|outcome| outcome.done.wrong).sum();
        if wrong > 0 {
            complain(M::NAME, &self.label, &format!("gave {wrong} wrong answers"));
            self.stage.wrong.fetch_add(wrong, Ordering::Relaxed);
        }
        outcomes
    }
}

/// The time of the maps one after the other, each from the first thread's beginning to the last
/// one's end.
fn total(outcomes: &[Outcome]) -> Duration {
    let maps = outcomes.first().map_or(0, |outcome| outcome.spans.len());
    (0..maps).map(|map| elapsed(outcomes.iter().map(|outcome| outcome.spans[map]))).sum()
}

impl<C: Content, M: Map<C>> Stage<C, M> {
    fn open(&self, thread: u64) -> Outcome {
        self.make(thread);
        let done = self.with_map(|map| self.with_lane(thread, |lane| lane.fill(map)));
        self.account(done);
        Outcome { done, ..Outcome::default() }
    }

    fn run(&self, thread: u64, operations: u64) -> Outcome {
        let (span, done) = self.timed(thread, operations);
        Outcome { spans: vec![span], done }
    }

    fn build(&self, thread: u64, maps: u64) -> Outcome {
        let mut outcome = Outcome::default();
        for _ in 0..maps {
            self.make(thread);
            let (span, done) = self.timed(thread, 0);
            outcome.spans.push(span);
            outcome.done += done;
            outcome.done += self.close(thread).done;
        }
        outcome
    }

    /// Drops the map once nobody uses it any more, in the thread that made it. It must have as many
    /// entries as the answers add up to; if not, one of them was wrong.
    fn close(&self, thread: u64) -> Outcome {
        self.barrier.wait();
        let mut done = Done::default();
        if thread == 0 {
            let map = self.map.write().unwrap_or_else(PoisonError::into_inner).take();
            let expected = self.entries.swap(0, Ordering::Relaxed);
            done.wrong = u64::from(map.is_some_and(|map| i64::try_from(map.len()) != Ok(expected)));
        }
        Outcome { done, ..Outcome::default() }
    }

    fn make(&self, thread: u64) {
        if thread == 0 {
            let entries =
                usize::try_from(self.config.entries).expect("a map that fits into memory");
            let sized = match self.config.workload {
                Workload::Fill => true,
                Workload::Grow | Workload::RapidGrow => false,
                _ => self.upbringing == Upbringing::Sized,
            };
            let hasher = self.hasher.clone();
            let map = if sized { M::with_capacity(entries, hasher) } else { M::empty(hasher) };
            *self.map.write().unwrap_or_else(PoisonError::into_inner) = Some(map);
        }
        self.barrier.wait();
    }

    fn timed(&self, thread: u64, operations: u64) -> (Span, Done) {
        let (span, done) = self.with_map(|map| {
            self.with_lane(thread, |lane| {
                self.barrier.wait();
                let start = Instant::now();
                let done = lane.run(map, operations);
                ((start, Instant::now()), done)
            })
        });
        self.account(done);
        (span, done)
    }

    fn account(&self, done: Done) {
        self.entries.fetch_add(done.grown, Ordering::Relaxed);
    }

    fn with_map<R>(&self, action: impl FnOnce(&M) -> R) -> R {
        let map = self.map.read().unwrap_or_else(PoisonError::into_inner);
        action(map.as_ref().expect("the map is open"))
    }

    fn with_lane<R>(&self, thread: u64, action: impl FnOnce(&mut Lane) -> R) -> R {
        let lane = usize::try_from(thread).expect("a thread's number");
        action(&mut self.lanes[lane].lock().unwrap_or_else(PoisonError::into_inner))
    }
}
