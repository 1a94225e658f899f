//! Go's `mapassign`: every operation that may put a new entry in.

use super::lookup::{Chain, Located};
use super::raw::RawMap;
use super::reuse::Passed;
use super::writer::Writer;
use crate::layout::{Draft, Layout, Slot};
use crate::memory::Guard;
use crate::observe::hooks::{Branch, Point, hit, reach};
use crate::table::Bucket;

/// What an operation wants done, having seen the key's entry or its absence. It is asked again
/// after each lost race.
pub(crate) enum Step {
    /// Insert the draft, or replace the entry by it.
    Put,
    /// Remove the entry; as `Leave` if there is none.
    Remove,
    /// Change nothing.
    Leave,
}

/// What was done. `View` is the layout's.
pub(crate) enum Outcome<View> {
    Inserted(View),
    Replaced { old: View, new: View },
    Removed(View),
    Left(Option<View>),
}

/// What was done, unless a race was lost.
type Done<'g, L> = Option<Outcome<<L as Layout>::View<'g>>>;

impl<L: Layout> RawMap<L>
where
    L::Retired: Send,
{
    /// The one loop behind all operations that take their key by value. Lock-free: each turn but
    /// the last means that another thread's operation succeeded on this chain, or that the chain
    /// was evacuated.
    #[inline]
    pub(crate) fn assign<'g, D: Draft<L>>(
        &'g self,
        draft: &mut D,
        guard: &'g Guard,
        mut decide: impl FnMut(Option<L::View<'g>>, &mut D) -> Step,
    ) -> Outcome<L::View<'g>> {
        let hash = draft.hash();
        loop {
            let chain = Writer::new(self, draft.local(), guard).chain(hash);
            let mut passed = Passed::new(guard);
            let leave = |bucket, dead| passed.leave(bucket, dead);
            let done = match chain.locate(|view| draft.is_key_of(view), leave, guard) {
                Located::Occupied { slot, word, view } => match decide(Some(view), draft) {
                    Step::Leave => Some(Outcome::Left(Some(view))),
                    Step::Remove => Writer::new(self, draft.local(), guard)
                        .remove_at(slot, word, &chain)
                        .then_some(Outcome::Removed(view)),
                    Step::Put => {
                        let new = draft.word(chain.tag, guard);
                        reach(Point::BeforeReplace);
                        if slot.replace(word, new) {
                            // SAFETY: linked just now.
                            let new = unsafe { draft.linked(guard) };
                            let by = Writer::new(self, draft.local(), guard);
                            // SAFETY: this thread won the removal of the old entry from the only
                            // slot that linked it (I7), and it is `Send`.
                            unsafe { by.retire(word) };
                            return Outcome::Replaced { old: view, new };
                        }
                        hit(Branch::ReplaceLost);
                        None
                    }
                },
                Located::Vacant { slot } => match decide(None, draft) {
                    Step::Put if passed.still_stands() => publish(slot, &chain, draft, guard),
                    Step::Put => None,
                    Step::Remove | Step::Leave => Some(Outcome::Left(None)),
                },
                Located::Full { tail } => match decide(None, draft) {
                    Step::Put => match passed.ripe() {
                        Some((slot, word)) => reuse(slot, word, &chain, draft, guard),
                        None => self.append(tail, &chain, draft, &passed),
                    },
                    Step::Remove | Step::Leave => Some(Outcome::Left(None)),
                },
                Located::FrozenKey | Located::FrozenEnd => {
                    Writer::new(self, draft.local(), guard).unblock(hash);
                    None
                }
            };
            if let Some(outcome) = done {
                return outcome;
            }
        }
    }

    /// The chain has no room: the table grows, or is rebuilt, or the chain is renewed, or it does
    /// grow by a bucket.
    #[cold]
    fn append<'g>(
        &'g self,
        tail: &'g Bucket<L>,
        chain: &Chain<'g, L>,
        draft: &mut impl Draft<L>,
        passed: &Passed<'g, L>,
    ) -> Done<'g, L> {
        let guard = passed.guard;
        let by = Writer::new(self, draft.local(), guard);
        if chain.is_old() {
            // An old chain that is full is evacuated, never extended.
            hit(Branch::OldChainFull);
            by.unblock(draft.hash());
            return None;
        }
        let has_dead = passed.has_dead();
        if by.make_room(chain.table, has_dead) || by.renew_if_worn(chain) || !passed.stamp_anew() {
            return None;
        }
        let word = draft.word(chain.tag, guard);
        if !Writer::new(self, draft.local(), guard).extend(tail, chain, word) {
            hit(Branch::AppendLost);
            return None;
        }
        // SAFETY: linked just now, with its bucket.
        let new = unsafe { draft.linked(guard) };
        reach(Point::Appended);
        draft.local().count(chain.table.era, 1);
        Some(Outcome::Inserted(new))
    }
}

/// EMPTY -> LIVE, and the count.
#[inline]
fn publish<'g, L: Layout>(
    slot: &L::Slot,
    chain: &Chain<'g, L>,
    draft: &mut impl Draft<L>,
    guard: &'g Guard,
) -> Done<'g, L> {
    let word = draft.word(chain.tag, guard);
    reach(Point::BeforePublish);
    if !slot.publish(word) {
        hit(Branch::PublishLost);
        return None;
    }
    published(chain, draft, guard)
}

/// DEAD -> LIVE, and the count.
#[inline(never)]
fn reuse<'g, L: Layout>(
    slot: &L::Slot,
    seen: L::Word<'g>,
    chain: &Chain<'g, L>,
    draft: &mut impl Draft<L>,
    guard: &'g Guard,
) -> Done<'g, L> {
    let word = draft.word(chain.tag, guard);
    reach(Point::BeforePublish);
    if !slot.reuse(seen, word) {
        hit(Branch::ReuseLost);
        return None;
    }
    hit(Branch::Reused);
    published(chain, draft, guard)
}

/// The draft's word has been linked by this thread.
#[inline]
fn published<'g, L: Layout>(
    chain: &Chain<'g, L>,
    draft: &mut impl Draft<L>,
    guard: &'g Guard,
) -> Done<'g, L> {
    // SAFETY: linked just now.
    let new = unsafe { draft.linked(guard) };
    reach(Point::Published);
    draft.local().count(chain.table.era, 1);
    Some(Outcome::Inserted(new))
}
