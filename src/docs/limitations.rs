//! What the map cannot do, and what it costs.
//!
//! Everything here follows from the design; no patch is going to fix it. Where a test shows the
//! behaviour, its name stands beside it.
//!
//! # Memory
//!
//! - **Every entry is an allocation of its own**: 8 bytes of hash, the key, the value, and what the
//!   allocator adds. The tables come on top: 64 bytes for each 5 entries of
//!   [`capacity`](crate::HashMap::capacity). A map that has just grown uses a quarter of its
//!   capacity, or a half if it had 2^14 buckets or more and was full. During a resize the map has
//!   both tables.
//! - **A removed key's slot is not used again** before its chain is renewed, or the table is
//!   resized or rebuilt. A chain of three buckets and more, half of which was removed, is renewed
//!   by the next insert that finds it full. A map that keeps gaining new keys and losing old ones
//!   is rebuilt once its overflow buckets show that there is such a slot for four buckets at least.
//!   By then there are up to four overflow buckets for ten buckets. If the map is more than half
//!   full, it grows twofold instead, once, as the standard map does, even beyond the capacity that
//!   it was given. In a full map there are up to three overflow buckets for four buckets before
//!   that. (`tests/behaviour/rebuild.rs`, `tests/behaviour/renewal.rs`)
//! - **A map does not become smaller by itself**, unless it was built with
//!   [`ShrinkPolicy::Auto`](crate::ShrinkPolicy::Auto).
//!   [`shrink_to_fit`](crate::HashMap::shrink_to_fit) works under either policy.
//!   (`tests/behaviour/room.rs::a_map_does_not_shrink_unless_it_was_built_so`,
//!   `tests/alone/shrinking.rs::removals_alone_bring_the_memory_back`)
//! - **An entry that is left keeps its page.** Entries never move, so memory between survivors
//!   stays with the process until the program uses it again, whatever shrinks. Figures, and what
//!   helps, are among the
//!   [questions](super::faq#the-map-says-that-it-is-small-why-is-the-process-still-large). (`cargo
//!   run --release -p memory_that_stays`)
//! - **Each thread that has written to a map has a slot in it**, until the map is dropped. The slot
//!   takes a few hundred bytes. It holds up to 64 removed entries, and bare memory for up to 512
//!   entries that the thread inserts next ([`Stats::spare`](crate::Stats::spare)). Many threads
//!   times many maps add up. A large table in preparation is also kept there, until it is published
//!   or the next resize begins; [`Stats::bytes`](crate::Stats::bytes) does not count it. A new
//!   thread takes over the slot of one that has ended.
//!   (`tests/threads/stress.rs::threads_that_end_leave_nothing_behind`)
//! - **Each thread that uses any map has a record in the collector**, some 128 bytes and what
//!   crossbeam-epoch keeps for it. The next thread takes over the record of one that has ended.
//!   None is ever freed, so there are as many as there ever were threads at the same time.
//!   (`tests/collector.rs::records_of_ended_threads_are_used_again`)
//! - **Only tables can be reserved.** [`try_reserve`](crate::HashMap::try_reserve) reports that
//!   there is no memory for a table. An insert that gets no memory for its entry ends the process,
//!   as with the standard collections. An insert that gets none for a larger table tries a smaller
//!   one, and otherwise goes on in the present table until that has seven entries or two overflow
//!   buckets to a bucket. Then it ends the process. (`tests/sweeps/allocation.rs`,
//!   `tests/behaviour/room.rs::without_memory_the_map_stays_as_it_is`,
//!   `tests/behaviour/room.rs::a_growth_without_memory_is_put_off`)
//!
//! # What was removed is dropped later
//!
//! [`remove`](crate::HashMap::remove) returns a reference. Nobody can take the value itself: others
//! may be reading it. It is dropped when no guard of that time is left *and* somebody operates on
//! the map:
//!
//! | who | drops | when |
//! |---|---|---|
//! | a thread that removes or replaces | up to 2 batches of 64 of its own garbage | at each 64th entry that it removes or replaces |
//! | the same thread | a batch of every other thread's garbage | at each 1024th |
//! | [`flush`](crate::HashMap::flush) | everything that has been handed on, of all threads, its own thread's bag included; nothing within a `Drop` that the map runs | when called, if no guard is held |
//! | the map's drop | everything | before it returns |
//!
//! The same goes for the memory of a table of more than 64 KiB. Once a resize has evacuated it, it
//! is given back in pieces. The pieces are freed by writes that fill such a batch, find their chain
//! full or share a later resize, and by [`flush`](crate::HashMap::flush). If nobody writes any
//! more, the memory waits for a `flush` or for the map's drop;
//! [`Stats::bytes`](crate::Stats::bytes) counts it. The collector frees smaller tables. The bucket
//! array is most of a table. On Linux it goes back page by page if the map has shrunk, or if its
//! block is one that glibc unmaps when it is freed. Otherwise it goes back in one call.
//!
//! - **The last entries stay in the bag.** What a thread removed last, up to 63 entries, waits
//!   until that thread removes more or flushes. Nobody else can hand on its bag
//!   (`tests/behaviour/limitations.rs::the_last_removed_entries_are_handed_on_by_their_own_thread_alone`).
//!   Once the thread has ended, the bag waits for a later thread that happens to get its slot, or
//!   for the map's drop
//!   (`tests/behaviour/limitations.rs::the_last_removed_entries_of_a_thread_that_has_ended_wait_for_the_drop_of_the_map`).
//! - **A `flush` does not get past a guard.** If none is held anywhere in the process while it
//!   runs, one call is enough (`tests/alone/drops.rs::one_flush_drops_everything`). The guard of
//!   the calling thread counts: `map.pin().flush()` holds one, and may drop nothing at all. A
//!   thread that does nothing and holds no guard is not in the way. One that is busy often is: a
//!   flush that finds it inside an operation, or within 128 operations of its last new pin, leaves
//!   the rest to the next flush or to later writes. So does one beside which threads end, or flush
//!   the same map. (`tests/collector.rs::an_idle_thread_holds_nothing_up`,
//!   `tests/collector.rs::a_busy_thread_holds_nothing_up`)
//! - **[`Stats::retired`](crate::Stats::retired) counts what has been unlinked and not yet
//!   dropped**: entries in the threads' bags, and those in batches that wait, whether a guard holds
//!   them back or only nobody has come by. It does not count spare memory, and not the entries of a
//!   table that a [`clear`](crate::HashMap::clear) has taken away before later writes have worked
//!   that table off.
//! - **Do not rely on `Drop` to happen soon.** Close a value that is a lock, a file or the last
//!   sender of a channel with a call, or keep it in an `Arc` or `Option` that can be emptied.
//! - **A guard that is held holds everything back**: the garbage of all maps, on all threads. So
//!   does an [`OwnedGuard`](crate::OwnedGuard) in a task that nobody polls, and so does a guard
//!   that is leaked, for ever, even if its thread has ended.
//!   (`tests/behaviour/limitations.rs::a_guard_of_one_map_holds_back_the_garbage_of_another`,
//!   `tests/collector.rs::a_leaked_guard_protects_when_its_thread_has_ended`)
//! - **Owned guards share what they hold.** Any number of them costs the others no more than a few
//!   would, and those that overlap without an end hold nothing up for ever.
//!   (`tests/collector.rs::owned_guards_share_what_they_hold`,
//!   `tests/collector.rs::owned_guards_that_overlap_hold_nothing_up`)
//! - **All maps of a process share one collector**, which is the crate's own. What others do with
//!   crossbeam-epoch's default collector (long pins, closures that panic) does not reach it, nor
//!   the other way round. It frees small tables. It never drops a key or a value.
//!   (`tests/collector.rs::foreign_panics_reach_no_operation`)
//! - **A panic in a late `Drop` is swallowed** after the panic hook has reported it: the write in
//!   which it surfaces has nothing to do with it.
//!   (`tests/alone/drops.rs::a_panicking_drop_of_removed_entries_is_reported_and_swallowed`)
//! - **A map that only its own garbage keeps alive is leaked.** That happens if values with an
//!   `Arc` of the map are removed, and then the last other `Arc` is dropped. It is a cycle;
//!   [`flush`](crate::HashMap::flush) before letting go breaks it.
//!   (`tests/behaviour/types.rs::a_map_that_is_leaked_is_left_alone`)
//! - **The entries of a map in a `static`, or of a leaked map, are never dropped**, not at the end
//!   of the process and not by the collector
//!   (`tests/behaviour/teardown.rs::the_collector_drops_nothing_of_a_leaked_map`). Removed entries
//!   are dropped if somebody goes on using the map.
//!
//! # What is not atomic
//!
//! - **There is no snapshot.** Iterating, `retain`, `extract_if`, `clone`, `==`, `Debug` and
//!   serialising see each key at some moment of its own. [`iter`](crate::HashMap::iter) says what
//!   still holds. [`clear`](crate::HashMap::clear) is atomic.
//! - **No operation spans two keys**, nor do [`get_many`](crate::HashMap::get_many) and `extend`.
//! - **`len` is exact when nobody writes.** Beside writers it is a sum of counts that were read one
//!   after the other. It takes time in proportion to the number of threads that have written.
//!   (`tests/behaviour/model.rs`)
//! - **`len` may exceed `capacity` a little.** A table grows when an insert meets a full chain
//!   *and* the table is full on average. Other inserts still find room
//!   (`tests/behaviour/limitations.rs::len_exceeds_capacity_a_little`). While a large table is
//!   being prepared the excess is about two fifths. `len` may also exceed `capacity` during a
//!   resize, because the next resize waits for the end of this one.
//! - **An iteration may pass over keys that are not equal to themselves** (as a NaN would be) while
//!   the map is resized or cleared: it finds an entry that has been moved by looking it up.
//!   (`tests/behaviour/types.rs::keys_that_are_not_equal_to_themselves`)
//! - **Lock-free is not wait-free.** Reads are wait-free. A write that keeps losing to writes of
//!   the same key (or, for a new key, of the same bucket) starts again each time, and runs its
//!   closure again if it has one. A closure that writes its own key each time it runs is asked for
//!   ever.
//!   (`tests/behaviour/rebuild.rs::a_closure_that_writes_its_own_key_is_asked_again`)
//!
//! # Values and keys
//!
//! - **No `&mut V` through a shared map.** [`update`](crate::HashMap::update) builds a new value
//!   from the old one, in a new entry. A value that is large or changes often is better kept as an
//!   atomic, a `Mutex` or an `Arc`. Through `&mut` there are
//!   [`get_mut`](crate::HashMap::get_mut) and [`iter_mut`](crate::HashMap::iter_mut).
//! - **Replacing a value replaces the key too.** So every operation that can put in a new entry
//!   takes the key by value, even if it then changes nothing.
//! - **Writing demands `K: Send` and `V: Send`**, even for a map that never leaves its thread:
//!   there is no map of `Rc`s. (`tests/compile/cases/insert_of_what_cannot_be_sent.rs`)
//! - **`compute` cannot remove what is absent**: asking for it panics. Abort instead.
//!
//! # Where it can be used
//!
//! - **The child of a `fork` may free nothing.** It has one thread, and guards of threads that it
//!   has not got are held for ever; so may be a step that such a thread had begun. Maps work in the
//!   child, which waits for nobody and frees nothing too early. But what it removes may stay in
//!   memory, and the drop of a map may leave out what another thread was just handing on. A child
//!   that calls `exec` at once has no map any more. (`tests/collector.rs::after_a_fork`)
//! - **Cheap pins want `membarrier`**, a system call of Linux. Whether there is one is found out
//!   when the first thread pins; [`pinning`](crate::pinning) tells. Without it each outermost pin
//!   executes a fence. A sandbox that is entered later has to permit the call, or let it fail: then
//!   what idle threads hold up stays until they do something.
//!   (`tests/collector.rs::without_a_barrier_no_lease_is_taken`)
//! - **A `membarrier` interrupts the process's other running threads** for a moment. There is at
//!   most one to 4096 retired entries in the process, besides up to two for each explicit flush and
//!   one for each large table that is left, and none if no other thread is idle.
//!   (`tests/collector.rs::barriers_are_bounded`)
//! - **A large value wants a large stack.** Optimised, look-ups and removals need 16 KiB at most,
//!   which is the least that Linux gives a thread. What puts an entry in moves the value through
//!   the stack a few times ([table](#what-an-operation-needs-of-the-stack)). A value of more than a
//!   few KiB is better kept in a `Box` or `Arc`. (`tests/sweeps/stacks.rs`,
//!   `tests/sweeps/stack_sizes.rs`)
//! - **Not without `std`**, and not in a signal handler. A global allocator must not use a map.
//! - **In destructors of thread-locals** maps work. But the thread has no slot of its own any more
//!   and borrows one, which costs a compare-and-swap for each write.
//!   (`tests/behaviour/types.rs::thread_local_destructors_may_use_maps`) One case ends the process:
//!   something else in the program uses the crate `thread_local` on this thread, and the thread's
//!   first write to any map comes in a destructor that runs after that crate's own.
//! - **Writes drive the resizes.** A map that nobody writes to stays as it is, even half resized.
//!   Look-ups then see two tables, until [`finish_resize`](crate::HashMap::finish_resize) or
//!   further writes. `clear`, `reserve` and the shrinks are the calls that may work off a running
//!   resize themselves, in time proportional to the table.
//! - **Bad hashes cost time**, without a bound: keys with one hash form one chain.
//!   (`tests/behaviour/hostile.rs`)
//!
//! # What an operation needs of the stack
//!
//! The least stack on which a thread survives one operation, its first, by the size of the value;
//! optimised, on x86-64 under Linux. The caller's own copies of the value are included. (`cargo
//! test --release --features _hooks --test sweeps -- --ignored --nocapture stack_sizes::table`)
//!
//! | | up to 1 KiB | 16 KiB | 64 KiB | 256 KiB |
//! |---|--:|--:|--:|--:|
//! | `get`, `remove` | 16 KiB | 16 KiB | 16 KiB | 16 KiB |
//! | `insert`, `get_or_insert_with`, `update`, `compute` | 16 KiB | 88 KiB | 328 KiB | 1,288 KiB |
//!
//! That is five times the value and 8 KiB. How often a value is moved is the compiler's business,
//! so the test allows ten times the value and 48 KiB. Without optimisation it is up to 21 times the
//! value, and the test allows 32.
//! (`tests/sweeps/stack_sizes.rs::no_operation_needs_more_than_is_said`) What the `Drop` of a
//! removed entry needs comes on top, in whichever write drops it.
//!
//! # Pointers with tags
//!
//! On x86-64 and AArch64 under Linux, macOS, Windows and FreeBSD, a slot keeps 16 bits of the hash
//! above a pointer of 48 bits. Elsewhere, Android included, it keeps none, and a search looks at
//! each entry of a chain.
//!
//! - **Addresses beyond 48 bits are refused, not mangled.** Linux gives out such addresses, with
//!   five-level paging on x86-64 or 52 bits on AArch64, only to programs that ask `mmap` for them
//!   ([x86](https://docs.kernel.org/arch/x86/x86_64/5level-paging.html),
//!   [arm64](https://docs.kernel.org/arch/arm64/memory.html)). An allocator may do that, or return
//!   pointers with tags of its own (the memory tagging extension, HWASan). The insert that gets
//!   such a pointer then panics before it has changed the map. The feature `_no_tags` is for such
//!   builds. (`cargo xtask test --only no-tags` tests it)
//! - **Leak detectors do not see through tags.** They look for pointers to a block, and find none
//!   to the entries of a map that is still alive at the end, in a `static` or leaked. They report
//!   those entries as lost. Again `_no_tags` helps. (`tests/common/mod.rs::leaked` is how the tests
//!   do it)
//!
//! What has not been tried is listed under [`verification`](super::verification#what-was-not-run).
