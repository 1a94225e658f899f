//! What watches the map: seeded faults, branch counters and stops for tests, work counters for the
//! benchmarks, events for `tracing`. Each is one line where it is used, and nothing in an ordinary
//! build.

pub mod counters;
pub(crate) mod events;
pub(crate) mod faults;
pub mod hooks;
mod swallow;

#[cfg_attr(evacmap_stub, allow(unused_imports))]
pub(crate) use swallow::swallow;
