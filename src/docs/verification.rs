//! What is claimed, what shows it, and by which command that can be run again.
//!
//! # The guarantees
//!
//! | claim | shown by |
//! |---|---|
//! | A read searches at most two tables and one chain, waits for nobody and starts nothing again | by the text of `src/raw/lookup.rs`, which has no loop but the walk along a chain; `loom-tests/tests/protocol.rs::read_through_growth`; readers beside stopped threads in `tests/stopped.rs` |
//! | With any thread stopped at any hand-over step, the others complete that resize and the next | `tests/stopped.rs`: every point that an operation can reach, for every operation and kind of resize |
//! | Of several inserts of one key one wins, and no update is lost | `loom-tests/tests/protocol.rs::two_inserts_of_one_key`, `tests/stress.rs::the_same_keys_are_inserted_once_each`, `tests/stress.rs::counters_lose_no_update`, `cargo xtask lin` |
//! | Every operation takes effect at one moment between its call and its return (linearizability), whatever resize is running | `cargo xtask lin` |
//! | What is done through an entry is done to what was seen, or says so; `get_many` and `extract_if` are as many single look-ups and removals | `tests/api_threads.rs::of_those_that_saw_the_same_entry_one_replaces_or_removes_it`, `cargo xtask lin`, the fuzz target `ops` |
//! | `clear` is atomic | `loom-tests/tests/protocol.rs::clear_against_writers`, `loom-tests/tests/protocol.rs::clear_against_insert_into_room`, `lin/tests/windows.rs::a_clear_is_checked_for_all_keys_together` |
//! | An iteration meets what is there throughout exactly once, and nothing twice | `tests/iterators.rs::every_key_once_at_every_step_of_a_resize`, `tests/iterators.rs::iterations_begun_at_every_step_and_finished_at_every_later_one`, `loom-tests/tests/protocol.rs::iterate_through_growth` |
//! | `len` is exact when nobody writes | `tests/property.rs::every_operation_agrees_with_std_in_every_configuration` |
//! | What a guard has seen stays until the guard is gone | `tests/stress.rs::what_a_guard_has_seen_stays`, `loom-tests/tests/epoch.rs::reader_holds_a_replaced_entry`, `loom-tests/tests/epoch.rs::old_table_against_slow_reader` |
//! | An owned guard protects on every thread | `tests/api_guard.rs::owned_guards_that_wander_from_thread_to_thread`, `tests/api_guard.rs::one_guard_lent_to_many_threads`, `cargo xtask lin`, the fuzz target `ops` |
//! | Dropping the map drops everything, before the drop returns | `tests/types.rs::dropping_the_map_drops_everything_before_it_returns`, `loom-tests/tests/epoch.rs::batch_against_map_drop` |
//! | Keys and values may borrow; nothing of them is dropped after what they borrow has ended | `tests/types.rs::keys_and_values_that_borrow_a_local`, `tests/regressions.rs::the_collector_drops_nothing_of_a_leaked_map`, `tests/compile` |
//! | Every closure, `Hash`, `Eq` and `Drop` may use the same map | `tests/sweep_reentrancy.rs` |
//! | A panic in any of them leaves the map valid, and drops nothing twice | `tests/sweep_panics.rs`, the fuzz target `panics` |
//! | Whoever handles an event of the feature `tracing` may use the same map, and may panic | `tests/resize_events.rs`, `tests/held_guards.rs` |
//! | A bad hash costs time; an `Eq` or `Hash` that lies gives wrong answers at worst | `tests/hostile.rs` |
//! | Sizes that cannot be had are a clear error or the panic of the standard collections | `tests/capacity.rs::sizes_that_no_table_can_have`, `tests/sweep_allocation.rs` |
//! | A new map allocates nothing | `tests/allocation.rs::the_map_is_frugal` |
//! | A map that shrinks by itself keeps up with whoever empties it, and no operation does more for that than for a growth | `tests/shrink_by_itself.rs` |
//! | Every item of the public interface is there, with its signature, and under papaya's names where papaya has it | `tests/api_complete.rs`, which `cargo xtask house` compares with the sources; `tests/migration_papaya.rs`, `tests/migration_go.rs` |
//! | Rare branches are taken by tests | `tests/branches.rs::no_branch_is_left_out`, `cargo xtask coverage-report` |
//! | It behaves as the maps that people know | `tests/ported`: cases rewritten from the suites of nine projects, each file naming its source |
//!
//! # The commands
//!
//! | command | what it does |
//! |---|---|
//! | `cargo xtask test` | everything below in its short form |
//! | `cargo xtask loom` | all models, exhaustively, with at most two preemptions a thread; `--preemptions 3 NAME` for one model more deeply |
//! | `cargo xtask teeth` | seeds faults one by one (weakened orderings, skipped steps) and fails if a fault goes unnoticed |
//! | `cargo xtask lin --windows 1000000` | a million short recorded histories, checked; `--fault NAME` shows that a seeded fault is noticed |
//! | `cargo xtask fuzz --seconds 3600` | the fuzz targets `ops`, `panics` and `threads` under the address sanitizer |
//! | `cargo xtask asan`, `cargo xtask asan --seconds 3600` | all tests under the address and leak sanitizers; a stress program in a loop |
//! | `cargo xtask tsan --seconds 1800` | the stress program under the thread sanitizer, without suppressions |
//! | `cargo xtask valgrind` | uninitialised reads and lost memory |
//! | `cargo xtask cross` | a small suite on AArch64 (the NEON scan), x86 of 32 bits, and s390x (the other order of bytes), under qemu |
//! | `cargo xtask soak --hours 8` | random workloads with random pauses, with every validator at the end of each round |
//! | `cargo xtask features`, `cargo xtask minimal-versions` | every set of public features; the oldest dependencies that the manifest permits |
//! | `cargo xtask coverage-report` | how often the tests take each rare branch |
//!
//! # Figures reached
//!
//! On two cores of an x86-64 Linux machine, each at the version that was current then:
//!
//! - **Linearizability**: 1,000,000 windows with 9.5 million records, no violation; a resize was
//!   live in 84.8 % of them (growth 24.2 %, rebuild 28.8 %, shrink 24.6 %, clear 24.6 %). Entries,
//!   `get_many`, `extract_if`, fallible insertion and owned guards are among the operations. Of the
//!   seeded faults thirteen are noticed; `lin/src/lib.rs` has the table. Before, the same command
//!   had found a fault that no other check had: an insert that was lost to a `clear`
//!   (`tests/regressions.rs::no_writer_finds_a_chain_half_cleared`).
//! - **Seeded faults**: all are noticed, 27 of the map and nine of the reclaimer, all but one by a
//!   model; tag bits that are used after they ran out, by a unit test. Without a fault the models
//!   did not come to their end in the 100 s that this run gave them.
//! - **Models of the reclaimer** on the real crossbeam-epoch, exhausted at two preemptions:
//!   `reader_holds_a_replaced_entry` 84,540 executions, `nothing_retired_is_found` 68,356,
//!   `two_flush_one_map` 285,893, `batch_against_map_drop` 1,824, `old_table_against_slow_reader`
//!   726, `table_against_map_drop` 1,452, `two_give_tables_back` 507,820, `two_prepare_a_table`
//!   51,888. Each was seen to fail with a fault seeded for it.
//! - **Stopped threads**: about 16,000 stops (point, operation, kind of resize); after each the
//!   others completed the resize and two growths, with 500 operations, and with 100,000 once for
//!   each point and kind of resize. The long form, with 100,000 after every stop, was run once:
//!   nine of the thirteen phases at one version, 12,892 stops, the others (shrinking, clearing, and
//!   after each) at a later one, 6,278.
//! - **Panics** in the N-th call of `Hash`, `Eq`, `Clone`, `Drop` and closures: about 150,000.
//!   **Nested operations**, two deep: about 93,000. **Refused allocations**: about 1,000, each in a
//!   process of its own.
//! - **Iterations** beside a thread that resizes: a million, each complete.
//! - **Thread sanitizer**: 1,800 s of the stress program beside other work (8 minutes of processor
//!   time), 40.9 million operations, at a later version 1,830 s (9 minutes), 42.6 million, and at
//!   the present one 330 s, 20.7 million, no report; a relaxed publication is reported at once.
//! - **Address and leak sanitizers**: 3,600 s of the stress program beside other work (10 minutes
//!   of processor time), 252.8 million operations, at a later version twice 1,830 s side by side
//!   (21 minutes), 500.4 million, and at the present one 330 s, 74.3 million, no report.
//! - **valgrind**: unit tests, regressions, and the stress program with the vector scan, clean.
//! - **Other processors**: AArch64 and s390x under qemu 11.1, x86 of 32 bits by itself, 70 tests
//!   each, with rustc 1.97; on the latter the whole suite once. The test of the NEON scan fails if
//!   its lanes are mixed up or FROZEN is not left out.
//! - **Soak**: 1,262 s beside other work (3 minutes of processor time), 347 rounds, 37.8 million
//!   operations, 206 million iterations, 29,371 growths, 63,699 rebuilds, 20,585 shrinks, 27,808
//!   clears.
//! - **Fuzzing** under the address sanitizer, no finding, in more than two hours of processor time:
//!   600 s for each target (`ops` 13,780 executions, `panics` 23,438, `threads` 27,905); beside
//!   other work, 11.6 minutes of processor time for `ops` (26,771 executions), 18.5 for `panics`
//!   (61,409) and 5.4 for `threads` (63,384); 561 s for `ops` (22,692) and for `threads` (13,993);
//!   and 46 minutes of processor time for all three: `ops` 46,024 and, at a later version, 28,545,
//!   `panics` 72,826 and 36,385, `threads` 27,919 and 4,730.
//! - **Rare branches**: all 26 taken by the tests, the rarest (a thread that prepares a table is
//!   replaced) once in the last run.
//! - **Ported behaviour**: 512 tests, 434 of them distinct; the others are the same under other
//!   hashers.
//! - **Misuse**: 55 programs that must not compile, each with a twin that does (`tests/compile`).
//!
//! # What was not run
//!
//! - **Miri** and **MemorySanitizer**: not to be had where this was developed. Provenance is kept
//!   strict (no integer becomes a pointer), which is what Miri would check; uninitialised reads are
//!   looked for with valgrind.
//! - **ARM**, and any other machine with a weaker memory model than x86-64, but under qemu, which
//!   has that of the machine below it: the orderings rest on loom, on the thread sanitizer, and on
//!   the rule that there is no `SeqCst` and no fence in the crate. loom does not explore load
//!   buffering.
