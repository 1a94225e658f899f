/// The hasher of all maps.
pub type Hasher = hashbrown::DefaultHashBuilder;

/// A map from `u64` to `u64`, as the workloads see it.
///
/// Everything is monomorphised: the timed loops contain no indirect call. Each operation is written as the map's own
/// documentation would have it, with a guard of its own where the map needs one.
pub trait Map: Send + Sync + Sized + 'static {
    /// The name in reports and on the command line.
    const NAME: &'static str;

    /// What a thread holds during a batch of look-ups: a guard where there is one, else only the map.
    type Pinned<'a>: 'a;

    fn empty(hasher: Hasher) -> Self;
    fn with_capacity(entries: usize, hasher: Hasher) -> Self;

    fn pinned(&self) -> Self::Pinned<'_>;
    fn get_pinned(pinned: &Self::Pinned<'_>, key: u64) -> Option<u64>;

    fn get(&self, key: u64) -> Option<u64>;
    /// Inserts a key; whether it was absent.
    fn insert(&self, key: u64, value: u64) -> bool;
    /// Removes a key; whether it was present.
    fn remove(&self, key: u64) -> bool;
    /// Adds one to the value of a key; whether it was present.
    fn update(&self, key: u64) -> bool;
}
