//! Every allocation of every operation fails. None of them can be reported by the operation, so
//! each ends the process as the standard collections' do: by `handle_alloc_error`, not by a null
//! pointer that is used; but for the smaller table of a shrink, which the map can do without. Each
//! is tried in a process of its own, which is this test again.
#![cfg(all(feature = "_hooks", unix))]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::{env, ptr};

use crate::common::Mode;
use crate::common::ops::{ABSENT, Case, Effect, OPS, Op, PHASES, PRESENT, Phase};

thread_local! {
    /// How many allocations of this thread succeed before one fails.
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// The system's allocator, until the last.
struct Failing;

fn fails() -> bool {
    LEFT.try_with(|left| left.replace(left.get().wrapping_sub(1)) == 0).unwrap_or(false)
}

// SAFETY: all is done by the system's allocator, or fails.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if fails() {
            return ptr::null_mut();
        }
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if fails() {
            return ptr::null_mut();
        }
        // SAFETY: passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: passed on.
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if fails() {
            return ptr::null_mut();
        }
        // SAFETY: passed on.
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Failing = Failing;

/// How many allocations of an operation are all made to fail; of more, the last.
const FIRST: usize = 12;

/// Names what a child process is to do: the numbers of the operation and of the phase, the key, and
/// how many allocations succeed.
const WANTED: &str = "EVACMAP_FAILING_ALLOCATION";
const DONE: &str = "the operation has returned";
/// An allocation may be spared: memory that the collector has freed in time is used again.
const SPARED: &str = "did not come to that allocation";

/// How many allocations the operation makes, if none of the first `succeed` fails.
fn allocations(op: &Op, phase: Phase, key: u32, succeed: usize) -> usize {
    let case = Case::new(Mode::Identity, phase);
    LEFT.set(succeed);
    (op.run)(&case, key);
    let made = succeed.wrapping_sub(LEFT.replace(usize::MAX));
    case.end(&|| format!("{} of {key}, {phase:?}", op.name));
    made
}

/// The name of the next function, as the test harness has it.
const CHILD: &str = "allocation::child";

/// Not a test: what the others run in processes of their own.
#[test]
fn child() {
    let Ok(wanted) = env::var(WANTED) else { return };
    let wanted: Vec<usize> = wanted.split(' ').map(|number| number.parse().unwrap()).collect();
    let [op, phase, key, succeed] = wanted[..] else { panic!("four numbers") };
    let made = allocations(&OPS[op], PHASES[phase], key as u32, succeed);
    println!("{}", if made > succeed { DONE } else { SPARED });
}

/// Whether that allocation failed; if the process came to it at all.
fn ends_in_an_orderly_way(op: usize, phase: usize, key: u32, succeed: usize) -> bool {
    let mut child = Command::new(env::current_exe().unwrap());
    // A backtrace would take longer than all the rest.
    child
        .args(["--exact", CHILD, "--nocapture"])
        .env("RUST_BACKTRACE", "0")
        .env(WANTED, format!("{op} {phase} {key} {succeed}"));
    let output = child.output().unwrap();
    let context = || {
        format!("{} of {key}, {:?}, allocation {succeed}: {output:?}", OPS[op].name, PHASES[phase])
    };
    let (told, said) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    const SIGABRT: i32 = 6;
    let aborted = output.status.signal() == Some(SIGABRT) && said.contains("memory allocation of ");
    let ended = aborted && !told.contains(DONE);
    // A map that cannot have a smaller table keeps the one it has.
    let went_on =
        OPS[op].name.starts_with("shrink") && output.status.success() && told.contains(DONE);
    let spared = output.status.success() && told.contains(SPARED);
    assert!(ended || went_on || spared, "{}", context());
    !spared
}

/// All operations in one phase.
fn sweep(phase: Phase) {
    let phase = PHASES.iter().position(|other| *other == phase).unwrap();
    let mut tried = 0;
    for (number, op) in OPS.iter().enumerate() {
        for key in [PRESENT, ABSENT] {
            // Whole-map operations have no use for a key.
            if key == ABSENT && matches!(op.effect, Effect::Any) {
                continue;
            }
            let all = allocations(op, PHASES[phase], key, usize::MAX);
            // A copy makes one for each entry: the first, and the last.
            for succeed in (0..all).filter(|at| *at < FIRST || *at == all - 1) {
                tried += usize::from(ends_in_an_orderly_way(number, phase, key, succeed));
            }
        }
    }
    println!("{:?}: {tried} failures", PHASES[phase]);
    assert!(tried >= 60, "{tried} only");
}

macro_rules! sweeps {
    ($($name:ident: $phase:ident,)*) => {
        $(
            #[test]
            fn $name() {
                sweep(Phase::$phase);
            }
        )*
    };
}

sweeps! {
    in_an_empty_map: Empty,
    before_a_growth: BeforeGrowth,
    in_a_growth: Growing,
    in_a_rebuild: Rebuilding,
    in_a_shrink: Shrinking,
    in_a_clearing: Clearing,
}
