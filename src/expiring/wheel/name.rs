//! What a wheel's lists are made of.

/// Names an entry: by its hash, as the hasher gave it, and by the number that it has. No number is
/// 0, nor the largest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) hash: u64,
    pub(crate) number: u64,
}
