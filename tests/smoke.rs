use evacmap::HashMap;
use std::sync::Arc;

#[test]
fn grows_from_nothing_and_keeps_everything() {
    let mut map = HashMap::new();
    for i in 0..100_000_u64 {
        assert_eq!(map.pin().insert(i, i * 2), None);
    }
    for i in 0..100_000 {
        assert_eq!(map.pin().get(&i), Some(&(i * 2)), "{i}");
    }
    println!("{:?}", map.stats());
    map.validate().unwrap();
    for i in 0..50_000 {
        assert_eq!(map.pin().remove(&i), Some(&(i * 2)));
    }
    assert_eq!(map.len(), 50_000);
    map.validate().unwrap();
    map.pin().clear();
    assert_eq!(map.len(), 0);
    map.validate().unwrap();
    for i in 0..1000 {
        map.pin().insert(i, i);
    }
    map.validate().unwrap();
}

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
