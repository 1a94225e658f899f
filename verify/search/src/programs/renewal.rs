//! Renewal of a chain, by itself and beside reuse.

use super::{E, dead, each, leased, live, narrow, renewed, wide};
use crate::program::Operation::{Get, Put, Remove, Renew, Scan};
use crate::program::{Chain, Program};

/// Two that live, two that were removed just now.
const MIXED: Chain = wide(&[&[live(1), dead(10)], &[dead(10), live(3)]]);

pub(super) static PROGRAMS: &[Program] = &[
    Program::new(
        "renewal: put and get",
        MIXED,
        2,
        &[each(&[Renew]), each(&[Put(2)]), each(&[Get(1)])],
    )
    .quick(),
    Program::new(
        "renewal: replace in the head",
        MIXED,
        2,
        &[each(&[Renew]), each(&[Put(1), Get(1)]), each(&[Renew, Remove(3)])],
    ),
    Program::new(
        "renewal: replace behind the head",
        MIXED,
        2,
        &[each(&[Renew]), each(&[Put(3), Get(3)]), each(&[Get(3)])],
    )
    .quick(),
    Program::new(
        "renewal: an iteration",
        MIXED,
        2,
        &[each(&[Renew]), each(&[Put(3), Put(2), Remove(1)]), each(&[Scan])],
    ),
    Program::new(
        "renewal: two of a key",
        MIXED,
        2,
        &[each(&[Put(2)]), each(&[Put(2)]), each(&[Get(2), Get(3)])],
    )
    .renewing(2),
    Program::new(
        "renewal: remove and put",
        MIXED,
        2,
        &[each(&[Put(2)]), each(&[Remove(1), Get(1)]), each(&[Put(1)])],
    )
    .renewing(2)
    .long(),
    Program::new(
        "renewal: twice",
        narrow(&[&[live(1)], &[dead(10)]]),
        3,
        &[each(&[Renew, Renew]), each(&[Put(1), Get(1)]), leased(&[Get(1), Get(1)])],
    )
    .renewing(2),
    Program::new(
        "reuse and renewal: two of a key",
        wide(&[&[live(1), dead(5)], &[dead(7), live(3)]]),
        2,
        &[each(&[Renew]), each(&[Put(2)]), each(&[Put(2)])],
    ),
    Program::new(
        "reuse and renewal: slots that come of age",
        narrow(&[&[dead(9)], &[dead(9)]]),
        4,
        &[each(&[Put(1)]), each(&[Put(1)]), each(&[Put(2)])],
    )
    .renewing(2),
    Program::new(
        "reuse and renewal: a bucket is appended first",
        narrow(&[&[dead(9)], &[dead(8)]]),
        4,
        &[each(&[Put(1)]), each(&[Put(1)]), each(&[Put(2), Put(3)])],
    )
    .renewing(3)
    .long(),
    Program::new(
        "reuse and renewal: a toggle",
        narrow(&[&[dead(9)], &[live(2)]]),
        4,
        &[each(&[Put(1), Remove(1), Put(1)]), each(&[Put(1)]), each(&[Get(1)])],
    )
    .renewing(2)
    .long(),
    Program::new(
        "reuse and renewal: two toggles",
        narrow(&[&[dead(9)], &[dead(9)]]),
        4,
        &[each(&[Put(1), Remove(1), Put(1)]), each(&[Put(1), Remove(1)]), each(&[Put(1)])],
    )
    .renewing(2)
    .long(),
    Program::new(
        "reuse and renewal: in a block",
        renewed(&[&[dead(7)], &[dead(8)]]),
        4,
        &[each(&[Put(1)]), each(&[Put(1)]), each(&[Put(2), Put(3)])],
    )
    .renewing(3),
    Program::new(
        "reuse and renewal: a block with room",
        renewed(&[&[dead(7)], &[E]]),
        4,
        &[each(&[Put(1)]), each(&[Put(1)]), each(&[Put(2), Put(3)])],
    )
    .renewing(3),
    Program::new(
        "reuse and renewal: a block and an iteration",
        renewed(&[&[dead(7)], &[live(2)]]),
        3,
        &[each(&[Put(1)]), each(&[Remove(2), Put(2)]), leased(&[Scan])],
    )
    .renewing(2)
    .long(),
    Program::new(
        "reuse and renewal: four threads",
        narrow(&[&[dead(8)], &[live(2)]]),
        3,
        &[each(&[Renew]), each(&[Put(1)]), each(&[Put(1)]), each(&[Remove(2)])],
    )
    .renewing(2)
    .long(),
];
