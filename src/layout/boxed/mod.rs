//! Entries in heap nodes, behind tagged pointers: the layout for any key and any value.

mod draft;
mod entry;
mod kind;
mod provides;
mod scan;
mod slot;

pub(crate) use draft::Draft;
pub(crate) use entry::Entry;
pub(crate) use kind::Boxed;
#[cfg(not(evacmap_loom))]
pub(crate) use slot::Slot;
