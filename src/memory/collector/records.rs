//! What the records and the clock consist of. Who may touch which field, and when, is said where
//! the protocol is: `lease.rs`, `anchor.rs`, `clock.rs`.

use core::cell::Cell;

use crossbeam_utils::CachePadded;

use super::participant::Participant;
use crate::sync::{AtomicBool, AtomicUsize, UnsafeCell};

/// A thread's record. On lines of its own: revokers look at all of them.
#[repr(C, align(128))]
pub(super) struct Lease {
    pub(super) active: AtomicUsize,
    pub(super) state: AtomicUsize,
    /// Outermost pins until the lease is renewed.
    pub(super) due: Cell<usize>,
    /// It was claimed for one pin, by a thread that is past having a record.
    pub(super) brief: Cell<bool>,
    pub(super) owned: AtomicBool,
    pub(super) leased: UnsafeCell<Participant>,
    pub(super) own: UnsafeCell<Participant>,
    pub(super) next: *mut Lease,
}

// SAFETY: `next` is written before the record is published. All else is atomic or has one user at a
// time: see the table in `lease.rs`.
unsafe impl Sync for Lease {}
// SAFETY: as above; a record goes from thread to thread by `owned` and `active`.
unsafe impl Send for Lease {}

#[cfg(not(evacmap_loom))]
const _: () = {
    let hot = [
        core::mem::offset_of!(Lease, active),
        core::mem::offset_of!(Lease, state),
        core::mem::offset_of!(Lease, due),
    ];
    assert!(hot[0] < 64 && hot[1] < 64 && hot[2] < 64, "what each pin touches is on one line");
};

/// What owned guards hold on to.
#[repr(align(128))]
pub(super) struct Anchor {
    pub(super) guards: AtomicUsize,
    /// The clock's, when it was made.
    pub(super) number: AtomicUsize,
    pub(super) joined: AtomicUsize,
    /// How many may join.
    pub(super) limit: AtomicUsize,
    /// It is being made, or has guards.
    pub(super) claimed: AtomicBool,
    pub(super) participant: UnsafeCell<Participant>,
    pub(super) next: *mut Anchor,
}

// SAFETY: `next` is written before the record is published. The participant has one user at a time:
// whoever has claimed the record and has not published its count, and the last guard.
unsafe impl Sync for Anchor {}
// SAFETY: as above; it belongs to no thread.
unsafe impl Send for Anchor {}

/// Counts grace periods.
pub(super) struct Clock {
    pub(super) now: CachePadded<AtomicUsize>,
    /// A closure has been deferred, or is about to be, and has not run.
    pub(super) in_flight: AtomicBool,
    /// Where it has to stand for all that has been stamped to be ripe.
    pub(super) wanted: AtomicUsize,
    /// How often somebody had something waiting.
    pub(super) pushes: AtomicUsize,
    /// Where the clock stood when it was last looked at whether it moves.
    pub(super) seen: AtomicUsize,
    /// The push at which idle threads were last looked for.
    pub(super) looked: AtomicUsize,
}
