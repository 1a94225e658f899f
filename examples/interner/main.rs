//! Gives every identifier of many texts a number, from many threads at once, as the threads of a compiler do.
//!
//! ```text
//! cargo run --release --example interner -- [PATH…] [--threads N]
//! ```
//!
//! Each thread reads all the texts, beginning with another one, and turns each into a list of symbols. So all threads
//! meet the same new words at about the same time, and must agree. At the end that is checked: every thread has the
//! same symbols, each word has one and each symbol one word, and turned back into words they are the texts. The
//! program exits with 1 if any of that does not hold, and with 2 if there is nothing to read.
//!
//! Modules: `interner` (the two maps), `texts` (which files, and their words), `verify` (the checks).

mod interner;
mod texts;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;
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
    let interner = Interner::new();
    let start = Instant::now();
    let results = number_on_threads(&interner, &texts, usize::from(args.threads));
    report(&interner, &texts, &results, start.elapsed());
    match verify::verify(interner, &texts, &results) {
        Ok(()) => {
            println!("checked  every thread has the same symbols; one for each word, and back");
            ExitCode::SUCCESS
        }
        Err(difference) => fail(1, &difference),
    }
}

fn fail(code: u8, why: &str) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::from(code)
}

/// What each thread makes of the texts, in their order.
fn number_on_threads(interner: &Interner, texts: &[String], threads: usize) -> Vec<Vec<Numbered>> {
    thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || number_all(interner, texts, thread * texts.len() / threads)))
            .collect();
        handles.into_iter().map(|handle| handle.join().expect("a thread panicked")).collect()
    })
}

/// Goes through all texts, beginning with the one numbered `first`.
fn number_all(interner: &Interner, texts: &[String], first: usize) -> Vec<Numbered> {
    let mut numbered = vec![Numbered::new(); texts.len()];
    for text in (first..texts.len()).chain(0..first) {
        // A guard for each text: what is removed while one is held cannot be freed.
        let guard = evacmap::pin();
        numbered[text] = words(&texts[text]).map(|word| interner.intern(word, &guard)).collect();
    }
    numbered
}

fn report(interner: &Interner, texts: &[String], results: &[Vec<Numbered>], elapsed: Duration) {
    let bytes: usize = texts.iter().map(String::len).sum();
    let looked_up: usize = results.iter().flatten().map(Vec::len).sum();
    let seconds = elapsed.as_secs_f64();
    println!("read     {} texts, {:.2} MB, by each of {} threads", texts.len(), bytes as f64 / 1e6, results.len());
    println!("speed    {looked_up} words in {seconds:.3} s, {:.2} M words/s", looked_up as f64 / seconds / 1e6);
    let (known, drawn) = (interner.len(), interner.drawn() as usize);
    println!("symbols  {known}, and {} drawn in vain because another thread was first", drawn - known);
    println!("strings  {drawn} allocated; the other {} look-ups allocated nothing", looked_up - drawn);
}
