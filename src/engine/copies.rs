//! What a map of small copies does by itself: every operation under a guard of its own, of which
//! nothing is left when it returns.

use core::mem::MaybeUninit;
use core::ptr::NonNull;

use super::assign::{Outcome, Step};
use super::delete::Deleted;
use super::iterate::Walk;
use super::prefetch::LOOKAHEAD;
use super::raw::RawMap;
use crate::layout::copied::{Copied, Copies};
use crate::layout::hash::Hash;
use crate::layout::{Keyed, Layout};
use crate::memory::{self, Guard};

/// What is to be done with a key's value, having seen it or its absence. It is asked again after
/// each lost race.
pub(crate) enum Change {
    Put(u64),
    Remove,
    Leave,
}

impl<L: Copies> RawMap<L> {
    /// The value of a key.
    #[inline]
    pub(crate) fn copy_of(&self, hash: Hash) -> Option<u64> {
        self.copy_under(hash, &memory::pin())
    }

    #[inline]
    fn copy_under(&self, hash: Hash, guard: &Guard) -> Option<u64> {
        let view = self.find(hash, |view| L::hash(view) == hash, guard)?;
        Some(L::copied(view).value)
    }

    /// The values of several keys, whose buckets are fetched together.
    #[inline]
    pub(crate) fn copies_of<const N: usize>(&self, hashes: [Hash; N]) -> [Option<u64>; N] {
        let guard = memory::pin();
        core::array::from_fn(|at| {
            if at % LOOKAHEAD == 0 {
                self.prefetch(hashes[at..].iter().take(LOOKAHEAD).copied(), &guard);
            }
            self.copy_under(hashes[at], &guard)
        })
    }

    /// Changes a key's value as `decide` says; see [`RawMap::assign`].
    #[inline]
    pub(crate) fn change(
        &self,
        hash: Hash,
        mut decide: impl FnMut(Option<u64>) -> Change,
    ) -> Outcome<u64> {
        let guard = memory::pin();
        let mut draft = L::draft(self.locals.local(), hash);
        let decide = |view: Option<_>, draft: &mut L::Draft<'_>| match decide(
            view.map(|view| L::copied(view).value),
        ) {
            Change::Put(value) => {
                L::set(draft, value);
                Step::Put
            }
            Change::Remove => Step::Remove,
            Change::Leave => Step::Leave,
        };
        let value = |view| L::copied(view).value;
        match self.assign(&mut draft, &guard, decide) {
            Outcome::Inserted(new) => Outcome::Inserted(value(new)),
            Outcome::Replaced { old, new } => {
                Outcome::Replaced { old: value(old), new: value(new) }
            }
            Outcome::Removed(old) => Outcome::Removed(value(old)),
            Outcome::Left(seen) => Outcome::Left(seen.map(value)),
        }
    }

    /// Removes a key, if `condition` holds for its value; see [`RawMap::delete`].
    #[inline]
    pub(crate) fn take_if(
        &self,
        hash: Hash,
        mut condition: impl FnMut(u64) -> bool,
    ) -> Deleted<u64> {
        let guard = memory::pin();
        let is_it = |view| L::hash(view) == hash;
        match self.delete(hash, is_it, &guard, |view| condition(L::copied(view).value)) {
            Deleted::Removed(old) => Deleted::Removed(L::copied(old).value),
            Deleted::Kept(view) => Deleted::Kept(L::copied(view).value),
            Deleted::Absent => Deleted::Absent,
        }
    }

    /// A walk with a guard of its own.
    pub(crate) fn tour(&self) -> Tour<'_, L> {
        let held = Held(NonNull::from(Box::leak(Box::new(memory::pin()))));
        // SAFETY: `held` frees the guard, and goes with the tour, behind the walk, which alone has
        // the reference. What the walk gives out leaves the tour as a copy.
        let guard = unsafe { held.0.as_ref() };
        Tour { walk: MaybeUninit::new(self.walk(guard)), _held: held }
    }
}

/// See [`RawMap::tour`].
pub(crate) struct Tour<'m, L: Layout> {
    /// Always there, and dropped by the tour. References in an argument have to be good until the
    /// function returns, and what consumes a tour drops it, and with it the guard, before; in here
    /// the walk's references are not taken for an argument's.
    walk: MaybeUninit<Walk<'m, L>>,
    /// Behind the walk, which is dropped first.
    _held: Held,
}

impl<L: Layout> Drop for Tour<'_, L> {
    fn drop(&mut self) {
        // SAFETY: written when the tour was made, and dropped here alone.
        unsafe { self.walk.assume_init_drop() };
    }
}

/// A guard at an address of its own. (A `Box` would claim to be the only way to it.)
struct Held(NonNull<Guard>);

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: from a box, and freed here alone.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}

impl<L: Copies + Keyed> Iterator for Tour<'_, L> {
    type Item = Copied;

    fn next(&mut self) -> Option<Copied> {
        // SAFETY: written when the tour was made.
        unsafe { self.walk.assume_init_mut() }.next().map(L::copied)
    }
}
