use parking_lot::RwLock;

use crate::common::content::Content;
use crate::common::map::{Hasher, Map};

pub type Locked<C> = RwLock<hashbrown::HashMap<<C as Content>::Key, <C as Content>::Value, Hasher>>;

impl<C: Content> Map<C> for Locked<C> {
    const NAME: &'static str = "rwlock";
    /// Not the lock's guard: that would keep writers out for a whole batch, which no guard of the
    /// others does.
    type Pinned<'a> = &'a Self;

    fn empty(hasher: Hasher) -> Self {
        Self::new(hashbrown::HashMap::with_hasher(hasher))
    }

    fn with_capacity(entries: usize, hasher: Hasher) -> Self {
        Self::new(hashbrown::HashMap::with_capacity_and_hasher(entries, hasher))
    }

    fn len(&self) -> usize {
        RwLock::read(self).len()
    }

    #[inline]
    fn pinned(&self) -> Self::Pinned<'_> {
        self
    }

    #[inline]
    fn read_pinned<R>(
        pinned: &Self::Pinned<'_>,
        key: &C::Query,
        read: impl FnOnce(&C::Value) -> R,
    ) -> Option<R> {
        Map::<C>::read(*pinned, key, read)
    }

    #[inline]
    fn read<R>(&self, key: &C::Query, read: impl FnOnce(&C::Value) -> R) -> Option<R> {
        RwLock::read(self).get(key).map(read)
    }

    #[inline]
    fn insert(&self, key: C::Key, value: C::Value) -> bool {
        self.write().insert(key, value).is_none()
    }

    #[inline]
    fn remove(&self, key: &C::Query) -> bool {
        self.write().remove(key).is_some()
    }

    #[inline]
    fn update(&self, key: &C::Query) -> bool {
        self.write().get_mut(key).map(C::bump).is_some()
    }
}
