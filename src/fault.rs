//! Seeded faults: deviations that a build with `--cfg evacmap_fault="NAME"` makes on purpose, to show that a model or a test
//! notices each. `cargo xtask teeth` builds them one by one. In every other build `fault!` is `false`, at compile time.

/// Whether this build seeds the named fault.
macro_rules! fault {
    ($name:literal) => {
        cfg!(evacmap_fault = $name)
    };
}

/// The ordering that is right, or the one with which a fault weakens it.
macro_rules! ordering {
    ($right:ident, $($name:literal => $weak:ident),+) => {
        $(if cfg!(evacmap_fault = $name) { $crate::sync::$weak } else)+ { $right }
    };
}

pub(crate) use {fault, ordering};
