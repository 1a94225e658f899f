//! The current value in an error is used after its guard is gone.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let guard = map.guard();
    let error = map.try_insert(1, "b", &guard);
    #[cfg(feature = "misuse")]
    drop(guard); //~ E0505
    println!("{error:?}");
}
