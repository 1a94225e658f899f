//! The program without a map: counts how often the first word is given.

fn main() {
    let first = size::words().next();
    let count = std::thread::scope(|scope| {
        let count =
            scope.spawn(|| size::words().filter(|word| Some(word) == first.as_ref()).count());
        count.join().unwrap()
    });
    size::show(count.min(1), Some(count as u64));
}
