//! Every bit pattern is a key, and every one a value.

use std::collections::BTreeSet;
use std::num::NonZero;

use evacmap::{Bits, CopyMap, CopySet};

/// Patterns that others keep for themselves, and their neighbours.
fn patterns() -> BTreeSet<u64> {
    let single = (0..64).map(|bit| 1_u64 << bit);
    let runs = (0..64).map(|bit| u64::MAX << bit);
    single.chain(runs).flat_map(|bits| [bits, !bits, bits.wrapping_sub(1), bits ^ 5]).collect()
}

#[test]
fn no_key_and_no_value_is_special() {
    let map = CopyMap::<u64, u64>::with_seed(5);
    let patterns = patterns();
    assert!(patterns.contains(&0) && patterns.contains(&u64::MAX));
    for &key in &patterns {
        assert_eq!(map.get(&key), None);
        assert_eq!(map.insert(key, !key), None);
        assert_eq!(map.get(&key), Some(!key));
        assert_eq!(map.insert(key, key), Some(!key));
    }
    assert_eq!(map.keys().collect::<BTreeSet<_>>(), patterns);
    assert_eq!(map.values().collect::<BTreeSet<_>>(), patterns);
    for &key in &patterns {
        assert_eq!(map.remove(&key), Some(key));
        assert_eq!(map.get(&key), None);
    }
    assert!(map.is_empty());
}

#[test]
fn all_keys_of_a_narrow_type_at_once() {
    let mut set = CopySet::<u16>::new();
    set.extend(0..=u16::MAX);
    assert_eq!(set.len(), 1 << 16);
    assert!((0..=u16::MAX).all(|key| set.contains(&key)));
    assert_eq!(set.iter().collect::<BTreeSet<_>>().len(), 1 << 16);
    set.validate().unwrap();

    let mut bytes: CopyMap<u8, u64> = (0..=255).map(|key| (key, u64::from(key) << 56)).collect();
    bytes.reserve(100_000);
    bytes.finish_resize();
    assert!((0..=255).all(|key| bytes.get(&key) == Some(u64::from(key) << 56)));
    bytes.validate().unwrap();
    bytes.shrink_to_fit();
    bytes.finish_resize();
    bytes.validate().unwrap();
    assert_eq!(bytes.len(), 256);
}

#[test]
fn floats_are_keys_by_their_bits() {
    let map = CopyMap::from([(0.0, 'z'), (-0.0, 'n'), (f64::NAN, 'x')]);
    assert_eq!(map.len(), 3);
    assert_eq!(
        (map.get(&-0.0), map.get(&0.0), map.get(&f64::NAN)),
        (Some('n'), Some('z'), Some('x'))
    );
}

#[test]
fn what_may_be_none_is_a_key_and_a_value() {
    type Id = Option<NonZero<u64>>;
    let map = CopyMap::<Id, Id>::new();
    assert_eq!(map.insert(None, None), None);
    assert_eq!(map.get(&None), Some(None));
    assert_eq!(map.insert(NonZero::new(1), None), None);
    assert_eq!(map.insert(None, NonZero::new(7)), Some(None));
    assert_eq!(map.len(), 2);
}

/// Says of itself that it is narrower than it is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Liar(u64);

impl Bits for Liar {
    const WIDTH: u32 = 8;

    fn into_bits(self) -> u64 {
        self.0
    }

    fn from_bits(bits: u64) -> Self {
        Liar(bits)
    }
}

#[test]
fn whoever_lies_about_a_width_gets_wrong_answers_and_nothing_worse() {
    let mut map = CopyMap::<Liar, Liar>::new();
    assert_eq!(map.insert(Liar(0x101), Liar(0xFFFF)), None);
    assert_eq!(map.insert(Liar(0x201), Liar(0x300)), Some(Liar(0xFF)));
    assert_eq!(map.get(&Liar(1)), Some(Liar(0)));
    map.validate().unwrap();
}

/// Panics at the wrong moment.
#[derive(Clone, Copy, Debug)]
struct Touchy(u32);

impl Bits for Touchy {
    const WIDTH: u32 = 32;

    fn into_bits(self) -> u64 {
        assert_ne!(self.0, 13, "not this one");
        u64::from(self.0)
    }

    fn from_bits(bits: u64) -> Self {
        assert_ne!(bits, 7, "not that one");
        Touchy(bits as u32)
    }
}

#[test]
fn a_panic_in_a_conversion_leaves_the_map_valid() {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    let mut map = CopyMap::<u32, Touchy>::new();
    map.extend((0..20).filter(|key| *key != 13).map(|key| (key, Touchy(key))));
    let panics = |operation: &dyn Fn()| catch_unwind(AssertUnwindSafe(operation)).is_err();
    assert!(panics(&|| _ = map.insert(1, Touchy(13))));
    assert!(panics(&|| _ = map.get(&7)));
    assert!(panics(&|| _ = map.update(&3, |_| Touchy(13))));
    assert!(panics(&|| _ = map.update(&3, |_| panic!())));
    assert!(panics(&|| _ = map.iter().count()));
    assert!(map.get(&1).is_some_and(|value| value.0 == 1), "as it was");
    map.validate().unwrap();
    assert_eq!(map.len(), 19);
}
