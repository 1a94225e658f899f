//! A guard is no use to another thread.

use std::thread;

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    #[cfg(feature = "misuse")]
    let guard = map.guard();
    let work = || {
        #[cfg(not(feature = "misuse"))]
        let guard = map.guard();
        println!("{:?}", map.get(&1, &guard));
    };
    thread::scope(|scope| {
        scope.spawn(work); //~ E0277
    });
}
