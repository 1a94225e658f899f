//! The hash bits that a slot keeps beside its entry (Go's tophash).

/// Whether the platform leaves the top 16 bits of user addresses free: x86-64 and AArch64 give a
/// process 47 or 48 bits unless it asks for more. Each allocation is checked, see
/// [`Tag::fits_beside`].
const FREE_HIGH_BITS: bool = cfg!(all(
    not(feature = "_no_tags"),
    target_pointer_width = "64",
    any(target_arch = "x86_64", target_arch = "aarch64"),
    any(target_os = "linux", target_os = "macos", target_os = "windows", target_os = "freebsd")
));

/// The bits of a word that hold the tag.
pub(crate) const TAG_MASK: usize =
    if Tag::WIDTH == 0 { 0 } else { usize::MAX << (usize::BITS - 16) };

/// Hash bits kept beside the pointer (Go's tophash), already in place: all other bits of it are
/// zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Tag(usize);

impl Tag {
    /// Bits in a tag.
    pub(crate) const WIDTH: u32 = if FREE_HIGH_BITS { 16 } else { 0 };

    #[inline]
    pub(crate) fn new(high: usize) -> Self {
        Tag(high & TAG_MASK)
    }

    /// The whole word's worth of bits.
    #[inline]
    pub(crate) fn bits(self) -> usize {
        self.0
    }

    /// The tag as a 16-bit number, for the vector scan.
    #[allow(dead_code)] // by the vector scan alone
    #[inline]
    pub(crate) fn as_u16(self) -> u16 {
        (self.0 >> (usize::BITS - 16)) as u16
    }

    /// The top `count` bits: the index bits that a table larger by `1 << count` adds.
    #[inline]
    pub(crate) fn next_index_bits(self, count: u32) -> usize {
        if count == 0 { 0 } else { self.0 >> (usize::BITS - count) }
    }

    /// Whether an address leaves room for a tag.
    #[inline]
    pub(crate) fn fits_beside(address: usize) -> bool {
        address & TAG_MASK == 0
    }
}
