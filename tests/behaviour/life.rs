//! A map from its first entry to its last, in short: what the slow tools run.

use evacmap::HashMap;

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
