//! Measurements that need a process of their own: memory that a map gives back late must not be
//! counted for the next one.

use std::env;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::content::Content;
use super::contestants::for_each_map;
use super::map::Map;
use super::options::Options;
use super::{memory, small};

/// What such a process measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Task {
    /// Bytes of one map of so many entries
    Memory,
    /// Bytes and time of so many small maps
    Small,
}

/// Has `task` done to each map that is asked for, one process after the other.
pub fn each(options: &Options, task: Task, count: u64) -> Vec<(String, Value)> {
    let measured = |map: &String| (map.clone(), in_child(task, map, count));
    options.maps.iter().map(measured).collect()
}

fn in_child(task: Task, map: &str, count: u64) -> Value {
    let program = env::current_exe().expect("the program has a path");
    let task = clap::ValueEnum::to_possible_value(&task).expect("none is hidden");
    let mut child = Command::new(program);
    child.args([
        "--table",
        "--alone",
        task.get_name(),
        "--maps",
        map,
        "--count",
        &count.to_string(),
    ]);
    let output = child.stderr(Stdio::inherit()).output().expect("this very program can be started");
    assert!(output.status.success(), "{map} failed");
    serde_json::from_slice(&output.stdout).expect("the child writes JSON")
}

/// This is the child.
pub fn run(options: &Options, task: Task) {
    for (name, memory, small) in for_each_map!(tasks::<Numbers>()) {
        if options.maps.iter().any(|map| map == name) {
            let measure = match task {
                Task::Memory => memory,
                Task::Small => small,
            };
            println!("{}", measure(options.count));
        }
    }
}

type Measure = fn(u64) -> Value;

fn tasks<C: Content, M: Map<C>>() -> (&'static str, Measure, Measure) {
    (M::NAME, memory::footprint::<C, M>, small::many_small::<C, M>)
}
