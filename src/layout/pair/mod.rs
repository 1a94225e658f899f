//! Entries of up to 64 bits each for key and value, in slots of 16 bytes.

mod kind;
mod provides;
mod slot;

pub(crate) use kind::Pair;
#[cfg(not(evacmap_loom))]
pub(crate) use slot::Slot;
