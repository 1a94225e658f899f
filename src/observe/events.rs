//! Events for the `tracing` feature. Without it everything here is empty and costs nothing.
//!
//! The handler of an event (a `tracing` subscriber) is user code. It runs on the thread that raises
//! the event, in the middle of that thread's operation. So an event is raised only where a key's or
//! value's `Drop` may run as well:
//!
//! - the step has changed what it was to change, or others can change it too (the rest of a chain
//!   that is discarded);
//! - nobody has a borrow of the thread's record;
//! - what the step won has been retired.
//!
//! There are four such places: a resize has been published (`Writer::begin`), an old table has been
//! unlinked and retired (`Resize::promote`), a thread's bag has been handed on (`Writer::retire`),
//! and a guard has let go and ends. None of them is in a look-up.
//!
//! A handler may use the same map. Events that it causes there are not raised in turn; otherwise a
//! handler that clears the map for each event would never return. The panic hook reports a panic in
//! a handler. The panic goes no further, because it would surface in an operation that has done its
//! work, and would take the result with it.

mod held;
mod resize;
#[cfg(all(feature = "tracing", not(evacmap_loom)))]
mod tell;

pub(crate) use held::Held;
pub(crate) use resize::{Facts, Watch};
