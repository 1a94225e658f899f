//! The closure of `compute` may keep what it is shown as long as the guard, and no longer.

use evacmap::{HashMap, Operation};

fn main() {
    let map = HashMap::from([(1, String::from("a"))]);
    let guard = map.guard();
    let mut kept = None;
    let decide = |entry| {
        kept = entry;
        Operation::Abort(())
    };
    map.compute(1, decide, &guard);
    #[cfg(feature = "misuse")]
    drop(guard); //~ E0505
    println!("{kept:?}");
}
