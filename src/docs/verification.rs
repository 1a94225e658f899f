//! The evidence: each claim with what shows it, and the commands that run it again.
//!
//! [The crate's front page](crate#guarantees) states the guarantees. `verify/RUNS.md` tells how far
//! the long checks have gone so far.
//!
//! # The claims
//!
//! | claim | shown by |
//! |---|---|
//! | A read searches at most two tables and one chain, waits for nobody and never starts again | the text of `src/engine/lookup.rs`, whose only loop is the walk along a chain; `loom-tests/tests/protocol.rs::read_through_growth`; readers beside stopped threads in `tests/threads/stopped.rs` |
//! | With any thread stopped at any hand-over step, the others complete that resize and the next | `tests/threads/stopped.rs`: every point that an operation can reach, for every operation and kind of resize |
//! | Of several inserts of one key, one wins; no update is lost | `loom-tests/tests/protocol.rs::two_inserts_of_one_key`, `tests/threads/stress.rs::the_same_keys_are_inserted_once_each`, `tests/threads/stress.rs::counters_lose_no_update`, `cargo xtask lin` |
//! | Every operation takes effect at one moment between its call and its return (linearizability), whatever resize is running | `cargo xtask lin` |
//! | `OccupiedEntry` and `VacantEntry` act on what was seen, or return an error; `get_many` and `extract_if` are sequences of single look-ups and removals | `tests/threads/entries.rs::of_those_that_saw_the_same_entry_one_replaces_or_removes_it`, `cargo xtask lin`, the fuzz target `ops` |
//! | `clear` is atomic | `loom-tests/tests/protocol.rs::clear_against_writers`, `loom-tests/tests/protocol.rs::clear_against_insert_into_room`, `verify/lin/tests/windows.rs::a_clear_is_checked_for_all_keys_together` |
//! | An iteration returns a key that is present throughout exactly once, and no key twice | `tests/behaviour/iterators.rs::every_key_once_at_every_step_of_a_resize`, `tests/behaviour/iterators.rs::iterations_begun_at_every_step_and_finished_at_every_later_one`, `loom-tests/tests/protocol.rs::iterate_through_growth` |
//! | `len` is exact when nobody writes | `tests/behaviour/model.rs::every_operation_agrees_with_std_in_every_configuration` |
//! | What was read under a guard stays valid until the guard is gone | `tests/threads/stress.rs::what_a_guard_has_seen_stays`, `loom-tests/tests/epoch.rs::reader_holds_a_replaced_entry`, `loom-tests/tests/epoch.rs::old_table_against_slow_reader` |
//! | An owned guard protects on every thread | `tests/behaviour/guards.rs::owned_guards_that_wander_from_thread_to_thread`, `tests/behaviour/guards.rs::one_guard_lent_to_many_threads`, `cargo xtask lin`, the fuzz target `ops` |
//! | Dropping the map drops everything, before the drop returns | `tests/behaviour/types.rs::dropping_the_map_drops_everything_before_it_returns`, `loom-tests/tests/epoch.rs::batch_against_map_drop` |
//! | Keys and values may borrow; none is dropped after what it borrows has ended | `tests/behaviour/types.rs::keys_and_values_that_borrow_a_local`, `tests/behaviour/teardown.rs::the_collector_drops_nothing_of_a_leaked_map`, `tests/compile` |
//! | Every closure, `Hash`, `Eq` and `Drop` may use the same map | `tests/sweeps/reentrancy.rs` |
//! | A panic in any of them leaves the map valid, and drops nothing twice | `tests/sweeps/panics.rs`, the fuzz target `panics` |
//! | A handler of the events of the feature `tracing` may use the same map, and may panic | `tests/behaviour/resize_events.rs`, `tests/alone/held_guards.rs` |
//! | A bad hash costs time; an `Eq` or `Hash` that lies gives wrong answers at worst | `tests/behaviour/hostile.rs` |
//! | An impossible size gives an error, or the panic of the standard collections | `tests/behaviour/capacity.rs::sizes_that_no_table_can_have`, `tests/sweeps/allocation.rs` |
//! | A new map allocates nothing | `tests/allocation.rs::the_map_is_frugal` |
//! | A map that shrinks by itself keeps up with the threads that empty it; no operation does more for that than for a growth | `tests/alone/shrinking.rs` |
//! | Every public item is there with its signature, and under papaya's name where papaya has it | `tests/behaviour/interface.rs`, which `cargo xtask house` compares with the sources; `tests/ported/migration_papaya.rs`, `tests/ported/migration_go.rs` |
//! | Tests take every rare branch | `tests/alone/branches.rs::no_branch_is_left_out`, `cargo xtask coverage-report` |
//! | The map behaves as other maps do | `tests/ported`: cases rewritten from the suites of nine projects; each file names its source |
//!
//! # The commands
//!
//! | command | what it does |
//! |---|---|
//! | `cargo xtask gate` | all of the below in its short form |
//! | `cargo xtask loom` | all models, exhaustively, with at most two preemptions a thread; `--preemptions 3 NAME` for one model more deeply |
//! | `cargo xtask teeth` | seeds faults one by one (weakened orderings, skipped steps), and fails if one goes unnoticed |
//! | `cargo xtask lin --windows 1000000` | records and checks a million short histories; `--fault NAME` shows that a seeded fault is noticed |
//! | `cargo xtask fuzz --seconds 3600` | the fuzz targets `ops`, `panics` and `threads` under the address sanitizer |
//! | `cargo xtask asan`, `cargo xtask asan --seconds 3600` | all tests under the address and leak sanitizers; a stress program in a loop |
//! | `cargo xtask tsan --seconds 1800` | the stress program under the thread sanitizer, without suppressions |
//! | `cargo xtask valgrind` | uninitialised reads and lost memory |
//! | `cargo xtask cross` | a small suite on AArch64 (the NEON scan), 32-bit x86 and s390x (big-endian), under qemu |
//! | `cargo xtask soak --hours 8` | random workloads with random pauses, with every validator at the end of each round |
//! | `cargo xtask features`, `cargo xtask minimal-versions` | every set of public features; the oldest dependencies that the manifest permits |
//! | `cargo xtask coverage-report` | how often the tests take each rare branch |
//!
//! # What was not run
//!
//! - **Miri** and **MemorySanitizer** have not been run. Provenance is kept strict: no integer
//!   becomes a pointer. valgrind looks for uninitialised reads.
//! - **No ARM hardware** was used, nor any other machine with a weaker memory model than that of
//!   x86-64. qemu has the memory model of the machine on which it runs. The orderings rest on loom,
//!   on the thread sanitizer, and on the rule that the crate has no `SeqCst` and no fence.
//! - loom 0.7 does not explore load buffering. It also overlooks schedules in which a thread's own
//!   load hides an earlier load of the same word by another thread.
