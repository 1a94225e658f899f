//! An element of a set is used after its guard is gone.

use evacmap::HashSet;

fn main() {
    let set = HashSet::from(["a"]);
    let guard = evacmap::pin();
    let element = set.get("a", &guard);
    #[cfg(feature = "misuse")]
    drop(guard); //~ E0505
    println!("{element:?}");
}
