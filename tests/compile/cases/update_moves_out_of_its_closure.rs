//! The closure of `update` may be called again, so it cannot give away what it has only one of.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, String::from("a"))]);
    let new = String::from("b");
    #[cfg(not(feature = "misuse"))]
    map.pin().update(1, |_| new.clone());
    #[cfg(feature = "misuse")]
    map.pin().update(1, |_| new); //~ E0507
}
