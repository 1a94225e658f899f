use parking_lot::RwLock;

use super::map::{Hasher, Map};

pub type Evacmap = evacmap::HashMap<u64, u64, Hasher>;
pub type Papaya = papaya::HashMap<u64, u64, Hasher>;
pub type Dashmap = dashmap::DashMap<u64, u64, Hasher>;
pub type SccMap = scc::HashMap<u64, u64, Hasher>;
pub type SccIndex = scc::HashIndex<u64, u64, Hasher>;
pub type Flurry = flurry::HashMap<u64, u64, Hasher>;
pub type Locked = RwLock<hashbrown::HashMap<u64, u64, Hasher>>;

/// The name of the map that the others are compared with.
pub const SUBJECT: &str = Evacmap::NAME;

/// Calls `$apply::<M>($args…)` for every map in turn and collects the results in an array.
macro_rules! for_each_map {
    ($apply:ident $args:tt) => {{
        use $crate::common::contestants as maps;
        [
            $apply::<maps::Evacmap> $args,
            $apply::<maps::Papaya> $args,
            $apply::<maps::Dashmap> $args,
            $apply::<maps::SccMap> $args,
            $apply::<maps::SccIndex> $args,
            $apply::<maps::Flurry> $args,
            $apply::<maps::Locked> $args,
        ]
    }};
}
pub(super) use for_each_map;

/// The names, in the order of the columns.
pub fn names() -> Vec<&'static str> {
    fn name<M: Map>() -> &'static str {
        M::NAME
    }
    for_each_map!(name()).to_vec()
}

impl Map for Evacmap {
    const NAME: &'static str = "evacmap";
    type Pinned<'a> = evacmap::HashMapRef<'a, u64, u64, Hasher>;

    fn empty(hasher: Hasher) -> Self {
        Self::with_hasher(hasher)
    }

    fn with_capacity(entries: usize, hasher: Hasher) -> Self {
        Self::with_capacity_and_hasher(entries, hasher)
    }

    #[inline]
    fn pinned(&self) -> Self::Pinned<'_> {
        self.pin()
    }

    #[inline]
    fn get_pinned(pinned: &Self::Pinned<'_>, key: u64) -> Option<u64> {
        pinned.get(&key).copied()
    }

    #[inline]
    fn get(&self, key: u64) -> Option<u64> {
        self.pin().get(&key).copied()
    }

    #[inline]
    fn insert(&self, key: u64, value: u64) -> bool {
        self.pin().insert(key, value).is_none()
    }

    #[inline]
    fn remove(&self, key: u64) -> bool {
        self.pin().remove(&key).is_some()
    }

    #[inline]
    fn update(&self, key: u64) -> bool {
        self.pin().update(key, |value| value + 1).is_some()
    }
}

impl Map for Papaya {
    const NAME: &'static str = "papaya";
    type Pinned<'a> = papaya::HashMapRef<'a, u64, u64, Hasher, papaya::LocalGuard<'a>>;

    fn empty(hasher: Hasher) -> Self {
        Self::with_hasher(hasher)
    }

    fn with_capacity(entries: usize, hasher: Hasher) -> Self {
        Self::with_capacity_and_hasher(entries, hasher)
    }

    #[inline]
    fn pinned(&self) -> Self::Pinned<'_> {
        self.pin()
    }

    #[inline]
    fn get_pinned(pinned: &Self::Pinned<'_>, key: u64) -> Option<u64> {
        pinned.get(&key).copied()
    }

    #[inline]
    fn get(&self, key: u64) -> Option<u64> {
        self.pin().get(&key).copied()
    }

    #[inline]
    fn insert(&self, key: u64, value: u64) -> bool {
        self.pin().insert(key, value).is_none()
    }

    #[inline]
    fn remove(&self, key: u64) -> bool {
        self.pin().remove(&key).is_some()
    }

    #[inline]
    fn update(&self, key: u64) -> bool {
        self.pin().update(key, |value| value + 1).is_some()
    }
}

impl Map for Dashmap {
    const NAME: &'static str = "dashmap";
    type Pinned<'a> = &'a Self;

    fn empty(hasher: Hasher) -> Self {
        Self::with_hasher(hasher)
    }

    fn with_capacity(entries: usize, hasher: Hasher) -> Self {
        Self::with_capacity_and_hasher(entries, hasher)
    }

    #[inline]
    fn pinned(&self) -> Self::Pinned<'_> {
        self
    }

    #[inline]
    fn get_pinned(pinned: &Self::Pinned<'_>, key: u64) -> Option<u64> {
        Map::get(*pinned, key)
    }

    #[inline]
    fn get(&self, key: u64) -> Option<u64> {
        Self::get(self, &key).map(|value| *value)
    }

    #[inline]
    fn insert(&self, key: u64, value: u64) -> bool {
        Self::insert(self, key, value).is_none()
    }

    #[inline]
    fn remove(&self, key: u64) -> bool {
        Self::remove(self, &key).is_some()
    }

    #[inline]
    fn update(&self, key: u64) -> bool {
        self.get_mut(&key).map(|mut value| *value += 1).is_some()
    }
}

