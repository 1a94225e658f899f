//! What the optional features add to the maps and sets. The engine itself raises the events of the
//! feature `tracing`; they are in `src/observe/events.rs`.

#[cfg(feature = "metrics")]
mod metrics;
#[cfg(all(feature = "metrics", feature = "expiring"))]
mod metrics_expiring;
#[cfg(feature = "rayon")]
pub mod rayon;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "serde")]
mod serde_copies;
