//! Maps and sets of small copies, with no guard in any signature: [`CopyMap`] and [`CopySet`].
//!
//! Both keep their entries in the table itself. See [`CopyMap`] for what they are, what they cost,
//! and when to take one.

mod build;
mod iter;
mod map;
mod number;
mod read;
mod resize;
mod set;
mod set_traits;
mod store;
mod traits;
mod write;

pub use build::CopyMapBuilder;
pub use iter::{Iter, Keys, SetIter, Values};
pub use map::CopyMap;
pub use number::Number;
pub use set::CopySet;
pub use write::CopyCompute;
