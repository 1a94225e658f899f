//! Pins: what guards hold.

use core::marker::PhantomData;

use crossbeam_epoch::Guard;

use super::local;
use super::records::Anchor;
use super::records::Lease;

/// While it lives, nothing is freed that can be found under it. Shared, it does nothing but that:
/// no method takes `&self`.
pub(crate) enum Pin {
    Thread(ThreadPin),
    Owned(OwnedPin),
}

// SAFETY: nothing can be done with a `&Pin`; what the pin protects other threads from is said in
// `src/memory/guard.rs`.
unsafe impl Sync for Pin {}

impl Pin {
    /// Unpins and pins again, unless it is a thread's and that has others.
    pub(crate) fn repin(&mut self) {
        match self {
            Pin::Thread(pin) => _ = pin.repin(),
            Pin::Owned(pin) => pin.repin(),
        }
    }
}

/// For the message of the compiler: a [`Guard`](crate::Guard) may not be sent to another thread,
/// nor held across an `.await` of a task that may be. `HashMap::pin_owned`, `HashMap::owned_guard`
/// and [`OwnedGuard`](crate::OwnedGuard) are for that.
#[allow(dead_code)] // by its name alone
pub struct AGuardStaysOnItsThreadUsePinOwned;

/// Of the thread that made it, which it does not leave but by `&`.
pub(crate) struct ThreadPin(&'static Lease, PhantomData<*mut AGuardStaysOnItsThreadUsePinOwned>);

impl ThreadPin {
    #[inline]
    pub(crate) fn new() -> Self {
        ThreadPin(local::enter(), PhantomData)
    }

    /// Unpins and pins again, unless the thread has other pins; whether that was done.
    pub(super) fn repin(&mut self) -> bool {
        self.0.repin()
    }

    /// Runs `f` with the guard of crossbeam's that it relies on. `f` pins nothing.
    pub(super) fn with_guard<R>(&mut self, f: impl FnOnce(&Guard) -> R) -> R {
        self.0.with_guard(f)
    }

    /// Has the next outermost pin of the thread be made anew, with a fence.
    pub(super) fn renew_soon(&mut self) {
        self.0.renew_soon();
    }
}

impl Drop for ThreadPin {
    #[inline]
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Of no thread.
pub(crate) struct OwnedPin(&'static Anchor);

impl OwnedPin {
    pub(crate) fn new() -> Self {
        OwnedPin(Anchor::join())
    }

    fn repin(&mut self) {
        self.0.leave();
        // Nothing unwinds here: what can fail is an allocation, which aborts.
        self.0 = Anchor::join();
    }
}

impl Drop for OwnedPin {
    fn drop(&mut self) {
        self.0.leave();
    }
}
