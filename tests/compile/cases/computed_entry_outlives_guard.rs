//! What `compute` returns is used after its guard is gone.

use evacmap::{HashMap, Operation};

fn main() {
    let map = HashMap::from([(1, "a")]);
    let guard = map.guard();
    let done = map.compute(1, |_| Operation::<_, ()>::Remove, &guard);
    #[cfg(feature = "misuse")]
    drop(guard); //~ E0505
    println!("{done:?}");
}
