//! Gives every identifier of many texts a number, from many threads at once, as the threads of a
//! compiler do.
//!
//! ```text
//! cargo run --release -p interner -- [PATH…] [--threads N]
//! ```
//!
//! All threads read all the texts in the same order, and each turns them into lists of symbols. So
//! they meet the same new words at about the same time, and must agree. At the end that is checked:
//! every thread has the same symbols, each word has one and each symbol one word, and turned back
//! into words they are the texts. All this is done several times, each with an empty interner. The
//! program exits with 1 if any of that does not hold, and with 2 if there is nothing to read.
//!
//! Modules: `interner` (the two maps), `texts` (which files, and their words), `verify` (the
//! checks).

mod interner;
mod texts;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use clap::{Parser, value_parser};

use crate::interner::{Interner, Symbol};
use crate::texts::words;

/// Numbers the identifiers of some texts with many threads.
#[derive(Parser)]
#[command(name = "interner")]
struct Args {
    /// Rust sources, or directories of them [default: this repository]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Number of threads, of which each reads everything
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = value_parser!(u16).range(1..=1024))]
    threads: u16,

    /// How often it is all done
    #[arg(long, value_name = "N", default_value_t = 10)]
    rounds: u32,
}

/// The words of a text, numbered.
type Numbered = Vec<Symbol>;

fn main() -> ExitCode {
    let args = Args::parse();
    let texts = match texts::read(args.paths) {
        Ok(texts) if !texts.is_empty() => texts,
        Ok(_) => return fail(2, "no Rust sources there"),
        Err(error) => return fail(2, &error.to_string()),
    };
    let bytes: usize = texts.iter().map(String::len).sum();
    println!(
        "read     {:.2} MiB in {} texts, by each of {} threads",
        bytes as f64 / (1 << 20) as f64,
        texts.len(),
        args.threads
    );
    for _ in 0..args.rounds {
        if let Err(difference) = round(&texts, usize::from(args.threads)) {
            return fail(1, &difference);
        }
    }
    println!("checked  every thread has the same symbols; one for each word, and back");
    ExitCode::SUCCESS
}

/// Numbers everything once; what is wrong with it, in words.
fn round(texts: &[String], threads: usize) -> Result<(), String> {
    let interner = Interner::new();
    let start = Instant::now();
    let results = number_on_threads(&interner, texts, threads);
    report(&interner, &results, start.elapsed());
    verify::verify(interner, texts, &results)
}

fn fail(code: u8, why: &str) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::from(code)
}

/// What each thread makes of the texts, in their order.
fn number_on_threads(interner: &Interner, texts: &[String], threads: usize) -> Vec<Vec<Numbered>> {
    let start = &Barrier::new(threads);
    let number_all = move || {
        start.wait();
        texts.iter().map(|text| number(interner, text)).collect()
    };
    thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(number_all)).collect();
        handles.into_iter().map(|handle| handle.join().expect("a thread panicked")).collect()
    })
}

fn number(interner: &Interner, text: &str) -> Numbered {
    // A guard for each text: what is removed while one is held cannot be freed.
    let guard = evacmap::pin();
    words(text).map(|word| interner.intern(word, &guard)).collect()
}

fn report(interner: &Interner, results: &[Vec<Numbered>], elapsed: Duration) {
    let looked_up: usize = results.iter().flatten().map(Vec::len).sum();
    let speed = looked_up as f64 / elapsed.as_secs_f64() / 1e6;
    let (known, drawn) = (interner.len(), interner.drawn() as usize);
    let vain = drawn - known;
    println!(
        "round    {looked_up} words at {speed:.2} M words/s, {known} symbols and {vain} drawn in vain"
    );
    println!(
        "         {drawn} strings allocated; the other {} look-ups allocated nothing",
        looked_up - drawn
    );
}
