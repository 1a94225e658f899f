//! Maps and sets of copies through serde.

use evacmap::{CopyMap, CopySet};

#[test]
fn maps_and_sets_come_back_as_they_were() {
    for size in [0, 1, 10, 5000] {
        let map: CopyMap<u32, (u64, ())> = (0..size).map(|i| (i, (u64::MAX - 1, ()))).collect();
        let text = serde_json::to_string(&map).unwrap();
        let mut back: CopyMap<u32, (u64, ())> = serde_json::from_str(&text).unwrap();
        assert_eq!(back, map);
        back.validate().unwrap();

        let set: CopySet<char> = ('a'..='z').collect();
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(serde_json::from_str::<CopySet<char>>(&text).unwrap(), set);
    }
}

#[test]
fn the_last_of_several_values_of_a_key_stays() {
    let map: CopyMap<u8, u8> = serde_json::from_str(r#"{"1": 1, "2": 2, "1": 3}"#).unwrap();
    assert_eq!(map, CopyMap::from([(1, 3), (2, 2)]));
    assert!(serde_json::from_str::<CopyMap<u8, u8>>("[1]").is_err());
    assert!(serde_json::from_str::<CopySet<u8>>("{}").is_err());
}
