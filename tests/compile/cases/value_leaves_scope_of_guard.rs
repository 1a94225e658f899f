//! A value leaves the block in which its guard lives.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    #[cfg(not(feature = "misuse"))]
    let guard = map.guard();
    let value = {
        #[cfg(feature = "misuse")]
        let guard = map.guard();
        map.get(&1, &guard) //~ E0597
    };
    println!("{value:?}");
}
