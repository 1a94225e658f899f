//! What is cleared may be dropped by another thread; dropping the whole map drops it here.

use std::rc::Rc;

use evacmap::HashMap;

fn main() {
    let map: HashMap<u32, Rc<u32>> = HashMap::new();
    #[cfg(feature = "misuse")]
    map.pin().clear(); //~ E0599
    drop(map);
}
