//! A map is borrowed exclusively while a value of it is held.

use evacmap::HashMap;

fn main() {
    let mut map = HashMap::from([(1, "a")]);
    let guard = evacmap::pin();
    let value = map.get(&1, &guard);
    #[cfg(feature = "misuse")]
    map.validate().unwrap(); //~ E0502
    println!("{value:?}");
    map.validate().unwrap();
}
