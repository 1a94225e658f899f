//! Counts words in papaya's map.

fn main() {
    let counts = papaya::HashMap::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let counts = counts.pin();
            for word in size::words() {
                counts.update_or_insert(word, |count| count + 1, 1);
            }
        });
    });
    let counts = counts.pin();
    counts.remove("");
    let first = size::words().next().and_then(|word| counts.get(&word).copied());
    size::show(counts.len(), first);
}
