//! Orderings, pair by pair.
