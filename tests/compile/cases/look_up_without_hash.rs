//! A look-up by something equivalent that cannot be hashed.

use evacmap::{Equivalent, HashMap};

#[cfg_attr(not(feature = "misuse"), derive(Hash))]
struct Form(u32);

impl Equivalent<u32> for Form {
    fn equivalent(&self, key: &u32) -> bool {
        self.0 == *key
    }
}

fn main() {
    println!("{:?}", HashMap::from([(1, 1)]).pin().get(&Form(1))); //~ E0277
}
