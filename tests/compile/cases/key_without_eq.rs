//! A key that can be compared only in part.

use evacmap::HashMap;

fn main() {
    let map = HashMap::new();
    #[cfg(not(feature = "misuse"))]
    map.pin().insert(1.0_f64.to_bits(), 1);
    #[cfg(feature = "misuse")]
    map.pin().insert(1.0_f64, 1); //~ E0277
}
