//! A map reference has a guard inside.

use std::thread;

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    #[cfg(feature = "misuse")]
    let map = map.pin();
    let work = || println!("{:?}", map.len());
    thread::scope(|scope| {
        scope.spawn(work); //~ E0277
    });
}
