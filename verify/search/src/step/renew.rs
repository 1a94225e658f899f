//! Renewing one chain; and freezing, which an evacuation does in the same way.

use super::{Effect, Stepped, Turn, Violation, settled_if};
use crate::memory::{HEADS, Kind, Memory, Place};
use crate::program::Operation;
use crate::rules::Mistake;
use crate::thread::{Copying, Pc};
use crate::word::{BucketId, CLOSED, END, Over, RENEWED, Word};

impl Turn<'_> {
    pub(super) fn renew_begin(&mut self, helps: bool) -> Stepped {
        let (table, walked) = (self.me().walk.table, self.me().walk.first);
        let head = HEADS[usize::from(table)];
        self.touch(head)?;
        let over = self.world.memory.over(head);
        let first = Memory::generation(table, over);
        let by_itself = self.operation == Operation::Renew;
        // Nothing to renew, or somebody else has renewed what was in the way.
        if over.has(CLOSED) || over.link().is_none() || !(by_itself || helps || first == walked) {
            return self.restart();
        }
        let at = Place { bucket: first, index: 0 };
        self.me().copy = Copying { table, over, first, at, ..Copying::default() };
        Ok(self.go(if helps { Pc::RenewPeek } else { Pc::Freeze }))
    }

    /// Chains are frozen from their beginning on.
    pub(super) fn renew_peek(&mut self) -> Stepped {
        let at = self.me().copy.at;
        self.touch(at.bucket)?;
        if !self.world.memory.word(at).is_frozen() {
            return self.restart();
        }
        self.go(Pc::Freeze);
        Ok(Effect::Settled)
    }

    pub(super) fn freeze(&mut self) -> Stepped {
        let at = self.me().copy.at;
        self.touch(at.bucket)?;
        let copy = &self.me().copy;
        let early = at.bucket != copy.first && !copy.evacuates;
        let before = self.world.memory.word(at);
        let is_dead = before.number().is_some();
        let leaves = early && self.has(Mistake::PublishedEarly)
            || is_dead && self.has(Mistake::DeadNotFrozen);
        if !leaves {
            self.world.memory.freeze(at);
        }
        if self.has(Mistake::KilledEarly) && self.operation_discards() && before.is_live() {
            self.kill_at(at, before.frozen())?;
        }
        if before.is_empty() {
            self.go_on_with_copy();
            return Ok(settled_if(before.is_frozen()));
        }
        if before.is_live() || self.has(Mistake::DeadCarriedOver) {
            self.me().copy.words.push(before.thawed());
            self.me().copy.places.push(at);
        }
        let last = at.index + 1 == self.world.memory.width;
        let copy = &mut self.me().copy;
        if !last {
            copy.at.index += 1;
        } else if copy.evacuates && at.bucket == HEADS[0] {
            self.go(Pc::Close);
        } else if let (true, Some(next)) = (HEADS.contains(&at.bucket), copy.over.link()) {
            // As it was when the renewal began.
            copy.at = Place { bucket: next, index: 0 };
        } else {
            self.go(Pc::FreezeEnd);
        }
        Ok(settled_if(before.is_frozen()))
    }

    pub(super) fn freeze_end(&mut self) -> Stepped {
        let bucket = self.me().copy.at.bucket;
        self.touch(bucket)?;
        let over = self.world.memory.over(bucket);
        if let Some(next) = over.link() {
            self.copy_from(next);
            return Ok(Effect::Settled);
        }
        if !self.has(Mistake::EndOpen) {
            self.world.memory.flag(bucket, END);
        }
        self.go_on_with_copy();
        Ok(settled_if(over.has(END)))
    }

    pub(super) fn copy_from(&mut self, bucket: BucketId) {
        self.me().copy.at = Place { bucket, index: 0 };
        self.go(Pc::Freeze);
    }

    /// All that lives is collected.
    pub(super) fn go_on_with_copy(&mut self) {
        let copy = &mut self.me().copy;
        copy.at = Place::default();
        copy.target = Place { bucket: HEADS[1], index: 0 };
        let evacuates = copy.evacuates;
        self.go(match evacuates {
            true if self.operation_discards() => Pc::Kill(0),
            true => Pc::Fill,
            false => Pc::Publish,
        });
    }

    pub(super) fn publish(&mut self) -> Stepped {
        let table = self.me().copy.table;
        let head = HEADS[usize::from(table)];
        self.touch(head)?;
        let mut from = self.me().copy.over;
        if self.has(Mistake::LinkReadAgain) {
            from = self.world.memory.over(head);
        }
        if self.world.memory.over(head) == from {
            let block = self.build(table)?;
            self.world.memory.set_over(head, from.linked(block).with(RENEWED));
            self.retire_superseded(from);
        }
        self.restart()
    }

    fn retire_superseded(&mut self, over: Over) {
        if let (Some(block), true) = (over.link(), over.has(RENEWED)) {
            let at_once = self.has(Mistake::FreedAtOnce);
            let number = if at_once { 0 } else { self.world.memory.clock };
            self.world.memory.retire_block(block, number);
        }
    }

    /// A block with the words in order, and room to spare: twice their number, a bucket at least.
    /// Private until it is linked, so it is no step by itself.
    fn build(&mut self, table: u8) -> Result<BucketId, Violation> {
        let words = self.me().copy.words.clone();
        let width = usize::from(self.world.memory.width);
        let live = words.iter().filter(|word| word.is_live()).count();
        let buckets = (live * 2).max(words.len()).div_ceil(width).max(1);
        let mut first: Option<BucketId> = None;
        let mut last = None;
        for number in 0..buckets {
            let allocated = self.world.memory.allocate(Kind::OfBlock(table));
            let bucket = allocated.ok_or(Violation::NoRoom { thread: self.t })?;
            for index in 0..width {
                let word = words.get(number * width + index).copied().unwrap_or(Word::EMPTY);
                self.world.memory.set(Place { bucket, index: index as u8 }, word);
            }
            if let Some(last) = last.replace(bucket) {
                self.world.memory.set_over(last, Over::NULL.linked(bucket));
            }
            first.get_or_insert(bucket);
        }
        Ok(first.expect("a bucket at least"))
    }
}
