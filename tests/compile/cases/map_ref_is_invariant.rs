//! A reference to a map of static texts is taken for one to a map of shorter-lived ones.

use evacmap::{HashMap, HashMapRef};

#[cfg(not(feature = "misuse"))]
type Shorter<'a> = HashMapRef<'a, u32, &'static str>;
#[cfg(feature = "misuse")]
type Shorter<'a> = HashMapRef<'a, u32, &'a str>;

fn shorter<'a>(map: HashMapRef<'a, u32, &'static str>) -> Shorter<'a> {
    map //~ lifetime may not live long enough
}

fn main() {
    shorter(HashMap::new().pin());
}
