//! A look-up by something that is no form of the key.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(String::from("a"), 1)]);
    #[cfg(not(feature = "misuse"))]
    println!("{:?}", map.pin().get("a"));
    #[cfg(feature = "misuse")]
    println!("{:?}", map.pin().get(&'a')); //~ E0277
}
