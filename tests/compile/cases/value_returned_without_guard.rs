//! A function returns a value under a guard of its own.

use evacmap::{Guard, HashMap};

#[cfg(not(feature = "misuse"))]
fn first<'a>(map: &'a HashMap<u32, String>, guard: &'a Guard) -> Option<&'a String> {
    map.get(&1, guard)
}

#[cfg(feature = "misuse")]
fn first<'a>(map: &'a HashMap<u32, String>, _: &'a Guard) -> Option<&'a String> {
    map.pin().get(&1) //~ E0515
}

fn main() {
    println!("{:?}", first(&HashMap::new(), &evacmap::pin()));
}
