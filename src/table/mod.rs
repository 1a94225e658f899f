//! Tables: arrays of buckets with their headers, how they are made, and how they are given back.
//!
//! | file | what is in it |
//! |---|---|
//! | `header` | a table: the array, its shape, and the words that change while it is filled |
//! | `bucket` | a cache line of slots, and the link to an overflow bucket |
//! | `array`, `overflow` | memory for buckets: the array, and slabs of overflow buckets |
//! | `loose` | buckets that stand alone, those of renewed chains |
//! | `workshop` | where large tables are made and given back |
//! | `preparation`, `unready` | a table that the writers of a map clear together, piece by piece |
//! | `graveyard`, `dismantle` | a table that has been left, given back piece by piece |

mod array;
mod bucket;
#[cfg(not(evacmap_stub))]
mod dismantle;
#[cfg(not(evacmap_stub))]
mod graveyard;
mod haste;
mod header;
mod loose;
mod overflow;
#[cfg(not(evacmap_stub))]
mod preparation;
#[cfg(evacmap_stub)]
mod stub;
#[cfg(not(evacmap_stub))]
mod unready;
#[cfg(not(evacmap_stub))]
mod workshop;

pub(crate) use array::{Refused, fail};
pub(crate) use bucket::{Bucket, Lead, Next, Renewal};
pub(crate) use haste::Haste;
pub(crate) use header::{Link, Old, Table};
pub(crate) use loose::Loose;
pub(crate) use overflow::Renewed;
#[cfg(evacmap_stub)]
pub(crate) use stub::Workshop;
#[cfg(not(evacmap_stub))]
pub(crate) use workshop::Workshop;
