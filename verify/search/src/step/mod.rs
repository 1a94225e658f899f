//! One step of one thread: at most one access to what is shared.

mod evacuate;
mod insert;
mod recount;
mod renew;
mod walk;

use std::fmt;

use arrayvec::ArrayVec;

use crate::history::{Answer, History, Pending};
use crate::memory::{HEADS, Memory, Place, Root};
use crate::program::{Actor, BEGIN, KEYS, Operation, Pins, Program, THREADS};
use crate::rules::{Mistake, Rules};
use crate::thread::{Pc, Thread};
use crate::word::{BucketId, Key, Value, Word};

/// Everything that the rest of a schedule depends on.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub memory: Memory,
    pub threads: ArrayVec<Thread, THREADS>,
    pub history: History,
}

/// What a search looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// A key is in the truth twice
    Duplicate(Key),
    /// No order of the operations explains an answer
    Answer { thread: usize, key: Key, answer: Answer },
    /// No order of the operations explains what a key holds at the end
    Content { key: Key, held: Option<Value> },
    /// A bucket is looked at that may be freed meanwhile
    FreedBucket { thread: usize, bucket: BucketId },
    /// An entry is looked at that may be freed meanwhile
    FreedEntry { thread: usize, entry: Value },
    /// An entry is neither there nor retired in the end
    Leaked { entry: Value },
    /// An entry is retired that has been retired already
    RetiredTwice { entry: Value },
    /// A slot is used again while a thread is pinned that saw its former content
    ReusedWhileSeen { by: usize, seen_by: usize, bucket: BucketId },
    /// A helper of an evacuation wants to go on behind the frozen end of its destination
    FrozenDestination { thread: usize },
    /// All buckets of the arena are used: chains grow without an end
    NoRoom { thread: usize },
    /// Steps lead back to where they began, and no operation ends in between
    NoEnd,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::Duplicate(key) => write!(f, "key {key} is there twice"),
            Violation::Answer { thread, key, answer } => {
                write!(f, "no order explains that thread {thread} answers {answer:?} for key {key}")
            }
            Violation::Content { key, held } => {
                write!(f, "no order explains that key {key} holds {held:?} in the end")
            }
            Violation::FreedBucket { thread, bucket } => {
                write!(f, "thread {thread} looks at bucket {bucket}, which may be freed")
            }
            Violation::FreedEntry { thread, entry } => {
                write!(f, "thread {thread} looks at entry {entry}, which may be freed")
            }
            Violation::Leaked { entry } => write!(f, "entry {entry} is never retired"),
            Violation::RetiredTwice { entry } => write!(f, "entry {entry} is retired twice"),
            Violation::ReusedWhileSeen { by, seen_by, bucket } => write!(
                f,
                "thread {by} uses a slot of bucket {bucket} again whose former content thread \
                 {seen_by} saw under its present pin"
            ),
            Violation::FrozenDestination { thread } => {
                write!(f, "thread {thread} has to fill a destination whose end is frozen")
            }
            Violation::NoRoom { thread } => {
                write!(f, "thread {thread} needs more buckets than there are: no end of them")
            }
            Violation::NoEnd => write!(f, "steps that lead nowhere can go on for ever"),
        }
    }
}

/// How a step relates to those of other threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It would do the same at any later time, and changes nothing for others: whatever they do may
    /// as well come after it.
    Settled,
    Shared,
}

pub(crate) type Stepped = Result<Effect, Violation>;

/// `Settled` if so.
fn settled_if(settled: bool) -> Effect {
    if settled { Effect::Settled } else { Effect::Shared }
}

/// A program under some rules.
#[derive(Clone, Copy)]
pub struct Machine<'p> {
    pub program: &'p Program,
    pub rules: Rules,
}

