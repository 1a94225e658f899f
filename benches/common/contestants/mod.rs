//! The maps that are compared, each in a file of its own.

mod copies;
mod dashmap;
mod evacmap;
mod flurry;
mod leapfrog;
mod locked;
mod papaya;
mod scc;

pub use self::copies::Copies;
pub use self::dashmap::Dashmap;
pub use self::evacmap::Evacmap;
pub use self::flurry::Flurry;
pub use self::leapfrog::Leapfrog;
pub use self::locked::Locked;
pub use self::papaya::Papaya;
pub use self::scc::{SccIndex, SccMap};

use super::pool::fail;

/// The map that the others are compared with.
pub const SUBJECT: &str = "evacmap";

/// The map of small copies, of the same crate: no peer of the subject.
pub const COPIES: &str = "evacmap-copy";

/// The names, in the order of the columns.
pub const NAMES: [&str; 9] =
    [SUBJECT, COPIES, "papaya", "dashmap", "scc-map", "scc-index", "flurry", "rwlock", "leapfrog"];

/// Wrong answers end the program if the subject gave them. Those of a peer are told, and the others
/// go on.
pub fn complain(map: &str, label: &str, what: &str) {
    if map == SUBJECT || map == COPIES {
        fail(label, what);
    }
    eprintln!("{label} {what}");
}

/// Calls `$apply::<C, M>($args…)` for every map that can hold the content `C`, and gives the
/// results as a vector.
///
/// Those that hold numbers alone stand last.
macro_rules! for_each_map {
    ($apply:ident::<Numbers>($($arg:expr),*)) => {{
        use $crate::common::content::Numbers;
        let mut results = $crate::common::contestants::for_each_map!($apply::<for Numbers>($($arg),*));
        results.push($apply::<Numbers, $crate::common::contestants::Leapfrog>($($arg),*));
        results.push($apply::<Numbers, $crate::common::contestants::Copies>($($arg),*));
        results
    }};
    ($apply:ident::<for $content:ident>($($arg:expr),*)) => {{
        use $crate::common::contestants as maps;
        vec![
            $apply::<$content, maps::Evacmap<$content>>($($arg),*),
            $apply::<$content, maps::Papaya<$content>>($($arg),*),
            $apply::<$content, maps::Dashmap<$content>>($($arg),*),
            $apply::<$content, maps::SccMap<$content>>($($arg),*),
            $apply::<$content, maps::SccIndex<$content>>($($arg),*),
            $apply::<$content, maps::Flurry<$content>>($($arg),*),
            $apply::<$content, maps::Locked<$content>>($($arg),*),
        ]
    }};
}
pub(super) use for_each_map;
