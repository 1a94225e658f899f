//! A guard serves any map, and holds none: the value's map is gone here, in the twin that of the
//! guard.

use evacmap::HashMap;

fn main() {
    let (one, two) = (HashMap::from([(1, "a")]), HashMap::from([(1, "b")]));
    let guard = two.guard();
    let value = one.get(&1, &guard);
    #[cfg(not(feature = "misuse"))]
    drop(two);
    #[cfg(feature = "misuse")]
    drop(one); //~ E0505
    println!("{value:?}");
}
