//! Races that once went wrong, or would be the first to, each in a form that is over soon.

use std::sync::Arc;

use evacmap::HashMap;

#[test]
fn many_threads() {
    let map = Arc::new(HashMap::new());
    let threads: Vec<_> = (0..8_u64)
        .map(|t| {
            let map = map.clone();
            std::thread::spawn(move || {
                for i in 0..50_000_u64 {
                    map.pin().insert(i * 8 + t, t);
                    if i % 3 == 0 {
                        assert_eq!(map.pin().remove(&(i * 8 + t)), Some(&t));
                    }
                    map.pin().update_or_insert(u64::MAX - i % 100, |n| n + 1, 1);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|t| t.join().unwrap());
    let mut map = Arc::into_inner(map).unwrap();
    map.validate().unwrap();
    let sum: u64 = (0..100).map(|i| *map.pin().get(&(u64::MAX - i)).unwrap()).sum();
    assert_eq!(sum, 400_000);
    println!("{:?}", map.stats());
}

/// Many threads insert the same keys in the same order: a key published between a writer's scan for
/// its tag and its scan for a vacant slot went in twice.
#[test]
fn the_same_keys_in_the_same_order() {
    for _ in 0..if cfg!(debug_assertions) { 20 } else { 200 } {
        let map = Arc::new(HashMap::new());
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let map = map.clone();
                std::thread::spawn(move || {
                    (0..3000).filter(|i| map.pin().insert(*i, *i).is_none()).count()
                })
            })
            .collect();
        let inserted: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(inserted, 3000);
        Arc::into_inner(map).unwrap().validate().unwrap();
    }
}

/// A clear used to empty the slots of a chain one by one, as it froze them: a writer that had begun
/// before the clear found its key gone, put it in behind, and lost it to the same clear.
#[cfg(feature = "_hooks")]
#[test]
fn no_writer_finds_a_chain_half_cleared() {
    use crate::common::{Mode, TestHasher, validated_arc};
    use evacmap::hooks::{Point, clear_hook, on_reach};
    use std::sync::mpsc::channel;

    let map = Arc::new(HashMap::with_hasher(TestHasher::new(Mode::Constant)));
    map.pin().insert(1, 'a');
    map.pin().insert(2, 'b');
    let ((begin, begins), (half, is_half), (finish, finishes)) = (channel(), channel(), channel());

    let (cleared, mut frozen) = (map.clone(), 0);
    let clearer = std::thread::spawn(move || {
        on_reach(move |point| {
            frozen += u32::from(point == Point::SourceFrozen);
            if point == Point::SourceFrozen && frozen == 2 {
                half.send(()).unwrap();
                finishes.recv().unwrap();
            }
        });
        begins.recv().unwrap();
        cleared.pin().clear();
        cleared.finish_resize();
    });
    let mut begin = Some(begin);
    on_reach(move |point| {
        if point == Point::RootLoaded
            && let Some(begin) = begin.take()
        {
            begin.send(()).unwrap();
            is_half.recv().unwrap();
        }
    });
    let got = *map.pin().get_or_insert(1, 'c');
    clear_hook();
    finish.send(()).unwrap();
    clearer.join().unwrap();
    assert_eq!(
        (got, map.pin().get(&1)),
        ('c', Some(&'c')),
        "absent, so the clear was over, so it is there now"
    );
    validated_arc(map);
}
