//! The closure of `update` keeps the value that it is shown, which is not promised to last.

use evacmap::HashMap;

fn main() {
    let map = HashMap::from([(1, String::from("a"))]);
    let mut kept = None;
    map.pin().update(1, |value| {
        #[cfg(not(feature = "misuse"))]
        let value = value.clone();
        kept = Some(value); //~ E0521
        String::new()
    });
    println!("{kept:?}");
}
