//! Renewing one chain: its removed slots are left behind, and nothing else of the table is touched.
//!
//! A key that comes and goes uses up slot after slot of one chain. Without this, that chain grows
//! until it alone proves that the table is worth a rebuild, which in a large one takes tens of
//! thousands of buckets; so the work of an operation would grow with the map.
//!
//! # Protocol
//!
//! A chain has *generations*. The first begins with the head. Each later one begins with the bucket
//! that the head leads to, and stands alone (`src/table/loose.rs`); RENEWED in the head's overflow
//! word says that there is one, and the head's own words are copies from then on.
//!
//! 1. **Who.** A write that finds its chain full, [`RENEWED_FROM`] buckets long and at most half
//!    LIVE renews it instead of appending. The chain is the truth when it is chosen.
//! 2. **Freeze** the present generation, as an evacuation does. It is immutable then (I3), so that
//!    every helper copies the same words.
//! 3. **Build** the next in private: the LIVE words in their order, and room for as many more.
//! 4. **Publish** it by one CAS of the head's overflow word, from the link of the generation that
//!    was frozen. It fails if the head is CLOSED or another helper was first. The winner retires
//!    the buckets that were unlinked, if they stood alone; those from slabs stay with their table.
//! 5. **Walks** begin at the head. A frozen word in the head sends them to the next generation, if
//!    there is one: a look at the line that they have. So does the head's link. A walk that has
//!    come into a generation by the head's link goes through it to the end: it was the truth at the
//!    moment of that look, and what stands in it frozen was the truth then or later.
//! 6. **Writers** that meet a frozen word in a table that is not being evacuated help, and start
//!    again.
//! 7. **Evacuation and `clear`** freeze the head's slots, and close the head if it is full. What
//!    that finds is the last generation.
//! 8. **Late helpers** of the evacuation that once filled this chain never step from a head into a
//!    later generation: RENEWED means that all has been filled long ago.
//!
//! A renewal that stops half way leaves a frozen chain, which is the truth, and which the next
//! write to meet it renews. Nobody waits.
//!
//! # What is not there
//!
//! An overflow word returns to no former value while somebody can compare it: a block is freed when
//! every guard is gone under which its address was read in the head (I8). No entry is looked at
//! here (I6).

use core::ptr::NonNull;

use super::freeze;
use super::lookup::Chain;
#[cfg(any(feature = "_hooks", evacmap_loom))]
use super::raw::RawMap;
use super::writer::Writer;
use crate::layout::hash::Hash;
use crate::layout::{Layout, Slot, Word};
use crate::memory::Guard;
use crate::observe::faults::fault;
use crate::observe::hooks::{Branch, Point, hit, reach};
use crate::sizes::RENEWED_FROM;
use crate::table::{Bucket, Lead, Loose, Next, Refused, Renewal, Renewed, fail};

/// How a generation of a chain looks.
struct Extent {
    /// Buckets that a walk goes through: the head is one of them, whatever is in it.
    buckets: usize,
    slots: usize,
    live: usize,
    /// Whether some of it is frozen.
    frozen: bool,
}

impl Extent {
    fn of<L: Layout>(head: &Bucket<L>, lead: Lead<'_, L>, guard: &Guard) -> Self {
        let mut seen =
            Extent { buckets: usize::from(lead.is_renewed()), slots: 0, live: 0, frozen: false };
        for bucket in head.generation(lead) {
            seen.buckets += 1;
            for slot in bucket.slots() {
                let word = slot.load(guard);
                seen.slots += usize::from(!word.is_empty());
                seen.live += usize::from(word.is_live());
                seen.frozen |= word.is_frozen();
            }
            seen.frozen |= matches!(bucket.next(), Next::Frozen);
        }
        seen
    }

    /// Whether it is to be renewed, if it is full.
    fn is_worn(&self) -> bool {
        self.buckets >= RENEWED_FROM && 2 * self.live <= self.slots
    }

    /// Buckets for what lives in it and as much again. With the head in front they are
    /// [`RENEWED_FROM`], at least, so that a chain that is used up once more is renewed before
    /// anything is appended.
    fn wanted<L: Layout>(&self) -> usize {
        (2 * self.live).div_ceil(L::SLOTS).max(RENEWED_FROM - 1)
    }
}

