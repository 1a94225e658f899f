//! Maps and sets through serde: round trips, and input that lies about its length.
#![cfg(feature = "serde")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::*};

use crate::common::{MODES, TestHasher, on_threads, validated, validated_arc};
use evacmap::{HashMap, HashSet};
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserialize, IntoDeserializer};

#[test]
fn maps_and_sets_come_back_as_they_were() {
    for size in [0, 1, 10, 5000] {
        let map: HashMap<String, Option<u32>> =
            (0..size).map(|i| (i.to_string(), (i % 3 > 0).then_some(i))).collect();
        let text = serde_json::to_string(&map).unwrap();
        let std: std::collections::HashMap<String, Option<u32>> =
            serde_json::from_str(&text).unwrap();
        assert_eq!(std.len(), size as usize);
        let back: HashMap<String, Option<u32>> = serde_json::from_str(&text).unwrap();
        assert_eq!(back, map);
        assert_eq!(serde_json::to_value(back.pin()).unwrap(), serde_json::to_value(&std).unwrap());
        validated(back);

        let set: HashSet<u32> = (0..size).collect();
        let mut back: HashSet<u32> =
            serde_json::from_str(&serde_json::to_string(&set).unwrap()).unwrap();
        assert_eq!(back, set);
        assert_eq!(
            serde_json::to_value(set.pin_owned()).unwrap().as_array().unwrap().len(),
            size as usize
        );
        back.validate().unwrap();
    }
}

#[test]
fn the_last_of_several_values_of_a_key_stays() {
    let map: HashMap<String, u32> = serde_json::from_str(r#"{"a": 1, "b": 2, "a": 3}"#).unwrap();
    assert_eq!(map, HashMap::from([("a".to_string(), 3), ("b".to_string(), 2)]));
}

#[test]
fn what_is_not_a_map_is_refused() {
    for text in ["[1]", "3", r#"{"a": "x"}"#, r#"{"a": 1"#] {
        assert!(serde_json::from_str::<HashMap<String, u32>>(text).is_err(), "{text}");
    }
    let error = serde_json::from_str::<HashMap<String, u32>>("[1]").unwrap_err().to_string();
    assert!(error.contains("expected a map"), "{error}");
    let error = serde_json::from_str::<HashSet<u32>>("{}").unwrap_err().to_string();
    assert!(error.contains("expected a sequence"), "{error}");
}

/// Claims to be as long as it likes.
struct Liar<I>(I, usize);

impl<I: Iterator> Iterator for Liar<I> {
    type Item = I::Item;
    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.1, Some(self.1))
    }
}

#[test]
fn input_that_lies_about_its_length_costs_a_bounded_amount() {
    for claim in [0, 1000, 1 << 40, usize::MAX] {
        let entries = Liar((0..10_u32).map(|i| (i, i)), claim);
        let map: HashMap<u32, u32> =
            Deserialize::deserialize(MapDeserializer::<_, Error>::new(entries)).unwrap();
        assert_eq!(map, (0..10).map(|i| (i, i)).collect());
        assert!(map.stats().bytes < 4 << 20, "{} bytes for a claim of {claim}", map.stats().bytes);
        assert_eq!(map.capacity() >= 1000, claim >= 1000, "a claim within reason is believed");
        validated(map);
        let values = Liar((0..10_u32).map(IntoDeserializer::<Error>::into_deserializer), claim);
        let set: HashSet<u32> =
            Deserialize::deserialize(SeqDeserializer::<_, Error>::new(values)).unwrap();
        assert_eq!(set, (0..10).collect());
        assert!(set.as_map().stats().bytes < 4 << 20);
    }
}

/// A format that puts the length first, and cannot be read back if that was wrong.
#[test]
fn a_map_that_changes_meanwhile_is_written_with_the_right_length() {
    let map: Arc<HashMap<u64, u64>> = Arc::new((0..500).map(|key| (key, key)).collect());
    let over = Arc::new(AtomicBool::new(false));
    let (shared, done) = (map.clone(), over.clone());
    on_threads(3, move |thread| {
        if thread > 0 {
            let mut step = 0;
            while !done.load(Relaxed) {
                step += 1;
                shared.pin().insert(1000 + step % 300, step);
                shared.pin().remove(&(1000 + (step * 7) % 300));
            }
            return;
        }
        for _ in 0..100 {
            let bytes = postcard::to_allocvec(&*shared).unwrap();
            let (back, rest) = postcard::take_from_bytes::<HashMap<u64, u64>>(&bytes).unwrap();
            assert!(rest.is_empty() && (0..500).all(|key| back.pin().contains_key(&key)));
        }
        done.store(true, Relaxed);
    });
    assert!(over.load(Relaxed));
    validated_arc(map);
}

#[test]
fn hashers_are_made_anew() {
    for mode in MODES {
        let map: HashMap<u32, u32, TestHasher> = HashMap::with_hasher(TestHasher::new(mode));
        (0..100).for_each(|key| assert!(map.pin().insert(key, key).is_none()));
        let back: HashMap<u32, u32> =
            serde_json::from_value(serde_json::to_value(&map).unwrap()).unwrap();
        assert_eq!(back, (0..100).map(|key| (key, key)).collect());
    }
}
