//! Concurrent sets: maps without values.

mod algebra;
mod hash_set;
mod iter;
mod ops;
mod pinned;
mod traits;

pub use hash_set::HashSet;
pub use iter::{IntoIter, Iter};
pub use pinned::HashSetRef;
