//! The one node for what waits for a grace period: a batch of entries, or a large table.
//!
//! A node is ripe when the clock stands two further than at its stamp: then every guard is gone
//! that could see what is in it (`memory/collector/clock.rs`, 2). It is the map's all the time.
//! Whoever has the list that the node is in may look at it.

use core::ptr;

use crate::memory::Alive;
use crate::memory::clock::{self, Stamp};

/// See the module's text.
pub(crate) struct Pending<C> {
    /// When the last of it was unlinked; `None` as long as it is filled, or if no guard ever saw
    /// it.
    stamp: Option<Stamp>,
    alive: Alive,
    next: *mut Self,
    /// Dropped with the node: what it frees then is nobody else's.
    content: C,
}

impl<C> Pending<C> {
    /// A node whose content no guard has seen.
    pub(crate) fn new(content: C) -> Box<Self> {
        Box::new(Pending { stamp: None, alive: Alive::new(), next: ptr::null_mut(), content })
    }

    /// Says that guards may see the content, but none that is pinned later. To be called after the
    /// last of it was unlinked.
    pub(crate) fn stamp(&mut self) {
        self.stamp = Some(clock::stamp());
    }

    /// Makes an empty node as good as new.
    pub(super) fn renew(&mut self) {
        self.stamp = None;
    }

    /// Whether nobody can see the content any more.
    pub(crate) fn is_ripe(&self) -> bool {
        self.alive.check();
        self.stamp.is_none_or(clock::is_ripe)
    }

    /// Whether it is, and was retired no later than what has that stamp.
    pub(super) fn is_ripe_since(&self, stamp: Stamp) -> bool {
        self.is_ripe() && self.stamp.is_none_or(|own| own.is_no_later_than(stamp))
    }

    #[inline]
    pub(crate) fn content(&mut self) -> &mut C {
        self.alive.check();
        &mut self.content
    }

    /// The node behind this one.
    pub(crate) fn next(&self) -> *mut Self {
        self.next
    }

    /// Links this node in front of another.
    pub(crate) fn link(&mut self, next: *mut Self) {
        self.next = next;
    }
}