impl Map for SccMap {
    const NAME: &'static str = "scc-map";
    type Pinned<'a> = &'a Self;

    fn empty(hasher: Hasher) -> Self {
        Self::with_hasher(hasher)
    }

    fn with_capacity(entries: usize, hasher: Hasher) -> Self {
        Self::with_capacity_and_hasher(entries, hasher)
    }

    #[inline]
    fn pinned(&self) -> Self::Pinned<'_> {
        self
    }

    #[inline]
    fn get_pinned(pinned: &Self::Pinned<'_>, key: u64) -> Option<u64> {
        Map::get(*pinned, key)
    }

    #[inline]
    fn get(&self, key: u64) -> Option<u64> {
        self.read_sync(&key, |_, value| *value)
    }

    #[inline]
    fn insert(&self, key: u64, value: u64) -> bool {
        self.upsert_sync(key, value).is_none()
    }

    #[inline]
    fn remove(&self, key: u64) -> bool {
        self.remove_sync(&key).is_some()
    }

    #[inline]
    fn update(&self, key: u64) -> bool {
        self.update_sync(&key, |_, value| *value += 1).is_some()
    }
}

impl Map for SccIndex {
    const NAME: &'static str = "scc-index";
    type Pinned<'a> = (&'a Self, scc::Guard);

    fn empty(hasher: Hasher) -> Self {
        Self::with_hasher(hasher)
    }

    fn with_capacity(entries: usize, hasher: Hasher) -> Self {
        Self::with_capacity_and_hasher(entries, hasher)
    }

    #[inline]
    fn pinned(&self) -> Self::Pinned<'_> {
        (self, scc::Guard::new())
    }

    #[inline]
    fn get_pinned((map, guard): &Self::Pinned<'_>, key: u64) -> Option<u64> {
        map.peek(&key, guard).copied()
    }

    #[inline]
    fn get(&self, key: u64) -> Option<u64> {
        self.peek_with(&key, |_, value| *value)
    }

    /// There is no overwriting insert; the workloads insert absent keys only.
    #[inline]
    fn insert(&self, key: u64, value: u64) -> bool {
        self.insert_sync(key, value).is_ok()
    }

    #[inline]
    fn remove(&self, key: u64) -> bool {
        self.remove_sync(&key)
    }

    #[inline]
    fn update(&self, key: u64) -> bool {
        let Some(mut entry) = self.get_sync(&key) else {
            return false;
        };
        let bumped = *entry.get() + 1;
        entry.update(bumped);
        true
    }
}

impl Map for Flurry {
    const NAME: &'static str = "flurry";
    type Pinned<'a> = flurry::HashMapRef<'a, u64, u64, Hasher>;

    fn empty(hasher: Hasher) -> Self {
        Self::with_hasher(hasher)
    }

    fn with_capacity(entries: usize, hasher: Hasher) -> Self {
        Self::with_capacity_and_hasher(entries, hasher)
    }

    #[inline]
    fn pinned(&self) -> Self::Pinned<'_> {
        self.pin()
    }

    #[inline]
    fn get_pinned(pinned: &Self::Pinned<'_>, key: u64) -> Option<u64> {
        pinned.get(&key).copied()
    }

    #[inline]
    fn get(&self, key: u64) -> Option<u64> {
        self.pin().get(&key).copied()
    }

    #[inline]
    fn insert(&self, key: u64, value: u64) -> bool {
        self.pin().insert(key, value).is_none()
    }

    #[inline]
    fn remove(&self, key: u64) -> bool {
        self.pin().remove(&key).is_some()
    }

    #[inline]
    fn update(&self, key: u64) -> bool {
        self.pin().compute_if_present(&key, |_, value| Some(value + 1)).is_some()
    }
}

impl Map for Locked {
    const NAME: &'static str = "rwlock";
    /// Not the lock's guard: that would keep writers out for a whole batch, which no guard of the others does.
    type Pinned<'a> = &'a Self;

    fn empty(hasher: Hasher) -> Self {
        Self::new(hashbrown::HashMap::with_hasher(hasher))
    }

    fn with_capacity(entries: usize, hasher: Hasher) -> Self {
        Self::new(hashbrown::HashMap::with_capacity_and_hasher(entries, hasher))
    }

    #[inline]
    fn pinned(&self) -> Self::Pinned<'_> {
        self
    }

    #[inline]
    fn get_pinned(pinned: &Self::Pinned<'_>, key: u64) -> Option<u64> {
        Map::get(*pinned, key)
    }

    #[inline]
    fn get(&self, key: u64) -> Option<u64> {
        self.read().get(&key).copied()
    }

    #[inline]
    fn insert(&self, key: u64, value: u64) -> bool {
        self.write().insert(key, value).is_none()
    }

    #[inline]
    fn remove(&self, key: u64) -> bool {
        self.write().remove(&key).is_some()
    }

    #[inline]
    fn update(&self, key: u64) -> bool {
        self.write().get_mut(&key).map(|value| *value += 1).is_some()
    }
}
