//! A map of static texts as keys is taken for one of shorter-lived ones, into which such could be
//! put.

use evacmap::HashMap;

#[cfg(not(feature = "misuse"))]
type Shorter<'a> = HashMap<&'static str, u32>;
#[cfg(feature = "misuse")]
type Shorter<'a> = HashMap<&'a str, u32>;

fn shorter<'a>(map: HashMap<&'static str, u32>, _: &'a str) -> Shorter<'a> {
    map //~ lifetime may not live long enough
}

fn main() {
    shorter(HashMap::new(), "a");
}
