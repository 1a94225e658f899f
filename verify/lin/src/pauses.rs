//! Pauses at hand-over steps, so that others get in between.

use std::hint::{black_box, spin_loop};
use std::thread;
use std::time::Duration;

use evacmap::hooks;
use rand::Rng;
use rand::rngs::SmallRng;

/// Of so many steps, a thread that also sleeps does so at one.
const SLEEP_EVERY: u32 = 20_000;
const LONGEST_SLEEP: Duration = Duration::from_millis(2);

/// From now on this thread spins at some steps, or lets others run, for as long as an operation
/// takes.
pub fn pause_briefly(mut random: SmallRng) {
    hooks::on_reach(move |_| brief(&mut random));
}

/// As `pause_briefly`; and now and then the thread is away for much longer.
pub fn pause_briefly_and_long(mut random: SmallRng) {
    hooks::on_reach(move |_| match random.random_range(0..SLEEP_EVERY) {
        0 => thread::sleep(random.random_range(Duration::ZERO..LONGEST_SLEEP)),
        _ => brief(&mut random),
    });
}

fn brief(random: &mut SmallRng) {
    match random.random_range(0..64_u32) {
        0 => thread::yield_now(),
        1..10 => (0..1_u32 << random.random_range(0..6)).for_each(|at| {
            black_box(at);
            spin_loop();
        }),
        _ => {}
    }
}
