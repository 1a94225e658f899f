use std::sync::Once;
use std::time::{Duration, Instant};

use criterion::measurement::{Measurement, ValueFormatter};
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput};

use super::content::Content;
use super::contestants::for_each_map;
use super::ledger::{LEGEND, Ledger};
use super::map::{Hasher, Map};
use super::pool::Pool;
use super::session::{Session, Upbringing};
use super::workload::{Config, Kind, Workload};
use super::{ALLOCATOR, warm_memory};

const SIZES: [u64; 2] = [10_000, 1_000_000];
/// Where criterion only wants to see everything run once, perhaps in a build without optimisation.
const TEST_SIZES: [u64; 1] = [1_000];
const THREADS: [u64; 2] = [1, 2];

/// What all benchmarks have in common.
struct Course {
    pool: Pool,
    hasher: Hasher,
    memory: Once,
    testing: bool,
}

pub fn main() {
    let testing = given("--test") || !given("--bench");
    let course = Course {
        pool: Pool::new(THREADS.into_iter().max().unwrap_or(1)),
        hasher: Hasher::default(),
        memory: Once::new(),
        testing,
    };
    let sizes: &[u64] = if testing { &TEST_SIZES } else { &SIZES };

    let mut criterion = configured();
    let mut ledger = Ledger::default();
    for config in Config::rows(Kind::Numbers, &Workload::ALL, sizes, &THREADS) {
        let mut group = criterion.benchmark_group(config.to_string());
        // Samples of equal size: the ledger takes their median.
        group.sampling_mode(SamplingMode::Flat);
        for_each_map!(bench_map::<Numbers>(&mut group, &course, config, &mut ledger));
        group.finish();
    }
    criterion.final_summary();
    if !testing {
        println!(
            "\nallocator: {ALLOCATOR}. One map after the other: `-- --table` compares in turns."
        );
        println!("{LEGEND}\n\n{}", ledger.table());
    }
}

fn given(flag: &str) -> bool {
    std::env::args().any(|arg| arg == flag)
}

fn quick() -> bool {
    given("--quick")
}

/// Short samples, and few: there are 352 benchmarks.
fn configured() -> Criterion<ThreadTime> {
    let criterion = Criterion::default().with_measurement(ThreadTime);
    let criterion = if quick() {
        criterion
            .sample_size(10)
            .warm_up_time(ms(20))
            .measurement_time(ms(100))
            .nresamples(2_000)
            .without_plots()
    } else {
        criterion
            .sample_size(15)
            .warm_up_time(ms(300))
            .measurement_time(ms(1_800))
            .nresamples(20_000)
    };
    criterion.configure_from_args()
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn bench_map<C: Content, M: Map<C>>(
    group: &mut BenchmarkGroup<'_, ThreadTime>,
    course: &Course,
    config: Config,
    ledger: &mut Ledger,
) {
    // Criterion may have been told to leave this one out; and it calls the closure many times, on
    // one map.
    let mut session = None;
    let mut calls = Vec::new();
    group.bench_function(M::NAME, |bencher| {
        let session = session.get_or_insert_with(|| open::<C, M>(course, config));
        bencher.iter_custom(|operations| {
            let nanoseconds = session.run(operations).nanoseconds();
            calls.push((operations, nanoseconds));
            nanoseconds * operations as f64
        });
    });
    if let Some(session) = session {
        let wrong = session.close();
        ledger.record(config, M::NAME, samples(&calls), wrong);
    }
}

fn open<C: Content, M: Map<C>>(course: &Course, config: Config) -> Session<'_, C, M> {
    if !course.testing {
        course.memory.call_once(|| warm_memory(if quick() { 256 } else { 2048 }));
    }
    let session = Session::new(&course.pool, config, Upbringing::Sized, &course.hasher, 0);
    session.open();
    let warm_up = config.warm_up(0);
    if warm_up > 0 {
        session.run(warm_up);
    }
    session
}

/// The calls that were samples. Criterion does not tell them from its warm-up, but they come last
/// and are of one size, and the very first call is always warm-up.
fn samples(calls: &[(u64, f64)]) -> Vec<f64> {
    let size = calls.last().map(|&(operations, _)| operations);
    let of_size = |call: &&(u64, f64)| Some(call.0) == size;
    calls.iter().skip(1).filter(of_size).map(|&(_, nanoseconds)| nanoseconds).collect()
}

/// Nanoseconds in fractions: criterion divides by the number of operations, which may be one.
struct ThreadTime;

impl Measurement for ThreadTime {
    type Intermediate = Instant;
    type Value = f64;

    fn start(&self) -> Instant {
        Instant::now()
    }

    fn end(&self, start: Instant) -> f64 {
        start.elapsed().as_nanos() as f64
    }

    fn add(&self, one: &f64, other: &f64) -> f64 {
        one + other
    }

    fn zero(&self) -> f64 {
        0.0
    }

    fn to_f64(&self, value: &f64) -> f64 {
        *value
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        self
    }
}

impl ValueFormatter for ThreadTime {
    fn scale_values(&self, _typical: f64, _values: &mut [f64]) -> &'static str {
        "thread-ns"
    }

    fn scale_throughputs(
        &self,
        _typical: f64,
        throughput: &Throughput,
        values: &mut [f64],
    ) -> &'static str {
        if let Throughput::Elements(elements) = throughput {
            values.iter_mut().for_each(|value| *value = *elements as f64 * 1e9 / *value);
        }
        "op/s and thread"
    }

    fn scale_for_machines(&self, _values: &mut [f64]) -> &'static str {
        "thread-ns"
    }
}
