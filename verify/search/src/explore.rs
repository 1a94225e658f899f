//! The search: depth first through all schedules, each state once.

use std::collections::HashSet;
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use xxhash_rust::xxh3::xxh3_64;

use crate::program::Program;
use crate::rules::Rules;
use crate::step::{Effect, Machine, Violation, World};
use crate::thread::Pc;

/// What was found, and in how many states.
#[derive(Clone, Debug)]
pub struct Report {
    pub states: usize,
    /// The longest schedule.
    pub depth: usize,
    pub verdict: Verdict,
}

#[derive(Clone, Debug)]
pub enum Verdict {
    /// No schedule violates anything.
    Exhausted,
    /// The limit came first.
    CutOff,
    Found(Box<Counterexample>),
}

/// A schedule, and what is wrong at its end.
#[derive(Clone, Debug)]
pub struct Counterexample {
    pub violation: Violation,
    pub schedule: Vec<Move>,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Step(usize),
    Revoke(usize),
    Clock,
}

/// States are kept as fingerprints. Two of n states have the same one with a probability of about
/// n² / 2^65: one in four thousand for 100 million.
type Fingerprint = u64;

/// Fingerprints are hashes already.
#[derive(Default)]
struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only fingerprints are hashed")
    }

    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }
}

type Set = HashSet<Fingerprint, BuildHasherDefault<Ready>>;

/// Gathers what a state hashes.
struct Bytes {
    buffer: Box<[u8; Self::MOST]>,
    len: usize,
}

impl Bytes {
    const MOST: usize = 4096;

    fn new() -> Self {
        Bytes { buffer: Box::new([0; Self::MOST]), len: 0 }
    }
}

impl Hasher for Bytes {
    fn finish(&self) -> u64 {
        xxh3_64(&self.buffer[..self.len])
    }

    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.buffer[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    #[inline]
    fn write_u8(&mut self, byte: u8) {
        self.buffer[self.len] = byte;
        self.len += 1;
    }

    /// Lengths and discriminants, all of them small.
    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.write_u8(number as u8);
    }

    #[inline]
    fn write_isize(&mut self, number: isize) {
        self.write_u8(number as u8);
    }
}

/// A state of the schedule that is being searched.
struct Frame {
    fingerprint: Fingerprint,
    /// The moves that lead on from here and have not been tried yet.
    left: Vec<Branch>,
    /// The move that is being tried.
    tried: Option<Move>,
}

/// A move, and where it leads.
struct Branch {
    taken: Move,
    fingerprint: Fingerprint,
    world: Box<World>,
}

struct Search<'p> {
    machine: Machine<'p>,
    seen: Set,
    /// Those of `seen` that are on the path.
    open: Set,
    path: Vec<Frame>,
    bytes: Bytes,
    depth: usize,
}

/// Searches all schedules of a program, or as many as lead to `limit` states.
pub fn explore(program: &Program, rules: Rules, limit: usize) -> Report {
    let mut search = Search {
        machine: Machine { program, rules },
        seen: Set::default(),
        open: Set::default(),
        path: Vec::new(),
        bytes: Bytes::new(),
        depth: 0,
    };
    let verdict = match search.run(limit) {
        Ok(true) => Verdict::Exhausted,
        Ok(false) => Verdict::CutOff,
        Err(found) => Verdict::Found(found),
    };
    Report { states: search.seen.len(), depth: search.depth, verdict }
}

