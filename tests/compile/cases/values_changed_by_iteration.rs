//! Values are changed within an iteration over a shared map.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, 1)]);
    for (key, value) in &map.pin() {
        #[cfg(not(feature = "misuse"))]
        map.pin().insert(*key, value + 1);
        #[cfg(feature = "misuse")]
        {
            *value += *key; //~ E0594
        }
    }
}
