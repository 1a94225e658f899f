//! A panic in the N-th call of `Hash`, `Eq`, `Clone`, `Drop` or a closure, for every N up to a
//! hundred and for some beyond, until there is no such call, in every operation, before, in the
//! midst of and after every kind of resize. Afterwards the map is sound, holds what it held but for
//! the one key, which is as before or as after the operation, is usable, and drops everything once.
#![cfg(feature = "_hooks")]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use crate::common::injected::{Injected, hush, inject};
use crate::common::ops::{
    ABSENT, CALLS, Call, Case, FIXED, OPS, Op, PHASES, PRESENT, Phase, Touchy, light, put_out,
};
use crate::common::{Counter, Mode, on_threads};

/// Runs `op` with a panic in its call number `after`. `false` if it did not come to that call.
fn blow(op: &Op, call: Call, after: usize, phase: Phase, mode: Mode, key: u32) -> bool {
    let case = Case::new(mode, phase);
    let context =
        || format!("{} with a panic in {call:?} {after}, {phase:?}, {mode:?}, key {key}", op.name);
    let (content, before) = (case.content(), case.value(key));
    light(call, after, inject);
    let outcome = catch_unwind(AssertUnwindSafe(|| (op.run)(&case, key)));
    let blown = put_out();
    if let Err(payload) = outcome
        && !payload.is::<Injected>()
    {
        println!("{}", context());
        resume_unwind(payload);
    }
    if !op.effect.is_any() {
        let others = |entries: Vec<(u32, u32)>| -> Vec<_> {
            entries.into_iter().filter(|e| e.0 != key).collect()
        };
        assert_eq!(others(content), others(case.content()), "{}", context());
        let (now, after) = (case.value(key), op.effect.after(before, key));
        assert!(now == after || now == before && blown, "{before:?} became {now:?}: {}", context());
    }
    case.end(&context);
    blown
}

/// All operations with a panic in one kind of call; returns how often one came.
fn sweep(call: Call, mode: Mode) -> usize {
    hush();
    let mut blown = 0;
    for op in OPS {
        for phase in PHASES {
            for key in [PRESENT, ABSENT] {
                // What was dropped by chance in one run may not be in the next, so a gap is no end.
                let (mut misses, mut after) = (0, 0);
                while misses < 2 {
                    let hit = blow(op, call, after, phase, mode, key);
                    blown += usize::from(hit);
                    misses = if hit { 0 } else { misses + 1 };
                    after += 1 + after / 100;
                }
            }
        }
    }
    blown
}

macro_rules! sweeps {
    ($($name:ident: $call:ident, $at_least:literal;)*) => {
        $(
            #[test]
            fn $name() {
                for mode in FIXED {
                    let blown = sweep(Call::$call, mode);
                    println!("{mode:?}: {blown} panics in {:?}", Call::$call);
                    assert!(blown >= $at_least, "{blown} only");
                }
            }
        )*

        #[test]
        fn no_kind_of_call_is_left_out() {
            assert_eq!([$(Call::$call),*], CALLS);
        }
    };
}

sweeps! {
    in_hash: Hash, 500;
    in_eq: Eq, 200;
    in_clone: Clone, 100;
    in_drop: Drop, 500;
    in_closures: Closure, 300;
}

/// Several keys with panicking calls on several threads: each thread's panics are its own.
#[test]
fn on_many_threads() {
    hush();
    let config = crate::common::Config { setup: crate::common::Setup::Fresh, mode: Mode::EightBit };
    let case = Arc::new(Case { map: config.map(), counter: Counter::new() });
    let shared = case.clone();
    let blown = on_threads(4, move |thread| {
        let mut blown = 0;
        for turn in 0..1_500_usize {
            light(CALLS[(turn + thread) % 5], turn % 7, inject);
            let op = &OPS[turn % OPS.len()];
            // What clones or walks all of the map would take too long.
            if !matches!(op.name, "clone" | "eq" | "clone_into_iter" | "iterate") {
                catch_unwind(AssertUnwindSafe(|| (op.run)(&shared, (turn % 150) as u32))).ok();
            }
            blown += usize::from(put_out());
        }
        blown
    });
    let blown: usize = blown.into_iter().sum();
    assert!(blown > 300, "{blown} only");
    let Case { map, counter } = Arc::into_inner(case).expect("the last handle");
    crate::common::aftermath(map, |number| {
        (Touchy(counter.make(1000 + number as u32)), Touchy(counter.make(7)))
    });
    counter.check();
}
