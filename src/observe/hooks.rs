//! Places that tests watch: rare branches, which count their hits, and hand-over steps, at which a
//! test may stop a thread.
//!
//! Without the private feature `_hooks` every call here is empty and costs nothing.

/// An enum, and the list of its variants.
macro_rules! listed {
    ($(#[$about_enum:meta])* $name:ident, $(#[$about_list:meta])* $list:ident: $($variant:ident,)*) => {
        $(#[$about_enum])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        #[non_exhaustive]
        pub enum $name {
            $($variant,)*
        }

        $(#[$about_list])*
        pub const $list: [$name; [$($name::$variant),*].len()] = [$($name::$variant),*];
    };
}

listed! {
    /// A branch that ordinary runs seldom take; tests assert that each was taken.
    Branch,
    /// All of them, for tests that go through them.
    ALL_BRANCHES:
    PublishLost,
    ReplaceLost,
    KillLost,
    AppendLost,
    PlaceLost,
    FrozenKey,
    FrozenEnd,
    OldChainFull,
    InstallLost,
    StartLost,
    PreparedElsewhere,
    PreparerSlow,
    PreparerReplaced,
    PreparedInVain,
    GiveLost,
    Swept,
    TagRefill,
    OverflowInDestination,
    DiscardLost,
    ReapLost,
    NestedReap,
    Recycled,
    SpareFull,
    Orphan,
    WalkMoved,
    Reused,
    ReuseLost,
    ReusedMeanwhile,
    ReadAgain,
    ChangedMeanwhile,
    StampedAnew,
    StampLost,
    RenewalPublished,
    RenewalLost,
    RenewalClosed,
    RenewalHelped,
    LateAtRenewed,
}

/// How many kinds of [`Branch`] there are.
pub const BRANCHES: usize = ALL_BRANCHES.len();

listed! {
    /// A step at which one thread hands over to others, so that one that stops here could hold them
    /// up.
    Point,
    /// All points, for tests that go through them.
    POINTS:
    RootLoaded,
    BeforePublish,
    Published,
    BeforeReplace,
    BeforeKill,
    Killed,
    BeforeAppend,
    Appended,
    BeforeStart,
    Started,
    ShareTaken,
    SourceFrozen,
    Placed,
    BeforeEvacuated,
    Evacuated,
    BeforeAccount,
    BeforePromote,
    Promoted,
    BeforeRetire,
    Giving,
    Preparing,
    BeforeRenewal,
    ChainFrozen,
    BeforeRenewed,
    Renewed,
}

#[cfg(all(feature = "_hooks", not(evacmap_loom)))]
pub use imp::{clear_hook, hits, on_reach};
pub(crate) use imp::{hit, reach};

#[cfg(all(feature = "_hooks", not(evacmap_loom)))]
mod imp {
    use super::{BRANCHES, Branch, Point};
    use crate::sync::{AtomicUsize, Relaxed};
    use std::cell::RefCell;

    static HITS: [AtomicUsize; BRANCHES] = [const { AtomicUsize::new(0) }; BRANCHES];

    type Hook = Box<dyn FnMut(Point)>;

    thread_local! {
        static HOOK: RefCell<Option<Hook>> = const { RefCell::new(None) };
    }

    pub(crate) fn hit(branch: Branch) {
        // ORDERING: Relaxed: a statistic.
        HITS[branch as usize].fetch_add(1, Relaxed);
    }

    /// How often the branch has been taken in this process.
    pub fn hits(branch: Branch) -> usize {
        // ORDERING: Relaxed: a statistic.
        HITS[branch as usize].load(Relaxed)
    }

    pub(crate) fn reach(point: Point) {
        // A hook that uses a map does not call itself.
        let taken = HOOK
            .try_with(|hook| hook.try_borrow_mut().ok().and_then(|mut hook| hook.take()))
            .ok()
            .flatten();
        if let Some(mut hook) = taken {
            hook(point);
            HOOK.with(|slot| {
                slot.borrow_mut().get_or_insert(hook);
            });
        }
    }

    /// Has `hook` called at each point that this thread reaches from now on.
    pub fn on_reach(hook: impl FnMut(Point) + 'static) {
        HOOK.with(|slot| *slot.borrow_mut() = Some(Box::new(hook)));
    }

    /// Ends `on_reach`.
    pub fn clear_hook() {
        HOOK.with(|slot| *slot.borrow_mut() = None);
    }
}

#[cfg(not(all(feature = "_hooks", not(evacmap_loom))))]
mod imp {
    use super::{Branch, Point};

    #[inline(always)]
    pub(crate) fn hit(_: Branch) {}

    #[inline(always)]
    pub(crate) fn reach(_: Point) {}
}
