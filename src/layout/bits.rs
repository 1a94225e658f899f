//! Keys and values as bits: what maps of small copies keep.

use core::num::NonZero;

/// A small value that can be turned into bits and back: what a [`CopyMap`](crate::CopyMap) takes
/// for keys and values.
///
/// It is implemented for the integers up to 64 bits, `bool`, `char`, `f32` and `f64`, `NonZero` and
/// `Option<NonZero>`, `()`, and for pairs and arrays of these that have 64 bits at most. What is
/// wider, or owns something, does not fit; it goes into a [`HashMap`](crate::HashMap).
///
/// Two keys are equal if their bits are. So, among floats, a NaN is a key like any other, and `0.0`
/// and `-0.0` are two.
///
/// # Implementing it
///
/// `from_bits(x.into_bits())` is to be `x`, and `into_bits` is to stay below `1 << WIDTH`; whatever
/// is above is cut off. The map gives `from_bits` nothing but what it has had from `into_bits`. The
/// trait is safe: where these rules are broken the answers are wrong, or `from_bits` panics, and
/// nothing worse.
///
/// ```
/// use evacmap::{Bits, CopyMap};
///
/// #[derive(Clone, Copy, PartialEq, Debug)]
/// struct OrderId(u32);
///
/// impl Bits for OrderId {
///     const WIDTH: u32 = u32::WIDTH;
///     fn into_bits(self) -> u64 {
///         self.0.into_bits()
///     }
///     fn from_bits(bits: u64) -> Self {
///         OrderId(u32::from_bits(bits))
///     }
/// }
///
/// let rows: CopyMap<OrderId, u64> = CopyMap::new();
/// rows.insert(OrderId(7), 4096);
/// assert_eq!(rows.get(&OrderId(7)), Some(4096));
/// ```
///
/// A type that needs fewer bits than its integer has may say so. Keys and values of together at
/// most 64 bits take half the memory.
///
/// # What does not fit
///
/// A key or a value of more than 64 bits is an error when the program is compiled:
///
/// ```compile_fail,E0080
/// // "a key of a CopyMap has at most 64 bits"
/// let map = evacmap::CopyMap::<[u32; 3], u8>::new();
/// ```
///
/// ```
/// let map = evacmap::CopyMap::<[u32; 2], u8>::new();
/// ```
///
/// So is one whose type does not implement the trait:
///
/// ```compile_fail,E0277
/// let map = evacmap::CopyMap::<String, u8>::new();
/// ```
pub trait Bits: Copy {
    /// How many bits it takes, at most 64 for what a map is to keep.
    const WIDTH: u32;

    /// The value as bits, all of them below `1 << WIDTH`.
    fn into_bits(self) -> u64;

    /// The value that has these bits.
    fn from_bits(bits: u64) -> Self;
}

macro_rules! integers {
    ($($signed:ty, $unsigned:ty;)*) => { $(
        impl Bits for $unsigned {
            const WIDTH: u32 = <$unsigned>::BITS;

            #[inline(always)]
            fn into_bits(self) -> u64 {
                self as u64
            }

            #[inline(always)]
            fn from_bits(bits: u64) -> Self {
                bits as $unsigned
            }
        }

        impl Bits for $signed {
            const WIDTH: u32 = <$signed>::BITS;

            #[inline(always)]
            fn into_bits(self) -> u64 {
                self.cast_unsigned().into_bits()
            }

            #[inline(always)]
            fn from_bits(bits: u64) -> Self {
                <$unsigned as Bits>::from_bits(bits).cast_signed()
            }
        }

        non_zero!($signed);
        non_zero!($unsigned);
    )* };
}

macro_rules! non_zero {
    ($of:ty) => {
        /// # Panics
        ///
        /// `from_bits` panics if the bits are zero.
        impl Bits for NonZero<$of> {
            const WIDTH: u32 = <$of>::BITS;

            #[inline(always)]
            fn into_bits(self) -> u64 {
                self.get().into_bits()
            }

            #[inline(always)]
            fn from_bits(bits: u64) -> Self {
                Option::<Self>::from_bits(bits).expect("bits of what is not zero")
            }
        }

        /// `None` is zero.
        impl Bits for Option<NonZero<$of>> {
            const WIDTH: u32 = <$of>::BITS;

            #[inline(always)]
            fn into_bits(self) -> u64 {
                self.map_or(0, Bits::into_bits)
            }

            #[inline(always)]
            fn from_bits(bits: u64) -> Self {
                NonZero::new(<$of as Bits>::from_bits(bits))
            }
        }
    };
}

integers! {
    i8, u8;
    i16, u16;
    i32, u32;
    i64, u64;
    isize, usize;
}

impl Bits for () {
    const WIDTH: u32 = 0;

    #[inline(always)]
    fn into_bits(self) -> u64 {
        0
    }

    #[inline(always)]
    fn from_bits(_: u64) {}
}

