//! The one node for what waits for a grace period: a batch of entries, or a large table.
//!
//! | field | touched by |
//! |---|---|
//! | `state` | the collector's closure, and whoever has the list that the node is in |
//! | `next` | whoever has that list |
//! | `content` | the same, once the node is RIPE |
//!
//! The closure runs on whatever thread the collector happens to run on, at any time, perhaps after
//! the map was leaked and what its keys and values borrow has ended. So it runs no user code, and
//! touches the state alone, unless the map is gone: then it frees the node.

use core::ptr::{self, NonNull};

use super::ripeness::Ripeness;
use crate::memory::{Alive, Pin, free};
use crate::observe::hooks::{Branch, hit};

/// See the module's text.
pub(crate) struct Pending<C> {
    state: Ripeness,
    alive: Alive,
    next: *mut Self,
    /// Dropped with the node: what it frees then is nobody else's.
    content: C,
}

impl<C> Pending<C> {
    /// A node whose content guards may still see.
    pub(crate) fn new(content: C) -> Box<Self> {
        Self::with(content, Ripeness::pending())
    }

    /// A node whose content no guard ever saw.
    pub(crate) fn ripe(content: C) -> Box<Self> {
        Self::with(content, Ripeness::ripe())
    }

    fn with(content: C, state: Ripeness) -> Box<Self> {
        Box::new(Pending { state, alive: Alive::new(), next: ptr::null_mut(), content })
    }

    /// The content of a node that is one thread's alone.
    #[inline]
    pub(crate) fn content(&mut self) -> &mut C {
        self.alive.check();
        &mut self.content
    }

    /// Makes a node that is one thread's alone as good as new.
    pub(super) fn renew(&mut self) {
        self.state = Ripeness::pending();
    }

    /// The node behind this one.
    ///
    /// # Safety
    ///
    /// The caller has the list that the node is in, so that it is not freed.
    pub(crate) unsafe fn next(this: NonNull<Self>) -> *mut Self {
        // SAFETY: the caller has its list, so it is not freed. Only this field is touched: the collector may be at the
        // state, and no reference is made to the whole.
        unsafe { (*this.as_ptr()).next }
    }

    /// Links a node in front of another.
    ///
    /// # Safety
    ///
    /// As for `next`, or the node is in no list yet.
    pub(crate) unsafe fn link(this: NonNull<Self>, next: *mut Self) {
        // SAFETY: as in `next`.
        unsafe { (*this.as_ptr()).next = next }
    }

    /// Whether the closure has run, so that the node and its content belong to the map.
    ///
    /// # Safety
    ///
    /// The caller has the list that the node is in, so that it is not freed.
    pub(crate) unsafe fn is_ripe(this: NonNull<Self>) -> bool {
        // SAFETY: the caller has its list, so it is not freed.
        unsafe { Self::state(this) }.is_ripe()
    }

    /// # Safety
    ///
    /// The node is not freed as long as the reference is used.
    unsafe fn state<'a>(this: NonNull<Self>) -> &'a Ripeness {
        // SAFETY: the caller promises that it is not freed. Only these two fields: whoever has the list may be at
        // the link.
        unsafe { &(*this.as_ptr()).alive }.check();
        // SAFETY: as just said.
        unsafe { &(*this.as_ptr()).state }
    }

    /// The content of a node that the collector may have. The closure does not touch it.
    ///
    /// # Safety
    ///
    /// The caller has the list that the node is in, and does not let go of the node as long as the
    /// reference is used.
    pub(super) unsafe fn peek<'a>(this: NonNull<Self>) -> &'a C {
        // SAFETY: the caller has its list, so it is not freed.
        unsafe { &(*this.as_ptr()).alive }.check();
        // SAFETY: as just said; the closure touches the other fields alone.
        unsafe { &(*this.as_ptr()).content }
    }

    /// Hands the node to the collector: it ripens when every guard that is held now is gone.
    ///
    /// # Safety
    ///
    /// The node came from `new` and a box, is in a list of its map, and this is called once.
    pub(crate) unsafe fn defer(this: NonNull<Self>, pin: &Pin) {
        // SAFETY: the node lives until it is RIPE, or ABANDONED and freed by the closure. The
        // closure runs once.
        let ripen = move || unsafe { Self::ripen(this) };
        // SAFETY: the closure touches the node alone: no key, no value, no map.
        unsafe { pin.defer(ripen) };
    }

    /// The collector's closure.
    ///
    /// # Safety
    ///
    /// No guard can see the content any more, and this is called once.
    unsafe fn ripen(this: NonNull<Self>) {
        // SAFETY: the node lives until this settles it. The reference ends before it is freed.
        if !unsafe { Self::state(this) }.ripen() {
            hit(Branch::BatchAbandoned);
            // SAFETY: ABANDONED left the node to the closure.
            unsafe { free(this.as_ptr()) };
        }
    }

    /// The map is being dropped. Frees the node, or leaves that to the closure.
    ///
    /// # Safety
    ///
    /// The node is in a list of the map, and the caller forgets it.
    pub(crate) unsafe fn abandon(this: NonNull<Self>) {
        // SAFETY: the node lives until the exchange settles it; the reference ends before that
        // permits the closure to free it.
        if !unsafe { Self::state(this) }.abandon() {
            // SAFETY: RIPE left the node to the map.
            unsafe { free(this.as_ptr()) };
        }
    }
}
