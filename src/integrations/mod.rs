//! What the optional features add to the maps and sets. The events of the feature `tracing` come
//! from within the engine, and so are in `src/trace.rs`.

#[cfg(feature = "metrics")]
mod metrics;
#[cfg(feature = "rayon")]
pub mod rayon;
#[cfg(feature = "serde")]
mod serde;
