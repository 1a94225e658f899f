use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

type Task = Box<dyn FnOnce() + Send>;

/// The threads that are measured. They live as long as the program, so that no measurement contains
/// the birth of a thread, its first allocation or its registration with a collector.
pub struct Pool {
    workers: Vec<Sender<Task>>,
}

impl Pool {
    pub fn new(threads: u64) -> Self {
        Self { workers: (0..threads).map(spawn_worker).collect() }
    }

    /// Runs `job` with each number below `threads`, each on a thread of its own, while the caller
    /// sleeps.
    pub fn run<R, F>(&self, label: &str, threads: u64, job: F) -> Vec<R>
    where
        R: Send + 'static,
        F: Fn(u64) -> R + Send + Sync + 'static,
    {
        let job = Arc::new(job);
        let (results, received) = channel();
        for (thread, worker) in (0..threads).zip(&self.workers) {
            let (job, results, label) = (Arc::clone(&job), results.clone(), label.to_owned());
            let task: Task = Box::new(move || {
                // The others would wait for ever at the next barrier for a thread that panicked.
                let Ok(result) = catch_unwind(AssertUnwindSafe(|| job(thread))) else {
                    fail(&label, "panicked")
                };
                drop(job);
                // The receiver waits for every result.
                let _ = results.send(result);
            });
            worker.send(task).expect("workers end with the program");
        }
        drop(results);
        collect(label, threads, &received)
    }
}

fn spawn_worker(number: u64) -> Sender<Task> {
    let (sender, tasks) = channel::<Task>();
    thread::Builder::new()
        .name(format!("worker {number}"))
        .spawn(move || tasks.into_iter().for_each(|task| task()))
        .expect("a thread can be started");
    sender
}

fn collect<R>(label: &str, threads: u64, received: &Receiver<R>) -> Vec<R> {
    /// Far beyond what any section takes: a map that hangs should be named, not waited for.
    const PATIENCE: Duration = Duration::from_secs(600);
    let result = |_| match received.recv_timeout(PATIENCE) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => fail(label, "does not come to an end"),
        Err(RecvTimeoutError::Disconnected) => fail(label, "lost a thread"),
    };
    (0..threads).map(result).collect()
}

/// Ends the program: the other threads may be anywhere.
pub fn fail(label: &str, what: &str) -> ! {
    eprintln!("error: {label} {what}");
    std::process::exit(101)
}

/// The beginning and the end of a timed section in one thread.
pub type Span = (Instant, Instant);

/// From the first thread's beginning to the last one's end.
pub fn elapsed(spans: impl Iterator<Item = Span> + Clone) -> Duration {
    let start = spans.clone().map(|(start, _)| start).min();
    let end = spans.map(|(_, end)| end).max();
    start.zip(end).map_or(Duration::ZERO, |(start, end)| end - start)
}

/// A barrier that is passed within a fraction of a microsecond, where one that sleeps would let the
/// threads start tens of microseconds apart: a good part of a short section.
pub struct Barrier {
    threads: usize,
    arrived: AtomicUsize,
    passed: AtomicUsize,
}

impl Barrier {
    pub fn new(threads: u64) -> Self {
        let threads = usize::try_from(threads).expect("as many threads as a process can have");
        Self { threads, arrived: AtomicUsize::new(0), passed: AtomicUsize::new(0) }
    }

    pub fn wait(&self) {
        /// Then the core is wanted elsewhere, perhaps by the thread waited for.
        const SPINS: u32 = 1 << 14;
        let passed = self.passed.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.threads {
            self.arrived.store(0, Ordering::Relaxed);
            self.passed.store(passed.wrapping_add(1), Ordering::Release);
            return;
        }
        let mut spins = 0;
        while self.passed.load(Ordering::Acquire) == passed {
            spins += 1;
            if spins < SPINS { std::hint::spin_loop() } else { thread::yield_now() }
        }
    }
}
