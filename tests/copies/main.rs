//! Maps and sets of small copies: against the standard library's map, with every kind of key, and
//! with several threads.

mod keys;
mod model;
mod resizes;
#[cfg(feature = "serde")]
mod serialize;
mod surface;
mod threads;
