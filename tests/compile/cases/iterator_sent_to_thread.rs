//! An iterator goes on under the guard of the thread that began it.

use std::thread;

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let guard = map.guard();
    #[cfg(not(feature = "misuse"))]
    let entries = map.iter(&guard).collect::<Vec<_>>().into_iter();
    #[cfg(feature = "misuse")]
    let entries = map.iter(&guard);
    let work = move || println!("{}", entries.count());
    thread::scope(|scope| {
        scope.spawn(work); //~ E0277
    });
}
