//! Every operation, called from within every call that every operation makes to user code (`Hash`,
//! `Eq`, `Clone`, `Drop`, closures), on the same map and on the same key or another, with a resize
//! of every kind under way.
#![cfg(feature = "_hooks")]

use std::rc::Rc;

use crate::common::Mode;
use crate::common::ops::{
    ABSENT, CALLS, Call, Case, FIXED, OPS, Op, PRESENT, Phase, RESIZES, light, put_out,
};

/// Another key that is present.
const OTHER: u32 = 11;

struct Nested {
    phase: Phase,
    mode: Mode,
    outer: &'static Op,
    call: Call,
    after: usize,
    inner: &'static Op,
    key: u32,
    inner_key: u32,
    /// How many levels of the inner operation, one in a call of the other.
    depth: usize,
}

/// Has the inner operation run in the call, and in it once more, down to the depth.
fn arm(case: &Rc<Case>, call: Call, after: usize, inner: &'static Op, key: u32, depth: usize) {
    let shared = case.clone();
    light(call, after, move || {
        if depth > 1 {
            arm(&shared, call, 0, inner, key, depth - 1);
        }
        (inner.run)(&shared, key);
    });
}

/// `false` if the outer operation did not come to the call.
fn run(nested: &Nested) -> bool {
    let Nested { phase, mode, outer, call, after, inner, key, inner_key, depth } = *nested;
    let context = || {
        format!(
            "{} of {inner_key} in {call:?} {after} of {} of {key}, {phase:?}, {mode:?}, depth {depth}",
            inner.name, outer.name
        )
    };
    let case = Rc::new(Case::new(mode, phase));
    let others = || -> Vec<_> {
        case.content().into_iter().filter(|e| e.0 != key && e.0 != inner_key).collect()
    };
    let before = others();
    arm(&case, call, after, inner, inner_key, depth);
    (outer.run)(&case, key);
    let entered = put_out();
    if !outer.effect.is_any() && !inner.effect.is_any() {
        assert_eq!(before, others(), "{}", context());
    }
    Rc::into_inner(case).expect("the last handle").end(&context);
    entered
}

/// All nestings of operations within one kind of call; returns how many there were.
fn sweep(call: Call) -> usize {
    let mut entered = 0;
    for phase in RESIZES {
        for mode in FIXED {
            for outer in OPS {
                for key in [PRESENT, ABSENT] {
                    for after in [0, 3] {
                        for (inner_key, depth) in [(key, 1), (OTHER, 2)] {
                            for inner in OPS {
                                let nested = Nested {
                                    phase,
                                    mode,
                                    outer,
                                    call,
                                    after,
                                    inner,
                                    key,
                                    inner_key,
                                    depth,
                                };
                                if !run(&nested) {
                                    break;
                                }
                                entered += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    entered
}

macro_rules! sweeps {
    ($($name:ident: $call:ident, $at_least:literal;)*) => {
        $(
            #[test]
            fn $name() {
                let entered = sweep(Call::$call);
                println!("{entered} operations within {:?}", Call::$call);
                assert!(entered >= $at_least, "{entered} only");
            }
        )*

        #[test]
        fn no_kind_of_call_is_left_out() {
            assert_eq!([$(Call::$call),*], CALLS);
        }
    };
}

sweeps! {
    within_hash: Hash, 10_000;
    within_eq: Eq, 5_000;
    within_clone: Clone, 2_000;
    within_drop: Drop, 10_000;
    within_closures: Closure, 5_000;
}
