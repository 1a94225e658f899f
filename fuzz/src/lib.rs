//! What the fuzz targets run. The modules depend on nothing but each other, so that the crate's
//! tests can replay the corpus.

pub mod ops;
pub mod panics;
mod shared;
pub mod threads;
