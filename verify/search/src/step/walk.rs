//! The walk along a chain, of readers and of writers.

use super::{Effect, Stepped, Turn, settled_if};
use crate::history::Answer;
use crate::memory::{HEADS, Memory, Root};
use crate::program::{KEYS, Operation};
use crate::rules::Mistake;
use crate::thread::Pc;
use crate::word::{CLOSED, EVACUATED, Key, RENEWED, Word};

impl Turn<'_> {
    pub(super) fn read_root(&mut self) -> Effect {
        let root = self.world.memory.root;
        match root {
            Root::Old => self.choose(0, false),
            Root::Moving => {
                self.go(Pc::Truth);
            }
            Root::Cleared | Root::New => self.choose(1, false),
        }
        settled_if(matches!(root, Root::Cleared | Root::New))
    }

    pub(super) fn read_truth(&mut self) -> Effect {
        let filled = self.world.memory.over(HEADS[1]).has(EVACUATED);
        self.choose(u8::from(filled), !filled);
        settled_if(filled)
    }

    fn choose(&mut self, table: u8, is_old: bool) {
        let renews = self.operation == Operation::Renew;
        let walk = &mut self.me().walk;
        (walk.table, walk.is_old) = (table, is_old);
        walk.enter(HEADS[usize::from(table)]);
        self.go(match (renews, is_old) {
            (false, _) => Pc::Slot,
            (true, false) => Pc::RenewBegin,
            (true, true) => Pc::EvacuateBegin,
        });
    }

    pub(super) fn read_slot(&mut self) -> Stepped {
        let at = self.me().walk.at;
        self.touch(at.bucket)?;
        let word = self.world.memory.word(at);
        if word.is_live() {
            self.me().saw |= at.bit();
        }
        if word.is_live() && word.key() == self.operation.key() {
            return self.meet_key(word);
        }
        if word.is_empty() {
            return self.meet_empty(word);
        }
        if word.number().is_some() && self.has(Mistake::NumberReadApart) {
            return Ok(self.go(Pc::SecondLook));
        }
        self.pass(word);
        Ok(settled_if(word.is_frozen()))
    }

    /// Of [`Mistake::NumberReadApart`].
    pub(super) fn second_look(&mut self) -> Stepped {
        let at = self.me().walk.at;
        self.touch(at.bucket)?;
        let word = self.world.memory.word(at);
        self.go(Pc::Slot);
        self.pass(word);
        Ok(Effect::Shared)
    }

    /// The key's word.
    fn meet_key(&mut self, word: Word) -> Stepped {
        if self.has(Mistake::LooksFirst) {
            self.look_into(word.value())?;
        }
        let at = self.me().walk.at;
        let walk = &mut self.me().walk;
        (walk.found, walk.target) = (word, at);
        let trusts = self.has(Mistake::FrozenTrusted) && !self.operation.writes();
        // As it is built, only words of the head are asked about: whatever is behind it was found
        // by way of the head, and so was the truth at that moment.
        let is_known = self.machine.rules.is_built() && !HEADS.contains(&at.bucket);
        if word.is_frozen() && !trusts && !is_known {
            self.go(Pc::Generation);
            return Ok(Effect::Settled);
        }
        self.look_into(word.value())?;
        if self.operation.writes() && word.is_frozen() {
            self.go(Pc::Unblock);
            return Ok(Effect::Settled);
        }
        match self.operation {
            Operation::Remove(_) if self.machine.rules.is_built() => {
                return Ok(self.go(Pc::RemovalNumber));
            }
            _ if self.operation.writes() => return Ok(self.go(Pc::Change)),
            _ => {}
        }
        self.end(Answer::Found(word.value()))
    }

    fn meet_empty(&mut self, word: Word) -> Stepped {
        match self.operation {
            Operation::Put(_) if word.is_frozen() => {
                self.go(Pc::Unblock);
                Ok(Effect::Settled)
            }
            Operation::Put(_) => {
                self.me().walk.target = self.me().walk.at;
                self.choose_slot(true);
                Ok(Effect::Shared)
            }
            Operation::Scan => self.end_of_scan(),
            _ => self.end(Answer::Absent),
        }
    }

    /// An iteration has come to the chain's end. It is a read of each key, with an answer of its
    /// own.
    fn end_of_scan(&mut self) -> Stepped {
        let all = self.me().walk.all.clone();
        for word in &all {
            self.look_into(word.value())?;
        }
        for key in 0..KEYS as Key {
            let word = all.iter().find(|word| word.key() == Some(key));
            self.answer(key, word.map_or(Answer::Absent, |word| Answer::Found(word.value())))?;
        }
        self.end(Answer::Nothing)
    }

    /// Another key's word, or a removed one.
    fn pass(&mut self, word: Word) {
        self.remember(word);
        let (width, scans) = (self.world.memory.width, self.operation == Operation::Scan);
        let walk = &mut self.me().walk;
        walk.used += 1;
        walk.live += u8::from(word.is_live());
        if scans && word.is_live() && walk.all.iter().all(|met| met.key() != word.key()) {
            walk.all.push(word.thawed());
        }
        walk.at.index += 1;
        if walk.at.index == width {
            walk.leave();
            self.go(Pc::Next);
        }
    }

    /// A removed slot that may matter to an insert.
    fn remember(&mut self, word: Word) {
        let (now, rules) = (self.me().now, self.machine.rules);
        let inserts = matches!(self.operation, Operation::Put(_));
        if !inserts || word.is_frozen() || word.number().is_none() {
            return;
        }
        if rules.is_built() {
            return self.count(word);
        }
        let youngest = [rules.append_age(), rules.second_reading_age(), rules.reuse_age()];
        let least = youngest.into_iter().min().expect("three ages");
        if self.has(Mistake::NumberAfterWalk) || rules.is_aged(word, least, now) {
            let walk = &mut self.me().walk;
            walk.dead.push((walk.at, word));
        }
    }

    /// Which generation is the truth, if not the one that the key's frozen word was met in?
    pub(super) fn read_generation(&mut self) -> Stepped {
        let table = self.me().walk.table;
        let head = HEADS[usize::from(table)];
        self.touch(head)?;
        let over = self.world.memory.over(head);
        let truth = Memory::generation(table, over);
        if truth != self.me().walk.first {
            self.me().walk.enter(truth);
            self.go(Pc::Slot);
            return Ok(settled_if(over.has(CLOSED)));
        }
        if self.operation.writes() {
            self.go(Pc::Unblock);
            return Ok(settled_if(over.has(CLOSED)));
        }
        let found = self.me().walk.found;
        self.look_into(found.value())?;
        self.end(Answer::Found(found.value()))
    }

    pub(super) fn read_next(&mut self) -> Stepped {
        let bucket = self.me().walk.at.bucket;
        self.touch(bucket)?;
        let over = self.world.memory.over(bucket);
        let is_head = HEADS.contains(&bucket);
        match over.link() {
            Some(block) if is_head && over.has(RENEWED) => {
                // What was read in the head is superseded.
                let superseded = self.me().walk.all.clone();
                let walk = &self.me().walk;
                let (passed, dead) = (walk.passed, walk.dead.clone());
                self.me().walk.enter(block);
                if self.has(Mistake::HeadKept) {
                    self.me().walk.all = superseded;
                }
                if self.machine.rules.is_built() {
                    (self.me().walk.passed, self.me().walk.dead) = (passed, dead);
                }
                self.go(Pc::Slot);
                Ok(settled_if(over.has(CLOSED)))
            }
            Some(next) => {
                let walk = &mut self.me().walk;
                walk.at.bucket = next;
                walk.at.index = 0;
                walk.buckets += 1;
                self.go(Pc::Slot);
                Ok(settled_if(!is_head || over.has(CLOSED)))
            }
            None if self.operation == Operation::Scan => self.end_of_scan(),
            None if !matches!(self.operation, Operation::Put(_)) => self.end(Answer::Absent),
            None if Memory::is_open(bucket, over) => {
                self.choose_slot(false);
                Ok(Effect::Shared)
            }
            None => {
                self.go(Pc::Unblock);
                Ok(Effect::Settled)
            }
        }
    }
}
