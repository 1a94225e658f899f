//! Panics in what is none of an operation's business.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a user's `Drop`, or what else is none of an operation's business. A panic in it has been
/// reported by the panic hook. It is not carried on: it would surface in an operation that has
/// nothing to do with it.
#[cfg_attr(evacmap_stub, allow(dead_code))]
pub(crate) fn swallow(run: impl FnOnce()) {
    let mut outcome = catch_unwind(AssertUnwindSafe(run));
    // The payload may have a `Drop` that panics, and so may the payload of that; but this has an
    // end.
    for _ in 0..8 {
        let Err(payload) = outcome else { return };
        outcome = catch_unwind(AssertUnwindSafe(|| drop(payload)));
    }
    core::mem::forget(outcome);
}
