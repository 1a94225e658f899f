//! A value is changed where other threads may be reading it.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, 1)]);
    let pinned = map.pin();
    let value = pinned.get(&1).unwrap();
    #[cfg(not(feature = "misuse"))]
    let value = &mut value.clone();
    *value += 1; //~ E0594
}
