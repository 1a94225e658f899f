//! A thread's way to its record.

use core::cell::Cell;

use super::records::Lease;
use crate::sync::thread_local;

thread_local! {
    /// The record, once this thread has one and until it ends. Without a destructor, so that it can
    /// be read without asking whether it has been made, and at any time.
    static LEASE: Cell<Option<&'static Lease>> = const { Cell::new(None) };
}

thread_local! {
    /// Lets go of the record when the thread ends.
    static END: End = const { End(Cell::new(None)) };
}

struct End(Cell<Option<Own>>);

/// The record, in the hands of its thread.
struct Own {
    lease: &'static Lease,
    #[cfg(evacmap_loom)]
    _world: crate::sync::Arc<super::world::World>,
}

impl Drop for End {
    fn drop(&mut self) {
        if let Some(own) = self.0.take() {
            // From here on this thread claims a record for each pin.
            _ = LEASE.try_with(|lease| lease.set(None));
            own.lease.end();
        }
    }
}

/// This thread's record, if it has one.
pub(super) fn own() -> Option<&'static Lease> {
    LEASE.try_with(Cell::get).ok().flatten()
}

/// Begins an operation of this thread, or one within another, and says on which record.
#[inline]
pub(super) fn enter() -> &'static Lease {
    match LEASE.try_with(Cell::get) {
        Ok(Some(lease)) => {
            lease.enter();
            lease
        }
        _ => enter_first(),
    }
}

/// The thread's first pin, or one in a destructor that runs after ours.
#[cold]
fn enter_first() -> &'static Lease {
    let claim = |end: &End| {
        let lease = Lease::claim();
        end.0.set(Some(Own {
            lease,
            #[cfg(evacmap_loom)]
            _world: super::world::keep(),
        }));
        lease
    };
    let Ok(lease) = END.try_with(claim) else { return Lease::claim_briefly() };
    _ = LEASE.try_with(|own| own.set(Some(lease)));
    lease.enter();
    lease
}
