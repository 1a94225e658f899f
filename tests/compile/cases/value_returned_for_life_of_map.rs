//! A function returns a value for as long as the map lives, whatever becomes of the guard.

use evacmap::{Guard, HashMap};

#[cfg(not(feature = "misuse"))]
type Found<'map, 'guard> = (Option<&'guard String>, &'map ());
#[cfg(feature = "misuse")]
type Found<'map, 'guard> = (Option<&'map String>, &'guard ());

fn first<'map: 'guard, 'guard>(map: &'map HashMap<u32, String>, guard: &'guard Guard) -> Found<'map, 'guard> {
    (map.get(&1, guard), &()) //~ lifetime may not live long enough
}

fn main() {
    println!("{:?}", first(&HashMap::new(), &evacmap::pin()));
}
