//! A value is moved out of the map.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, String::from("a"))]);
    let pinned = map.pin();
    let value = pinned.remove(&1).unwrap();
    #[cfg(not(feature = "misuse"))]
    let value: String = value.clone();
    #[cfg(feature = "misuse")]
    let value: String = *value; //~ E0507
    println!("{value}");
}
