//! The condition of `remove_if` keeps the value that it is shown.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, String::from("a"))]);
    let mut kept = None;
    let pinned = map.pin();
    let removed = pinned.remove_if(&1, |_, value| {
        #[cfg(not(feature = "misuse"))]
        let value = value.clone();
        kept = Some(value); //~ E0521
        true
    });
    println!("{removed:?} {kept:?}");
}
