//! An iteration goes on after its guard is gone.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let guard = map.guard();
    let iter = map.iter(&guard);
    #[cfg(feature = "misuse")]
    drop(guard); //~ E0505
    println!("{}", iter.count());
}
