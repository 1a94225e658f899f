//! The benchmarks of `compare`, with the system's allocator.

mod common;

use std::alloc::System;

use common::counting::Counting;

#[global_allocator]
static ALLOCATOR: Counting<System> = Counting(System);
const ALLOCATOR_NAME: &str = "system";

fn main() {
    common::main();
}
