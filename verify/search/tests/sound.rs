//! No schedule of the quick programs violates anything, in either way that the rules permit.

use search::explore::{Story, Verdict, explore};
use search::program::Size;
use search::programs;
use search::rules::Rules;
use search::step::Machine;

const LIMIT: usize = 1_000_000;

fn quick_programs_hold(rules: Rules) {
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
fn an_operation_may_keep_its_number() {
    quick_programs_hold(Rules::default());
}

#[test]
fn an_operation_may_read_a_new_number_for_each_walk() {
    quick_programs_hold(Rules { new_number: true, ..Rules::default() });
}

#[test]
fn names_are_told_apart() {
    let mut names: Vec<_> = programs::all().map(|program| program.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
}
