//! A value is used after its guard is gone.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let guard = map.guard();
    let value = map.get(&1, &guard);
    #[cfg(feature = "misuse")]
    drop(guard); //~ E0505
    println!("{value:?}");
}
