//! What is inserted may be dropped by another thread.

use std::rc::Rc;
use std::sync::Arc;

use evacmap::HashMap;

fn main() {
    let map = HashMap::new();
    #[cfg(not(feature = "misuse"))]
    let value = Arc::new(1);
    #[cfg(feature = "misuse")]
    let value = Rc::new(1);
    map.pin().insert(1, value); //~ E0277
    println!("{} {}", Rc::new(1), Arc::new(1));
}
