//! The closure of `retain` keeps a key that it is shown.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(String::from("a"), 1)]);
    let mut kept = Vec::new();
    map.pin().retain(|key, _| {
        #[cfg(not(feature = "misuse"))]
        let key = key.clone();
        kept.push(key); //~ E0521
        true
    });
    println!("{kept:?}");
}
