//! A map reference is used after its map is gone.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let pinned = map.pin();
    #[cfg(feature = "misuse")]
    drop(map); //~ E0505
    println!("{}", pinned.len());
}
