//! Where an insert goes: the rules of reuse. And what a write does to the slot of its key.

use super::{Effect, Stepped, Turn, Violation};
use crate::history::Answer;
use crate::memory::{HEADS, Kind, Memory, Place};
use crate::program::Operation;
use crate::rules::Mistake;
use crate::thread::Pc;
use crate::word::{RENEWED, Word};

impl Turn<'_> {
    /// The walk has come to its end: at an EMPTY slot, the target, or behind a full bucket.
    pub(super) fn choose_slot(&mut self, at_empty: bool) {
        let pc = match at_empty {
            true => self.before_empty(),
            false if self.has(Mistake::NumberAfterWalk) => Pc::LateNumber,
            false => self.in_full_chain(),
        };
        self.go(pc);
    }

    /// Of [`Mistake::NumberAfterWalk`].
    pub(super) fn read_late_number(&mut self) -> Effect {
        self.me().now = self.world.memory.clock;
        let pc = self.in_full_chain();
        self.go(pc)
    }

    /// Rule 1.
    fn before_empty(&mut self) -> Pc {
        match self.has(Mistake::NoSecondReading) {
            true => Pc::Take,
            false if self.machine.rules.is_built() => self.begin_recount(false),
            false => self.next_to_read_again(0),
        }
    }

    /// The next remembered slot, from the n-th on, that has to be read again.
    fn next_to_read_again(&mut self, from: u8) -> Pc {
        let (rules, now) = (self.machine.rules, self.me().now);
        let age = rules.second_reading_age();
        let walk = &self.me().walk;
        let due = |(place, word): &(Place, Word)| {
            place.bucket != walk.target.bucket && rules.is_aged(*word, age, now)
        };
        let next = walk.dead.iter().skip(usize::from(from)).position(due);
        next.map_or(Pc::Take, |n| Pc::ReadAgain(from + n as u8))
    }

    /// Rules 2 to 4, and what comes before a chain grows.
    fn in_full_chain(&mut self) -> Pc {
        let (rules, now) = (self.machine.rules, self.me().now);
        let reuse = rules.reuse_age();
        let first = self.has(Mistake::FirstNotOldest);
        let renew_at = self.machine.program.renew_at;
        let walk = &mut self.me().walk;
        let is_ripe = |word| rules.age(word, now).is_some_and(|steps| steps >= reuse);
        let aged = walk.dead.iter().filter(|(_, word)| !walk.passed.untold && is_ripe(*word));
        let older = |word| std::cmp::Reverse(rules.age(word, now));
        // Of those that are equally old the walk's first: positions are in the order of the walk.
        let oldest =
            if first { aged.take(1).next() } else { aged.min_by_key(|(_, word)| older(*word)) };
        if let Some((place, word)) = oldest.copied() {
            (walk.target, walk.found) = (place, word);
            return Pc::Reuse;
        }
        if walk.is_old {
            // An old chain that is full is evacuated, never extended.
            return Pc::Unblock;
        }
        if walk.buckets >= renew_at && walk.live * 2 <= walk.used {
            return Pc::RenewBegin;
        }
        match rules.is_built() {
            true if self.has(Mistake::AppendWithinStep) => Pc::Append,
            true => self.begin_recount(true),
            false => self.next_to_restamp(0),
        }
    }

    /// The next remembered slot, from the n-th on, that has to be stamped anew.
    fn next_to_restamp(&mut self, from: u8) -> Pc {
        let (rules, now) = (self.machine.rules, self.me().now);
        let age = rules.append_age();
        let dead = &self.me().walk.dead;
        let mut rest = dead.iter().skip(usize::from(from));
        let next = rest.position(|(_, word)| rules.is_aged(*word, age, now));
        next.map_or(Pc::Append, |n| Pc::Restamp(from + n as u8))
    }

    pub(super) fn read_again(&mut self, n: u8) -> Stepped {
        let (place, word) = self.me().walk.dead[usize::from(n)];
        self.touch(place.bucket)?;
        if self.world.memory.word(place) != word {
            return self.restart();
        }
        let pc = self.next_to_read_again(n + 1);
        Ok(self.go(pc))
    }

    pub(super) fn take(&mut self) -> Stepped {
        let (target, new) = (self.me().walk.target, self.new_word());
        self.touch(target.bucket)?;
        if !self.world.memory.swap(target, Word::EMPTY, new) {
            return self.restart();
        }
        self.end(Answer::Inserted)
    }

    pub(super) fn reuse(&mut self) -> Stepped {
        let (target, dead, new) = (self.me().walk.target, self.me().walk.found, self.new_word());
        self.touch(target.bucket)?;
        if !self.world.memory.swap(target, dead, new) {
            return self.restart();
        }
        let threads = &self.world.threads;
        if let Some(seen_by) = threads.iter().position(|thread| thread.saw & target.bit() != 0) {
            let bucket = target.bucket;
            return Err(Violation::ReusedWhileSeen { by: self.t, seen_by, bucket });
        }
        self.end(Answer::Inserted)
    }

    pub(super) fn restamp(&mut self, n: u8) -> Stepped {
        let (place, word) = self.me().walk.dead[usize::from(n)];
        self.touch(place.bucket)?;
        let anew = self.machine.rules.dead(self.me().now);
        if !self.world.memory.swap(place, word, anew) && !self.has(Mistake::RestampGoesOn) {
            return self.restart();
        }
        let pc = self.next_to_restamp(n + 1);
        Ok(self.go(pc))
    }

    pub(super) fn append(&mut self) -> Stepped {
        let (tail, new) = (self.me().walk.at.bucket, self.new_word());
        self.touch(tail)?;
        let over = self.world.memory.over(tail);
        if !Memory::is_open(tail, over) {
            return self.restart();
        }
        let table = self.me().walk.table;
        // As it is built, what is appended to a block goes with it.
        let is_renewed = self.world.memory.over(HEADS[usize::from(table)]).has(RENEWED);
        let stands_alone = is_renewed && self.machine.rules.is_built();
        let kind = if stands_alone { Kind::OfBlock(table) } else { Kind::OfTable(table) };
        let Some(bucket) = self.world.memory.allocate(kind) else {
            return Err(Violation::NoRoom { thread: self.t });
        };
        self.world.memory.set(Place { bucket, index: 0 }, new);
        self.world.memory.set_over(tail, over.linked(bucket));
        self.end(Answer::Inserted)
    }

    pub(super) fn read_removal_number(&mut self) -> Effect {
        self.me().now = self.world.memory.clock;
        self.go(Pc::Change)
    }

    /// Replaces or removes the entry of the key.
    pub(super) fn change(&mut self) -> Stepped {
        let (target, old) = (self.me().walk.target, self.me().walk.found);
        let removes = matches!(self.operation, Operation::Remove(_));
        let new = match removes {
            true if self.has(Mistake::RemoveEmpties) => Word::EMPTY,
            true => self.machine.rules.dead(self.me().now),
            false => self.new_word(),
        };
        self.touch(target.bucket)?;
        if !self.world.memory.swap(target, old, new) {
            return self.restart();
        }
        if self.world.memory.is_retired(old.value()) {
            return Err(Violation::RetiredTwice { entry: old.value() });
        }
        self.world.memory.retire_entry(old.value());
        let answer = if removes { Answer::Removed } else { Answer::Replaced };
        self.end(answer(old.value()))
    }
}
