//! A value is kept, the temporary `pin()` that it came from is not.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    #[cfg(not(feature = "misuse"))]
    let pinned = map.pin();
    #[cfg(not(feature = "misuse"))]
    let value = pinned.get(&1);
    #[cfg(feature = "misuse")]
    let value = map.pin().get(&1); //~ E0716
    println!("{value:?}");
}
