//! Where two words cannot be exchanged. Nobody comes here: whoever makes a map asks first.

#[inline]
pub(super) fn is_supported() -> bool {
    false
}

const NOT_HERE: &str = "pairs of words cannot be exchanged here";

/// # Safety
///
/// None is needed: it panics.
pub(super) unsafe fn peek(_: *const [u64; 2]) -> u64 {
    unreachable!("{NOT_HERE}")
}

/// # Safety
///
/// None is needed: it panics.
pub(super) unsafe fn load(_: *const [u64; 2]) -> [u64; 2] {
    unreachable!("{NOT_HERE}")
}

/// # Safety
///
/// None is needed: it panics.
pub(super) unsafe fn exchange(_: *mut [u64; 2], _: [u64; 2], _: [u64; 2]) -> bool {
    unreachable!("{NOT_HERE}")
}

/// # Safety
///
/// None is needed: it panics.
pub(super) unsafe fn or_first(_: *mut [u64; 2], _: u64) {
    unreachable!("{NOT_HERE}")
}
