//! Go's `mapdelete`: every operation that only takes an entry out.

use super::lookup::Located;
use super::raw::RawMap;
use super::writer::Writer;
use crate::layout::Layout;
use crate::layout::hash::Hash;
use crate::memory::Guard;

/// How a removal ended. `View` is the layout's.
pub(crate) enum Deleted<View> {
    Removed(View),
    /// The entry was there, and the condition did not hold for it.
    Kept(View),
    Absent,
}

impl<L: Layout> RawMap<L>
where
    L::Retired: Send,
{
    /// Removes the entry of `hash` that `is_it`, if `condition` holds for it. Lock-free, as
    /// [`RawMap::assign`].
    #[inline]
    pub(crate) fn delete<'g>(
        &'g self,
        hash: Hash,
        mut is_it: impl FnMut(L::View<'g>) -> bool,
        guard: &'g Guard,
        mut condition: impl FnMut(L::View<'g>) -> bool,
    ) -> Deleted<L::View<'g>> {
        let local = self.locals.local();
        let by = Writer::new(self, &local, guard);
        loop {
            let chain = by.chain(hash);
            match chain.locate(&mut is_it, |_, _| true, guard) {
                Located::Occupied { slot, word, view } => {
                    if !condition(view) {
                        return Deleted::Kept(view);
                    }
                    if by.remove_at(slot, word, &chain) {
                        return Deleted::Removed(view);
                    }
                }
                Located::FrozenKey => by.unblock(hash),
                Located::Vacant { .. } | Located::Full { .. } | Located::FrozenEnd => {
                    return Deleted::Absent;
                }
            }
        }
    }
}
