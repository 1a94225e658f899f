//! What the public test suites of other maps demand, asked of this one. Each module names the suite
//! it follows, with its repository and licence, and lists the cases that do not apply, and why. The
//! behaviour alone is taken over; the tests are written anew.
//!
//! Three kinds of cases are left out throughout: those of allocators, which this crate does not
//! take (libcuckoo, folly, Boost), of copying and moving assignment, which is Rust's own, and of
//! handles that hold a lock (libcuckoo, dashmap). Sets and fallible reservation are tested in
//! `tests/behaviour`.
//!
//! `migration_go` and `migration_papaya` run programs in the words of Go's `sync.Map` and of papaya
//! with those crates and with this one.

#[path = "../common/mod.rs"]
mod common;

#[macro_use]
mod support;

mod cfoa;
mod cfoa_exceptions;
mod cfoa_reentrancy;
mod cuckoo;
mod cuckoo_stress;
mod dashmap;
mod flurry;
mod folly;
mod folly_stress;
mod go_hash_trie;
mod go_map;
mod go_map_growth;
mod go_sync_map;
mod hashbrown;
mod hashbrown_entries;
mod jsr166;
mod migration_go;
mod migration_papaya;
mod papaya;
mod papaya_stress;
