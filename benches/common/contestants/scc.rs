use crate::common::content::Content;
use crate::common::map::{Hasher, Map};

pub type SccMap<C> = scc::HashMap<<C as Content>::Key, <C as Content>::Value, Hasher>;
pub type SccIndex<C> = scc::HashIndex<<C as Content>::Key, <C as Content>::Value, Hasher>;

impl<C: Content> Map<C> for SccMap<C> {
    const NAME: &'static str = "scc-map";
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
        self.read_sync(key, |_, value| read(value))
    }

    #[inline]
    fn insert(&self, key: C::Key, value: C::Value) -> bool {
        self.upsert_sync(key, value).is_none()
    }

    #[inline]
    fn remove(&self, key: &C::Query) -> bool {
        self.remove_sync(key).is_some()
    }

    #[inline]
    fn update(&self, key: &C::Query) -> bool {
        self.update_sync(key, |_, value| C::bump(value)).is_some()
    }
}

impl<C: Content> Map<C> for SccIndex<C> {
    const NAME: &'static str = "scc-index";
    type Pinned<'a> = (&'a Self, scc::Guard);

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
        (self, scc::Guard::new())
    }

    #[inline]
    fn read_pinned<R>(
        (map, guard): &Self::Pinned<'_>,
        key: &C::Query,
        read: impl FnOnce(&C::Value) -> R,
    ) -> Option<R> {
        map.peek(key, guard).map(read)
    }

    #[inline]
    fn read<R>(&self, key: &C::Query, read: impl FnOnce(&C::Value) -> R) -> Option<R> {
        self.peek_with(key, |_, value| read(value))
    }

    /// There is no overwriting insert: what is there is found, and then replaced.
    #[inline]
    fn insert(&self, key: C::Key, value: C::Value) -> bool {
        let mut rejected = match self.insert_sync(key, value) {
            Ok(()) => return true,
            Err(rejected) => rejected,
        };
        loop {
            let (key, value) = rejected;
            if let Some(mut entry) = self.get_sync(&key) {
                entry.update(value);
                return false;
            }
            match self.insert_sync(key, value) {
                Ok(()) => return true,
                Err(again) => rejected = again,
            }
        }
    }

    #[inline]
    fn remove(&self, key: &C::Query) -> bool {
        self.remove_sync(key)
    }

    #[inline]
    fn update(&self, key: &C::Query) -> bool {
        let Some(mut entry) = self.get_sync(key) else {
            return false;
        };
        let bumped = C::bumped(entry.get());
        entry.update(bumped);
        true
    }
}
