//! A map is taken apart while a reference to it lives.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let pinned = map.pin();
    #[cfg(not(feature = "misuse"))]
    drop(pinned);
    let entries = map.into_iter(); //~ E0505
    #[cfg(feature = "misuse")]
    println!("{}", pinned.len());
    println!("{}", entries.count());
}
