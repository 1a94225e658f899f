//! Replays the corpus of the fuzz target `threads`.

#[path = "../../../fuzz/src/threads.rs"]
mod threads;

use std::fs;
use std::path::Path;

#[test]
fn every_input_of_the_corpus_is_linearizable() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/threads");
    let mut inputs = 0;
    for file in fs::read_dir(corpus).expect("the corpus can be listed") {
        threads::run(
            &fs::read(file.expect("the corpus can be listed").path())
                .expect("an input can be read"),
        );
        inputs += 1;
    }
    assert!(inputs > 0, "the corpus is empty");
}
