//! A guard lets go while a value is held under it.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let mut guard = map.guard();
    let value = map.get(&1, &guard);
    #[cfg(feature = "misuse")]
    guard.repin(); //~ E0502
    println!("{value:?}");
    guard.repin();
}
