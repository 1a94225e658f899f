use super::floor;
use super::ledger::{LEGEND, Ledger};
use super::map::Hasher;
use super::options::{Options, Part, cores};
use super::pool::Pool;
use super::results::Results;
use super::session::Upbringing;
use super::throughput::{Contestant, Course, contestants, measure_row};
use super::workload::{Config, Kind, Workload};
use super::{ALLOCATOR, alone, memory, plots, small, tail, warm_memory};

/// A writer and a reader, for the tails.
const LEAST_THREADS: u64 = 2;

/// What is done to maps of strings and of large values.
const FOR_OTHER_CONTENT: [Workload; 4] =
    [Workload::Hit, Workload::Grow, Workload::Update, Workload::Churn];

pub fn run(options: &Options) {
    if let Some(task) = options.alone {
        return alone::run(options, task);
    }
    println!("{}", preamble(options));
    let mut results = Results::new(preamble(options), options.save);
    let pool = Pool::new(options.threads().into_iter().fold(LEAST_THREADS, u64::max));
    warm_memory(options.warm_mib());
    if options.wants(Part::Floor) {
        let floors = floor::measure(&pool, &options.sizes(), &options.threads(), options.rounds());
        println!("\n{}", floor::table(&floors));
        results.add("floor", floor::json(&floors));
    }
    if options.wants(Part::Throughput) {
        let ledger = throughput(options, &pool);
        println!("\n{LEGEND}\n\n{}", ledger.table());
        results.add("throughput", ledger.json());
        results.plot("throughput", |path| plots::throughput(&ledger.rows(), path));
    }
    if options.wants(Part::Tail) {
        let (entries, tails) = tail::measure(options, &pool);
        println!("\n{}", tail::table(entries, &tails));
        results.add("growth_tail", tail::json(entries, &tails));
        results.plot("growth-tail", |path| plots::growth_tail(entries, &tails, path));
    }
    if options.wants(Part::Memory) {
        let sizes = memory::measure(options);
        println!("\n{}", memory::table(&sizes));
        results.add("memory", memory::json(&sizes));
    }
    if options.wants(Part::Small) {
        let maps = small::measure(options);
        println!("\n{}", small::table(&maps));
        results.add("small_maps", small::json(&maps));
    }
}

fn preamble(options: &Options) -> String {
    let cores = cores();
    let made = if options.grown { "grown from empty" } else { "made with capacity" };
    format!(
        "hasher: hashbrown's default (foldhash), one seed; allocator: {ALLOCATOR}; {cores} cores.\n\
         {} rounds in turns after one discarded, {} ms a cell, {} MiB touched before; maps that are not being filled: \
         {made}.",
        options.rounds(),
        options.cell().as_millis(),
        options.warm_mib(),
    )
}

fn throughput(options: &Options, pool: &Pool) -> Ledger {
    let course = Course {
        pool,
        hasher: Hasher::default(),
        upbringing: if options.grown { Upbringing::Grown } else { Upbringing::Sized },
        cell: options.cell(),
    };
    let mut ledger = Ledger::default();
    for &kind in &options.content {
        let maps: Vec<Contestant> = contestants(kind)
            .into_iter()
            .filter(|map| options.maps.iter().any(|name| name == map.name))
            .collect();
        for config in rows(options, kind) {
            // The largest take minutes a row.
            let rounds =
                if config.entries > 1_000_000 { options.rounds().min(3) } else { options.rounds() };
            measure_row(&course, config, &maps, rounds, &mut ledger);
            eprintln!("{}", ledger.summary(config));
        }
    }
    ledger
}

fn rows(options: &Options, kind: Kind) -> Vec<Config> {
    let (mut workloads, mut sizes) = (options.filter.clone(), options.sizes());
    if kind != Kind::Numbers {
        // What is in memory is what differs, but ten million of them would not fit everywhere.
        let longest = options.choose(1_000, 10_000, 1_000_000);
        sizes = sizes.into_iter().filter(|size| *size <= longest).max().into_iter().collect();
        workloads.retain(|workload| FOR_OTHER_CONTENT.contains(workload));
    }
    Config::rows(kind, &workloads, &sizes, &options.threads())
}
