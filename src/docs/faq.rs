//! Questions that come up when the map is used.
//!
//! # Look first, then insert?
//!
//! Two calls are two moments, and another thread may come in between. This loses counts:
//!
//! ```
//! let hits = evacmap::HashMap::new();
//! let hits = hits.pin();
//! let seen = hits.get("home").copied().unwrap_or(0);
//! hits.insert("home", seen + 1); // wrong: overwrites what others have counted since the line before
//! ```
//!
//! One call is one moment:
//!
//! ```
//! use evacmap::{HashMap, Operation};
//!
//! let hits = HashMap::new();
//! let hits = hits.pin();
//! hits.update_or_insert("home", |n| n + 1, 1);
//!
//! // The same in the words of std's entries:
//! hits.entry("home").and_modify(|n| n + 1).or_insert(1);
//!
//! // And with a condition: count to three, then start again.
//! hits.compute("home", |entry| match entry {
//!     Some((_, n)) if *n >= 3 => Operation::Remove,
//!     Some((_, n)) => Operation::Insert(n + 1),
//!     None => Operation::<_, ()>::Insert(1),
//! });
//! assert_eq!(hits.get("home"), Some(&3));
//! ```
//!
//! | wrong | right |
//! |---|---|
//! | `if !contains_key(k) { insert(k, v) }` | `try_insert(k, v)`: of several threads one gets `Ok` |
//! | `get(k)`, and if absent compute and `insert` | `get_or_insert_with(k, make)` |
//! | `get(k)`, compute, `insert` | `update(k, change)` |
//! | `if get(k) == Some(&old) { insert(k, new) }` | `compare_exchange(k, &old, new)` |
//! | `if get(k) … { remove(k) }` | `remove_if(k, condition)` |
//! | `if len() < max { insert(k, v) }` | a counter or a semaphore of your own: `len` is not of one moment |
//!
//! # Why did my closure run twice?
//!
//! `update`, `compute` and `remove_if` look, decide, and then compare and swap. If another write or
//! a resize came in between, they look again. A closure that may run again is an `Fn` or `FnMut` by
//! its type; one that runs at most once is an `FnOnce`. No closure runs under a lock, so it may use
//! the same map.
//!
//! # How is a value made exactly once?
//!
//! `get_or_insert_with` runs `make` at most once for each *call*: two threads that both find the
//! key absent both make a value, and one is dropped. Where that is too expensive, insert something
//! cheap that makes it:
//!
//! ```
//! use std::sync::OnceLock;
//!
//! let cache: evacmap::HashMap<u32, OnceLock<String>> = evacmap::HashMap::new();
//! let cache = cache.pin();
//! let value = cache.get_or_insert_with(7, OnceLock::new).get_or_init(|| "expensive".repeat(2));
//! assert_eq!(value, "expensiveexpensive");
//! ```
//!
//! Other callers for that key then wait, but not for the map.
//!
//! # Counting: `update`, or an atomic as the value?
//!
//! `update` puts a new entry in for each change, and under contention does the work again. An
//! atomic is changed in place, at the cost of the increment alone. Use it for what changes often;
//! `update` where the new value has to be seen together with something else in the same value. A
//! `Mutex` as the value is in order too: it locks one value, not the map.
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
//!
//! let hits: evacmap::HashMap<&str, AtomicU64> = evacmap::HashMap::new();
//! std::thread::scope(|scope| {
//!     for _ in 0..4 {
//!         scope.spawn(|| hits.pin().get_or_insert_with("home", AtomicU64::default).fetch_add(1, Relaxed));
//!     }
//! });
//! assert_eq!(hits.pin().get("home").unwrap().load(Relaxed), 4);
//! ```
//!
//! One caution: a thread that holds a reference to the atomic while another removes the key counts
//! on in what nobody will look up again.
//!
//! # Large values?
//!
//! Entries never move, so a large value is written once and costs the tables nothing. But `update`
//! makes a new one, and what is removed stays in memory for a while. For values of more than some
//! hundred bytes that change or go often, keep `Arc<V>`: a reader can take the `Arc` along and let
//! go of its guard.
//!
//! ```
//! use std::sync::Arc;
//!
//! let pages: evacmap::HashMap<u32, Arc<Vec<u8>>> = evacmap::HashMap::new();
//! pages.pin().insert(1, Arc::new(vec![0; 4096]));
//! let page = pages.pin().get(&1).cloned(); // the pin is gone at the end of this line, the page is not
//! assert_eq!(page.unwrap().len(), 4096);
//! ```
//!
//! # How long may a guard be held?
//!
//! For a batch of operations; not while waiting for the network, a lock or a user. While any guard
//! is held, nothing that is removed from any map can be freed. A loop that runs for ever takes a
//! guard in each turn, or [`repin`](crate::Guard::repin)s:
//!
//! ```
//! let map = evacmap::HashMap::from([(1, "one")]);
//! let mut map = map.pin();
//! for _ in 0..3 {
//!     assert_eq!(map.get(&1), Some(&"one")); // a batch of work
//!     map.repin();
//! }
//! ```
//!
//! To take a guard for each single operation is not wrong, and costs about one uncontended locked
//! instruction.
//!
//! # In asynchronous code?
//!
//! A [`Guard`](crate::Guard) is not `Send`, so a task that holds one across an `.await` does not
//! compile where tasks may move. Best is not to hold one: copy what is needed, or clone an `Arc`.
//! If a reference has to stay, take an [`OwnedGuard`](crate::OwnedGuard). It costs an allocation,
//! and holds back all garbage as long as the task waits.
//!
//! ```
//! use evacmap::HashMap;
//!
//! async fn short(map: &HashMap<u32, String>) -> usize {
//!     let length = map.pin().get(&1).map_or(0, String::len); // no guard is left behind this line
//!     std::future::ready(()).await;
//!     length
//! }
//!
//! async fn long(map: &HashMap<u32, String>) -> usize {
//!     let map = map.pin_owned();
//!     let mut length = 0;
//!     for value in map.values() {
//!         std::future::ready(()).await;
//!         length += value.len();
//!     }
//!     length
//! }
//!
//! fn is_send(_: impl Send) {}
//! let map = HashMap::new();
//! is_send(short(&map));
//! is_send(long(&map));
//! ```
//!
//! # How does a function return what it found?
//!
//! A reference borrows the guard, so the guard has to come from the caller: `fn find<'g>(&'g self,
//! key: &str, guard: &'g Guard) -> Option<&'g Item>`. Or return a copy, or an `Arc`. See the
//! example in [`migration`](super::migration#from-papaya-02).
//!
//! # I removed everything. Why is the memory still there?
//!
//! [`stats`](crate::HashMap::stats) tells which of these it is:
//!
//! | it is in | [`Stats`](crate::Stats) | to have it back |
//! |---|---|---|
//! | the table | `capacity`, `buckets` | `shrink_to_fit` and `finish_resize`; or build the map with [`ShrinkPolicy::Auto`](crate::ShrinkPolicy::Auto), and removing is enough |
//! | an old table, not yet emptied | `old_buckets` | `finish_resize` |
//! | an old table of more than 64 KiB, emptied | `bytes` | later writes give it back; or let go of all guards, then `flush`, more than once if need be |
//! | removed entries | `retired` | let go of all guards, then `flush`, more than once if need be; other threads' last 63 each stay |
//! | memory for the next entries | `spare` | nothing but dropping the map; up to 512 entries for each thread |
//! | the allocator | | depends on the allocator |
//!
//! ```
//! let map: evacmap::HashMap<u32, String> = (0..10_000).map(|i| (i, i.to_string())).collect();
//! map.pin().retain(|_, _| false);
//! map.pin().shrink_to_fit();
//! map.finish_resize();
//! map.flush();
//! assert!(map.stats().capacity < 100);
//! ```
//!
//! What else is to be known is among the
//! [`limitations`](super::limitations#what-was-removed-is-dropped-later).
//!
//! # How do I watch a map in production?
//!
//! By its figures as metrics, and its resizes as events: [`watching`](super::watching).
//!
//! # Which hasher? What about attackers?
//!
//! The default is hashbrown's, foldhash: fast, and seeded at random. Its authors claim [minimal
//! resistance](https://docs.rs/foldhash), and none against an attacker who can observe the map and
//! adapt. Here, keys with equal hashes form one chain that is searched from its beginning, however
//! long. Where strangers choose the keys, take std's `RandomState` (SipHash):
//!
//! ```
//! use std::hash::RandomState;
//! let map = evacmap::HashMap::with_hasher(RandomState::new());
//! map.pin().insert("from a stranger", 1);
//! ```
//!
//! Where nobody does, a cheaper one will do, even the identity on integers: the map multiplies each
//! hash and takes the high bits. What a hasher must not do is map many keys to few values.
//!
//! # How do I drop a large map?
//!
//! Its drop runs the `Drop` of every entry before it returns, in time proportional to the map. If
//! the thread has no time for that, give the map to one that has. To empty a map that is shared,
//! [`clear`](crate::HashMap::clear) it: once it has helped a running resize to its end, that takes
//! no longer than to allocate the empty table, and the entries are dropped by later writes, a few
//! at a time.
//!
//! ```
//! let map: evacmap::HashMap<u32, String> = (0..1000).map(|i| (i, i.to_string())).collect();
//! std::thread::spawn(move || drop(map)).join().unwrap();
//! ```
//!
//! # How do I share one?
//!
//! By reference in a `thread::scope`, in an `Arc`, or in a `static`:
//!
//! ```
//! use std::sync::LazyLock;
//! use evacmap::HashMap;
//!
//! static SESSIONS: LazyLock<HashMap<u64, String>> = LazyLock::new(HashMap::new);
//! SESSIONS.pin().insert(1, "ada".to_owned());
//! assert_eq!(SESSIONS.len(), 1);
//! ```
//!
//! # Can I see two keys at one moment?
//!
//! No. Put what belongs together into one value, behind one key.
