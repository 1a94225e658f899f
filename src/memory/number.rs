//! Numbers of the clock, as they are kept beside something for which there is little room.

/// Where the clock stood when it was read under a pin. While that pin lasts the clock moves at most
/// once from there (4 in `collector/clock.rs`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number(usize);

/// Steps by which what is kept may be ahead of who reads it: by one, in fact.
const AHEAD: usize = 4;

impl Number {
    #[inline]
    pub(crate) fn new(now: usize) -> Self {
        Number(now)
    }

    /// The low `width` bits, to be kept.
    #[inline]
    pub(crate) fn kept(self, width: u32) -> usize {
        self.0 & mask(width)
    }

    /// The steps from the number of which those `width` bits were kept to this one; none if that
    /// was read a moment later than this. [`UNTOLD`] if they are more than half of what `width`
    /// bits tell apart: then they may be any number.
    #[inline]
    pub(crate) fn steps_since(self, kept: usize, width: u32) -> usize {
        let ahead = self.0.wrapping_sub(kept).wrapping_add(AHEAD) & mask(width);
        let steps = ahead.saturating_sub(AHEAD);
        if steps <= mask(width) / 2 { steps } else { UNTOLD }
    }
}

/// More steps than any number of them that is told.
pub(crate) const UNTOLD: usize = usize::MAX;

#[inline]
const fn mask(width: u32) -> usize {
    usize::MAX >> (usize::BITS - width)
}

#[cfg(all(test, not(evacmap_loom)))]
mod tests {
    use super::*;

    #[test]
    fn steps_are_told_through_a_wrap_and_not_beyond_half_of_one() {
        for width in [8, 29, 45, 61, usize::BITS] {
            if width > usize::BITS {
                continue;
            }
            let half = mask(width) / 2;
            for start in [0, 1, 7, half - 3, half, mask(width) - 2, mask(width), usize::MAX - 1] {
                let kept = Number::new(start).kept(width);
                let after = |steps| Number::new(start.wrapping_add(steps)).steps_since(kept, width);
                for steps in [0, 1, 2, 3, 100, half - 1, half] {
                    assert_eq!(after(steps), steps, "{width} bits, from {start}");
                }
                assert_eq!(after(half + 1), UNTOLD);
                assert_eq!(after(mask(width) - AHEAD), UNTOLD);
                assert_eq!(after(usize::MAX), 0, "read one step before");
            }
        }
    }
}
