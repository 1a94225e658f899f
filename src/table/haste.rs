//! How long a write waits for a table that is being prepared.

/// How long a write waits for the table that others prepare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(evacmap_stub, allow(dead_code))]
pub(crate) enum Haste {
    /// Until it is there, or overdue.
    None,
    /// No longer: what is left to be cleared is cleared at once.
    Overdue,
    /// For very long: it is never overdue.
    Never,
}
