//! No schedule of the quick programs violates anything, in either form of the rules.

use search::explore::{Story, Verdict, explore};
use search::program::Size;
use search::programs;
use search::rules::{Form, Rules};
use search::step::Machine;

const LIMIT: usize = 1_000_000;

fn quick_programs_hold(form: Form) {
    let rules = Rules { form, mistake: None };
    let quick: Vec<_> = programs::all().filter(|program| program.size == Size::Quick).collect();
    assert!(quick.len() >= 5);
    for program in quick {
        match explore(program, rules, LIMIT).verdict {
            Verdict::Exhausted => {}
            Verdict::CutOff => panic!("{}: more than {LIMIT} states", program.name),
            Verdict::Found(counterexample) => {
                let machine = Machine { program, rules };
                let story = Story { machine, counterexample: &counterexample };
                panic!("{}:\n{story}", program.name)
            }
        }
    }
}

#[test]
fn the_rules_hold_as_they_are_argued() {
    quick_programs_hold(Form::Argued);
}

#[test]
fn the_rules_hold_as_they_are_built() {
    quick_programs_hold(Form::Built);
}

#[test]
fn names_are_told_apart() {
    let mut names: Vec<_> = programs::all().map(|program| program.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
}
