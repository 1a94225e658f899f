//! Evacuation of the table, beside renewal and reuse.

use super::{dead, each, leased, live, narrow, renewed, since, wide};
use crate::program::Operation::{
    Clear, Discard, Evacuate, Fill, Get, Put, Remove, Renew, Replace, Scan,
};
use crate::program::Program;
use crate::word::Word;

/// The words of a chain that was filled long ago, as a helper that comes late knows them.
const TWO: &[Word] = &[live(1), live(2)];

pub(super) static PROGRAMS: &[Program] = &[
    Program::new(
        "evacuation and renewal: put",
        wide(&[&[live(1), dead(10)], &[dead(10), live(3)]]),
        2,
        &[each(&[Renew, Put(1)]), each(&[Evacuate]), each(&[Put(1), Get(1)])],
    )
    .long(),
    Program::new(
        "evacuation and renewal: an iteration",
        wide(&[&[live(1), dead(10)], &[dead(10), live(3)]]),
        1,
        &[each(&[Renew, Put(1)]), each(&[Evacuate]), each(&[Scan])],
    ),
    Program::new(
        "evacuation and reuse: two of a key",
        narrow(&[&[live(2)], &[dead(7)]]),
        3,
        &[each(&[Put(1)]), each(&[Evacuate]), each(&[Put(1), Get(2)])],
    ),
    Program::new(
        "evacuation, renewal, reuse: two of a key",
        narrow(&[&[dead(9)], &[dead(9)]]),
        3,
        &[each(&[Put(1)]), each(&[Evacuate]), each(&[Put(1), Get(1)])],
    )
    .renewing(2)
    .long(),
    Program::new(
        "evacuation, renewal, reuse: from a block",
        renewed(&[&[live(1)], &[dead(7)]]),
        3,
        &[each(&[Put(1), Put(3)]), each(&[Evacuate]), each(&[Put(3)])],
    )
    .renewing(2)
    .long(),
    Program::new(
        "evacuation, renewal, reuse: toggles",
        narrow(&[&[live(1)]]),
        4,
        &[each(&[Remove(1), Put(1)]), each(&[Evacuate]), each(&[Put(1), Remove(1)])],
    )
    .renewing(2)
    .long(),
    Program::new(
        "clear and renewal: two helpers",
        wide(&[&[live(1), dead(10)], &[dead(10), live(3)]]),
        2,
        &[each(&[Renew, Put(1)]), each(&[Clear]), each(&[Discard, Get(3)])],
    ),
    Program::new(
        "clear and reuse",
        narrow(&[&[live(2)], &[dead(7)]]),
        2,
        &[each(&[Put(1), Get(1)]), each(&[Clear]), each(&[Put(2)])],
    )
    .quick(),
    Program::new(
        "clear, renewal, reuse: from a block",
        renewed(&[&[live(1)], &[dead(7)]]),
        2,
        &[each(&[Remove(1), Put(1)]), each(&[Clear]), each(&[Put(3)])],
    )
    .renewing(2),
    Program::new(
        "late helper: renewal",
        narrow(&[&[live(1)], &[live(2)]]),
        2,
        &[
            since(0, &[Fill(TWO)]),
            each(&[Remove(1), Remove(2), Renew, Get(2)]),
            leased(&[Replace(2), Get(2)]),
        ],
    )
    .renewing(2),
    Program::new(
        "late helper: reuse",
        narrow(&[&[live(1)], &[live(2)]]),
        4,
        &[since(0, &[Fill(TWO)]), each(&[Remove(1), Put(3)]), each(&[Put(1), Get(1)])],
    )
    .quick(),
    Program::new(
        "late helper: renewal and evacuation",
        narrow(&[&[live(1)], &[live(2)]]),
        3,
        &[since(0, &[Fill(TWO)]), each(&[Remove(2), Renew, Put(2)]), each(&[Evacuate])],
    )
    .renewing(2),
    Program::new(
        "two helpers: reuse in the destination",
        narrow(&[&[live(1)], &[live(2)]]),
        4,
        &[each(&[Evacuate]), each(&[Evacuate, Remove(2), Put(3)]), each(&[Put(2)])],
    ),
    Program::new(
        "two helpers: renewal of the destination",
        narrow(&[&[live(1)], &[live(2)]]),
        3,
        &[each(&[Evacuate]), each(&[Evacuate, Remove(2), Put(2)]), each(&[Renew, Get(2)])],
    )
    .renewing(2)
    .long(),
    Program::new(
        "evacuation: four threads",
        narrow(&[&[dead(8)], &[live(2)]]),
        1,
        &[each(&[Renew]), each(&[Evacuate]), each(&[Put(1)]), each(&[Get(1)])],
    )
    .renewing(2)
    .long(),
];
