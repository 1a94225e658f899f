//! A borrowed text is put into a map of static ones.

use evacmap::HashMap;

#[cfg(not(feature = "misuse"))]
type Text<'a> = &'static str;
#[cfg(feature = "misuse")]
type Text<'a> = &'a str;

fn put(map: &HashMap<u32, &'static str>, text: Text<'_>) {
    map.pin().insert(1, text); //~ E0521
}

fn main() {
    put(&HashMap::new(), "a");
}
