//! Concurrent sets: maps without values.
//!
//! The types that a set's methods return are here; [`HashSet`] and [`HashSetRef`] are also at the
//! root of the crate.

mod algebra;
mod hash_set;
mod iter;
mod ops;
mod pinned;
mod ref_traits;
mod traits;

pub use hash_set::HashSet;
pub use iter::{IntoIter, Iter};
pub use pinned::HashSetRef;
