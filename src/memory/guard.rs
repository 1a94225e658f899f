//! Guards: while one is held, nothing that can be found in a map under it is freed.
//!
//! # Why a guard protects other threads too
//!
//! A guard holds on to a pinned participant of the collector: a word in which stands the epoch that
//! it pinned. A [`Guard`] holds on to that of its thread, which stays pinned between operations as
//! well (a lease: `src/memory/collector/lease.rs`); an [`OwnedGuard`] to one that belongs to no
//! thread, together with others of its kind (an anchor: `src/memory/collector/anchor.rs`). To hold
//! on is nothing but to leave that word as it is, so that `&Guard` may go to any thread, and an
//! `OwnedGuard` itself may too. Four things make that sound.
//!
//! 1. **Nobody touches a participant's book-keeping through `&`.** crossbeam keeps its counters and
//!    its bag of garbage in cells. They are used when a participant is pinned, pinned again and
//!    unpinned. The guards of a thread do that by value and by `&mut`, on that thread; whoever
//!    takes the lease of an idle thread does it when there is no guard (D in `lease.rs`); of an
//!    anchor, its maker before there is a second guard, and the last guard. Whatever is retired
//!    under a guard goes through a pin of the thread that retires it.
//! 2. **Nobody unpins it while the guard lives.** A lease is taken from a thread only if that has
//!    no guard: either the thread sees, when it makes its first, that somebody is about to take the
//!    lease, and pins something else; or that one sees the guard (A in `lease.rs`, Dekker's
//!    argument with an asymmetric pair of fences). It does not matter on which thread the guard is
//!    used: it is made and dropped on one, and only those two touch the count. An anchor counts its
//!    guards.
//! 3. **What is read under a guard is protected, on whatever thread.** Pinning stores the epoch and
//!    then executes a `SeqCst` fence *X*, long before the guard was made perhaps. Whoever made the
//!    guard did so after *X*: on the same thread, or on one that has got the record from the former
//!    owner (`owned` and `active` in `lease.rs`), or by joining an anchor (Acquire). A thread that
//!    uses the guard has got it from the one that made it. So *X* happens before its reads. Let
//!    such a read find an entry in a word from which it is unlinked later. The read is
//!    coherence-ordered before the unlinking, which happens before the fence *Y* with which the
//!    collector takes in the closure that the entry waits for. A fence that happens before an
//!    access, which is coherence-ordered before another, which happens before a second fence: then
//!    the first fence comes first in the total order (C++20, `[atomics.order]` 4.4, which asks for
//!    *happens before*, not for one thread). So *X* comes before *Y* and every later fence of the
//!    collector, which therefore sees the pinned epoch, and does not advance by the two steps that
//!    would run the closure, until the participant is unpinned.
//! 4. **All reads are over when that happens.** A reference that was read borrows the guard; so
//!    whatever was done with it happens before the drop (or `repin`) of the guard. That decrements
//!    a count with Release, which whoever unpins has acquired at 0, or has decremented itself.
//!
//! A pin that a thread holds for longer than its guard protects more than is needed, and never
//! less; so beside 2 all of this is crossbeam's own argument.

use core::borrow::Borrow;
use core::ops::Deref;
use core::panic::{RefUnwindSafe, UnwindSafe};

use super::number::Number;
#[cfg(not(evacmap_stub))]
use super::pin::Pin;
#[cfg(evacmap_stub)]
use super::stub::Pin;
use crate::observe::events::Held;
use crate::sizes::REUSE;

/// Keeps the current thread pinned: what it reads from any map stays valid until the guard is
/// dropped.
///
/// A guard comes from [`pin`](crate::pin), [`HashMap::guard`](crate::HashMap::guard) or, inside a
/// [`HashMapRef`](crate::HashMapRef), from [`HashMap::pin`](crate::HashMap::pin). One guard serves
/// any number of maps. A pin is a few plain instructions, or about an uncontended atomic one where
/// [`pinning`](crate::pinning) says [`Ordinary`](crate::Pinning::Ordinary); within another one it
/// is less.
///
/// While a guard is held, nothing that was removed since can be freed, by any thread. Hold it for a
/// batch of operations, not for the life of a thread; [`repin`](Guard::repin) lets go and takes
/// hold again. A thread that holds none, and does nothing, delays nobody for long.
///
/// After a `fork`, the child of a process with several threads may never be able to free what it
/// removes: guards of threads that it has not got are held for ever. It waits for nobody, and frees
/// nothing too early.
///
/// A guard stays on its thread, but may be lent to others: it is `Sync`, and not `Send`. For one
/// that moves, see [`OwnedGuard`].
///
/// ```compile_fail
/// let guard = evacmap::pin();
/// std::thread::spawn(move || drop(guard));
/// ```
///
/// # Examples
///
/// ```
/// let map = evacmap::HashMap::new();
/// let guard = evacmap::pin();
/// map.insert("a", 1, &guard);
/// let value = map.get("a", &guard);
/// map.remove("a", &guard);
/// assert_eq!(value, Some(&1), "removed, and still there for us");
/// ```
pub struct Guard {
    pin: Pin,
    /// After the pin, so that what it tells of is told when that is gone.
    held: Held,
}