impl Search<'_> {
    fn run(&mut self, limit: usize) -> Result<bool, Box<Counterexample>> {
        let world = Box::new(self.machine.begin());
        let fingerprint = self.fingerprint(&world);
        self.enter(world, fingerprint)?;
        while let Some(frame) = self.path.last_mut() {
            let Some(Branch { taken, fingerprint, world }) = frame.left.pop() else {
                self.open.remove(&frame.fingerprint);
                self.path.pop();
                continue;
            };
            frame.tried = Some(taken);
            self.enter(world, fingerprint)?;
            if self.seen.len() >= limit {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Goes on from a state, unless that was done before.
    fn enter(
        &mut self,
        world: Box<World>,
        fingerprint: Fingerprint,
    ) -> Result<(), Box<Counterexample>> {
        if !self.seen.insert(fingerprint) {
            return Ok(());
        }
        self.check(&world).map_err(|violation| self.found(violation, None))?;
        self.open.insert(fingerprint);
        let left = self.branches(&world)?;
        self.path.push(Frame { left, tried: None, fingerprint });
        self.depth = self.depth.max(self.path.len());
        Ok(())
    }

    fn check(&self, world: &World) -> Result<(), Violation> {
        if let Some(key) = world.memory.duplicate() {
            return Err(Violation::Duplicate(key));
        }
        if self.machine.is_over(world) {
            self.machine.check_content(world)?;
        }
        Ok(())
    }

    /// What can be done in a state, and leads to one that has not been seen.
    fn branches(&mut self, world: &World) -> Result<Vec<Branch>, Box<Counterexample>> {
        let mut branches = Vec::new();
        for t in 0..world.threads.len() {
            let mut next = world.clone();
            match self.machine.step(&mut next, t) {
                // Whatever the others do may come after it: no need to try them first.
                Some(Ok(Effect::Settled)) => {
                    branches.clear();
                    self.branch(Move::Step(t), next, &mut branches)?;
                    return Ok(branches);
                }
                Some(Ok(Effect::Shared)) => self.branch(Move::Step(t), next, &mut branches)?,
                Some(Err(violation)) => return Err(self.found(violation, Some(Move::Step(t)))),
                None => {}
            }
            if self.machine.may_revoke(world, t) {
                let mut next = world.clone();
                next.threads[t].unpin();
                self.branch(Move::Revoke(t), next, &mut branches)?;
            }
        }
        if self.machine.clock_may_move(world) {
            let mut next = world.clone();
            next.memory.clock += 1;
            self.branch(Move::Clock, next, &mut branches)?;
        }
        Ok(branches)
    }

    fn branch(
        &mut self,
        taken: Move,
        world: World,
        branches: &mut Vec<Branch>,
    ) -> Result<(), Box<Counterexample>> {
        let fingerprint = self.fingerprint(&world);
        if !self.seen.contains(&fingerprint) {
            branches.push(Branch { taken, fingerprint, world: Box::new(world) });
        } else if self.open.contains(&fingerprint) {
            // The ends of operations and the moves of the clock are never taken back, so a circle
            // is made of steps that end nothing.
            return Err(self.found(Violation::NoEnd, Some(taken)));
        }
        Ok(())
    }

    fn found(&self, violation: Violation, last: Option<Move>) -> Box<Counterexample> {
        let tried = self.path.iter().filter_map(|frame| frame.tried);
        Box::new(Counterexample { violation, schedule: tried.chain(last).collect() })
    }

    fn fingerprint(&mut self, world: &World) -> Fingerprint {
        self.bytes.len = 0;
        world.hash(&mut self.bytes);
        self.bytes.finish()
    }
}

/// A counterexample, told step by step.
pub struct Story<'c> {
    pub machine: Machine<'c>,
    pub counterexample: &'c Counterexample,
}

impl fmt::Display for Story<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut world = self.machine.begin();
        writeln!(f, "  begin: {}", world.memory)?;
        for taken in &self.counterexample.schedule {
            let before = world.memory.clone();
            match *taken {
                Move::Clock => {
                    world.memory.clock += 1;
                    writeln!(f, "  the clock moves to {}", world.memory.clock)?;
                }
                Move::Revoke(t) => {
                    world.threads[t].unpin();
                    writeln!(f, "  thread {t} loses its lease")?;
                }
                Move::Step(t) => {
                    let (was, ended) = (world.threads[t].clone(), world.threads[t].ended);
                    let operation = self.machine.program.operation(t, ended);
                    let _ = self.machine.step(&mut world, t);
                    let place = match was.pc {
                        Pc::Slot | Pc::Next => format!("{:?}", was.walk.at),
                        Pc::Freeze | Pc::FreezeEnd => format!("{:?}", was.copy.at),
                        Pc::Fill => format!("{:?}", was.copy.target),
                        _ => String::new(),
                    };
                    let end = if world.threads[t].ended > ended { ", and ends" } else { "" };
                    let operation = operation.expect("it made a step");
                    writeln!(f, "  thread {t}, {operation:?}: {:?} {place}{end}", was.pc)?;
                }
            }
            if before != world.memory && !matches!(taken, Move::Clock) {
                writeln!(f, "      {}", world.memory)?;
            }
        }
        writeln!(f, "  {}", self.counterexample.violation)
    }
}
