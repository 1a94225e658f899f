//! The same count once more, as plainly as possible: one thread, std's map, a tokenizer of its own.

use std::collections::HashMap;

use crate::count::{self, Counter, Run};
use crate::walk::File;

/// What the comparison says.
pub struct Verdict {
    pub words: u64,
    pub bytes: u64,
    /// In words, one each; none if the counts agree.
    pub differences: Vec<String>,
}

/// Counts `files` again and compares with what `run` holds.
pub fn verify<C: Counter>(run: &Run<C>, files: &[File]) -> Verdict {
    let recount = Recount::of(files);
    let mut differences = Vec::new();
    compare_sums(run, &recount, &mut differences);
    compare_iteration(run, &recount, &mut differences);
    compare_look_ups(run, &recount, &mut differences);
    Verdict { words: recount.words, bytes: recount.bytes, differences }
}

#[derive(Default)]
struct Recount {
    numbers: HashMap<String, u64>,
    words: u64,
    bytes: u64,
}

impl Recount {
    fn of(files: &[File]) -> Self {
        let mut recount = Recount::default();
        let mut buffer = Vec::new();
        for file in files {
            // What cannot be read was left out and reported the first time.
            if let Ok(text) = count::read(file, &mut buffer) {
                recount.text(text);
            }
        }
        recount
    }

    fn text(&mut self, text: &str) {
        self.bytes += text.len() as u64;
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            if word.starts_with(|c: char| !c.is_ascii_digit()) {
                self.word(word);
            }
        }
    }

    fn word(&mut self, word: &str) {
        self.words += 1;
        match self.numbers.get_mut(word) {
            Some(number) => *number += 1,
            None => {
                self.numbers.insert(word.to_owned(), 1);
            }
        }
    }
}

fn compare_sums<C: Counter>(run: &Run<C>, recount: &Recount, differences: &mut Vec<String>) {
    let sums = [
        ("bytes read (has a file changed meanwhile?)", run.tally.bytes, recount.bytes),
        ("words read", run.tally.words, recount.words),
        ("len() of the map", run.index.pin().len() as u64, recount.numbers.len() as u64),
    ];
    for (what, counted, expected) in sums {
        if counted != expected {
            differences.push(format!("{what}: {counted}, recount: {expected}"));
        }
    }
}

/// Everything that the map's iterator yields is in the recount, with that number, and is yielded
/// once.
fn compare_iteration<C: Counter>(run: &Run<C>, recount: &Recount, differences: &mut Vec<String>) {
    let index = run.index.pin();
    let mut yielded: HashMap<&str, u64> = HashMap::new();
    for (word, number) in index.iter() {
        if let Some(before) = yielded.insert(word, number.get()) {
            differences
                .push(format!("`{word}`: yielded twice, with {before} and {}", number.get()));
        }
        if !recount.numbers.contains_key(&**word) {
            differences.push(format!("`{word}`: {}, not in the recount", number.get()));
        }
    }
    for (word, &expected) in &recount.numbers {
        compare_number(
            "iteration",
            word,
            yielded.get(word.as_str()).copied(),
            expected,
            differences,
        );
    }
}

/// Everything in the recount can be looked up.
fn compare_look_ups<C: Counter>(run: &Run<C>, recount: &Recount, differences: &mut Vec<String>) {
    let index = run.index.pin();
    for (word, &expected) in &recount.numbers {
        let found = index.get(word.as_str()).map(C::get);
        compare_number("look-up", word, found, expected, differences);
    }
}

fn compare_number(
    how: &str,
    word: &str,
    found: Option<u64>,
    expected: u64,
    differences: &mut Vec<String>,
) {
    match found {
        Some(number) if number == expected => {}
        Some(number) => {
            differences.push(format!("`{word}`: {number} by {how}, recount: {expected}"))
        }
        None => differences.push(format!("`{word}`: not found by {how}, recount: {expected}")),
    }
}
