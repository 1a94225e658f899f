//! Each mistake in the rules is found, by a program that finds nothing without it.

use clap::ValueEnum;
use search::explore::{Verdict, explore};
use search::programs;
use search::rules::{Form, Mistake, Rules};
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
        Mistake::CopiesRetired => "clear and renewal: two helpers",
        Mistake::KilledEarly => "clear and reuse",
        Mistake::HeadKept => "renewal: an iteration",
        Mistake::LateFollows => "late helper: renewal",
        Mistake::PublishedEarly => "renewal: replace behind the head",
        Mistake::EndOpen | Mistake::LinkReadAgain => "renewal: put and get",
    }
}

fn violation(form: Form, mistake: Mistake) -> Option<Violation> {
    let program = programs::all().find(|program| program.name == finder(mistake));
    let program = program.expect("the program exists");
    let rules = Rules { form, mistake: Some(mistake) };
    match explore(program, rules, LIMIT).verdict {
        Verdict::Found(counterexample) => Some(counterexample.violation),
        Verdict::Exhausted | Verdict::CutOff => None,
    }
}

fn each_mistake_is_found(form: Form) {
    let mistakes = Mistake::value_variants().iter();
    let missed: Vec<_> = mistakes.filter(|mistake| violation(form, **mistake).is_none()).collect();
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn each_mistake_is_found_in_the_rules_as_they_are_argued() {
    each_mistake_is_found(Form::Argued);
}

#[test]
fn each_mistake_is_found_in_the_rules_as_they_are_built() {
    each_mistake_is_found(Form::Built);
}

#[test]
fn what_is_found_is_what_was_to_be_expected() {
    use Mistake::{DeadCarriedOver, FreedAtOnce, LooksFirst, NobodyHelps, ReuseAfterTwo};
    let is = |mistake| violation(Form::Argued, mistake).expect("found");
    assert!(matches!(is(ReuseAfterTwo), Violation::ReusedWhileSeen { .. }));
    assert!(matches!(is(DeadCarriedOver), Violation::NoRoom { .. }));
    assert!(matches!(is(NobodyHelps), Violation::NoEnd));
    assert!(matches!(is(LooksFirst), Violation::FreedEntry { .. }));
    assert!(matches!(is(FreedAtOnce), Violation::FreedBucket { .. }));
}
