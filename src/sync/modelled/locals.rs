//! What belongs to a thread, for loom's threads: all of them are one thread to `std` and to the
//! crate `thread_local`.

use core::cell::RefCell;

use loom::thread::{self, ThreadId};

/// `std`'s, for loom.
macro_rules! modelled_thread_local {
    ($(#[$attribute:meta])* static $name:ident: $type:ty = const $value:block;) => {
        loom::thread_local! {
            $(#[$attribute])* static $name: $type = $value;
        }
    };
}
pub(crate) use modelled_thread_local as thread_local;

/// A value for each thread, as far as the crate uses `thread_local`'s type.
pub(crate) struct ThreadLocal<T> {
    /// loom does not see it, and switches threads at its own operations alone.
    values: RefCell<Vec<(ThreadId, Box<T>)>>,
}

// SAFETY: the models run one thread at a time, and no borrow of `values` is held across an
// operation of loom's.
unsafe impl<T: Send> Sync for ThreadLocal<T> {}

impl<T> ThreadLocal<T> {
    pub(crate) fn new() -> Self {
        ThreadLocal { values: RefCell::default() }
    }

    pub(crate) fn get(&self) -> Option<&T> {
        let (values, me) = (self.values.borrow(), thread::current().id());
        let (_, value) = values.iter().find(|(thread, _)| *thread == me)?;
        let value: *const T = &raw const **value;
        // SAFETY: boxed, and never taken out before `self` is dropped.
        Some(unsafe { &*value })
    }

    pub(crate) fn get_or(&self, create: impl FnOnce() -> T) -> &T {
        if self.get().is_none() {
            let value = Box::new(create());
            self.values.borrow_mut().push((thread::current().id(), value));
        }
        self.get().expect("entered just now")
    }
}
