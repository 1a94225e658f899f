//! The evacuation of the first table's chain into the second's, by any number of helpers.

use super::{Effect, Stepped, Turn, Violation, settled_if};
use crate::history::Answer;
use crate::memory::{HEADS, Kind, Memory, Place, Root};
use crate::program::{KEYS, Operation};
use crate::rules::Mistake;
use crate::thread::{Copying, Pc};
use crate::word::{CLOSED, END, EVACUATED, Key, RENEWED, Word};

impl Turn<'_> {
    pub(super) fn start_evacuation(&mut self) -> Stepped {
        match self.world.memory.root {
            Root::Old => self.world.memory.root = Root::Moving,
            Root::Moving => {}
            Root::New | Root::Cleared => return self.end(Answer::Nothing),
        }
        Ok(self.go(Pc::EvacuateBegin))
    }

    pub(super) fn evacuate_begin(&mut self) -> Stepped {
        self.touch(HEADS[1])?;
        if self.world.memory.over(HEADS[1]).has(EVACUATED) {
            return self.after_evacuation();
        }
        let at = Place { bucket: HEADS[0], index: 0 };
        self.me().copy = Copying { evacuates: true, at, ..Copying::default() };
        Ok(self.go(Pc::Freeze))
    }

    /// The head is full, so it may have a link, and the chain may have been renewed.
    pub(super) fn close(&mut self) -> Stepped {
        self.touch(HEADS[0])?;
        let over = self.world.memory.over(HEADS[0]);
        if !self.has(Mistake::NotClosed) {
            self.world.memory.flag(HEADS[0], CLOSED);
        } else if over.link().is_none() {
            self.world.memory.flag(HEADS[0], END);
        }
        if over.has(RENEWED) {
            // The head's words are superseded.
            if !(self.operation_discards() && self.has(Mistake::CopiesRetired)) {
                self.me().copy.words.clear();
                self.me().copy.places.clear();
            }
        }
        match over.link() {
            Some(next) => self.copy_from(next),
            None => self.go_on_with_copy(),
        }
        Ok(settled_if(over.has(CLOSED)))
    }

    /// Places the next word.
    pub(super) fn fill(&mut self) -> Stepped {
        let (target, width) = (self.me().copy.target, self.world.memory.width);
        let next = usize::from(self.me().copy.next);
        let Some(word) = self.me().copy.words.get(next).copied() else {
            return Ok(self.go(Pc::Declare));
        };
        if target.index == width {
            return Ok(self.go(Pc::Extend));
        }
        self.touch(target.bucket)?;
        let was_empty = self.world.memory.word(target) == Word::EMPTY;
        if was_empty || self.has(Mistake::HelperStores) {
            self.world.memory.set(target, word);
        }
        let copy = &mut self.me().copy;
        copy.next += 1;
        copy.target.index += 1;
        Ok(settled_if(!was_empty && !self.has(Mistake::HelperStores)))
    }

    /// On to the next bucket of the destination, which may have to be appended. Never into a block:
    /// a destination that was renewed was filled long ago.
    pub(super) fn extend(&mut self) -> Stepped {
        let bucket = self.me().copy.target.bucket;
        self.touch(bucket)?;
        let over = self.world.memory.over(bucket);
        if over.has(RENEWED) && !self.has(Mistake::LateFollows) {
            return self.after_evacuation();
        }
        let (next, effect) = match over.link() {
            Some(next) => (next, settled_if(!HEADS.contains(&bucket))),
            None if Memory::is_open(bucket, over) => {
                let table = u8::from(self.operation_fills_second());
                let allocated = self.world.memory.allocate(Kind::OfTable(table));
                let next = allocated.ok_or(Violation::NoRoom { thread: self.t })?;
                self.world.memory.set_over(bucket, over.linked(next));
                (next, Effect::Shared)
            }
            None => return Err(Violation::FrozenDestination { thread: self.t }),
        };
        self.me().copy.target = Place { bucket: next, index: 0 };
        self.go(Pc::Fill);
        Ok(effect)
    }

    fn operation_fills_second(&self) -> bool {
        !matches!(self.operation, Operation::Fill(_))
    }

    pub(super) fn declare(&mut self) -> Stepped {
        let head = HEADS[usize::from(self.operation_fills_second())];
        self.touch(head)?;
        self.world.memory.flag(head, EVACUATED);
        self.after_evacuation()
    }

    fn after_evacuation(&mut self) -> Stepped {
        if self.operation == Operation::Evacuate || self.operation_discards() {
            return Ok(self.go(Pc::Promote));
        }
        self.restart()
    }

    pub(super) fn promote(&mut self) -> Stepped {
        if matches!(self.world.memory.root, Root::Moving | Root::Cleared) {
            self.world.memory.root = Root::New;
            self.world.memory.retire_table(0);
        }
        if self.operation == Operation::Clear {
            for key in 0..KEYS as Key {
                self.answer(key, Answer::Nothing)?;
            }
        }
        self.end(Answer::Nothing)
    }

    pub(super) fn operation_discards(&self) -> bool {
        matches!(self.operation, Operation::Clear | Operation::Discard)
    }

    /// The new table is empty, and the truth from here on.
    pub(super) fn start_discarding(&mut self) -> Stepped {
        let root = self.world.memory.root;
        match (root, self.operation) {
            (Root::Old, Operation::Clear) => self.world.memory.root = Root::Cleared,
            (Root::Cleared, _) => {}
            (Root::Old | Root::Moving | Root::New, _) => return self.end(Answer::Nothing),
        }
        let at = Place { bucket: HEADS[0], index: 0 };
        self.me().copy = Copying { evacuates: true, at, ..Copying::default() };
        Ok(self.go(Pc::Freeze))
    }

    /// All of the chain is frozen: each entry is retired by whoever takes it out.
    pub(super) fn kill(&mut self, n: u8) -> Stepped {
        let copy = &self.me().copy;
        let Some(word) = copy.words.get(usize::from(n)).copied() else {
            return Ok(self.go(Pc::Promote));
        };
        let at = copy.places[usize::from(n)];
        self.touch(at.bucket)?;
        if word.is_live() {
            self.kill_at(at, word.frozen())?;
        }
        Ok(self.go(Pc::Kill(n + 1)))
    }

    pub(super) fn kill_at(&mut self, at: Place, from: Word) -> Result<(), Violation> {
        if !self.world.memory.swap(at, from, Word::dead(0).frozen()) {
            return Ok(());
        }
        let entry = from.value();
        if self.world.memory.is_retired(entry) {
            return Err(Violation::RetiredTwice { entry });
        }
        self.world.memory.retire_entry(entry);
        Ok(())
    }
}
