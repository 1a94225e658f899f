//! Values that must not be sent are in a map that is sent.

#[allow(unused_imports)]
use std::rc::Rc;
#[allow(unused_imports)]
use std::sync::Arc;
use std::thread;

use evacmap::HashMap;

#[cfg(not(feature = "misuse"))]
type Content = Arc<u32>;
#[cfg(feature = "misuse")]
type Content = Rc<u32>;

fn main() {
    let map: HashMap<u32, Content> = HashMap::new();
    let work = move || map.len();
    thread::scope(|scope| {
        scope.spawn(work); //~ E0277
    });
}
