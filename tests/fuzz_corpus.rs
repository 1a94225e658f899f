//! Replays the fuzzer's committed corpus: every input that once reached something new.

#[path = "../fuzz/src/ops/mod.rs"]
mod ops;
#[path = "../fuzz/src/panics.rs"]
mod panics;
#[path = "../fuzz/src/shared.rs"]
mod shared;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

fn inputs(target: &str) -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files = fs::read_dir(&corpus)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", corpus.display()));
    let mut paths: Vec<_> =
        files.map(|file| file.expect("the corpus can be listed").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", corpus.display());
    paths
}

fn replay(target: &str, run: fn(&[u8])) {
    for path in inputs(target) {
        let bytes = fs::read(&path).expect("an input can be read");
        if catch_unwind(AssertUnwindSafe(|| run(&bytes))).is_err() {
            panic!("{} failed; see above", path.display());
        }
    }
}

#[test]
fn the_map_agrees_with_std_on_every_input_of_the_corpus() {
    replay("ops", ops::run);
}

#[test]
fn panics_leave_what_was_there_or_what_was_to_come() {
    replay("panics", panics::run);
}

/// Finds little that the fuzzer would not, but needs nothing else: a fixed sequence of bytes for
/// every hash mode, with plain and with counted keys and values.
#[test]
fn arbitrary_inputs() {
    let mut state: u64 = 1;
    for first in 0..6 {
        for second in 0..32 {
            let mut bytes = vec![first, second];
            bytes.resize_with(400, || {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                (state >> 56) as u8
            });
            ops::run(&bytes);
            panics::run(&bytes);
        }
    }
}
