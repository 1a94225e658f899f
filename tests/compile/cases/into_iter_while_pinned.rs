//! A map is taken apart while a reference to it lives.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let pinned = map.pin();
    #[cfg(not(feature = "misuse"))]
    drop(pinned);
    for (key, value) in map {
        //~ E0505
        println!("{key} {value}");
    }
    #[cfg(feature = "misuse")]
    println!("{}", pinned.len());
}
