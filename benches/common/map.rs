use super::content::Content;

/// The hasher of all maps.
pub type Hasher = hashbrown::DefaultHashBuilder;

/// Keys that are looked up together in `many`.
pub const TOGETHER: usize = 16;

/// A map with such a content, as the workloads see it.
///
/// Everything is monomorphised: the timed loops contain no indirect call. Each operation is written
/// as the map's own documentation would have it, with a guard of its own where the map needs one.
pub trait Map<C: Content>: Send + Sync + Sized + 'static {
    /// The name in reports and on the command line.
    const NAME: &'static str;

    /// What a thread holds during a batch of look-ups: a guard where there is one, else only the
    /// map.
    type Pinned<'a>: 'a;

    fn empty(hasher: Hasher) -> Self;
    fn with_capacity(entries: usize, hasher: Hasher) -> Self;
    /// Called when nobody writes.
    fn len(&self) -> usize;

    fn pinned(&self) -> Self::Pinned<'_>;
    fn read_pinned<R>(
        pinned: &Self::Pinned<'_>,
        key: &C::Query,
        read: impl FnOnce(&C::Value) -> R,
    ) -> Option<R>;

    /// How many of these keys have the value that `is_right` wants for them.
    #[inline]
    fn count_pinned(
        pinned: &Self::Pinned<'_>,
        keys: [&C::Query; TOGETHER],
        is_right: impl Fn(usize, &C::Value) -> bool,
    ) -> usize {
        let right =
            |(at, key)| Self::read_pinned(pinned, key, |value| is_right(at, value)) == Some(true);
        keys.into_iter().enumerate().map(right).filter(|right| *right).count()
    }

    fn read<R>(&self, key: &C::Query, read: impl FnOnce(&C::Value) -> R) -> Option<R>;
    /// Inserts a key, or replaces its value; whether it was absent.
    fn insert(&self, key: C::Key, value: C::Value) -> bool;
    /// Removes a key; whether it was present.
    fn remove(&self, key: &C::Query) -> bool;
    /// Bumps the value of a key; whether it was present.
    fn update(&self, key: &C::Query) -> bool;
}
