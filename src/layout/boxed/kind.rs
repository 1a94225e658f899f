//! The type that stands for the layout.

use core::marker::PhantomData;

/// Every entry is a heap node, and a slot holds its address: for any key and any value. A reader
/// gets a reference that stays as long as its guard.
pub(crate) struct Boxed<K, V>(PhantomData<(K, V)>);
