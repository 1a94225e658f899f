//! An iteration goes on after its map is gone.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    let guard = evacmap::pin();
    let keys = map.keys(&guard);
    #[cfg(feature = "misuse")]
    drop(map); //~ E0505
    println!("{}", keys.count());
}
