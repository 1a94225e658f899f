//! The clock: it counts grace periods.
//!
//! One closure is in flight, process-wide, deferred to the collector. When it runs it moves the
//! clock by one and releases the flag that stands for the flight; whoever has something waiting
//! defers the next. So waiting for a grace period costs a number instead of a closure each, however
//! much waits.
//!
//! What is retired takes a [`Stamp`] after its last unlink, and is ripe when the clock stands two
//! further.
//!
//! # What is known
//!
//! *Moves* are the closure's increments of `now`. *Under a pin* means: between the pinning of a
//! participant, with its fence X, and its unpinning; or in a lease, from the pinning of the leased
//! participant, which is still longer than the operation. What crossbeam promises: a closure that
//! was deferred runs when every participant that was pinned at the deferral has been unpinned
//! since, and whatever happened before those unpinnings happens before the closure. More exactly,
//! if X comes before the fence Y with which the closure's bag is taken in, in the order of all
//! `SeqCst` fences, the closure waits for that participant.
//!
//! 1. **The deferral of the next closure happens after the move before it.** The closure moves
//!    `now` before it releases the flag (Release), and whoever defers the next has acquired that
//!    flag.
//! 2. **+2.** Let something be unlinked, and let its stamp be s, taken by a read-modify-write after
//!    that. The move from s to s + 1 comes later in the order of the modifications of `now`, and
//!    all of those are read-modify-writes with AcqRel; so the unlinking happens before that move.
//!    By 1 that happens before the deferral of the next closure, hence before its fence Y. Whoever
//!    is pinned and can still find the thing has read a word that is ordered before the unlinking:
//!    its fence X comes before that read, the read is coherence-ordered before the unlinking, and
//!    that happens before Y. So X comes before Y, and that closure, which moves the clock to s + 2,
//!    waits for that pin. Whoever sees s + 2 (Acquire) therefore happens after the end of every pin
//!    that could find it. One move is not enough: the closure that moves to s + 1 may have been
//!    deferred long before the unlinking.
//! 3. **Why a read-modify-write.** A plain load could be satisfied before the unlinking is visible,
//!    by an old value even; then the move from s to s + 1 might have had no part in publishing the
//!    unlinking, and the closure of the next may have been deferred before it. (A compiler may make
//!    a full fence and a load of an addition of nothing, as LLVM does on x86-64. There that is the
//!    same: the unlinking is visible to all before the load, and the mover's addition, which is
//!    locked, comes later in the order of that word.)
//! 4. **`now`, read under a pin, moves at most once from there while the pin lasts.** Let it read n
//!    after X. The move from n to n + 1 was not seen, so the read is coherence-ordered before it,
//!    and by 1 that move happens before the Y of the next closure. So X comes before Y, and the
//!    closure that moves to n + 2 waits for the pin. It does not matter how old the pin is. In a
//!    lease X was executed operations ago, perhaps on another thread, but it happens before the
//!    read; and the participant stays pinned until the operation has ended, for no revoker takes it
//!    meanwhile (A in `lease.rs`). Where the owner has seen REVOKING it has an X of its own. An
//!    owned guard has that of its anchor. What the light fence leaves open, whether the read of
//!    `now` comes before or behind the owner's full fence, is not asked here.
//! 5. **L.** *Whoever reads n (Acquire, under a pin) sees all that was written by operations that
//!    read at most n - 2 and wrote under the same unbroken pin.* Let such an operation have read
//!    m ≤ n - 2. By 4 its pin ends before the move to m + 2, and the closure of that move happens
//!    after that end, for it waited for the pin. The move is a release, the moves since continue
//!    it, and n ≥ m + 2 was read with Acquire. (With a lease, the participant is unpinned by its
//!    owner, later, or by a revoker, which has acquired the end of the operation: B in `lease.rs`.
//!    Either happens after that end.) Hence, the other way round: two operations neither of which
//!    sees all of the other's have read numbers that differ by one at most.
//! 6. **+3.** *What is used again by an operation that read r + 3, after it was given up by one
//!    that read r under the same pin, is seen by nobody any more who has seen its former content.*
//!    By 4 the pin of the one that gave it up ends before the move to r + 2, which so happens after
//!    the giving up, and by 1 before the Y of the next closure. Whoever has seen the former content
//!    under a pin read it before it was given up; as in 2 the X of that pin comes before that Y,
//!    and the closure that moves to r + 3 waits for it. There is one step more than in 2, because r
//!    is read before the giving up, and by a plain load.
//!
//! # What it does not do
//!
//! A deferral is followed by a flush: else the closure waits in the bag of a participant, and
//! everything waits for it. The flag is taken under a pin; a thread that stops between the two
//! stops the clock, as any thread that stops under a pin does. Nothing but memory waits for the
//! clock.

use crossbeam_epoch::Guard;

