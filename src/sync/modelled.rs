//! The models' twin of what [`super`] takes from `core`, `std` and `thread_local`.

#[cfg(crossbeam_loom)]
pub(crate) use {
    locals::{ThreadLocal, thread_local},
    loom::cell::UnsafeCell,
};

pub(crate) use atomics::*;

mod atomics;
#[cfg(crossbeam_loom)]
mod locals;
