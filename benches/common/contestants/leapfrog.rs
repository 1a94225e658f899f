use crate::common::content::{Content, Numbers};
use crate::common::map::{Hasher, Map};

/// Keys must be `Copy`, and values leave two of their own out (here the two largest numbers): for
/// numbers only.
pub type Leapfrog = leapfrog::LeapMap<u64, u64, Hasher>;

impl Map<Numbers> for Leapfrog {
    const NAME: &'static str = "leapfrog";
    type Pinned<'a> = &'a Self;

    /// With as many cells as its own default.
    fn empty(hasher: Hasher) -> Self {
        Self::with_capacity_and_hasher(0, hasher)
    }

    fn with_capacity(entries: usize, hasher: Hasher) -> Self {
        Self::with_capacity_and_hasher(entries, hasher)
    }

    fn len(&self) -> usize {
        self.len()
    }

    #[inline]
    fn pinned(&self) -> Self::Pinned<'_> {
        self
    }

    #[inline]
    fn read_pinned<R>(
        pinned: &Self::Pinned<'_>,
        key: &u64,
        read: impl FnOnce(&u64) -> R,
    ) -> Option<R> {
        Map::read(*pinned, key, read)
    }

    #[inline]
    fn read<R>(&self, key: &u64, read: impl FnOnce(&u64) -> R) -> Option<R> {
        self.get(key)?.value().map(|value| read(&value))
    }

    #[inline]
    fn insert(&self, key: u64, value: u64) -> bool {
        self.insert(key, value).is_none()
    }

    #[inline]
    fn remove(&self, key: &u64) -> bool {
        self.remove(key).is_some()
    }

    #[inline]
    fn update(&self, key: &u64) -> bool {
        self.get_mut(key).is_some_and(|mut value| value.update(Numbers::bump).is_some())
    }
}
