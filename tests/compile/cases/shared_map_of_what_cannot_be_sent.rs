//! Values that may be shared, but not sent, are in a map that is shared: its users could drop them.

#[allow(unused_imports)]
use std::sync::{Mutex, MutexGuard};
use std::thread;

use evacmap::HashMap;

#[cfg(not(feature = "misuse"))]
type Content = Mutex<u32>;
#[cfg(feature = "misuse")]
type Content = MutexGuard<'static, u32>;

fn main() {
    let map: HashMap<u32, Content> = HashMap::new();
    let work = || map.len();
    thread::scope(|scope| {
        scope.spawn(work); //~ E0277
    });
}
