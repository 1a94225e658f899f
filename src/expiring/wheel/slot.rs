//! A slot of the wheel: a list of blocks, and the rotation for which it is open.
//!
//! One word has both, so that a name can only be filed in a slot that has not been passed:
//!
//! ```text
//!  (blocks, r) --(push: CAS)--> (block on top of them, r)
//!  (block on top of blocks, r) --(pop: CAS, the block has no name left)--> (blocks, r)
//!  (none, r) --(pass: CAS)--> (none, r + 1)
//! ```
//!
//! A list is emptied where it is. Whoever stops while taking a name from it has taken that one with
//! him, and all others are there for the next.
//!
//! # Why blocks can be followed
//!
//! - **W1.** A block is linked once, by the CAS that pushes it, and unlinked once, by the CAS that
//!   pops it. `next` never changes between the two.
//! - **W2.** A popped block is handed to the collector by the thread that popped it. So it lives as
//!   long as a guard that was pinned before.
//! - **W3.** A word that is loaded under a guard names a block that was linked at a moment since
//!   that guard was pinned. It is the one on top; the ones below it are never followed, but for the
//!   value of `next`. While the guard is held its address is not used again, so that a CAS that
//!   finds the word unchanged finds the same list.

use core::ptr;

use super::block::Block;
use super::name::Name;
use super::word::{ROTATIONS, Word};
use crate::memory::Guard;
use crate::observe::faults::{fault, unless_relaxed};
use crate::sync::{AcqRel, Acquire, AtomicPtr, Relaxed};

const _: () = assert!(ROTATIONS <= align_of::<Block>());

type SlotWord = Word<Block>;

pub(super) struct Slot {
    word: AtomicPtr<Block>,
}

/// What became of a name that was to be filed.
#[must_use]
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Filed {
    Here {
        /// It took a new block.
        new_block: bool,
    },
    /// The slot is not open for that rotation any more.
    Passed,
}

/// What a slot had for a thread that takes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Took {
    Name(Name),
    /// A block has gone, which held the last name that there was in it.
    Block,
    Nothing,
    /// The slot is not open for that rotation any more.
    Passed,
}

impl Slot {
    pub(super) fn new() -> Self {
        Slot { word: AtomicPtr::new(ptr::null_mut()) }
    }

    fn load(&self, _guard: &Guard) -> SlotWord {
        // ORDERING: Acquire, P29: sees the block, and all that whoever passed the slot before had
        // seen of the hands.
        SlotWord::from_raw(self.word.load(Acquire))
    }

    fn exchange(&self, seen: SlotWord, new: SlotWord) -> bool {
        // ORDERING: AcqRel, P29: publishes the block. The failure is not looked at.
        let order = unless_relaxed!("block_relaxed", AcqRel);
        self.word.compare_exchange(seen.raw(), new.raw(), order, Relaxed).is_ok()
    }

    /// Files a name, if the slot is open for `rotation`. Each turn but the last means that another
    /// thread has changed the word or filled a block.
    pub(super) fn file(&self, name: Name, rotation: usize, guard: &Guard) -> Filed {
        let mut fresh = None;
        loop {
            let seen = self.load(guard);
            if seen.rotation() != rotation % ROTATIONS && !fault!("filed_in_passed_slot") {
                return Filed::Passed;
            }
            // SAFETY: null, or linked since the guard was pinned (W3); published by P29.
            if let Some(block) = unsafe { seen.block().as_ref() }
                && block.file(name)
            {
                return Filed::Here { new_block: false };
            }
            let mut block: Box<Block> = fresh.take().unwrap_or_else(|| Block::new(name));
            block.put_on(SlotWord::from_raw(seen.block()));
            let block = Box::into_raw(block);
            if self.exchange(seen, seen.with(block)) {
                return Filed::Here { new_block: true };
            }
            // SAFETY: it was never linked, so it is ours alone.
            fresh = Some(unsafe { Box::from_raw(block) });
        }
    }

    /// Takes a name out, or a block of which all names are gone; of a slot that is open for
    /// `rotation`, or of any if that is `None`.
    pub(super) fn take(&self, rotation: Option<usize>, guard: &Guard) -> Took {
        loop {
            let seen = self.load(guard);
            if rotation.is_some_and(|rotation| seen.rotation() != rotation % ROTATIONS) {
                return Took::Passed;
            }
            // SAFETY: null, or linked since the guard was pinned (W3); published by P29.
            let Some(block) = (unsafe { seen.block().as_ref() }) else { return Took::Nothing };
            if let Some(name) = block.take() {
                return Took::Name(name);
            }
            if self.exchange(seen, seen.with(block.next().block())) {
                // SAFETY: this thread has unlinked it (W1), and nobody else hands it in.
                unsafe { retire(seen.block(), guard) };
                return Took::Block;
            }
        }
    }

    /// Opens the slot for the next rotation, if it is open for `rotation` and has no block. `false`
    /// if it has one.
    pub(super) fn pass(&self, rotation: usize, guard: &Guard) -> bool {
        let seen = self.load(guard);
        if seen.rotation() != rotation % ROTATIONS {
            return true;
        }
        seen.block().is_null() && self.exchange(seen, seen.passed())
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // ORDERING: Relaxed: exclusive access.
        let mut at = SlotWord::from_raw(self.word.load(Relaxed)).block();
        while !at.is_null() {
            // SAFETY: what is still linked has not been handed to the collector (W2), and nobody
            // else is here.
            let block = unsafe { Box::from_raw(at) };
            at = block.next().block();
        }
    }
}

/// Frees a block when no guard can see it any more.
///
/// # Safety
///
/// The caller has unlinked it, just now, and it came from a box.
unsafe fn retire(block: *mut Block, guard: &Guard) {
    #[cfg(not(evacmap_stub))]
    {
        // SAFETY: unlinked, and it came from a box.
        let free = move || drop(unsafe { Box::from_raw(block) });
        // SAFETY: a block is atomics alone: it may be freed on any thread, whenever, and that does
        // not panic and pins nothing.
        unsafe { guard.pin().defer(free) };
    }
    #[cfg(evacmap_stub)]
    {
        unsafe fn free(block: *mut ()) {
            // SAFETY: the caller's promise.
            drop(unsafe { Box::from_raw(block.cast::<Block>()) });
        }
        // SAFETY: unlinked; `free` is called with it once.
        unsafe { guard.pin().retire(0, block.cast(), free) };
    }
}
