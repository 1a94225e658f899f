//! Whose something is that has been handed to the collector.
//!
//! | state | means | who makes it so |
//! |---|---|---|
//! | PENDING | with the collector: guards may still see it | [`Ripeness::pending`] |
//! | RIPE | no guard can see it any more: it is the map's | the collector's closure |
//! | ABANDONED | the map is gone: it is the closure's | the map's drop |
//!
//! The closure runs on whatever thread the collector happens to run on, at any time, perhaps after
//! the map was leaked and what its keys and values borrow has ended. So it runs no user code, and
//! touches nothing but the node that has this word in it.

use crate::sync::{AcqRel, Acquire, AtomicUsize};

const PENDING: usize = 0;
const RIPE: usize = 1;
const ABANDONED: usize = 2;

/// See the module's text.
pub(super) struct Ripeness(AtomicUsize);

impl Ripeness {
    pub(super) fn pending() -> Self {
        Ripeness(AtomicUsize::new(PENDING))
    }

    /// Of what no guard ever saw.
    pub(super) fn ripe() -> Self {
        Ripeness(AtomicUsize::new(RIPE))
    }

    /// Whether the closure has run, so that everything is the map's.
    pub(super) fn is_ripe(&self) -> bool {
        // ORDERING: Acquire, P9: all that any guard's holder did with it came before.
        self.0.load(Acquire) == RIPE
    }

    /// In the collector's closure: gives it to the map. `false` if the map is gone, so that it is
    /// the closure's.
    #[must_use]
    pub(super) fn ripen(&self) -> bool {
        // ORDERING: AcqRel, P9. Release: passes on what the collector has seen of the guards.
        // Acquire: ABANDONED means that the map's drop is done with it.
        self.0.compare_exchange(PENDING, RIPE, AcqRel, Acquire).is_ok()
    }

    /// In the map's drop: gives it to the closure. `false` if that has run, so that it is the
    /// map's.
    #[must_use]
    pub(super) fn abandon(&self) -> bool {
        // ORDERING: AcqRel, P9. Release: our last touch of it. Acquire on failure: RIPE, as in
        // `is_ripe`.
        self.0.compare_exchange(PENDING, ABANDONED, AcqRel, Acquire).is_ok()
    }
}
