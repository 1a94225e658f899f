//! The type that stands for the layout.

/// An entry is a word for the key and a word for the value, in the slot itself: for keys and values
/// of up to 64 bits each. A reader gets a copy.
///
/// A bucket is one cache line: three slots, the overflow word, and a word that is not used.
/// (Buckets of two lines with seven slots hold more, and take two misses; in a prototype they were
/// the slower ones in every size.)
pub(crate) struct Pair;
