//! A value is used after the guard that belongs to no thread is gone.

use evacmap::{HashMap, OwnedGuard};

fn main() {
    let map = HashMap::from([(1, "a")]);
    let guard = OwnedGuard::new();
    let value = map.get(&1, &guard);
    #[cfg(feature = "misuse")]
    drop(guard); //~ E0505
    println!("{value:?}");
}
