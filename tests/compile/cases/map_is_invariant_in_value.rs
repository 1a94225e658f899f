//! A map of static texts as values is taken for one of shorter-lived ones, into which such could be
//! put.

use evacmap::HashMap;

#[cfg(not(feature = "misuse"))]
type Shorter<'a> = HashMap<u32, &'static str>;
#[cfg(feature = "misuse")]
type Shorter<'a> = HashMap<u32, &'a str>;

fn shorter<'a>(map: HashMap<u32, &'static str>, _: &'a str) -> Shorter<'a> {
    map //~ lifetime may not live long enough
}

fn main() {
    shorter(HashMap::new(), "a");
}