impl Bits for bool {
    const WIDTH: u32 = 1;

    #[inline(always)]
    fn into_bits(self) -> u64 {
        u64::from(self)
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        bits != 0
    }
}

/// # Panics
///
/// `from_bits` panics if the bits are no `char`.
impl Bits for char {
    const WIDTH: u32 = 21;

    #[inline(always)]
    fn into_bits(self) -> u64 {
        u64::from(u32::from(self))
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        char::from_u32(bits as u32).expect("bits of a char")
    }
}

impl Bits for f32 {
    const WIDTH: u32 = 32;

    #[inline(always)]
    fn into_bits(self) -> u64 {
        u64::from(self.to_bits())
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        f32::from_bits(bits as u32)
    }
}

impl Bits for f64 {
    const WIDTH: u32 = 64;

    #[inline(always)]
    fn into_bits(self) -> u64 {
        self.to_bits()
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        f64::from_bits(bits)
    }
}

/// The bits below `1 << width`.
#[inline(always)]
pub(crate) const fn low(bits: u64, width: u32) -> u64 {
    if width >= u64::BITS { bits } else { bits & ((1 << width) - 1) }
}

/// `bits` with `more` behind them.
#[inline(always)]
fn with_more(bits: u64, more: u64, width: u32) -> u64 {
    bits.checked_shl(width).unwrap_or(0) | low(more, width)
}

/// The bits without the last `width`.
#[inline(always)]
fn without(bits: u64, width: u32) -> u64 {
    bits.checked_shr(width).unwrap_or(0)
}

impl<A: Bits, B: Bits> Bits for (A, B) {
    const WIDTH: u32 = A::WIDTH + B::WIDTH;

    #[inline(always)]
    fn into_bits(self) -> u64 {
        with_more(self.0.into_bits(), self.1.into_bits(), B::WIDTH)
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        (A::from_bits(without(bits, B::WIDTH)), B::from_bits(low(bits, B::WIDTH)))
    }
}

impl<T: Bits, const N: usize> Bits for [T; N] {
    const WIDTH: u32 = {
        assert!(N <= u32::MAX as usize || T::WIDTH == 0, "too many bits");
        T::WIDTH * N as u32
    };

    #[inline(always)]
    fn into_bits(self) -> u64 {
        self.into_iter().fold(0, |bits, item| with_more(bits, item.into_bits(), T::WIDTH))
    }

    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        core::array::from_fn(|at| {
            T::from_bits(low(without(bits, T::WIDTH * (N - 1 - at) as u32), T::WIDTH))
        })
    }
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;
    use core::fmt::Debug;

    fn back<T: Bits + PartialEq + Debug>(values: impl IntoIterator<Item = T>) {
        let mut seen = std::collections::HashMap::new();
        for value in values {
            let bits = value.into_bits();
            assert_eq!(low(bits, T::WIDTH), bits, "{value:?} takes more than its width");
            assert_eq!(T::from_bits(bits), value);
            assert!(seen.insert(bits, value).is_none_or(|other| other == value));
        }
    }

    #[test]
    fn every_kind_comes_back_as_it_was() {
        back([()]);
        back([false, true]);
        back(i8::MIN..=i8::MAX);
        back([i16::MIN, -1, 0, 1, i16::MAX]);
        back([i32::MIN, -1, 0, 1, i32::MAX]);
        back([0, 1, u32::MAX]);
        back([i64::MIN, -1, 0, 1, i64::MAX]);
        back([0, 1, u64::MAX - 1, u64::MAX]);
        back([0, usize::MAX]);
        back([isize::MIN, isize::MAX]);
        back(['\0', 'a', char::MAX]);
        back([f32::MIN, -0.5, f32::INFINITY]);
        back([f64::MIN, -0.5, f64::NEG_INFINITY]);
        back([NonZero::<u64>::MIN, NonZero::<u64>::MAX]);
        back([None, NonZero::new(1_i8), NonZero::new(-1_i8), NonZero::new(i8::MIN)]);
        back([(0_u32, -1_i32), (1, 0), (u32::MAX, i32::MIN)]);
        back([((), u64::MAX)]);
        back([(u64::MAX, ())]);
        back([(true, ('x', -3_i16))]);
        back([[1_u8, 2, 3, 4, 5, 6, 7, 255], [0; 8]]);
        back([[-1_i16; 3]]);
        back([[u64::MAX]]);
        back([[0_u64; 0]]);
        back([[(true, false); 4]]);
    }

    #[test]
    fn floats_are_their_bits() {
        assert_ne!(0.0_f64.into_bits(), (-0.0_f64).into_bits());
        assert!(<f64 as Bits>::from_bits(f64::NAN.into_bits()).is_nan());
    }

    #[test]
    #[should_panic(expected = "bits of what is not zero")]
    fn zero_is_none_of_what_is_not_zero() {
        NonZero::<u8>::from_bits(0);
    }
}
