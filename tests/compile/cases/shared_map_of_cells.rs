//! Values that must not be shared are in a map that is shared.

#[allow(unused_imports)]
use std::cell::Cell;
use std::thread;

use evacmap::HashMap;

#[cfg(not(feature = "misuse"))]
type Content = u32;
#[cfg(feature = "misuse")]
type Content = Cell<u32>;

fn main() {
    let map: HashMap<u32, Content> = HashMap::new();
    let work = || map.len();
    thread::scope(|scope| {
        scope.spawn(work); //~ E0277
    });
}
