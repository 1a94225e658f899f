//! A static map is shared by all threads.

use std::cell::Cell;
use std::sync::LazyLock;

use evacmap::HashMap;

#[cfg(not(feature = "misuse"))]
static MAP: LazyLock<HashMap<u32, u32>> = LazyLock::new(HashMap::new);
#[cfg(feature = "misuse")]
static MAP: LazyLock<HashMap<u32, Cell<u32>>> = LazyLock::new(HashMap::new); //~ E0277

fn main() {
    println!("{} {:?}", MAP.len(), Cell::new(1));
}
