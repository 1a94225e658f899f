//! A hasher that must not be shared is in a map that is shared.

use std::cell::Cell;
use std::thread;

use evacmap::{DefaultHashBuilder, HashMap};

#[cfg(not(feature = "misuse"))]
type Hasher = DefaultHashBuilder;
#[cfg(feature = "misuse")]
type Hasher = (DefaultHashBuilder, Cell<u32>);

fn main() {
    let _ = Cell::new(1);
    let map: HashMap<u32, u32, Hasher> = HashMap::with_hasher(Hasher::default());
    let work = || map.len();
    thread::scope(|scope| {
        scope.spawn(work); //~ E0277
    });
}
