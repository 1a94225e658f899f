//! A map is used after it was taken apart.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, "a")]);
    #[cfg(not(feature = "misuse"))]
    println!("{}", map.len());
    println!("{}", map.into_iter().count());
    #[cfg(feature = "misuse")]
    println!("{}", map.len()); //~ E0382
}
