//! `compare_exchange` compares values.

use evacmap::HashMap;

#[cfg_attr(not(feature = "misuse"), derive(PartialEq))]
struct Value;

fn main() {
    let map = HashMap::from([(1, Value)]);
    println!("{}", map.pin().compare_exchange(1, &Value, Value).is_ok()); //~ E0277
}
