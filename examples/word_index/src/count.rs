//! The workers and the one map they share.

use std::fs;
use std::io::{self, Read};
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use evacmap::{HashMap, HashMapRef};
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Args;
use crate::latency::Latencies;
use crate::timeline::Timeline;
use crate::walk::{File, Skipped};
use crate::words::Words;

/// Words counted under one guard. A guard that is held keeps every thread's garbage from being
/// freed, so it is given back now and then; at this number its cost is nothing against that of the
/// words.
const WORDS_PER_GUARD: usize = 4096;

/// Words and their numbers.
pub type Index<C> = HashMap<Box<str>, C>;
/// The index with a guard.
pub type PinnedIndex<'a, C> = HashMapRef<'a, Box<str>, C>;

/// A word's number in the map, and the way to add one to it.
pub trait Counter: Send + Sync + Sized {
    /// Counts `word` and returns its number then: 1 for a new word, and only to one thread.
    fn count(index: &PinnedIndex<'_, Self>, word: &str) -> u64;
    /// The number itself.
    fn get(&self) -> u64;
}

/// Adds in place. Nearly all words are known, and for them nothing is allocated or written but the
/// number: the look-up takes the borrowed word. Right while the map grows, because a resize moves
/// the entry's address and never the entry.
impl Counter for AtomicU64 {
    fn count(index: &PinnedIndex<'_, Self>, word: &str) -> u64 {
        let number = match index.get(word) {
            Some(number) => number,
            // Another thread may insert the word first: then this is that thread's number.
            None => index.get_or_insert_with(Box::from(word), || AtomicU64::new(0)),
        };
        number.fetch_add(1, Relaxed) + 1
    }

    fn get(&self) -> u64 {
        self.load(Relaxed)
    }
}

/// Replaces the entry. Each word costs a key, a new entry and the retirement of the old one.
impl Counter for u64 {
    fn count(index: &PinnedIndex<'_, Self>, word: &str) -> u64 {
        *index.update_or_insert(Box::from(word), |number| number + 1, 1)
    }

    fn get(&self) -> u64 {
        *self
    }
}

/// What a count leaves behind.
pub struct Run<C> {
    pub index: Index<C>,
    pub tally: Tally,
    pub skipped: Vec<Skipped>,
    pub timeline: Timeline,
    pub elapsed: Duration,
}

/// Sums of one thread, and at the end of all.
pub struct Tally {
    pub files: u64,
    pub bytes: u64,
    pub words: u64,
    pub latencies: Latencies,
}

impl Tally {
    fn new() -> Self {
        Self { files: 0, bytes: 0, words: 0, latencies: Latencies::new() }
    }

    fn add(&mut self, other: &Tally) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.words += other.words;
        self.latencies.add(&other.latencies);
    }
}

/// Counts the words of `files` with the threads that the arguments ask for.
pub fn count<C: Counter>(files: &[File], args: &Args) -> Run<C> {
    let index = Index::new();
    let progress = progress_bar(files);
    let start = Instant::now();
    let job = Job {
        index: &index,
        files,
        next: AtomicUsize::new(0),
        sample: u64::from(args.sample),
        progress,
    };
    let stop = AtomicBool::new(false);
    let (workers, elapsed, timeline) = thread::scope(|scope| {
        let watcher = scope.spawn(|| Timeline::watch(start, &stop, || index.stats()));
        let handles: Vec<_> =
            (0..args.threads()).map(|_| scope.spawn(|| Worker::new(&job).run())).collect();
        let results: Vec<_> = handles.into_iter().map(ScopedJoinHandle::join).collect();
        let elapsed = start.elapsed();
        // Before a worker's panic goes on: else the scope would wait for the watcher for ever.
        stop.store(true, Relaxed);
        (results, elapsed, join(watcher.join()))
    });
    job.progress.finish_and_clear();
    let (tally, skipped) = sum(workers.into_iter().map(join));
    Run { index, tally, skipped, timeline, elapsed }
}

/// The result of a thread, or its panic.
fn join<T>(result: thread::Result<T>) -> T {
    result.unwrap_or_else(|panic| panic::resume_unwind(panic))
}

fn sum(workers: impl Iterator<Item = (Tally, Vec<Skipped>)>) -> (Tally, Vec<Skipped>) {
    let (mut tally, mut skipped) = (Tally::new(), Vec::new());
    for (its_tally, its_skipped) in workers {
        tally.add(&its_tally);
        skipped.extend(its_skipped);
    }
    (tally, skipped)
}

/// Hidden when stderr is not a terminal.
fn progress_bar(files: &[File]) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
    ProgressBar::new(files.iter().map(|file| file.bytes).sum())
        .with_style(style.expect("the template is a constant"))
}

/// What all workers share.
struct Job<'a, C> {
    index: &'a Index<C>,
    files: &'a [File],
    /// The first file that nobody has taken.
    next: AtomicUsize,
    /// One update in `sample` is timed.
    sample: u64,
    progress: ProgressBar,
}

/// One thread's part.
struct Worker<'a, C> {
    job: &'a Job<'a, C>,
    tally: Tally,
    skipped: Vec<Skipped>,
}

impl<'a, C: Counter> Worker<'a, C> {
    fn new(job: &'a Job<'a, C>) -> Self {
        Self { job, tally: Tally::new(), skipped: Vec::new() }
    }

    fn run(mut self) -> (Tally, Vec<Skipped>) {
        let mut buffer = Vec::new();
        while let Some(file) = self.job.files.get(self.job.next.fetch_add(1, Relaxed)) {
            match read(file, &mut buffer) {
                Ok(text) => self.count_text(text),
                Err(error) => {
                    self.skipped
                        .push(Skipped { path: Some(file.path.clone()), reason: error.to_string() });
                }
            }
            self.job.progress.inc(file.bytes);
        }
        (self.tally, self.skipped)
    }

    fn count_text(&mut self, text: &str) {
        self.tally.files += 1;
        self.tally.bytes += text.len() as u64;
        let mut words = Words::new(text).peekable();
        while words.peek().is_some() {
            // A guard of its own for each turn: the last one is dropped before this one is made.
            let index = self.job.index.pin();
            for word in words.by_ref().take(WORDS_PER_GUARD) {
                self.count_word(&index, word);
            }
        }
    }

    fn count_word(&mut self, index: &PinnedIndex<'_, C>, word: &str) {
        self.tally.words += 1;
        if !self.tally.words.is_multiple_of(self.job.sample) {
            C::count(index, word);
            return;
        }
        let begin = Instant::now();
        let count = C::count(index, word);
        self.tally.latencies.record(begin.elapsed(), count);
    }
}

/// Reads a file into `buffer`, whose allocation is used again for each file.
pub fn read<'buffer>(file: &File, buffer: &'buffer mut Vec<u8>) -> io::Result<&'buffer str> {
    buffer.clear();
    fs::File::open(&file.path)?.read_to_end(buffer)?;
    str::from_utf8(buffer).map_err(|error| {
        let reason = format!("not UTF-8 at byte {}", error.valid_up_to());
        io::Error::new(io::ErrorKind::InvalidData, reason)
    })
}
