//! A map reference lets go while a value is held under it.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let mut pinned = map.pin();
    let value = pinned.get(&1);
    #[cfg(feature = "misuse")]
    pinned.repin(); //~ E0502
    println!("{value:?}");
    pinned.repin();
}
