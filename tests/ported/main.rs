//! What the public test suites of other maps demand, asked of this one. Each module names the suite it follows, with its
//! repository and licence, and lists the cases that do not apply, and why. The behaviour alone is taken over; the
//! tests are written anew.
//!
//! Three suites need what this crate does not have and are left out as a whole: allocators (libcuckoo, folly, Boost),
//! copying and moving assignment (they are Rust's own), and handles that hold a lock (libcuckoo, dashmap).

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
mod jsr166;
mod papaya;
mod papaya_stress;
