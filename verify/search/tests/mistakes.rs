//! Each mistake in the rules is found, by a program that finds nothing without it.

use clap::ValueEnum;
use search::explore::{Verdict, explore};
use search::programs;
use search::rules::{Mistake, Rules};
use search::step::Violation;

const LIMIT: usize = 1_000_000;

/// The program that finds it.
fn finder(mistake: Mistake) -> &'static str {
    match mistake {
        Mistake::NumberAfterWalk | Mistake::SecondReadingLate => "reuse: a slot that comes of age",
        Mistake::ReuseAfterTwo | Mistake::RemoveEmpties => "reuse: a reader's guard",
        Mistake::NumberReadApart | Mistake::NoSecondReading => "reuse: two of a key and another",
        Mistake::FirstNotOldest | Mistake::RestampGoesOn | Mistake::AppendWithinStep => {
            "reuse: two ages"
        }
        Mistake::DeadNotFrozen => "reuse and renewal: two of a key",
        Mistake::DeadCarriedOver | Mistake::NobodyHelps => "renewal: two of a key",
        Mistake::NotClosed | Mistake::HelperStores => "evacuation and renewal: put",
        Mistake::FrozenTrusted | Mistake::LooksFirst | Mistake::FreedAtOnce => {
            "renewal: replace in the head"
        }
        Mistake::HeadKept => "renewal: an iteration",
        Mistake::LateFollows => "late helper: renewal",
        Mistake::PublishedEarly => "renewal: replace behind the head",
        Mistake::EndOpen | Mistake::LinkReadAgain => "renewal: put and get",
    }
}

fn violation(mistake: Mistake) -> Option<Violation> {
    let program = programs::all().find(|program| program.name == finder(mistake));
    let program = program.expect("the program exists");
    match explore(program, Rules::with(mistake), LIMIT).verdict {
        Verdict::Found(counterexample) => Some(counterexample.violation),
        Verdict::Exhausted | Verdict::CutOff => None,
    }
}

#[test]
fn each_mistake_is_found() {
    let missed: Vec<_> =
        Mistake::value_variants().iter().filter(|mistake| violation(**mistake).is_none()).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn what_is_found_is_what_was_to_be_expected() {
    use Mistake::{DeadCarriedOver, FreedAtOnce, LooksFirst, NobodyHelps, ReuseAfterTwo};
    let is = |mistake| violation(mistake).expect("found");
    assert!(matches!(is(ReuseAfterTwo), Violation::ReusedWhileSeen { .. }));
    assert!(matches!(is(DeadCarriedOver), Violation::NoRoom { .. }));
    assert!(matches!(is(NobodyHelps), Violation::NoEnd));
    assert!(matches!(is(LooksFirst), Violation::FreedEntry { .. }));
    assert!(matches!(is(FreedAtOnce), Violation::FreedBucket { .. }));
}
