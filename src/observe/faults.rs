//! Seeded faults: deviations that show that a model or a test notices each.
//!
//! `cargo xtask teeth` builds the crate once with `--cfg evacmap_faults` and runs it once for each
//! fault, named by the environment variable `EVACMAP_FAULT`. In every other build `fault!` is
//! `false`, at compile time.

/// Whether this run seeds the named fault.
macro_rules! fault {
    ($name:literal) => {
        cfg!(evacmap_faults) && $crate::observe::faults::is_seeded($name)
    };
}

/// The ordering that is right, or relaxed if the named fault is seeded.
macro_rules! unless_relaxed {
    ($name:literal, $right:ident) => {
        // ORDERING: its reason stands where the macro is used.
        if cfg!(evacmap_faults) && $crate::observe::faults::is_seeded($name) {
            $crate::sync::Relaxed
        } else {
            $right
        }
    };
}

pub(crate) use {fault, unless_relaxed};

#[cfg(evacmap_faults)]
pub(crate) fn is_seeded(name: &str) -> bool {
    static SEEDED: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| std::env::var("EVACMAP_FAULT").unwrap_or_default());
    *SEEDED == name
}

#[cfg(not(evacmap_faults))]
pub(crate) const fn is_seeded(_: &str) -> bool {
    false
}
