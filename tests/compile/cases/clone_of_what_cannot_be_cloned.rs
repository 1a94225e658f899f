//! A map can be cloned if its values can.

use evacmap::HashMap;

#[cfg_attr(not(feature = "misuse"), derive(Clone))]
struct Value;

fn main() {
    println!("{}", HashMap::from([(1, Value)]).clone().len()); //~ E0599
}