impl Machine<'_> {
    pub fn begin(&self) -> World {
        let mut memory = self.program.memory();
        memory.for_each_word(|word| match word.number() {
            Some(number) if !word.is_frozen() => self.rules.dead(number),
            _ => word,
        });
        let history = History::new(memory.content());
        let actors = self.program.actors.iter();
        let threads = actors.map(|actor| Thread {
            pin: match actor.pins {
                Pins::Since(steps) => Some(BEGIN - steps),
                Pins::Each | Pins::Held | Pins::Lease => None,
            },
            ..Thread::default()
        });
        World { threads: threads.collect(), memory, history }
    }

    /// One step of thread `t`, if it has one left.
    pub fn step(&self, world: &mut World, t: usize) -> Option<Stepped> {
        let operation = self.program.operation(t, world.threads[t].ended)?;
        let mut turn = Turn { machine: self, world, t, operation };
        Some(turn.step())
    }

    /// Whether the clock may move: no pin is in its way.
    pub fn clock_may_move(&self, world: &World) -> bool {
        let clock = world.memory.clock;
        clock < BEGIN + self.program.moves
            && world.threads.iter().all(|thread| thread.pin.is_none_or(|pin| pin == clock))
    }

    /// Whether the lease of a thread may be taken: it is idle.
    pub fn may_revoke(&self, world: &World, t: usize) -> bool {
        let thread = &world.threads[t];
        let is_leased = self.program.actors[t].pins == Pins::Lease;
        is_leased && thread.pc == Pc::Idle && thread.pin.is_some()
    }

    /// Whether all operations have ended.
    pub fn is_over(&self, world: &World) -> bool {
        let mut threads = world.threads.iter().enumerate();
        threads.all(|(t, thread)| self.program.operation(t, thread.ended).is_none())
    }

    /// What is wrong with the content that is left in the end.
    pub fn check_content(&self, world: &World) -> Result<(), Violation> {
        for key in 0..KEYS as Key {
            let mut words = world.memory.content().filter(|word| word.key() == Some(key));
            let held = words.next().map(Word::value);
            if !world.history.may_hold(key, held) {
                return Err(Violation::Content { key, held });
            }
        }
        let is_there = |entry| world.memory.content().any(|word| word.is_live_with(entry));
        match self.entries().find(|entry| !is_there(*entry) && !world.memory.is_retired(*entry)) {
            Some(entry) => Err(Violation::Leaked { entry }),
            None => Ok(()),
        }
    }
}

impl Machine<'_> {
    /// What has been put in when all is over.
    fn entries(&self) -> impl Iterator<Item = Value> {
        let begun = self.program.memory();
        let first: Vec<_> =
            begun.content().filter(|word| word.is_live()).map(Word::value).collect();
        let actors = self.program.actors.iter().enumerate();
        let put = actors.flat_map(|(t, actor)| {
            let operations = (0..).zip(actor.operations);
            let puts = operations.filter(|(_, operation)| matches!(operation, Operation::Put(_)));
            puts.map(move |(number, _)| Actor::value(t, number))
        });
        first.into_iter().chain(put)
    }
}

/// A step that is being taken.
struct Turn<'s> {
    machine: &'s Machine<'s>,
    world: &'s mut World,
    t: usize,
    operation: Operation,
}

