//! The closure that is told of each entry that leaves.

use core::cell::Cell;

use crate::observe::swallow;
use std::thread_local;

/// Why an entry left, for the listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// Its deadline had come.
    Expired,
    /// It was removed while it was alive.
    Removed,
    /// Another was put in its place while it was alive.
    Replaced,
    /// The map was cleared.
    Cleared,
}

pub(super) type Listener<K, V> = Box<dyn Fn(&K, &V, Cause) + Send + Sync>;

thread_local! {
    /// Listeners that this thread is in. Without a destructor, so that it can always be read.
    static WITHIN: Cell<usize> = const { Cell::new(0) };
}

/// Whether a listener of some map is running further up this thread's stack. What it does to maps
/// sweeps nothing: that could call it again, and so on without end.
pub(super) fn is_running() -> bool {
    WITHIN.with(Cell::get) > 0
}

/// Tells the listener. If it panics, the panic hook reports that, and it goes no further.
pub(super) fn tell<K, V>(listener: &Listener<K, V>, key: &K, value: &V, cause: Cause) {
    WITHIN.with(|within| within.set(within.get() + 1));
    swallow(|| listener(key, value, cause));
    WITHIN.with(|within| within.set(within.get() - 1));
}
