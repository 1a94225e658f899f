use crate::common::content::Content;
use crate::common::map::{Hasher, Map};

pub type Papaya<C> = papaya::HashMap<<C as Content>::Key, <C as Content>::Value, Hasher>;

impl<C: Content> Map<C> for Papaya<C> {
    const NAME: &'static str = "papaya";
    type Pinned<'a> = papaya::HashMapRef<'a, C::Key, C::Value, Hasher, papaya::LocalGuard<'a>>;

    fn empty(hasher: Hasher) -> Self {
        Self::with_hasher(hasher)
    }

    fn with_capacity(entries: usize, hasher: Hasher) -> Self {
        Self::with_capacity_and_hasher(entries, hasher)
    }

    fn len(&self) -> usize {
        self.pin().len()
    }

    #[inline]
    fn pinned(&self) -> Self::Pinned<'_> {
        self.pin()
    }

    #[inline]
    fn read_pinned<R>(
        pinned: &Self::Pinned<'_>,
        key: &C::Query,
        read: impl FnOnce(&C::Value) -> R,
    ) -> Option<R> {
        pinned.get(key).map(read)
    }

    #[inline]
    fn read<R>(&self, key: &C::Query, read: impl FnOnce(&C::Value) -> R) -> Option<R> {
        self.pin().get(key).map(read)
    }

    #[inline]
    fn insert(&self, key: C::Key, value: C::Value) -> bool {
        self.pin().insert(key, value).is_none()
    }

    #[inline]
    fn remove(&self, key: &C::Query) -> bool {
        self.pin().remove(key).is_some()
    }

    #[inline]
    fn update(&self, key: &C::Query) -> bool {
        self.pin().update(key.to_owned(), C::bumped).is_some()
    }
}
