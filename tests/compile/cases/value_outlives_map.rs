//! A value is used after its map is gone.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let guard = evacmap::pin();
    let value = map.get(&1, &guard);
    #[cfg(feature = "misuse")]
    drop(map); //~ E0505
    println!("{value:?}");
}
