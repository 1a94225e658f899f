//! What the fuzz targets run. Each module stands alone, so that the crate's tests can replay its corpus.

pub mod ops;
pub mod threads;
