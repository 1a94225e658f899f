//! A guard may be lent to another thread, and does not let go meanwhile.

use std::thread;

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let mut guard = map.guard();
    thread::scope(|scope| {
        scope.spawn(|| println!("{:?}", map.get(&1, &guard)));
        #[cfg(feature = "misuse")]
        guard.repin(); //~ E0502
    });
    guard.repin();
}
