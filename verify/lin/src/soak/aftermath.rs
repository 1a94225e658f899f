//! The end of a round: the map holds what was written to it last, is sound, still grows, comes to
//! rest, and drops everything.

use evacmap::{Stats, Violation};

use crate::arena::{Arena, FOREIGN, Ledger, Map, PERMANENT};

/// Returns the map's figures at the very end.
pub fn check(mut arena: Arena, ledgers: &[Ledger]) -> Result<Stats, Violation> {
    arena.map.validate()?;
    check_last_writers(&arena, ledgers);
    if !arena.is_hashed_well() {
        // Chains are as long as there are keys of one hash.
        arena.map.shrink_to_fit(&arena.map.guard());
        arena.map.finish_resize();
    }
    check_liveness(&arena);
    arena.map.validate()?;
    let stats = arena.map.stats();
    let Arena { map, counter, .. } = arena;
    drop(map);
    counter.check();
    Ok(stats)
}

/// Under each key is the last value that some thread left there. Nothing is, only if some thread
/// removed it, or all was cleared, or nobody ever put anything there.
fn check_last_writers(arena: &Arena, ledgers: &[Ledger]) {
    let map = arena.map.pin();
    for key in 0..arena.keys {
        let mut last = ledgers.iter().filter_map(|ledger| ledger.get(&key));
        match map.get(&key).map(|value| value.get()) {
            Some(found) => assert!(
                last.any(|left| *left == Some(found)),
                "{found:?} under {key} was overwritten"
            ),
            None => {
                let mut last = last.peekable();
                let may_be =
                    arena.clears || last.peek().is_none() || last.any(|left| left.is_none());
                assert!(may_be, "{key} is lost");
            }
        }
    }
    for key in 0..arena.permanent {
        assert_eq!(map.get(&(PERMANENT + key)).map(|value| value.get()), Some((usize::MAX, key)));
    }
    assert_eq!(map.len(), map.iter().count());
}

fn check_liveness(arena: &Arena) {
    let map: &Map = &arena.map;
    let before = map.stats();
    for key in 0..4 * before.capacity.max(10) as u64 {
        assert!(map.pin().insert(arena.key(FOREIGN + key), arena.value((0, key))).is_none());
    }
    let grown = map.stats();
    assert!(
        grown.growths > before.growths && grown.buckets > before.buckets,
        "the map no longer grows: {grown:?}"
    );
    map.finish_resize();
    let rest = map.stats();
    assert!(!map.is_resizing() && rest.old_buckets == 0, "a resize never ends: {rest:?}");
    assert!(rest.len <= 2 * rest.capacity, "growth does not keep up: {rest:?}");
    assert!(
        !arena.is_hashed_well() || rest.overflow_buckets <= rest.buckets,
        "chains grow long: {rest:?}"
    );
}
