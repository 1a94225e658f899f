//! A map reference has a guard inside.

use std::thread;

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    thread::scope(|scope| {
        #[cfg(not(feature = "misuse"))]
        let map = &map;
        #[cfg(feature = "misuse")]
        let map = map.pin();
        let work = move || println!("{}", map.len());
        scope.spawn(work); //~ E0277
    });
}
