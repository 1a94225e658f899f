//! A cell that gives its value once.

use core::fmt;
use core::panic::RefUnwindSafe;

use crate::sync::{AtomicBool, Relaxed, UnsafeCell};

/// A value that can be taken out once, through a shared reference: by whoever comes first.
///
/// [`remove`](crate::HashMap::remove) returns a reference, because others may be reading what it
/// removes. Some values are of use only to one owner: the sending half of a channel for one
/// message, a `JoinHandle`, a `Box<dyn FnOnce()>`. A map of `Take`s gives such a value to one of
/// those who come for it, and tells the others that it is gone:
///
/// ```
/// use evacmap::{HashMap, Take};
/// use std::sync::mpsc::{Sender, channel};
///
/// let waiting: HashMap<u64, Take<Sender<&str>>> = HashMap::new();
/// let (sender, receiver) = channel();
/// waiting.pin().insert(1, Take::new(sender));
///
/// // Whoever has the answer; another may cancel the request at the same moment.
/// if let Some(sender) = waiting.pin().remove(&1).and_then(Take::take) {
///     sender.send("answer").unwrap();
/// }
/// assert_eq!(receiver.recv(), Ok("answer"));
/// assert!(waiting.pin().remove(&1).and_then(Take::take).is_none());
/// ```
///
/// The value is dropped by whoever has taken it, at once: the channel above is closed when
/// `sender` goes, and not when the map comes to drop the removed entry. A value that nobody takes
/// is dropped with its entry, so take what must be closed even if it is not wanted. Taking may also
/// go before removing, or do without: `get(&1).and_then(Take::take)` leaves an empty cell in the
/// map.
///
/// A reader that has found the cell before it was removed may still take the value afterwards. If
/// only the one who removes shall have it, let only that one take.
///
/// # Cost
///
/// A byte beside the value, with what alignment adds; often a word, and another if `Option<V>` is
/// larger than `V`. [`take`](Take::take) is one locked instruction. The entry itself, without its
/// value, is freed later, as all entries are.
///
/// A `Take<V>` can be shared between threads if `V` can be sent: nobody sees the value in its
/// place. So a map of values that are not `Sync` can be shared too.
pub struct Take<V> {
    taken: AtomicBool,
    value: UnsafeCell<Option<V>>,
}

// SAFETY: through a shared reference a value can only be moved out, by one thread.
unsafe impl<V: Send> Sync for Take<V> {}

/// Whatever panics, the value is there or it has been taken.
impl<V> RefUnwindSafe for Take<V> {}

impl<V> Take<V> {
    /// A cell with a value.
    pub fn new(value: V) -> Self {
        Take { taken: AtomicBool::new(false), value: UnsafeCell::new(Some(value)) }
    }

    /// The value, for the first who asks; then `None` for ever. Wait-free.
    ///
    /// ```
    /// let greeting = evacmap::Take::new(String::from("hello"));
    /// assert_eq!(greeting.take(), Some(String::from("hello")));
    /// assert_eq!(greeting.take(), None);
    /// ```
    pub fn take(&self) -> Option<V> {
        // ORDERING: none. One of all swaps reads `false`, whatever their order. What is in the cell
        // was put there before anybody had a reference to it; whoever drops the cell has it alone.
        if self.taken.swap(true, Relaxed) {
            return None;
        }
        // SAFETY: nobody else comes here, now or later, and nothing else goes through a shared
        // reference.
        self.value.with_mut(|value| unsafe { (*value).take() })
    }

    /// Whether somebody has taken the value, or is just taking it. That it has not been taken may
    /// be wrong by the time it is read.
    ///
    /// ```
    /// let greeting = evacmap::Take::new("hello");
    /// assert!(!greeting.is_taken());
    /// greeting.take();
    /// assert!(greeting.is_taken());
    /// ```
    pub fn is_taken(&self) -> bool {
        // ORDERING: none. Nothing is read on the strength of it.
        self.taken.load(Relaxed)
    }
}

impl<V> From<V> for Take<V> {
    fn from(value: V) -> Self {
        Take::new(value)
    }
}

impl<V: Default> Default for Take<V> {
    fn default() -> Self {
        Take::new(V::default())
    }
}

impl<V> fmt::Debug for Take<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Take").field("taken", &self.is_taken()).finish_non_exhaustive()
    }
}
