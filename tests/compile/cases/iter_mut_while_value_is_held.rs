//! Values are changed in place while one of them is held.

use evacmap::HashMap;

fn main() {
    let mut map = HashMap::from([(1, 1)]);
    let guard = evacmap::pin();
    let value = map.get(&1, &guard);
    #[cfg(feature = "misuse")]
    map.iter_mut().for_each(|(_, value)| *value += 1); //~ E0502
    println!("{value:?}");
    map.iter_mut().for_each(|(_, value)| *value += 1);
}
