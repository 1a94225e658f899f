//! Events for the `tracing` feature; without it everything here is empty and costs nothing.
//!
//! Who handles an event (a `tracing` subscriber) is user code, called on the thread in the middle
//! of whose operation the event comes about. So an event is told only where a key's or value's
//! `Drop` may run as well: what the step was to change has been changed, or can be changed by
//! others as well (the rest of a chain that is discarded), nobody has a borrow of the thread's
//! slot, and what was won has been retired. There are three such places: a resize has been
//! published (`Writer::begin`), an old table has been unlinked and retired (`Resize::promote`), and
//! a thread's bag has been handed on (`Writer::retire`); and the end of a guard, when it has
//! already let go. None of them is in a look-up.
//!
//! A handler may use the same map. What it brings about there is not told in turn: a handler that
//! clears the map for each event would otherwise never return. A panic in one has been reported by
//! the panic hook; it is not carried on, since it would surface in an operation that has done its
//! work, and take the result with it.

mod held;
mod resize;

pub(crate) use held::Held;
pub(crate) use resize::{Facts, Watch};

/// Has the current subscriber handle an event, unless this thread is in the midst of that.
#[cfg(all(feature = "tracing", not(evacmap_loom)))]
fn tell(event: impl FnOnce()) {
    use std::cell::Cell;

    std::thread_local! {
        /// Without a destructor, so that it can always be read.
        static TELLING: Cell<bool> = const { Cell::new(false) };
    }

    if !TELLING.replace(true) {
        crate::observe::swallow(event);
        TELLING.set(false);
    }
}
