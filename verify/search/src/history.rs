//! The specification of a key, and which orders of the operations are still possible.
//!
//! The operations on one key have to be linearizable; those on several then are too, for each
//! works on one. For each key there is a set of cases: what the key may hold, and which pending
//! operations have taken effect already, with which answer. When an operation answers, the cases
//! that cannot have given that answer are dropped. None left: no order explains what was seen.

use arrayvec::ArrayVec;

use crate::program::{KEYS, Operation, THREADS};
use crate::word::{Key, Value, Word};

/// Cases that all keys together may have at once.
const CASES: usize = 32;

/// What an operation answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Answer {
    Inserted,
    Replaced(Value),
    Removed(Value),
    Found(Value),
    Absent,
    /// Of what the specification does not know.
    Nothing,
}

const NONE: [Option<Answer>; THREADS] = [None; THREADS];

/// What a key holds, or nothing.
type Content = Option<Value>;

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Case {
    key: Key,
    content: Content,
    /// By thread: what its pending operation has done, if it has taken effect.
    done: [Option<Answer>; THREADS],
}

/// A pending operation on the key, and the entry that it puts in.
#[derive(Clone, Copy)]
pub struct Pending {
    pub thread: usize,
    pub operation: Operation,
    pub value: Value,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub struct History {
    /// In order.
    cases: ArrayVec<Case, CASES>,
}

impl History {
    /// The history that begins with this content.
    pub fn new(content: impl Iterator<Item = Word>) -> Self {
        let mut begin = [None; KEYS];
        content.filter(|word| word.is_live()).for_each(|word| {
            begin[usize::from(word.key().expect("live"))] = Some(word.value());
        });
        let cases = (0..).zip(begin).map(|(key, content)| Case { key, content, done: NONE });
        History { cases: cases.collect() }
    }

    /// `thread` answers. `pending` are all operations on this key that have begun and not ended,
    /// that of `thread` among them. `false` if no order of them explains it.
    #[must_use]
    pub fn answer(&mut self, key: Key, thread: usize, answer: Answer, pending: &[Pending]) -> bool {
        let mut after = ArrayVec::new();
        for case in self.cases.iter().filter(|case| case.key == key) {
            explain(*case, thread, answer, pending, &mut after);
        }
        let explained = !after.is_empty();
        self.cases.retain(|case| case.key != key);
        self.cases.extend(after);
        self.cases.sort_unstable();
        explained
    }

    /// Whether a key may hold this when nothing is pending.
    pub fn may_hold(&self, key: Key, content: Content) -> bool {
        self.cases.iter().any(|case| case.key == key && case.content == content)
    }
}

/// Lets pending operations take effect, in any order, until that of `thread` has.
fn explain(
    case: Case,
    thread: usize,
    answer: Answer,
    pending: &[Pending],
    into: &mut ArrayVec<Case, CASES>,
) {
    if let Some(done) = case.done[thread] {
        let mut after = case;
        after.done[thread] = None;
        if done == answer && !into.contains(&after) {
            into.push(after);
        }
        return;
    }
    for next in pending.iter().filter(|next| case.done[next.thread].is_none()) {
        let (content, done) = apply(next.operation, case.content, next.value);
        let mut after = Case { content, ..case };
        after.done[next.thread] = Some(done);
        explain(after, thread, answer, pending, into);
    }
}

/// The specification.
fn apply(operation: Operation, content: Content, value: Value) -> (Content, Answer) {
    match (operation, content) {
        (Operation::Clear, _) => (None, Answer::Nothing),
        (Operation::Put(_), None) => (Some(value), Answer::Inserted),
        (Operation::Put(_) | Operation::Replace(_), Some(old)) => {
            (Some(value), Answer::Replaced(old))
        }
        (Operation::Remove(_), Some(old)) => (None, Answer::Removed(old)),
        (Operation::Get(_), Some(held)) => (content, Answer::Found(held)),
        (_, None) => (None, Answer::Absent),
        (_, Some(_)) => unreachable!("an iteration is asked for as what it is for each key"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two(first: Operation, second: Operation) -> [Pending; 2] {
        [
            Pending { thread: 0, operation: first, value: 10 },
            Pending { thread: 1, operation: second, value: 11 },
        ]
    }

    #[test]
    fn one_of_two_insertions_replaces() {
        let mut history = History::new(std::iter::empty());
        let pending = two(Operation::Put(1), Operation::Put(1));
        assert!(history.answer(1, 0, Answer::Inserted, &pending));
        let mut both_insert = history.clone();
        assert!(!both_insert.answer(1, 1, Answer::Inserted, &pending[1..]));
        assert!(history.answer(1, 1, Answer::Replaced(10), &pending[1..]));
        assert!(history.may_hold(1, Some(11)) && !history.may_hold(1, Some(10)));
    }

    #[test]
    fn what_has_not_begun_explains_nothing() {
        let mut history = History::new([Word::live(1, 1)].into_iter());
        let pending = two(Operation::Get(1), Operation::Remove(1));
        assert!(!history.clone().answer(1, 0, Answer::Absent, &pending[..1]));
        assert!(history.answer(1, 0, Answer::Absent, &pending));
        assert!(history.answer(1, 1, Answer::Removed(1), &pending[1..]));
    }

    #[test]
    fn what_was_read_stays_in_order() {
        let mut history = History::new([Word::live(1, 1)].into_iter());
        let pending = two(Operation::Get(1), Operation::Put(1));
        assert!(history.answer(1, 0, Answer::Found(11), &pending));
        // The insertion is pending still, but has taken effect.
        assert!(!history.answer(1, 0, Answer::Found(1), &pending));
    }
}
