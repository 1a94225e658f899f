//! The benchmarks of `compare`, with the system's allocator.

mod common;

#[global_allocator]
static ALLOCATOR: std::alloc::System = std::alloc::System;
const ALLOCATOR_NAME: &str = "system";

fn main() {
    common::main();
}