use super::local;
use super::pin::ThreadPin;
use super::records::{Clock, Lease};
use super::world::{PATIENCE, world};
use crate::memory::number::Number;
use crate::observe::faults::fault;
use crate::sync::{AcqRel, Acquire, Relaxed, Release};

/// When something was retired, by the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp(usize);

/// Moves after which what was stamped is ripe: see 2 in the module's text.
const RIPE: usize = 2;

/// Pushes for which the clock has to stand still before idle threads are looked for. It bounds what
/// waits for a thread that did one operation and then nothing.
#[cfg(not(evacmap_loom))]
const STILL: usize = 8;
#[cfg(evacmap_loom)]
const STILL: usize = 4;

/// How often a `drive` pins anew and has the collector go on, in each of its two rounds, beside
/// once for each [`BAGS`] bags in front of the closure. Four times are enough for two moves where
/// nothing is in the way.
#[cfg(not(evacmap_loom))]
const TURNS: usize = 32;
#[cfg(evacmap_loom)]
const TURNS: usize = 4;

/// Rounds of a `drive`, each of which begins with taking the leases of idle threads. Where there
/// are none, one is enough.
const ROUNDS: usize = if cfg!(feature = "_ordinary_pins") { 1 } else { 2 };

/// Bags that a collection takes off the collector's queue, and turns that a `drive` makes for them
/// at most.
const BAGS: usize = 8;
const MOST_TURNS: usize = 4096;

impl Stamp {
    /// Whether what got it was retired before what got the other, or at the same time.
    pub(crate) fn is_no_later_than(self, other: Stamp) -> bool {
        other.0.wrapping_sub(self.0) <= usize::MAX / 2
    }
}

impl Clock {
    /// The closure.
    fn tick(&self) {
        // ORDERING: AcqRel, P25 and P26, 1 to 5 in the module's text: continues what the stamps
        // released, and publishes that the grace period is over.
        self.now.fetch_add(1, AcqRel);
        // ORDERING: Release, P27, 1: with the Acquire in `advance`.
        self.in_flight.store(false, Release);
    }

    /// Has the clock go on: defers the next move unless one is in flight, and collects.
    pub(super) fn advance(&'static self, guard: &Guard) {
        // ORDERING: Acquire, P27, 1: with the Release in `tick`. After a failure nothing is looked
        // at.
        let begun = self.in_flight.compare_exchange(false, true, Acquire, Relaxed);
        if begun.is_ok() || fault!("many_closures_in_flight") {
            // SAFETY: the closure touches nothing but this static, and may run anywhere.
            unsafe { guard.defer_unchecked(move || self.tick()) };
        }
        guard.flush();
    }

    /// Has the collector go on, and the clock too if something waits for it.
    pub(super) fn go_on(&'static self, guard: &Guard) {
        if self.is_wanted() { self.advance(guard) } else { guard.flush() }
    }

    /// Whether something waits for a move that has not been made.
    fn is_wanted(&self) -> bool {
        // ORDERING: Relaxed, both: to save work. Whoever has stamped something sees its own.
        let left = self.wanted.load(Relaxed).wrapping_sub(self.now.load(Relaxed));
        (1..=usize::MAX / 2).contains(&left)
    }

    fn stamp(&self) -> Stamp {
        // ORDERING: AcqRel, P25, 2 and 3: Release passes the unlinking on to the moves that follow.
        let now = self.now.fetch_add(0, AcqRel);
        let wanted = now.wrapping_add(RIPE);
        // ORDERING: Relaxed, both: says that there is something to go on for, and no more.
        if self.wanted.load(Relaxed) != wanted {
            // ORDERING: Relaxed, as just said. Beside another it may fall back, by what that wants
            // in any case.
            self.wanted.store(wanted, Relaxed);
        }
        Stamp(now)
    }

    fn is_ripe(&self, stamp: Stamp) -> bool {
        let wait = if fault!("ripe_after_one_move") { 1 } else { RIPE };
        // ORDERING: Acquire, P26, 2: with the closure's move. A clock that wrapped around is told
        // by the difference, which is taken to be small.
        let moved = self.now.load(Acquire).wrapping_sub(stamp.0);
        (wait..=usize::MAX / 2).contains(&moved)
    }

    /// Counts a push; whether the clock has stood still for so long that an idle thread may be in
    /// the way, and nobody has looked for [`PATIENCE`] pushes.
    fn is_late(&self) -> bool {
        // ORDERING: Relaxed, all: statistics. Each says when to look for idle threads, and no more.
        let pushes = self.pushes.fetch_add(1, Relaxed);
        if pushes % STILL != STILL - 1 {
            return false;
        }
        // ORDERING: Relaxed, as just said.
        let (now, looked) = (self.now.load(Relaxed), self.looked.load(Relaxed));
        // ORDERING: Relaxed, as just said.
        let has_moved = self.seen.swap(now, Relaxed) != now;
        if has_moved || pushes.wrapping_sub(looked) < PATIENCE {
            return false;
        }
        // ORDERING: Relaxed, as just said. One of several that come at once looks.
        self.looked.compare_exchange(looked, pushes, Relaxed, Relaxed).is_ok()
    }
}