impl<'g, L: Layout> Writer<'_, 'g, L> {
    /// A chain that is the truth is full: renews it, if that pays. `false` if it is to have an
    /// overflow bucket instead, also for want of memory.
    pub(super) fn renew_if_worn(self, chain: &Chain<'g, L>) -> bool {
        let lead = chain.head.lead(self.guard);
        let extent = Extent::of(chain.head, lead, self.guard);
        extent.is_worn() && self.renew(chain, lead, extent.wanted::<L>()).is_ok()
    }

    /// A frozen word stood in the way of a write, and no evacuation is to be helped with: completes
    /// the renewal of the chain, if that is what it was.
    pub(super) fn help_renewal(self, hash: Hash) {
        let chain = self.map.chain(hash, self.guard);
        if chain.is_old() {
            // A resize has begun since.
            return;
        }
        let lead = chain.head.lead(self.guard);
        let extent = Extent::of(chain.head, lead, self.guard);
        if extent.frozen && extent.buckets > 1 && !lead.is_closed() {
            hit(Branch::RenewalHelped);
            // The chain takes no entry any more as it is. Without memory there is no way on.
            self.renew(&chain, lead, extent.wanted::<L>()).unwrap_or_else(|what| fail(what));
        }
    }

    /// Freezes the generation that `lead` leads to, and publishes the next, of `wanted` buckets,
    /// unless another thread does, or the chain is closed. `Err`, and nothing done, if there is no
    /// memory.
    fn renew(self, chain: &Chain<'g, L>, lead: Lead<'g, L>, wanted: usize) -> Result<(), Refused> {
        let head = chain.head;
        let mut block = Loose::try_new(wanted)?;
        let note = if lead.is_renewed() { None } else { Some(Renewed::try_new(head)?) };
        reach(Point::BeforeRenewal);
        let copy = |word: L::Word<'g>| {
            reach(Point::ChainFrozen);
            if word.is_live() {
                // It has grown since it was measured if this fails, and is frozen.
                let pushed = block.push(word.moved_under(word.tag()));
                pushed.unwrap_or_else(|what| fail(what));
            }
        };
        let before = freeze::generation(head, lead, self.guard, copy);
        reach(Point::BeforeRenewed);
        match head.renew(lead, block.first()) {
            Renewal::Published => {}
            Renewal::Lost => {
                hit(Branch::RenewalLost);
                return Ok(());
            }
            Renewal::Closed => {
                hit(Branch::RenewalClosed);
                return Ok(());
            }
        }
        hit(Branch::RenewalPublished);
        reach(Point::Renewed);
        let now = block.len();
        block.publish();
        let overflow = &chain.table.overflow;
        overflow.count_renewal(note.is_some(), before, now);
        if let Some(note) = note {
            overflow.keep(note);
        } else if let Some(left) = lead.next() {
            // SAFETY: this thread has just unlinked it from the head, which was renewed.
            unsafe { self.retire_block(NonNull::from(left), before) };
        }
        Ok(())
    }

    /// Appends a bucket with that word behind `tail`, the end of the chain: from a slab, or one
    /// that stands alone, as are those before it. `false` if there is another by now, or the end is
    /// frozen.
    ///
    /// If the append succeeds, then `tail` belongs to the present generation, and that is the one
    /// that the head was seen to have: earlier ones have had their ends frozen.
    pub(super) fn extend(self, tail: &Bucket<L>, chain: &Chain<'g, L>, word: L::Word<'g>) -> bool {
        let overflow = &chain.table.overflow;
        if !chain.head.lead(self.guard).is_renewed() {
            let bucket = overflow.allocate();
            bucket.slot(0).fill_private(word);
            reach(Point::BeforeAppend);
            let appended = tail.append(bucket);
            if appended {
                overflow.count();
            } else {
                // Never seen by anybody, and left unused in its slab.
                bucket.slot(0).clear_private();
            }
            return appended;
        }
        let mut loose = Loose::try_new(1).unwrap_or_else(|what| fail(what));
        loose.push(word).unwrap_or_else(|what| fail(what));
        reach(Point::BeforeAppend);
        // SAFETY: not published yet, so not freed.
        let appended = tail.append(unsafe { loose.first().as_ref() });
        if appended {
            loose.publish();
            overflow.count_spare();
        }
        appended
    }

    /// Gives back the `len` buckets of a generation that has been left.
    ///
    /// # Safety
    ///
    /// They stand alone, and this thread has unlinked the first of them from its head: no guard
    /// pinned later can find any of them.
    unsafe fn retire_block(self, first: NonNull<Bucket<L>>, len: usize) {
        if fault!("block_freed_at_once") {
            // SAFETY: none: this is the fault.
            return drop(unsafe { Loose::take_back(first, len) });
        }
        // SAFETY: the caller's promise is the same.
        unsafe { self.map.workshop.retire_loose(first, len, self.guard.pin()) };
    }
}

/// For the tests and models.
#[cfg(any(feature = "_hooks", evacmap_loom))]
impl<L: Layout> RawMap<L> {
    /// Renews the chain of a hash if that has an overflow bucket and is not being evacuated.
    pub(crate) fn renew_chain(&self, hash: Hash, guard: &Guard) {
        let chain = self.chain(hash, guard);
        let lead = chain.head.lead(guard);
        let extent = Extent::of(chain.head, lead, guard);
        if extent.buckets > 1 && !chain.is_old() && !lead.is_closed() {
            let renewed = Writer::new(self, &self.locals.local(), guard).renew(
                &chain,
                lead,
                extent.wanted::<L>(),
            );
            renewed.unwrap_or_else(|what| fail(what));
        }
    }
}
