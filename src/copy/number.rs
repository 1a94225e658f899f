//! Values that can be added to each other.

use crate::layout::bits::Bits;

/// An integer, for [`CopyMap::fetch_add`](crate::CopyMap::fetch_add).
///
/// It is implemented for the integers up to 64 bits, and can be for types of your own that count
/// something.
pub trait Number: Bits {
    /// What an absent key counts as.
    const ZERO: Self;

    /// The sum; what does not fit is cut off.
    fn plus(self, other: Self) -> Self;
}

macro_rules! numbers {
    ($($type:ty)*) => { $(
        impl Number for $type {
            const ZERO: Self = 0;

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
        }
    )* };
}

numbers!(i8 u8 i16 u16 i32 u32 i64 u64 isize usize);
