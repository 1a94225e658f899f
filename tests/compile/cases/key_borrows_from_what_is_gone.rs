//! Keys need not be `'static`, but what they borrow has to outlive the map.

use evacmap::HashMap;

fn main() {
    let text = String::from("a b");
    let map = HashMap::new();
    for word in text.split(' ') {
        map.pin().insert(word, ());
    }
    #[cfg(feature = "misuse")]
    drop(text); //~ E0505
    println!("{}", map.len());
}
