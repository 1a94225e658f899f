//! How an event gets to the current subscriber.

use std::cell::Cell;

use crate::observe::swallow;

/// Has the current subscriber handle an event, unless this thread is handling one already.
pub(super) fn tell(event: impl FnOnce()) {
    std::thread_local! {
        /// Without a destructor, so that it can always be read.
        static TELLING: Cell<bool> = const { Cell::new(false) };
    }

    if !TELLING.replace(true) {
        swallow(event);
        TELLING.set(false);
    }
}
