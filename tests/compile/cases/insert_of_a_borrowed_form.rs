//! A key is inserted by value, not by a form that it can be looked up by.

use evacmap::HashMap;

fn main() {
    let map: HashMap<String, u32> = HashMap::new();
    #[cfg(not(feature = "misuse"))]
    map.pin().insert("a".to_owned(), 1);
    #[cfg(feature = "misuse")]
    map.pin().insert("a", 1); //~ E0308
}