impl Guard {
    #[inline]
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub(crate) fn new() -> Self {
        Guard { pin: Pin::new(), held: Held::new() }
    }

    pub(crate) fn pin(&self) -> &Pin {
        &self.pin
    }

    /// The clock's number: to be read again by each operation, before it reads anything else. Of no
    /// use but to the reuse of removed slots.
    #[inline]
    pub(crate) fn now(&self) -> Number {
        if REUSE { self.pin.now() } else { Number::new(0) }
    }

    /// The thread has filled a bag with what it retired under this guard.
    pub(crate) fn bag_filled(&self) {
        self.held.bag_filled();
    }

    /// Has the collector go on: what no guard can see any more becomes ready to be dropped by later
    /// writes to its map. To have one map's garbage dropped now, call
    /// [`HashMap::flush`](crate::HashMap::flush).
    ///
    /// What this guard holds up stays. Threads that do nothing, and hold no guard, are not in the
    /// way: if there are such, this costs a system call.
    pub fn flush(&self) {
        self.pin.drive();
    }

    /// Unpins and pins again, if this is the thread's only guard: what was retired before can be
    /// freed then.
    ///
    /// ```
    /// let map = evacmap::HashMap::from([(1, "one")]);
    /// let mut guard = evacmap::pin();
    /// for _ in 0..1000 {
    ///     assert_eq!(map.get(&1, &guard), Some(&"one"));
    ///     guard.repin();
    /// }
    /// ```
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn repin(&mut self) {
        self.pin.repin();
        self.held.renew();
    }
}

/// A guard that belongs to no thread: it may be sent, shared, and held across an `.await`.
///
/// It is used like a [`Guard`], to which it dereferences. It comes from [`OwnedGuard::new`],
/// [`HashMap::owned_guard`](crate::HashMap::owned_guard) or, inside a
/// [`HashMapRef`](crate::HashMapRef), from [`HashMap::pin_owned`](crate::HashMap::pin_owned). To
/// make one takes two atomic instructions and to drop it one, on words that all owned guards share,
/// however many there are; using it costs the same as using a [`Guard`].
///
/// A task that holds one while it waits keeps all garbage of all maps from being freed as long.
/// Prefer a guard for each stretch between two `.await`s where that will do.
///
/// # Examples
///
/// ```
/// use evacmap::{HashMap, OwnedGuard};
///
/// let map = HashMap::from([("a", String::from("one"))]);
/// let guard = OwnedGuard::new();
/// let value = map.get("a", &guard);
/// map.remove("a", &guard);
/// std::thread::scope(|scope| {
///     let (map, guard) = (&map, &guard);
///     scope.spawn(move || {
///         assert_eq!(value.unwrap(), "one", "removed, and still there for us, on another thread");
///         assert_eq!(map.get("a", guard), None);
///     });
/// });
/// drop(guard);
/// ```
pub struct OwnedGuard {
    guard: Guard,
}

// SAFETY: the one part that is not `Send` by itself is the pin, which here is one that belongs to
// no thread: an atomic count, and for the last guard a participant that nobody else touches (1 in
// the module's text).
unsafe impl Send for OwnedGuard {}

impl OwnedGuard {
    /// A guard that belongs to no thread, pinned.
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn new() -> Self {
        OwnedGuard { guard: Guard { pin: Pin::owned(), held: Held::new() } }
    }

    /// Unpins and pins again: what was retired before can be freed then.
    ///
    /// ```
    /// let mut guard = evacmap::OwnedGuard::new();
    /// guard.repin();
    /// ```
    #[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
    pub fn repin(&mut self) {
        self.guard.repin();
    }
}

impl Default for OwnedGuard {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for OwnedGuard {
    type Target = Guard;

    #[inline]
    fn deref(&self) -> &Guard {
        &self.guard
    }
}

impl Borrow<Guard> for OwnedGuard {
    #[inline]
    fn borrow(&self) -> &Guard {
        &self.guard
    }
}

impl core::fmt::Debug for OwnedGuard {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("OwnedGuard")
    }
}

impl core::fmt::Debug for Guard {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Guard")
    }
}

/// Pins the current thread; see [`Guard`]. Never runs a `Drop` of a key or a value.
#[inline]
#[cfg_attr(all(feature = "tracing", debug_assertions), track_caller)]
pub fn pin() -> Guard {
    Guard::new()
}

/// A panic while it is held leaves the guard as it was.
impl UnwindSafe for Guard {}

/// As for one that is moved into the closure.
impl RefUnwindSafe for Guard {}

/// As for a [`Guard`].
impl UnwindSafe for OwnedGuard {}

/// As for a [`Guard`].
impl RefUnwindSafe for OwnedGuard {}