/// The clock's number, for who is under a pin: see 4 to 6 in the module's text.
#[inline]
pub(crate) fn now() -> Number {
    // ORDERING: Acquire, P26, 5: with the closure's move: sees all that was written by operations
    // that ended before it.
    Number::new(world().clock.now.load(Acquire))
}

/// When something is being retired. To be taken after it has been unlinked, wherever it was linked.
pub(crate) fn stamp() -> Stamp {
    world().clock.stamp()
}

/// Whether nobody can see any more what got that stamp.
pub(crate) fn is_ripe(stamp: Stamp) -> bool {
    world().clock.is_ripe(stamp)
}

/// Something is waiting, about a batch of it: has the clock go on by a step, if it can. Takes the
/// leases of idle threads now and then, if it has stood still.
pub(crate) fn push() {
    if world().clock.is_late() {
        Lease::revoke_idle(local::own());
    }
    step();
}

/// Something large is waiting: as `push`, and does not put up with idle threads.
pub(crate) fn push_much() {
    Lease::revoke_idle(local::own());
    step();
}

/// Somebody has found that what waits is not ripe: has the clock go on, unless that has begun.
pub(crate) fn nudge() {
    let clock = &world().clock;
    // ORDERING: Relaxed: to save work.
    if clock.is_wanted() && !clock.in_flight.load(Relaxed) {
        step();
    }
}

fn step() {
    let mut pin = ThreadPin::new();
    pin.with_guard(|guard| world().clock.advance(guard));
    // What has been deferred waits for this thread too.
    pin.renew_soon();
}

/// Runs `f` when every guard that is held now is gone, on any thread, and has the clock go on.
///
/// # Safety
///
/// `f` may be sent to another thread, and may run after everything that the caller borrows has
/// ended. It does not panic, and pins nothing.
pub(crate) unsafe fn defer(f: impl FnOnce()) {
    let mut pin = ThreadPin::new();
    // Under one pin, so that the bag with the closure goes with the flush.
    pin.with_guard(|guard| {
        // SAFETY: the caller's promise is the same.
        unsafe { guard.defer_unchecked(f) };
        // ORDERING: Relaxed: a bound on how long a `drive` takes.
        world().bags.fetch_add(1, Relaxed);
        world().clock.advance(guard);
    });
    pin.renew_soon();
}

/// Has the clock go on as far as it can, in a bounded number of steps, and says when that began. If
/// no guard is held meanwhile, all that was stamped before is ripe afterwards. Two calls of
/// `membarrier` at most, one if nobody pins beside, and none if no other thread is idle.
pub(crate) fn drive() -> Stamp {
    let (stamp, clock) = (stamp(), &world().clock);
    // ORDERING: Relaxed: a bound. The queue is first in, first out: these are in front of the
    // closure that makes the stamp ripe.
    let bags = world().bags.load(Relaxed);
    for _ in 0..ROUNDS {
        // Before this thread pins: in the models a light fence orders more than it does.
        Lease::revoke_idle(local::own());
        let mut pin = ThreadPin::new();
        for _ in 0..TURNS + (bags / BAGS).min(MOST_TURNS) {
            if is_ripe(stamp) {
                // ORDERING: Relaxed, as above.
                let left = |now: usize| Some(now.saturating_sub(bags));
                _ = world().bags.fetch_update(Relaxed, Relaxed, left);
                return stamp;
            }
            let alone = pin.repin();
            pin.with_guard(|guard| clock.advance(guard));
            if !alone {
                // A guard of this thread: the epoch goes on by one step at most.
                pin.renew_soon();
                return stamp;
            }
        }
    }
    stamp
}

/// For the crate's tests and models.
#[cfg(feature = "_hooks")]
pub mod testing {
    use super::world;

    /// When something was retired, by the clock.
    #[derive(Clone, Copy, Debug)]
    pub struct Stamp(super::Stamp);

    /// A stamp of the clock, as what is retired gets one.
    pub fn stamp() -> Stamp {
        Stamp(super::stamp())
    }

    /// Whether nobody can see any more what got that stamp.
    pub fn is_ripe(stamp: Stamp) -> bool {
        super::is_ripe(stamp.0)
    }

    /// Has the clock go on, as a batch does that is handed on.
    pub fn push() {
        super::push();
    }

    /// Has the clock go on as far as it can.
    pub fn drive() {
        _ = super::drive();
    }

    /// The clock.
    pub fn now() -> usize {
        // ORDERING: Acquire: see 5 in the module's text.
        world().clock.now.load(super::Acquire)
    }
}
