//! Reuse of removed slots, by itself.

use super::{dead, each, held, leased, live, narrow, wide};
use crate::program::Operation::{Get, Put, Remove};
use crate::program::Program;

pub(super) static PROGRAMS: &[Program] = &[
    Program::new(
        "reuse: two of a key and another",
        wide(&[&[dead(5), live(2)]]),
        1,
        &[each(&[Put(1)]), each(&[Put(1)]), each(&[Put(3)])],
    )
    .quick(),
    Program::new(
        "reuse: a slot that comes of age",
        wide(&[&[dead(9), live(2)]]),
        4,
        &[each(&[Put(1)]), each(&[Put(1)]), each(&[Put(3)])],
    ),
    Program::new(
        "reuse: two ages",
        wide(&[&[dead(8), dead(7)]]),
        2,
        &[each(&[Put(1)]), each(&[Put(1)]), each(&[Put(3)])],
    ),
    Program::new(
        "reuse: remove and put",
        wide(&[&[live(1), live(2)]]),
        4,
        &[each(&[Put(3)]), each(&[Remove(1), Put(3)]), each(&[Put(4)])],
    ),
    Program::new(
        "reuse: slots in two buckets",
        wide(&[&[dead(7), live(2)], &[live(5), dead(8)]]),
        2,
        &[each(&[Put(1)]), each(&[Put(1)]), each(&[Put(3), Put(4)])],
    ),
    Program::new(
        "reuse: a toggle",
        wide(&[&[dead(7), live(2)]]),
        4,
        &[each(&[Put(1), Remove(1), Put(1)]), each(&[Put(1)]), each(&[Put(3)])],
    )
    .long(),
    Program::new(
        "reuse: two toggles and a lease",
        narrow(&[&[dead(7)]]),
        4,
        &[each(&[Put(1), Remove(1)]), each(&[Put(1), Remove(1)]), leased(&[Get(1), Get(1)])],
    ),
    Program::new(
        "reuse: moved by its remover",
        narrow(&[&[live(1)], &[dead(8)]]),
        4,
        &[each(&[Remove(1), Put(1)]), each(&[Put(1)]), each(&[Get(1), Get(1)])],
    ),
    Program::new(
        "reuse: a reader's guard",
        narrow(&[&[live(1)]]),
        4,
        &[each(&[Remove(1)]), each(&[Put(2)]), held(&[Get(1), Get(2)])],
    )
    .quick(),
    Program::new(
        "reuse: a writer's guard",
        narrow(&[&[live(1)]]),
        4,
        &[held(&[Remove(1), Put(2)]), each(&[Put(2)]), each(&[Put(3)])],
    )
    .quick(),
    Program::new(
        "reuse: leases",
        narrow(&[&[live(1)]]),
        4,
        &[leased(&[Remove(1), Put(2)]), leased(&[Put(2)]), leased(&[Put(3)])],
    )
    .long(),
    Program::new(
        "reuse: three of a key",
        narrow(&[&[dead(8)], &[dead(7)]]),
        3,
        &[each(&[Put(1)]), each(&[Put(1)]), each(&[Put(1)])],
    ),
    // Seven steps old, which the built form tells, and eight, which it does not.
    Program::new(
        "reuse: so old that it is untold",
        wide(&[&[dead(2), dead(3)]]),
        2,
        &[each(&[Put(1)]), each(&[Put(1)]), each(&[Put(3)])],
    ),
    Program::new(
        "reuse: four threads",
        wide(&[&[live(1), live(2)]]),
        4,
        &[each(&[Put(3)]), each(&[Put(3)]), each(&[Put(4)]), each(&[Remove(1)])],
    )
    .long(),
    Program::new(
        "reuse: four threads, two removals",
        wide(&[&[live(1), live(2)]]),
        4,
        &[each(&[Put(3)]), each(&[Put(3)]), each(&[Remove(1), Remove(2)]), each(&[Put(4)])],
    )
    .long(),
];
