//! Every operation in every phase of every kind of resize, with something done to it: a panic in
//! each call that it makes, another operation within each, no memory for each allocation, a small
//! stack.

#[path = "../common/mod.rs"]
mod common;

mod allocation;
mod panics;
mod reentrancy;
mod stack_sizes;
mod stacks;
