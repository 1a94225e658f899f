//! An iterator hands out references to values that must not be shared.

use std::cell::Cell;
use std::thread;

use evacmap::HashMap;

fn main() {
    #[cfg(not(feature = "misuse"))]
    let map = HashMap::from([(1, 1)]);
    #[cfg(feature = "misuse")]
    let map = HashMap::from([(1, Cell::new(1))]);
    let guard = map.guard();
    let entries = map.iter(&guard);
    let work = move || println!("{} {:?}", entries.count(), Cell::new(1));
    thread::scope(|scope| {
        scope.spawn(work); //~ E0277
    });
}
