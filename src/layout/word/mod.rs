//! Entries of together up to 64 bits for key and value, in slots of 8 bytes.

mod kind;
mod provides;
mod scan;
mod slot;

pub(crate) use kind::Packed;
