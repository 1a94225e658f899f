//! Reads bytes as what a few threads do to one map, has them do it, and checks the history for
//! linearizability.
//!
//! ```text
//! byte 0    hash mode
//! byte 1    low 2 bits: threads, from two; next 3: keys, from two; then fillers
//! byte 2    odd: threads pause at hand-over steps, at random after this byte
//! then      windows: a byte whose low 3 bits choose the resize to begin with and whose next bit
//!           refills; then for each thread a byte that says how many actions, and those, each of
//!           two bytes (see `lin::action`)
//! ```
//!
//! Few keys and small tables, so that the threads meet. When they do is not in the bytes: an input
//! that failed may have to be run many times before it fails again. Used by the fuzzer and by
//! `verify/lin/tests/corpus.rs`.

use lin::MODES;
use lin::action::MAX_KEYS;
use lin::session::{MAX_ACTIONS, Plan, Session, script};
use lin::window::RESIZES;

const MAX_WINDOWS: usize = 16;
const MAX_THREADS: u8 = 3;

/// Runs one case; panics if some window was not linearizable.
pub fn run(bytes: &[u8]) {
    let Some(session) = session(bytes) else { return };
    for (number, window) in session.run().iter().enumerate() {
        if let Err(violation) = window.check() {
            panic!("window {number}: {violation}");
        }
    }
}

fn session(bytes: &[u8]) -> Option<Session> {
    let (&[mode, sizes, pauses], mut rest) = bytes.split_first_chunk()?;
    let threads = 2 + usize::from((sizes & 3) % (MAX_THREADS - 1));
    let keys = 2 + (sizes >> 2 & 7) % 7;
    let mut plans = Vec::new();
    while !rest.is_empty() && plans.len() < MAX_WINDOWS {
        let first = take(&mut rest);
        let resize = RESIZES.get(usize::from(first & 7)).copied();
        let scripts = (0..threads)
            .map(|_| {
                let actions = 1 + usize::from(take(&mut rest)) % MAX_ACTIONS;
                script((0..actions).map(|_| [take(&mut rest), take(&mut rest)]), keys)
            })
            .collect();
        plans.push(Plan { resize, refill: first & 8 != 0, scripts });
    }
    let mode = MODES[usize::from(mode) % MODES.len()];
    let fillers = (sizes >> 5) % (MAX_KEYS - keys + 1);
    let pauses = (pauses % 2 == 1).then_some(u64::from(pauses));
    (!plans.is_empty()).then_some(Session { mode, keys, fillers, pauses, plans })
}

/// The next byte; zeros at the end.
fn take(bytes: &mut &[u8]) -> u8 {
    let (first, rest) = bytes.split_first().unwrap_or((&0, &[]));
    *bytes = rest;
    *first
}
