//! Counts words in the standard library's map behind a lock.

use std::collections::HashMap;
use std::sync::Mutex;

fn main() {
    let counts = Mutex::new(HashMap::new());
    std::thread::scope(|scope| {
        let count =
            || size::words().for_each(|word| *counts.lock().unwrap().entry(word).or_insert(0) += 1);
        scope.spawn(count);
    });
    let mut counts = counts.into_inner().unwrap();
    counts.remove("");
    let first = size::words().next().and_then(|word| counts.get(&word).copied());
    size::show(counts.len(), first);
}
