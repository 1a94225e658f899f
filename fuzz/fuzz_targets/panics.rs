//! Operations, one thread, against the standard library's map, with panics in what they call.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| evacmap_fuzz::panics::run(bytes));
