//! Questions that users of the map ask.
//!
//! # May I look first and then insert?
//!
//! Not if another thread may write in between: two calls are two moments. This loses counts:
//!
//! ```
//! let hits = evacmap::HashMap::new();
//! let hits = hits.pin();
//! let seen = hits.get("home").copied().unwrap_or(0);
//! hits.update_or_insert("home", |n| n + 1, 1); // another thread, in between
//! hits.insert("home", seen + 1); // wrong: overwrites what others have counted in between
//! assert_eq!(hits.get("home"), Some(&1)); // of two
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
//! // The same in the style of std's entries:
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
//! | `if !contains_key(k) { insert(k, v) }` | `try_insert(k, v)`: one of several threads gets `Ok` |
//! | `get(k)`; if absent, compute and `insert` | `get_or_insert_with(k, make)` |
//! | `get(k)`, compute, `insert` | `update(k, change)` |
//! | `if get(k) == Some(&old) { insert(k, new) }` | `compare_exchange(k, &old, new)` |
//! | `if get(k) … { remove(k) }` | `remove_if(k, condition)` |
//! | `if len() < max { insert(k, v) }` | a counter or a semaphore of your own: `len` is no count of one moment |
//!
//! # Why did my closure run twice?
//!
//! `update`, `compute` and `remove_if` look at the entry, decide, and then compare and swap. If
//! another write or a resize comes in between, they look again. The type tells which closures that
//! concerns: one that may run again is an `Fn` or `FnMut`, one that runs at most once is an
//! `FnOnce`. No closure runs under a lock, so each may use the same map.
//!
//! # How do I make a value exactly once?
//!
//! `get_or_insert_with` runs `make` at most once in each *call*. If two threads both find the key
//! absent, both make a value and one of the two is dropped. If that is too expensive, insert a
//! cheap cell that makes the value:
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
//! Other callers for that key then wait for the cell. Nobody waits for the map. The example
//! `in_flight` does this for keys that come and go.
//!
//! # To count, should I use `update` or an atomic as the value?
//!
//! `update` puts in a new entry for each change, and repeats its work under contention. An atomic
//! changes in place, at the cost of the increment alone. Use an atomic for what changes often. Use
//! `update` if several parts of one value must change together. A `Mutex` as the value works too:
//! it locks one value, not the map.
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
//!
//! let hits: evacmap::HashMap<&str, AtomicU64> = evacmap::HashMap::new();
//! std::thread::scope(|scope| {
//!     for _ in 0..4 {
//!         scope.spawn(|| {
//!             let hits = hits.pin();
//!             hits.get_or_insert_with("home", AtomicU64::default).fetch_add(1, Relaxed);
//!         });
//!     }
//! });
//! assert_eq!(hits.pin().get("home").unwrap().load(Relaxed), 4);
//! ```
//!
//! One caution: a thread may hold a reference to the atomic while another removes the key. What it
//! adds then is lost, because nobody can look that atomic up again.
//!
//! # What about large values?
//!
//! Entries never move, so a large value is written once and costs the tables nothing. But `update`
//! makes a new value, and a removed value stays in memory for a while. If values of more than a few
//! hundred bytes change or go often, keep them as `Arc<V>`. A reader can clone the `Arc` and let go
//! of its guard.
//!
//! ```
//! use std::sync::Arc;
//!
//! let pages: evacmap::HashMap<u32, Arc<Vec<u8>>> = evacmap::HashMap::new();
//! pages.pin().insert(1, Arc::new(vec![0; 4096]));
//! let page = pages.pin().get(&1).cloned(); // the guard ends with this line, the page does not
//! assert_eq!(page.unwrap().len(), 4096);
//! ```
//!
//! # How do I get a removed value itself, and not a reference?
//!
//! Others may be reading it, so the map cannot give it away. Clone it, or keep an `Arc`. If there
//! must be one owner (the sender of an answer, a `JoinHandle`, an `FnOnce`), keep a
//! [`Take`](crate::Take), which gives its value to whoever comes first:
//!
//! ```
//! use evacmap::{HashMap, Take};
//!
//! let threads = HashMap::new();
//! threads.pin().insert("worker", Take::new(std::thread::spawn(|| 42)));
//! let handle = threads.pin().remove("worker").and_then(Take::take);
//! assert_eq!(handle.unwrap().join().unwrap(), 42);
//! ```
//!
//! The example `pending_requests` has a map of senders, of which each is used or given up once.
//!
//! # How long may a guard be held?
//!
//! For a batch of operations, but not while waiting for the network, a lock or a user. While any
//! guard is held, nothing that is removed from any map can be freed. A loop that runs for ever
//! should take a guard in each turn, or [`repin`](crate::Guard::repin):
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
//! A guard for each single operation is fine too. It costs a few plain instructions where
//! [`pinning`](crate::pinning) says `Leased`, as it does on most Linux systems, and about one
//! uncontended locked instruction elsewhere. A thread that holds no guard holds nothing up for
//! long, whether it works or sleeps.
//!
//! If something must stay visible for long, copy it, or keep it in an `Arc` as the value. Whoever
//! holds a guard for long should look at `retired` in [`stats`](crate::HashMap::stats): it grows
//! with everything that anybody removes from that map meanwhile. In debug builds the feature
//! `tracing` [warns](super::watching#guards-that-are-held-for-long).
//!
//! # How do I use a map in asynchronous code?
//!
//! A [`Guard`](crate::Guard) is not `Send`. So a task that holds one across an `.await` does not
//! compile if tasks may move between threads. It is best to hold none: copy what is needed, or
//! clone an `Arc`. If a reference must stay, use [`pin_owned`](crate::HashMap::pin_owned), which
//! has an [`OwnedGuard`](crate::OwnedGuard) inside. Owned guards share what they hold, so that
//! thousands of tasks may have one each. But all garbage is held back as long as any such task
//! waits.
//!
//! ```
//! use evacmap::HashMap;
//!
//! async fn short(map: &HashMap<u32, String>) -> usize {
//!     let length = map.pin().get(&1).map_or(0, String::len); // the guard ends with this line
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
//! A reference borrows the guard, so the guard must come from the caller: `fn find<'g>(&'g self,
//! key: &str, guard: &'g Guard) -> Option<&'g Item>`. There is an example in
//! [`migration`](super::migration#from-papaya-02). Otherwise return a copy or an `Arc`.
//!
//! # I removed everything. Why is the memory still there?
//!
//! [`stats`](crate::HashMap::stats) tells where it is:
//!
//! | where | [`Stats`](crate::Stats) | how to get it back |
//! |---|---|---|
//! | the table | `capacity`, `buckets` | `shrink_to_fit` and `finish_resize`; or build the map with [`ShrinkPolicy::Auto`](crate::ShrinkPolicy::Auto), and removing is enough |
//! | an old table, not yet evacuated | `old_buckets` | `finish_resize` |
//! | an old table of more than 64 KiB, evacuated | `bytes` | later writes give it back; or let go of all guards, then `flush` |
//! | removed entries | `retired` | let go of all guards, then `flush` the map; up to 63 entries of each other thread stay |
//! | memory for the next entries | `spare` | only dropping the map; up to 512 entries for each thread |
//! | the allocator | | [see below](#the-map-says-that-it-is-small-why-is-the-process-still-large) |
//!
//! ```
//! let map: evacmap::HashMap<u32, String> = (0..10_000).map(|i| (i, i.to_string())).collect();
//! let full = map.stats();
//! map.pin().retain(|_, _| false);
//! assert!(map.stats().retired > 9_000 && map.stats().bytes >= full.bytes);
//! map.flush();
//! assert_eq!(map.stats().retired, 0); // the strings are gone,
//! assert_eq!(map.stats().capacity, full.capacity); // and the table is not
//! map.pin().shrink_to_fit();
//! map.finish_resize();
//! map.flush();
//! let empty = map.stats();
//! assert!(empty.capacity < 100 && empty.old_buckets == 0);
//! assert!(empty.spare <= 512 && empty.bytes < full.bytes / 10);
//! ```
//!
//! One `flush` is enough if no guard is held. Call it on the map: `map.pin().flush()` holds a guard
//! itself. The [`limitations`](super::limitations#what-was-removed-is-dropped-later) have the
//! details.
//!
//! # The map says that it is small. Why is the process still large?
//!
//! Each entry is an allocation. What the map frees goes to the allocator, which gives whole pages
//! back to the system, or none. `shrink_to_fit` makes the table smaller, but moves no entry. So if
//! one entry is left on each page, all pages stay, and neither the map nor the allocator can help
//! it. `cargo run --release -p memory_that_stays` fills a map with a million entries of 48 bytes,
//! removes all but each 64th, and tells what is left, here with glibc 2.36 on x86-64:
//!
//! | after | the map's own account | the process |
//! |---|--:|--:|
//! | filling it | 79.6 MiB | 97.8 MiB |
//! | removing most | 79.6 MiB | 106.0 MiB |
//! | `flush` | 17.4 MiB | 91.0 MiB |
//! | `shrink_to_fit`, `finish_resize`, `flush` | 1.0 MiB | 75.1 MiB |
//! | `malloc_trim` | 1.0 MiB | 64.3 MiB |
//! | a clone instead of the map, `malloc_trim` | 1.0 MiB | 6.3 MiB |
//! | dropping it, `malloc_trim` | 0.0 MiB | 3.1 MiB |
//!
//! - The allocator uses what is free for whatever the program allocates next, of that size at
//!   least. If the map grows again, nothing is lost.
//! - glibc keeps free pages until it is asked for them: `malloc_trim(0)`, in the crate `libc`.
//!   Other allocators give them back by and by, or have a call of their own.
//! - To move the entries together, copy them: put a [`clone`](crate::HashMap::clone) in place of
//!   the map, and drop the map. While both are there, that takes memory for both.
//! - If survivors are few and large, keep them as `Arc` or `Box`: the entries are small then, and
//!   what they own is freed by itself.
//!
//! # May a process with maps `fork`?
//!
//! Yes. The child can use its maps, and nothing in them waits for threads that it has not got. But
//! it may never be able to free what it removes. See the
//! [`limitations`](super::limitations#where-it-can-be-used).
//!
//! # How do I watch a map in production?
//!
//! Publish its figures as metrics, and log its resizes as events. [`watching`](super::watching)
//! tells how.
//!
//! # Which hasher should I use? What about attackers?
//!
//! The default is hashbrown's, foldhash: fast, and seeded at random. Its authors claim [minimal
//! resistance](https://docs.rs/foldhash), and none against an attacker who can observe the map and
//! adapt. Keys with equal hashes form one chain, which is searched from its beginning, however long
//! it is. If strangers choose the keys, take std's `RandomState` (SipHash):
//!
//! ```
//! use std::hash::RandomState;
//! let map = evacmap::HashMap::with_hasher(RandomState::new());
//! map.pin().insert("from a stranger", 1);
//! ```
//!
//! Otherwise a cheaper hasher will do, even the identity on integers: the map multiplies each hash
//! and takes the high bits. A hasher must not map many keys to few values.
//!
//! # How do I drop a large map?
//!
//! Its drop runs the `Drop` of every entry before it returns, in time proportional to the map. If
//! the thread has no time for that, give the map to another thread. To empty a map that is shared,
//! [`clear`](crate::HashMap::clear) it. That helps a running resize to its end and then takes no
//! longer than to allocate the empty table. Later writes drop the entries, a few at a time.
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
//! No. Put what belongs together into one value, under one key.
