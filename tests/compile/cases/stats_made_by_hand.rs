//! `Stats` may get more fields.

use evacmap::{HashMap, Stats};

fn main() {
    let map: HashMap<u32, u32> = HashMap::new();
    #[cfg(not(feature = "misuse"))]
    let stats = map.stats();
    #[cfg(feature = "misuse")]
    let stats = Stats { len: 1, ..map.stats() }; //~ E0639
    println!("{:?} {:?}", stats, Stats::default());
}
