//! A slot's word: the block on top of its list, and the rotation for which it is open.

use core::ptr;

/// Rotations that a word tells apart: its low bits, which the alignment of a block leaves free.
pub(super) const ROTATIONS: usize = if cfg!(evacmap_loom) { 4 } else { 16 };

/// A pointer to a `B`, or none, and a rotation.
pub(super) struct Word<B>(*mut B);

impl<B> Clone for Word<B> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<B> Copy for Word<B> {}

// SAFETY: a word. Whoever follows it has a reason.
unsafe impl<B> Send for Word<B> {}
// SAFETY: as above.
unsafe impl<B> Sync for Word<B> {}

impl<B> Default for Word<B> {
    fn default() -> Self {
        Word(ptr::null_mut())
    }
}

impl<B> Word<B> {
    pub(super) fn from_raw(raw: *mut B) -> Self {
        Word(raw)
    }

    pub(super) fn raw(self) -> *mut B {
        self.0
    }

    pub(super) fn rotation(self) -> usize {
        self.0.addr() % ROTATIONS
    }

    pub(super) fn block(self) -> *mut B {
        self.0.map_addr(|address| address & !(ROTATIONS - 1))
    }

    /// Another block, for the same rotation.
    pub(super) fn with(self, block: *mut B) -> Self {
        Word(block.map_addr(|address| address | self.rotation()))
    }

    /// The same block, for the next rotation.
    pub(super) fn passed(self) -> Self {
        let next = (self.rotation() + 1) % ROTATIONS;
        Word(self.block().map_addr(|address| address | next))
    }
}
