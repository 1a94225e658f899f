//! What a value borrows is declared after the map, and so is dropped before it.

use evacmap::HashMap;

fn main() {
    #[cfg(not(feature = "misuse"))]
    let text = String::from("a");
    let map = HashMap::new();
    #[cfg(feature = "misuse")]
    let text = String::from("a");
    map.pin().insert(1, text.as_str()); //~ E0597
}
