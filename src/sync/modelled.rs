//! The models' twin of what [`super`] takes from `core`, `std` and `thread_local`.

#[cfg(crossbeam_loom)]
pub(crate) use {
    locals::{ThreadLocal, thread_local},
    loom::cell::UnsafeCell,
    loom::sync::Arc,
};

pub(crate) use atomics::*;

mod atomics;
#[cfg(crossbeam_loom)]
mod locals;

/// The cheap half of an asymmetric pair. Each pair of a light fence and a heavy one orders as two
/// of these do. So do two light ones here, and a light one and one of crossbeam's: nothing may rest
/// on those, and no model can show that nothing does.
#[cfg(crossbeam_loom)]
pub(crate) fn light_fence() {
    loom::sync::atomic::fence(loom::sync::atomic::Ordering::SeqCst);
}

/// The dear half.
#[cfg(crossbeam_loom)]
pub(crate) fn heavy_fence() {
    loom::sync::atomic::fence(loom::sync::atomic::Ordering::SeqCst);
}

/// A static that each execution of a model makes anew.
#[cfg(crossbeam_loom)]
macro_rules! global {
    ($(#[$about:meta])* static $name:ident: $type:ty = $value:expr;) => {
        loom::lazy_static! {
            $(#[$about])* static ref $name: $type = $value;
        }
    };
}
#[cfg(crossbeam_loom)]
pub(crate) use global;
