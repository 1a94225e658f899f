//! What belongs to a thread, for loom's threads: all of them are one thread to `std` and to the crate `thread_local`.

use core::cell::RefCell;

use loom::thread::{self, ThreadId};

use crate::sync::{Acquire, AtomicUsize, Release};

/// `std`'s, for loom.
macro_rules! modelled_thread_local {
    ($(#[$attribute:meta])* static $name:ident: $type:ty = const $value:block;) => {
        loom::thread_local! {
            $(#[$attribute])* static $name: $type = $value;
        }
    };
}
pub(crate) use modelled_thread_local as thread_local;

/// A value for each thread, as far as the crate uses `thread_local`'s type. What that promises is modelled as it is
/// there: a release when a thread enters its value, an acquire by whoever walks over all of them.
pub(crate) struct ThreadLocal<T> {
    /// In the order of entry. loom does not see it, and switches threads at its own operations alone.
    values: RefCell<Vec<(ThreadId, Box<T>)>>,
    entered: AtomicUsize,
}

// SAFETY: the models run one thread at a time, and no borrow of `values` is held across an operation of loom's.
unsafe impl<T: Send> Sync for ThreadLocal<T> {}

impl<T> ThreadLocal<T> {
    pub(crate) fn new() -> Self {
        ThreadLocal { values: RefCell::default(), entered: AtomicUsize::new(0) }
    }

    fn find(&self, is_wanted: impl Fn(usize, ThreadId) -> bool) -> Option<&T> {
        let values = self.values.borrow();
        let (_, value) = values.iter().enumerate().find(|(at, (thread, _))| is_wanted(*at, *thread))?.1;
        let value: *const T = &raw const **value;
        // SAFETY: boxed, and never taken out before `self` is dropped.
        Some(unsafe { &*value })
    }

    pub(crate) fn get(&self) -> Option<&T> {
        let me = thread::current().id();
        self.find(|_, thread| thread == me)
    }

    pub(crate) fn get_or(&self, create: impl FnOnce() -> T) -> &T {
        if self.get().is_none() {
            let value = Box::new(create());
            self.values.borrow_mut().push((thread::current().id(), value));
            // ORDERING: Release: publishes the value to the walks.
            self.entered.fetch_add(1, Release);
        }
        self.get().expect("entered just now")
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        // ORDERING: Acquire: sees the values that were entered.
        let entered = self.entered.load(Acquire);
        (0..entered).filter_map(|wanted| self.find(|at, _| at == wanted))
    }
}