impl Turn<'_> {
    fn step(&mut self) -> Stepped {
        let pc = self.me().pc;
        match pc {
            Pc::Idle => Ok(self.start()),
            Pc::Number => Ok(self.read_number()),
            Pc::Root => Ok(self.read_root()),
            Pc::Truth => Ok(self.read_truth()),
            Pc::Slot => self.read_slot(),
            Pc::SecondLook => self.second_look(),
            Pc::Generation => self.read_generation(),
            Pc::Next => self.read_next(),
            Pc::LateNumber => Ok(self.read_late_number()),
            Pc::ReadAgain(n) => self.read_again(n),
            Pc::Take => self.take(),
            Pc::Reuse => self.reuse(),
            Pc::Restamp(n) => self.restamp(n),
            Pc::Recount => self.recount(),
            Pc::RecountNext => self.recount_next(),
            Pc::StampAnew => self.stamp_anew(),
            Pc::Append => self.append(),
            Pc::RemovalNumber => Ok(self.read_removal_number()),
            Pc::Change => self.change(),
            Pc::Unblock => self.unblock(),
            Pc::RenewBegin => self.renew_begin(false),
            Pc::RenewHelp => self.renew_begin(true),
            Pc::RenewPeek => self.renew_peek(),
            Pc::Freeze => self.freeze(),
            Pc::FreezeEnd => self.freeze_end(),
            Pc::Publish => self.publish(),
            Pc::Start if self.operation_discards() => self.start_discarding(),
            Pc::Start => self.start_evacuation(),
            Pc::EvacuateBegin => self.evacuate_begin(),
            Pc::Close => self.close(),
            Pc::Fill => self.fill(),
            Pc::Extend => self.extend(),
            Pc::Declare => self.declare(),
            Pc::Kill(n) => self.kill(n),
            Pc::Promote => self.promote(),
        }
    }

    fn me(&mut self) -> &mut Thread {
        &mut self.world.threads[self.t]
    }

    fn has(&self, mistake: Mistake) -> bool {
        self.machine.rules.has(mistake)
    }

    fn go(&mut self, pc: Pc) -> Effect {
        self.me().pc = pc;
        Effect::Shared
    }

    /// Pins, unless a guard or a lease lasts.
    fn start(&mut self) -> Effect {
        let clock = self.world.memory.clock;
        let (operation, is_built) = (self.operation, self.machine.rules.is_built());
        let me = self.me();
        me.pin.get_or_insert(clock);
        me.pc = match operation {
            Operation::Put(_) => Pc::Number,
            Operation::Replace(_) | Operation::Remove(_) if !is_built => Pc::Number,
            Operation::Replace(_) | Operation::Remove(_) => Pc::Root,
            Operation::Get(_) | Operation::Scan | Operation::Renew => Pc::Root,
            Operation::Evacuate | Operation::Clear | Operation::Discard => Pc::Start,
            Operation::Fill(words) => {
                me.copy.words.extend(words.iter().copied());
                me.copy.target = Place { bucket: HEADS[0], index: 0 };
                Pc::Fill
            }
        };
        Effect::Shared
    }

    fn read_number(&mut self) -> Effect {
        self.me().now = self.world.memory.clock;
        self.go(Pc::Root)
    }

    /// A race was lost, or something was helped with: from the beginning.
    fn restart(&mut self) -> Stepped {
        if !self.operation.writes() {
            return self.end(Answer::Nothing);
        }
        let new_number =
            self.machine.rules.is_built() && matches!(self.operation, Operation::Put(_));
        let pc = if new_number { Pc::Number } else { Pc::Root };
        self.me().restart(pc);
        Ok(Effect::Shared)
    }

    /// The operation ends with this step.
    fn end(&mut self, answer: Answer) -> Stepped {
        if let Some(key) = self.operation.key() {
            self.answer(key, answer)?;
        }
        let actor = self.machine.program.actors[self.t];
        let me = self.me();
        me.restart(Pc::Idle);
        me.now = 0;
        me.ended += 1;
        let was_last = usize::from(me.ended) == actor.operations.len();
        if actor.pins == Pins::Each || (was_last && actor.pins != Pins::Lease) {
            me.unpin();
        }
        Ok(Effect::Shared)
    }

    fn answer(&mut self, key: Key, answer: Answer) -> Result<(), Violation> {
        let pending = self.pending(key);
        if self.world.history.answer(key, self.t, answer, &pending) {
            return Ok(());
        }
        Err(Violation::Answer { thread: self.t, key, answer })
    }

    /// The operations on a key that have begun and not ended.
    fn pending(&self, key: Key) -> ArrayVec<Pending, THREADS> {
        let threads = self.world.threads.iter().enumerate();
        let begun = threads.filter(|(_, thread)| thread.pc != Pc::Idle);
        let pending = begun.filter_map(|(t, thread)| {
            let operation = self.machine.program.operation(t, thread.ended)?.on(key)?;
            Some(Pending { thread: t, operation, value: Actor::value(t, thread.ended) })
        });
        pending.collect()
    }

    /// The entry that the operation puts in.
    fn value(&self) -> Value {
        Actor::value(self.t, self.world.threads[self.t].ended)
    }

    /// The key and the operation's own entry.
    fn new_word(&self) -> Word {
        Word::live(self.operation.key().expect("a write has a key"), self.value())
    }

    /// Looks at a bucket.
    fn touch(&self, bucket: BucketId) -> Result<(), Violation> {
        let pin = self.world.threads[self.t].pin.expect("pinned in an operation");
        if self.world.memory.bucket_may_go(bucket, pin) {
            return Err(Violation::FreedBucket { thread: self.t, bucket });
        }
        Ok(())
    }

    /// Looks into an entry.
    fn look_into(&self, entry: Value) -> Result<(), Violation> {
        let pin = self.world.threads[self.t].pin.expect("pinned in an operation");
        if self.world.memory.entry_may_go(entry, pin) {
            return Err(Violation::FreedEntry { thread: self.t, entry });
        }
        Ok(())
    }

    /// A frozen word is in a write's way.
    fn unblock(&mut self) -> Stepped {
        if self.has(Mistake::NobodyHelps) {
            return self.restart();
        }
        let root = self.world.memory.root;
        match (root, self.me().walk.table) {
            (Root::Moving, 0) => Ok(self.go(Pc::EvacuateBegin)),
            (Root::New | Root::Cleared, 0) => self.restart(),
            _ if self.machine.rules.is_built() => Ok(self.go(Pc::RenewHelp)),
            _ => Ok(self.go(Pc::RenewBegin)),
        }
    }
}
