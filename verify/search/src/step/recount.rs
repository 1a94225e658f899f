//! What the built form does in the place of remembering each removed slot: it counts those that are
//! nearly old enough, and counts once more.

use super::{Effect, Stepped, Turn, settled_if};
use crate::memory::{HEADS, Place};
use crate::rules::Mistake;
use crate::thread::Pc;
use crate::word::{CLOSED, Word};

impl Turn<'_> {
    /// A removed slot that is not frozen is passed.
    pub(super) fn count(&mut self, word: Word) {
        let (rules, now) = (self.machine.rules, self.me().now);
        let steps = rules.age(word, now);
        let nearly = rules.is_aged(word, rules.second_reading_age(), now);
        let keeps = self.has(Mistake::FirstNotOldest);
        let walk = &mut self.me().walk;
        walk.passed.here += u8::from(nearly);
        walk.passed.untold |= steps.is_none();
        let oldest = walk.dead.first().and_then(|(_, oldest)| rules.age(*oldest, now));
        let enough = keeps && oldest.is_some_and(|oldest| oldest >= rules.reuse_age());
        if steps.is_some() && oldest < steps && !enough {
            walk.dead.clear();
            walk.dead.push((walk.at, word));
        }
    }

    /// Begins to count again, or to stamp anew, if there is anything to count.
    pub(super) fn begin_recount(&mut self, stamps: bool) -> Pc {
        let passed = &mut self.me().walk.passed;
        let (true, Some(bucket)) = (passed.nearly > 0, passed.first) else {
            return if stamps { Pc::Append } else { Pc::Take };
        };
        (passed.at, passed.left) = (Place { bucket, index: 0 }, passed.buckets);
        (passed.found, passed.stamps) = (0, stamps);
        Pc::Recount
    }

    pub(super) fn recount(&mut self) -> Stepped {
        let at = self.me().walk.passed.at;
        self.touch(at.bucket)?;
        let word = self.world.memory.word(at);
        let (rules, now) = (self.machine.rules, self.me().now);
        let counts = !word.is_frozen() && rules.is_aged(word, rules.second_reading_age(), now);
        if counts && self.me().walk.passed.stamps {
            self.me().walk.found = word;
            return Ok(self.go(Pc::StampAnew));
        }
        self.me().walk.passed.found += u8::from(counts);
        self.next_to_recount()?;
        Ok(settled_if(word.is_frozen() && self.me().pc == Pc::Recount))
    }

    pub(super) fn stamp_anew(&mut self) -> Stepped {
        let (at, word) = (self.me().walk.passed.at, self.me().walk.found);
        let anew = self.machine.rules.dead(self.me().now);
        self.touch(at.bucket)?;
        let stamped = self.world.memory.swap(at, word, anew);
        self.me().walk.passed.found += u8::from(stamped);
        self.go(Pc::Recount);
        self.next_to_recount()
    }

    fn next_to_recount(&mut self) -> Stepped {
        let width = self.world.memory.width;
        let passed = &mut self.me().walk.passed;
        passed.at.index += 1;
        if passed.at.index < width {
            return Ok(Effect::Shared);
        }
        passed.left -= 1;
        if passed.left > 0 {
            return Ok(self.go(Pc::RecountNext));
        }
        self.end_recount()
    }

    /// By the link as it is now.
    pub(super) fn recount_next(&mut self) -> Stepped {
        let bucket = self.me().walk.passed.at.bucket;
        self.touch(bucket)?;
        let over = self.world.memory.over(bucket);
        let Some(next) = over.link() else { return self.end_recount() };
        self.me().walk.passed.at = Place { bucket: next, index: 0 };
        self.go(Pc::Recount);
        Ok(settled_if(!HEADS.contains(&bucket) || over.has(CLOSED)))
    }

    /// As many as before: so all are as they were.
    fn end_recount(&mut self) -> Stepped {
        let passed = self.me().walk.passed;
        let goes_on = passed.stamps && self.has(Mistake::RestampGoesOn);
        if passed.found != passed.nearly && !goes_on {
            return self.restart();
        }
        Ok(self.go(if passed.stamps { Pc::Append } else { Pc::Take }))
    }
}
