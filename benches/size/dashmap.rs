//! Counts words in a `DashMap`.

fn main() {
    let counts = dashmap::DashMap::new();
    std::thread::scope(|scope| {
        scope.spawn(|| size::words().for_each(|word| *counts.entry(word).or_insert(0) += 1));
    });
    counts.remove("");
    let first = size::words().next().and_then(|word| counts.get(&word).map(|count| *count));
    size::show(counts.len(), first);
}
