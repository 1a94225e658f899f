use crate::common::content::{Content, Numbers};
use crate::common::map::{Hasher, Map, TOGETHER};

/// Keys and values are copied, and there is no hasher to choose: for numbers only.
pub type Copies = evacmap::CopyMap<u64, u64>;

impl Map<Numbers> for Copies {
    const NAME: &'static str = super::COPIES;
    type Pinned<'a> = &'a Self;

    fn empty(_hasher: Hasher) -> Self {
        Self::new()
    }

    fn with_capacity(entries: usize, _hasher: Hasher) -> Self {
        Self::with_capacity(entries)
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
    fn count_pinned(
        pinned: &Self::Pinned<'_>,
        keys: [&u64; TOGETHER],
        is_right: impl Fn(usize, &u64) -> bool,
    ) -> usize {
        let values = pinned.get_many(keys);
        values
            .iter()
            .enumerate()
            .filter(|(at, value)| value.is_some_and(|value| is_right(*at, &value)))
            .count()
    }

    #[inline]
    fn read<R>(&self, key: &u64, read: impl FnOnce(&u64) -> R) -> Option<R> {
        self.get(key).map(|value| read(&value))
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
        self.update(key, |mut value| {
            Numbers::bump(&mut value);
            value
        })
        .is_some()
    }
}
