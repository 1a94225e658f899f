//! Pins, as guards and the rest of the crate use them: those of the collector.

use super::collector::clock;
use super::collector::{self, OwnedPin, ThreadPin};
use super::number::Number;
use super::pinning::Pinning;

/// While it lives, nothing is freed that can be found under it. Shared, it does nothing but that:
/// what is retired under it goes through a pin of the thread that retires.
pub(crate) struct Pin(collector::Pin);

impl Pin {
    /// Of this thread.
    #[inline]
    pub(crate) fn new() -> Self {
        Pin(collector::Pin::Thread(ThreadPin::new()))
    }

    /// Of no thread.
    pub(crate) fn owned() -> Self {
        Pin(collector::Pin::Owned(OwnedPin::new()))
    }

    /// The clock's number.
    #[inline]
    pub(crate) fn now(&self) -> Number {
        clock::now()
    }

    /// Counts a removal that leaves nothing to be freed.
    #[inline]
    pub(crate) fn removed(&self) {
        clock::removed();
    }

    /// Has the clock go on by a step, if it can.
    pub(crate) fn flush(&self) {
        clock::push();
    }

    /// Has the clock go on as far as it can.
    pub(crate) fn drive(&self) {
        _ = clock::drive();
    }

    /// Unpins and pins again, unless it is a thread's and that has others.
    pub(crate) fn repin(&mut self) {
        self.0.repin();
    }

    /// As `flush`, for something large: idle threads are not put up with.
    pub(crate) fn flush_much(&self) {
        clock::push_much();
    }

    /// Runs `f` when every guard that is held now is gone, on any thread, and flushes.
    ///
    /// # Safety
    ///
    /// `f` may be sent to another thread, and may run after everything that the caller borrows has
    /// ended. It does not panic, and pins nothing.
    pub(crate) unsafe fn defer(&self, f: impl FnOnce()) {
        // SAFETY: the caller's promise is the same.
        unsafe { clock::defer(f) }
    }
}

/// What a pin of a thread is, in this process.
///
/// ```
/// match evacmap::pinning() {
///     evacmap::Pinning::Leased => println!("pins are cheap"),
///     other => println!("pins cost a fence: {other:?}"),
/// }
/// ```
pub fn pinning() -> Pinning {
    collector::pinning()
}
