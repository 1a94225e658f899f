//! Operations, one thread, against the standard library's map.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| evacmap_fuzz::ops::run(bytes));
