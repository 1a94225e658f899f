use crate::common::content::Content;
use crate::common::map::{Hasher, Map};

pub type Dashmap<C> = dashmap::DashMap<<C as Content>::Key, <C as Content>::Value, Hasher>;

impl<C: Content> Map<C> for Dashmap<C> {
    const NAME: &'static str = "dashmap";
    type Pinned<'a> = &'a Self;

    fn empty(hasher: Hasher) -> Self {
        Self::with_hasher(hasher)
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
        key: &C::Query,
        read: impl FnOnce(&C::Value) -> R,
    ) -> Option<R> {
        Map::<C>::read(*pinned, key, read)
    }

    #[inline]
    fn read<R>(&self, key: &C::Query, read: impl FnOnce(&C::Value) -> R) -> Option<R> {
        self.get(key).map(|value| read(&value))
    }

    #[inline]
    fn insert(&self, key: C::Key, value: C::Value) -> bool {
        self.insert(key, value).is_none()
    }

    #[inline]
    fn remove(&self, key: &C::Query) -> bool {
        self.remove(key).is_some()
    }

    #[inline]
    fn update(&self, key: &C::Query) -> bool {
        self.get_mut(key).map(|mut value| C::bump(&mut value)).is_some()
    }
}
