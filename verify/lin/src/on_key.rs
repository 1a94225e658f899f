//! Operations on one key, and what came of them.

use evacmap::{Compute, Entry, Guard, Operation};

use crate::action::{Action, Map};
use crate::hasher::Mode;
use crate::history::{Event, Recorder, Value};

/// Does it, and tells what came of it: by what the operation returned, wherever it returns
/// something.
pub fn on_key(
    map: &Map,
    action: Action,
    key: u8,
    expected: Value,
    recorder: &mut Recorder,
    guard: &Guard,
) -> Event {
    let new = recorder.fresh();
    match action {
        Action::Get => Event::Get(map.get(&key, guard).copied()),
        Action::Insert => Event::Insert { new, old: map.insert(key, new, guard).copied() },
        Action::TryInsert => match map.try_insert(key, new, guard) {
            Ok(&new) => Event::TryInsert { new, present: None },
            Err(error) => {
                Event::TryInsert { new: error.not_inserted, present: Some(*error.current) }
            }
        },
        Action::GetOrInsert => Event::GetOrInsert { new, got: *map.get_or_insert(key, new, guard) },
        Action::GetOrTryInsert => {
            let make = || if new.is_odd() { Ok(new) } else { Err(()) };
            match map.get_or_try_insert_with(key, make, guard) {
                Ok(&got) => Event::GetOrInsert { new, got },
                // It was asked for because the key was absent, and left it so.
                Err(()) => Event::Get(None),
            }
        }
        Action::Remove => Event::Remove { old: map.remove(&key, guard).copied() },
        Action::RemoveIfOdd => {
            let removed = map.remove_if(&key, |_, value| value.is_odd(), guard);
            Event::RemoveIfOdd(
                removed.map(|pair| pair.map(|(_, value)| *value)).map_err(|(_, value)| *value),
            )
        }
        Action::Update => {
            let mut seen = None;
            let change = |value: &Value| {
                seen = Some(*value);
                new
            };
            match map.update(key, change, guard) {
                Some(&new) => Event::Update { seen, new },
                None => Event::Update { seen: None, new },
            }
        }
        Action::UpdateOrInsert => {
            let (mut seen, first) = (None, recorder.fresh());
            let change = |value: &Value| {
                seen = Some(*value);
                new
            };
            let new = *map.update_or_insert(key, change, first, guard);
            Event::UpdateOrInsert { seen: seen.filter(|_| new != first), new }
        }
        Action::ComputeInsert => match map.compute(key, |_| Operation::<_, ()>::Insert(new), guard)
        {
            Compute::Updated { old, new } => {
                Event::ComputeInsert { seen: Some(*old.1), new: *new.1 }
            }
            Compute::Inserted(_, &new) => Event::ComputeInsert { seen: None, new },
            other => unreachable!("an insert gave {other:?}"),
        },
        Action::ComputeRemove => {
            let decide = |entry: Option<_>| {
                if entry.is_some() { Operation::Remove } else { Operation::Abort(()) }
            };
            match map.compute(key, decide, guard) {
                Compute::Removed(_, &seen) => Event::ComputeRemove { seen },
                Compute::Aborted(()) => Event::ComputeAbort { seen: None },
                other => unreachable!("a removal gave {other:?}"),
            }
        }
        Action::CompareExchange => {
            let result = map.compare_exchange(key, &expected, new, guard);
            let result = result.copied().map_err(|error| error.current.copied());
            Event::CompareExchange { expected, new, result }
        }
        Action::CompareRemove => {
            let result = map.compare_remove(&key, &expected, guard);
            Event::CompareRemove {
                expected,
                result: result.copied().map_err(|error| error.current.copied()),
            }
        }
        _ => through_entry(map.entry(key, guard), action, new, recorder),
    }
}

/// As [`on_key`], for the operations of an entry. Every value is written once, so "the entry that
/// was seen" is the one with the value that was seen.
fn through_entry(
    entry: Entry<'_, u8, Value, Mode>,
    action: Action,
    new: Value,
    recorder: &mut Recorder,
) -> Event {
    match (action, entry) {
        (Action::EntryOrInsert, entry) => Event::GetOrInsert { new, got: *entry.or_insert(new) },
        (Action::EntryModify, entry) => {
            let (mut seen, first) = (None, recorder.fresh());
            let modified = entry.and_modify(|value| {
                seen = Some(*value);
                new
            });
            match modified.get() {
                Some(&new) => Event::Update { seen, new },
                None => Event::GetOrInsert { new: first, got: *modified.or_insert(first) },
            }
        }
        (Action::EntryInsert, Entry::Occupied(entry)) => {
            let expected = *entry.get();
            let result = entry.insert(new).copied().map_err(|error| error.current.copied());
            Event::CompareExchange { expected, new, result }
        }
        (Action::EntryInsert, Entry::Vacant(entry)) => {
            Event::TryInsert { new, present: entry.insert(new).err().map(|error| *error.current) }
        }
        (Action::EntryRemove, Entry::Occupied(entry)) => {
            let (expected, result) = (*entry.get(), entry.remove_entry());
            let result = result.map(|(_, value)| *value).map_err(|error| error.current.copied());
            Event::CompareRemove { expected, result }
        }
        (Action::EntryRemove, Entry::Vacant(_)) => Event::Get(None),
        (Action::EntryRemoveAny, entry) => {
            Event::Remove { old: entry.remove_entry().map(|(_, value)| *value) }
        }
        (action, _) => unreachable!("{action:?} is not about one key"),
    }
}
