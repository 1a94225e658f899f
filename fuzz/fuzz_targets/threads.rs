//! A few threads at once, checked for linearizability.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| evacmap_fuzz::threads::run(bytes));
