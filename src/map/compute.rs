//! What `compute` is told to do, and what it has done.

/// What [`HashMap::compute`](crate::HashMap::compute) is to do with the entry.
#[derive(Debug, PartialEq, Eq)]
pub enum Operation<V, T> {
    /// Insert the value, or replace the present one by it.
    Insert(V),
    /// Remove the entry.
    Remove,
    /// Change nothing, and hand this out.
    Abort(T),
}

/// What [`HashMap::compute`](crate::HashMap::compute) has done.
#[derive(Debug, PartialEq, Eq)]
pub enum Compute<'g, K, V, T> {
    /// The key was absent; this entry was inserted.
    Inserted(&'g K, &'g V),
    /// The entry was replaced.
    Updated {
        /// The entry that was there.
        old: (&'g K, &'g V),
        /// The entry that is there now.
        new: (&'g K, &'g V),
    },
    /// This entry was removed.
    Removed(&'g K, &'g V),
    /// Nothing was changed.
    Aborted(T),
}
