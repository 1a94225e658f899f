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
//! | A lease that is taken from an idle thread takes nothing from a guard | the argument in `src/memory/collector/lease.rs`, `loom-tests/tests/lease.rs`, `tests/collector.rs::a_leaked_guard_protects_when_its_thread_has_ended` |
//! | What is ripe by the clock can be seen by nobody | the proofs in `src/memory/collector/clock.rs`, `loom-tests/tests/clock.rs` |
//! | A thread that holds no guard holds nothing up for long, busy or idle; where all are idle one `flush` is enough | `tests/collector.rs::an_idle_thread_holds_nothing_up`, `tests/collector.rs::writes_get_past_an_idle_thread`, `tests/collector.rs::a_busy_thread_holds_nothing_up` |
//! | There is at most one `membarrier` to 4096 retired entries, besides those of explicit flushes and of large tables that are left, and none if no other thread is idle | `tests/collector.rs::barriers_are_bounded`, `tests/collector.rs::one_thread_needs_no_barrier` |
//! | What others do with crossbeam-epoch reaches no map, nor the other way round | `tests/collector.rs::foreign_panics_reach_no_operation`, `tests/collector.rs::what_others_hold_does_not_delay_us`, `tests/collector.rs::what_we_hold_delays_nobody_else` |
//! | The child of a `fork` waits for nobody and frees nothing too early | `tests/collector.rs::after_a_fork` |
//! | Owned guards share what they hold, and hold nothing up by overlapping | `loom-tests/tests/anchors.rs`, `tests/collector.rs::owned_guards_share_what_they_hold`, `tests/collector.rs::owned_guards_that_overlap_hold_nothing_up` |
//! | An owned guard protects on every thread | `tests/behaviour/guards.rs::owned_guards_that_wander_from_thread_to_thread`, `tests/behaviour/guards.rs::one_guard_lent_to_many_threads`, `cargo xtask lin`, the fuzz target `ops` |
//! | Dropping the map drops everything, before the drop returns | `tests/behaviour/types.rs::dropping_the_map_drops_everything_before_it_returns`, `loom-tests/tests/epoch.rs::batch_against_map_drop` |
//! | Keys and values may borrow; none is dropped after what it borrows has ended | `tests/behaviour/types.rs::keys_and_values_that_borrow_a_local`, `tests/behaviour/teardown.rs::the_collector_drops_nothing_of_a_leaked_map`, `tests/compile` |
//! | Every closure, `Hash`, `Eq` and `Drop` may use the same map | `tests/sweeps/reentrancy.rs` |
//! | A panic in any of them leaves the map valid, and drops nothing twice | `tests/sweeps/panics.rs`, the fuzz target `panics` |
//! | A handler of the events of the feature `tracing` may use the same map, and may panic | `tests/behaviour/resize_events.rs`, `tests/alone/held_guards.rs` |
//! | A bad hash costs time; an `Eq` or `Hash` that lies gives wrong answers at worst | `tests/behaviour/hostile.rs` |
//! | An impossible size gives an error, or the panic of the standard collections | `tests/behaviour/capacity.rs::sizes_that_no_table_can_have`, `tests/sweeps/allocation.rs` |
//! | A new map allocates nothing, and neither does asking for a known key by reference | `tests/allocation.rs::the_map_is_frugal` |
//! | What is in a `Take` goes to one thread | `tests/behaviour/patterns.rs::a_value_is_taken_once` |
//! | An operation needs no more of the stack than is said for its value's size | `tests/sweeps/stack_sizes.rs::no_operation_needs_more_than_is_said`, `tests/sweeps/stacks.rs` |
//! | A map that shrinks by itself keeps up with the threads that empty it; no operation does more for that than for a growth | `tests/alone/shrinking.rs` |
//! | Every public item is there with its signature, and under papaya's name where papaya has it | `tests/behaviour/interface.rs`, which `cargo xtask house` compares with the sources; `tests/ported/migration_papaya.rs`, `tests/ported/migration_go.rs` |
//! | The library builds with the compiler that its manifest promises, and with the oldest dependencies | `cargo xtask msrv` (three calls of `AtomicPtr::fetch_or` need 1.91), `cargo xtask minimal-versions` |
//! | Tests take every rare branch | `tests/alone/branches.rs::no_branch_is_left_out`, `cargo xtask coverage-report` |
//! | The map behaves as other maps do | `tests/ported`: cases rewritten from the suites of nine projects; each file names its source |
//!
//! # The commands
//!
//! | command | what it does |
//! |---|---|
//! | `cargo xtask test` | in minutes: lints, tests, the most telling models, the corpora |
//! | `cargo xtask gate` | every check that a change must pass: most of the below in its short form |
//! | `cargo xtask long` | the long forms, for a night |
//! | `cargo xtask loom` | all models, exhaustively, with at most two preemptions a thread; `--preemptions 3 NAME` for one model more deeply; `--both` in [both modes](#models) |
//! | `cargo run --release -p search` | all schedules of small programs, against the rules of chains written down a second time; `-- --mistake NAME` shows that a mistake in them is found |
//! | `cargo xtask teeth` | seeds [faults](#faults) one by one, and fails if one goes unnoticed |
//! | `cargo xtask lin --windows 1000000` | records and checks a million short histories; `--fault NAME` shows that a seeded fault is noticed |
//! | `cargo xtask miri` | a small suite in [Miri](#miri); `--fault NAME` expects a report |
//! | `cargo xtask fuzz --seconds 3600` | the fuzz targets `ops`, `panics` and `threads` under the address sanitizer |
//! | `cargo xtask asan`, `cargo xtask asan --seconds 3600` | all tests under the address and leak sanitizers; a stress program in a loop |
//! | `cargo xtask tsan --seconds 1800` | the stress program under the thread sanitizer, without suppressions; `--fault NAME` expects a report |
//! | `cargo xtask valgrind` | uninitialised reads and lost memory |
//! | `cargo xtask cross` | a small suite on AArch64 (the NEON scan), 32-bit x86 and s390x (big-endian), under qemu |
//! | `cargo xtask soak --hours 8` | random workloads with random pauses, with every validator at the end of each round |
//! | `cargo xtask features`, `cargo xtask minimal-versions`, `cargo xtask msrv` | every set of public features; the oldest dependencies that the manifest permits; the oldest compiler that it promises |
//! | `cargo xtask coverage-report` | how often the tests take each rare branch |
//!
//! # Models
//!
//! A model is a small scenario that loom runs in every interleaving (`loom-tests/`). They are built
//! in several ways: those of the map on a stand-in for the collector, which frees at the earliest
//! permitted moment; some of them without tags, for what differs then; those of batches, tables,
//! leases, anchors and the clock on the real crossbeam-epoch.
//!
//! loom has a blind spot. It keeps one last access for each atomic, so a thread's own load hides an
//! earlier load of the same word by another thread, and with it the schedules that would change
//! that one. It keeps every read-modify-write. So there is a second mode: `--loads rmw`, or
//! `EVACMAP_LOADS=rmw` in the environment, makes a read-modify-write of every load and a swap of
//! every store. No load reads an old value then, so neither mode replaces the other.
//! `loom-tests/tests/blind_spot.rs` shows both halves of that; its tests fail if loom loses the
//! blind spot.
//!
//! # Faults
//!
//! Most faults are one expression in the sources (`src/observe/faults.rs`), such as a weaker
//! ordering or a step that is skipped. Those that take more (a block, a field, a function) are
//! patches, which a copy of the tree gets before it is built (`xtask/src/seeded.rs`). Every command
//! with `--fault` builds that copy, and `cargo xtask teeth` all faults in turn. In the second mode
//! of the models six faults of the first go unnoticed, because they show only where a load reads an
//! old value; the list `ONLY_IN_WEAK_MEMORY` in `xtask/src/teeth.rs` names them.
//!
//! # Miri
//!
//! `tests/miri.rs` is a small suite: every operation in two of the five phases of resizes (at rest,
//! growing, rebuilding, shrinking, clearing), references and iterators that outlive all of them,
//! overflow buckets, sets, and two threads, with four seeds unless told otherwise. The long
//! operations are tested in small. References are judged by tree borrows. What crossbeam-epoch
//! keeps for ended threads is not given back, so leaks are ignored; that every entry is dropped,
//! the tests count themselves. crossbeam-epoch makes pointers from integers, which Miri is told to
//! permit. Under Miri pins are [`Ordinary`](crate::Pinning::Ordinary): it knows no `membarrier`.
//!
//! # What was not run
//!
//! - **MemorySanitizer** has not been run. Provenance is kept strict in the crate: no integer
//!   becomes a pointer. valgrind and Miri look for uninitialised reads.
//! - **Miri sees no lease**, and only what the small suite does.
//! - **No ARM hardware** was used, nor any other machine with a weaker memory model than that of
//!   x86-64. qemu has the memory model of the machine on which it runs. The orderings rest on the
//!   arguments in the sources, on loom, and on the thread sanitizer.
//! - **The pair of fences** of leases is beyond the tools. loom has no asymmetric fence: both
//!   halves are modelled by a full one, so no model shows that nothing rests on two light halves.
//!   The thread sanitizer knows no fences. What `membarrier` promises is taken from the kernel's
//!   documentation.
//! - loom 0.7 does not explore load buffering.
