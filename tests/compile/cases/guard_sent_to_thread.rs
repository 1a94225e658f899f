//! A guard belongs to the thread that made it.

use std::thread;

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    thread::scope(|scope| {
        #[cfg(feature = "misuse")]
        let guard = map.guard();
        let map = &map;
        let work = move || {
            #[cfg(not(feature = "misuse"))]
            let guard = map.guard();
            println!("{:?}", map.get(&1, &guard));
        };
        scope.spawn(work); //~ E0277
    });
}
