//! How to move here from another map: std, dashmap, papaya, or Go's `sync.Map`.
//!
//! All four have this in common: [`pin`](crate::HashMap::pin) once for a batch of operations, then
//! call methods on what it returns. They return references, which stay valid as long as the pin.
//! Values do not change in place; they are replaced.
//!
//! # From `std::collections::HashMap`
//!
//! | std | here | note |
//! |---|---|---|
//! | `let mut map`, `&mut map`, `Mutex<HashMap>`, `RwLock<HashMap>` | `let map`, `&map` | no lock, and no poisoning |
//! | `map.get(&k)`, `contains_key`, `get_key_value` | the same on `map.pin()` | |
//! | `map.insert(k, v) -> Option<V>` | `insert(k, v) -> Option<&V>` | the key is replaced too |
//! | `map.remove(&k) -> Option<V>` | `remove(&k) -> Option<&V>` | the value stays with the map until nobody can see it; clone it, keep an `Arc`, or a [`Take`](crate::Take) if it must have one owner |
//! | `map.get_mut(&k)` | `update(k, change)`, or an atomic or a `Mutex` as value | [`get_mut`](crate::HashMap::get_mut) is there for a `&mut` map |
//! | `*map.entry(k).or_insert(0) += 1` | `update_or_insert(k, change, 1)`; `entry(k).and_modify(change).or_insert(1)` | `change` returns the new value |
//! | `map.entry(k).or_insert_with(make)` | `get_or_insert_with(k, make)`, or the same | |
//! | hashbrown's `map.entry_ref(&k).or_insert_with(make)` | `get_or_insert_with_ref(&k, make)` | makes a key only if there is none |
//! | `match map.entry(k)` | `compute(k, decide)`, or `match map.entry(k)` | an entry is a snapshot, and its operations may fail |
//! | `map.retain(keep)` | `retain(keep)` | `keep` gets `&V`, not `&mut V` |
//! | `map.iter()`, `keys`, `values` | the same on `map.pin()` | no snapshot |
//! | `map.iter_mut()`, `values_mut` | the same, on a `&mut` map | |
//! | `map.drain()`, `extract_if` | `extract_if(condition)`; `clear()` where the entries are not wanted | each entry is removed as the iterator comes to it |
//! | `map.reserve(n)`, `shrink_to_fit` | the same | incremental |
//! | `HashSet`, `a.union(&b)`, `&a \| &b` | [`HashSet`](crate::HashSet), `a.pin().union(&b)`, `&a \| &b` | the operators clone |
//!
//! ```
//! let mut before = std::collections::HashMap::new();
//! let after = evacmap::HashMap::new();
//! let after = after.pin();
//! for word in ["one", "two", "one"] {
//!     *before.entry(word).or_insert(0) += 1;
//!     after.update_or_insert(word, |count| count + 1, 1);
//! }
//! assert_eq!(before.get("one"), after.get("one"));
//! assert_eq!(before.remove("two"), after.remove("two").copied());
//! ```
//!
//! # From dashmap
//!
//! What dashmap returns holds a lock. Another call on the same map from the same thread may then
//! wait for itself. Here nothing is locked. References may be kept while the map is used; another
//! thread may replace the value behind them meanwhile.
//!
//! | dashmap 6 | here | note |
//! |---|---|---|
//! | `map.get(&k) -> Option<Ref>` | `map.pin().get(&k) -> Option<&V>` | a reference and no lock; it shows the value of that moment for as long as it is kept |
//! | `map.get_mut(&k) -> Option<RefMut>` | `update(k, change)`, or a `Mutex` as value | |
//! | `map.entry(k).and_modify(change).or_insert(v)` | `update_or_insert(k, change, v)` | `change` may run again, if it lost a race |
//! | `map.alter(&k, change)` | `update(k, change)` | `change` gets only `&V`, not the key and `V` |
//! | `map.alter_all(change)` | a loop of `update` over `keys()` | key by key in dashmap too |
//! | `map.view(&k, look)` | `get(&k).map(look)` | |
//! | `map.insert(k, v) -> Option<V>` | `insert(k, v) -> Option<&V>` | |
//! | `map.remove(&k) -> Option<(K, V)>` | `remove_entry(&k) -> Option<(&K, &V)>` | with a [`Take`](crate::Take) as value, `remove(&k).and_then(Take::take)` gives the value itself |
//! | `map.remove_if(&k, condition) -> Option<(K, V)>` | `remove_if(&k, condition) -> Result<Option<(&K, &V)>, (&K, &V)>` | tells absent from kept |
//! | `map.remove_if_mut(&k, condition)` | `compute(k, decide)` | |
//! | `map.iter()`, `retain` | the same | blocks nobody; `retain` gets `&V`, not `&mut V` |
//! | `map.iter_mut()` | a loop of `update` over `keys()` | on a `&mut` map [`iter_mut`](crate::HashMap::iter_mut) |
//! | `map.shrink_to_fit()`, `clear()` | the same | incremental; `clear` takes effect at one moment |
//! | `map.try_reserve(n)`, on a `&mut` map | `try_reserve(n)` | also through `&` |
//! | `map.len()` | `len()` | beside writers, neither is the number of one moment |
//! | `map.par_iter()`, `entry.key()`, `entry.value()`, `entry.pair()` | the same | an item holds a guard and no lock; `map.pin().par_iter()` has plain references |
//! | `map.into_par_iter()`, `par_extend` | the same | |
//! | `map.par_iter_mut()` through `&` | `par_iter_mut()` on a `&mut` map | |
//! | `try_get`, `try_get_mut`, `try_entry`, `shards`, `into_read_only` | | no locks, no shards; reading costs nothing extra while nobody writes |
//!
//! ```
//! let before = dashmap::DashMap::new();
//! before.insert("apples", 3);
//! if let Some(mut n) = before.get_mut("apples") {
//!     *n -= 1;
//! } // without these braces the next line would wait for itself
//! assert!(before.remove_if("apples", |_, n| *n == 0).is_none());
//! assert_eq!(*before.entry("pears").and_modify(|n| *n += 1).or_insert(1), 1);
//!
//! let stock = evacmap::HashMap::from([("apples", 3)]);
//! let stock = stock.pin();
//! let seen = stock.get("apples");
//! stock.update("apples", |n| n - 1);
//! assert_eq!((seen, stock.get("apples")), (Some(&3), Some(&2)));
//! assert_eq!(stock.remove_if("apples", |_, n| *n == 0), Err((&"apples", &2)));
//! assert_eq!(stock.update_or_insert("pears", |n| n + 1, 1), &1);
//! ```
//!
//! # From papaya 0.2
//!
//! papaya is the nearest relative. Methods with the same name have the same arguments and results.
//! A program for one is a program for the other, except for what follows.
//! `tests/ported/migration_papaya.rs` compiles and runs one text with both crates, and tests most
//! of the differences. Every public method of papaya 0.2.5 is here under the same name, or in the
//! first table.
//!
//! Differences that the compiler finds:
//!
//! | papaya 0.2 | here |
//! |---|---|
//! | `Guard` is a trait: `guard: &'g impl Guard` | a type: `guard: &'g Guard`; a `&OwnedGuard` becomes one by itself |
//! | `LocalGuard<'_>`, `OwnedGuard<'_>` | `Guard`, `OwnedGuard`, without a lifetime |
//! | `fn get<'g>(&self, guard: &'g impl Guard) -> Option<&'g V>` around a map | `fn get<'g>(&'g self, guard: &'g Guard) -> Option<&'g V>`: what is read borrows the map, because the guard does not |
//! | `HashMapRef<'_, K, V, S, LocalGuard<'_>>`, `Iter<'g, K, V, G>` | `HashMapRef<'_, K, V, S>`, `Iter<'g, K, V>` |
//! | writing asks only for `K: Hash + Eq` | also `K: Send, V: Send` (at `insert`, `remove`, `collect`, …); generic code must say so, and there are no maps of `Rc`s |
//! | `builder().resize_mode(…)`, `ResizeMode` | nothing: always incremental |
//! | `builder().collector(…)`, `shared_collector(…)` | nothing: all maps share one collector, the crate's own |
//! | `HashSet::builder()` | `HashSet::with_capacity_and_hasher`, or `HashSet::from(HashMap::builder().build())` |
//! | `guard.refresh()` | `guard.repin()` |
//! | `guard.collector()`, `protect`, `swap`, `defer_retire`, … | nothing: the guard does nothing but protect |
//! | `S = std::hash::RandomState` by default | `S = hashbrown::DefaultHashBuilder` by default |
//! | the feature `fast-barrier` | nothing |
//! | Rust 1.72 | Rust 1.91 |
//!
//! Differences that it does not find:
//!
//! | | papaya 0.2 | here |
//! |---|---|---|
//! | a guard of another map | panics | works: a guard serves every map |
//! | a guard that is held | keeps the garbage of its map | keeps the garbage of all maps |
//! | a removed value is dropped | by the last thread that lets go of a guard of that time (seize) | by a later write to the map, by [`flush`](crate::HashMap::flush), or with the map |
//! | `iter`, `clear`, `retain`, `clone` during a resize | complete it first, and may wait for other threads that work on it | `clear` helps to complete it; the others go on beside it; none waits |
//! | `clear` beside writers | goes from entry to entry | takes effect at one moment |
//! | `compute` and `update` after a lost race | may reuse what the closure returned for the same entry | run the closure again; in `update` too it may be `FnMut` |
//! | `HashSet::insert` of an equal value | returns `false`, and has replaced the value (its documentation says otherwise) | returns `false`, and keeps what was there; [`HashSet::replace`](crate::HashSet::replace) replaces |
//! | the `capacity` that was asked for | is an estimate | is a promise, as long as nothing is removed |
//!
//! Two things are the same and may surprise. `insert` and `update` replace the key with the value
//! (papaya's documentation says otherwise). `compute` panics when told to remove what is absent.
//!
//! ```
//! use evacmap::{Compute, Guard, HashMap, Operation};
//!
//! struct Metrics {
//!     series: HashMap<String, Vec<u64>>,
//! }
//!
//! impl Metrics {
//!     fn get<'g>(&'g self, name: &str, guard: &'g Guard) -> Option<&'g [u64]> {
//!         Some(self.series.get(name, guard)?.as_slice())
//!     }
//! }
//!
//! let metrics = Metrics { series: HashMap::from([("load".to_owned(), vec![1, 2])]) };
//! assert_eq!(metrics.get("load", &evacmap::pin()), Some(&[1, 2][..]));
//!
//! let map = HashMap::from([('a', 1)]);
//! let map = map.pin();
//! let odd = |entry: Option<(&char, &u32)>| match entry {
//!     Some((_, n)) if n % 2 == 1 => Operation::Remove,
//!     _ => Operation::Abort("not there, or even"),
//! };
//! assert_eq!(map.compute('a', odd), Compute::Removed(&'a', &1));
//! assert_eq!(map.compute('a', odd), Compute::Aborted("not there, or even"));
//! ```
//!
//! # From Go's `sync.Map`, and all side by side
//!
//! | Go | here | papaya | dashmap | std, behind an `RwLock` |
//! |---|---|---|---|---|
//! | `m.Load(k)` | `get(&k)` | `get(&k)` | `get(&k)`, holds a lock | `get(&k)` under `read()` |
//! | `m.Store(k, v)` | `insert(k, v)` | the same | the same | the same |
//! | `m.LoadOrStore(k, v)` | `get_or_insert(k, v)`; `try_insert(k, v)` if you must know which: `Ok` means stored | the same | `entry(k).or_insert(v)`; `match entry(k)` | as dashmap |
//! | `m.LoadAndDelete(k)`, `m.Delete(k)` | `remove(&k)` | the same | the same, returns the key too | the same |
//! | `m.Swap(k, v)` | `insert(k, v)`: `None` if nothing was loaded | the same | the same | the same |
//! | `m.CompareAndSwap(k, old, new)` | `compare_exchange(k, &old, new)`: the error has the present value, and gives `new` back | `compute(k, …)` | `get_mut(&k)`, compare, assign | as dashmap |
//! | `m.CompareAndDelete(k, old)` | `compare_remove(&k, &old)`: the error has the present value | `remove_if(&k, …)` | `remove_if(&k, …)` | `match entry(k)` |
//! | `m.Range(f)` | `iter()`; a `break` where `f` would return `false` | `iter()` | `iter()`, holds the lock of the shard that it is in | `iter()` under `read()`: a snapshot |
//! | `m.Clear()` | `clear()`: at one moment | `clear()`: entry by entry | `clear()`: shard by shard | `clear()`: at one moment |
//! | no `Len` | `len()` | `len()` | `len()` | `len()` |
//!
//! `tests/ported/migration_go.rs` runs the same program in the words of each column. Go's `Range`
//! and our `iter` promise the same: no snapshot, and no key twice. In Go the garbage collector
//! keeps what was loaded; here a guard does. Two goroutines that write to a plain Go map at once
//! may end the program. This map is what Go's plain map was before 1.24, for any number of writers.
//!
//! ```
//! let map = evacmap::HashMap::new();
//! let map = map.pin();
//! map.insert("a", 1); // Store
//! assert_eq!(map.get("a"), Some(&1)); // Load
//! assert_eq!(map.get_or_insert("b", 2), &2); // LoadOrStore
//! assert!(map.try_insert("b", 3).is_err()); // LoadOrStore: loaded
//! assert_eq!(map.insert("b", 4), Some(&2)); // Swap
//! assert!(map.compare_exchange("b", &4, 5).is_ok()); // CompareAndSwap
//! assert!(map.compare_remove("b", &4).is_err()); // CompareAndDelete: another value
//! assert_eq!(map.remove("b"), Some(&5)); // LoadAndDelete, Delete
//! for (key, value) in &map {
//!     assert_eq!((key, value), (&"a", &1)); // Range
//! }
//! assert_eq!(map.len(), 1);
//! map.clear(); // Clear
//! assert!(map.is_empty());
//! ```
//!
//! # Interners that forget
//!
//! Some interners remove a text when nobody but the map has it: `remove_if(text, |text, _|
//! Arc::strong_count(text) == 1)`. In a map that locks, that is right: a reader clones the `Arc`
//! under the lock. Here, and in every map whose readers take no lock, it is a race. A reader that
//! has looked up may clone after the count was read. The text is then gone from the map while the
//! reader has a symbol for it, and the next one to intern it gets another symbol.
//!
//! ```
//! use std::sync::Arc;
//!
//! let texts = evacmap::HashMap::from([(Arc::<str>::from("a"), ())]);
//! let reader = texts.pin();
//! let (seen, ()) = reader.get_key_value("a").unwrap(); // a reader has looked up,
//! let sweeper = texts.pin(); // another sweeps, which is wrong,
//! let swept = sweeper.remove_if("a", |text, ()| Arc::strong_count(text) == 1);
//! assert!(swept.is_ok());
//! let first = seen.clone(); // and only now it clones
//! texts.pin().insert(Arc::from("a"), ());
//! let second = texts.pin().get_key_value("a").unwrap().0.clone();
//! assert!(!Arc::ptr_eq(&first, &second)); // one text, two symbols
//! ```
//!
//! Keep a [`Weak`](std::sync::Weak), and upgrade where you would clone. An upgrade fails for ever
//! once the last `Arc` is gone, so whoever may remove the entry and whoever may still use it are
//! decided by the same count:
//!
//! ```
//! use evacmap::{Compute, HashMap, Operation};
//! use std::sync::{Arc, Weak};
//!
//! fn intern(texts: &HashMap<Box<str>, Weak<str>>, text: &str) -> Arc<str> {
//!     let texts = texts.pin();
//!     if let Some(known) = texts.get(text).and_then(Weak::upgrade) {
//!         return known;
//!     }
//!     let new: Arc<str> = text.into();
//!     let done = texts.compute(text.into(), |entry| match entry.and_then(|(_, w)| w.upgrade()) {
//!         Some(known) => Operation::Abort(known),
//!         None => Operation::Insert(Arc::downgrade(&new)),
//!     });
//!     if let Compute::Aborted(known) = done { known } else { new }
//! }
//!
//! fn sweep(texts: &HashMap<Box<str>, Weak<str>>) {
//!     texts.pin().retain(|_, text| text.strong_count() > 0);
//! }
//!
//! let texts = HashMap::new();
//! let first = intern(&texts, "a");
//! sweep(&texts);
//! assert!(Arc::ptr_eq(&first, &intern(&texts, "a")));
//! drop(first);
//! sweep(&texts);
//! assert!(texts.is_empty());
//! ```
//!
//! The same goes for pools, caches of connections, and whatever else counts its users. Tests of
//! both forms are in `tests/behaviour/patterns.rs`.
