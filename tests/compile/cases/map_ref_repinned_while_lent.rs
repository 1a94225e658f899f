//! A map reference may be lent to another thread, and does not let go meanwhile.

use std::thread;

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let mut pinned = map.pin();
    thread::scope(|scope| {
        scope.spawn(|| println!("{:?}", pinned.get(&1)));
        #[cfg(feature = "misuse")]
        pinned.repin(); //~ E0502
    });
    pinned.repin();
}
