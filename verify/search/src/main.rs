//! `cargo run --release -p search`: searches programs, or says which mistakes are found. See the
//! library's text.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use search::explore::{Report, Story, Verdict, explore};
use search::program::{Program, Size};
use search::programs;
use search::rules::{Form, Mistake, Rules};
use search::step::Machine;

#[derive(Parser)]
#[command(
    name = "search",
    about = "Searches all schedules of small programs for one that the rules of chains do not stand"
)]
struct Options {
    /// Only programs whose name has this in it
    name: Option<String>,
    /// Only programs that are no larger
    #[arg(long, default_value = "long")]
    size: Size,
    /// Seed this mistake, and fail unless a program finds it
    #[arg(long)]
    mistake: Option<Mistake>,
    /// Which form of the rules
    #[arg(long, default_value = "argued")]
    form: Form,
    /// States after which the search of a program is cut off; 100 million take 2 GB
    #[arg(long, default_value_t = 100_000_000)]
    limit: usize,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let rules = Rules { form: options.form, mistake: options.mistake };
    let (mut found, mut cut_off) = (0, 0);
    for program in programs::all().filter(|program| options.wants(program)) {
        let start = Instant::now();
        let report = explore(program, rules, options.limit);
        print(program, &report, start.elapsed().as_secs_f64());
        match &report.verdict {
            Verdict::Exhausted => {}
            Verdict::CutOff => cut_off += 1,
            Verdict::Found(counterexample) => {
                found += 1;
                let machine = Machine { program, rules };
                print!("{}", Story { machine, counterexample });
            }
        }
    }
    println!("violations in {found} programs, {cut_off} searches cut off");
    let good = if options.mistake.is_some() { found > 0 } else { found + cut_off == 0 };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Options {
    fn wants(&self, program: &Program) -> bool {
        let named = self.name.as_ref().is_none_or(|name| program.name.contains(name.as_str()));
        named && program.size <= self.size
    }
}

fn print(program: &Program, report: &Report, seconds: f64) {
    let verdict = match &report.verdict {
        Verdict::Exhausted => "exhausted".to_owned(),
        Verdict::CutOff => "CUT OFF".to_owned(),
        Verdict::Found(counterexample) => format!("FOUND: {}", counterexample.violation),
    };
    let Report { states, depth, .. } = report;
    println!(
        "{:<48} {states:>10} states, {depth:>3} deep, {seconds:>6.1} s: {verdict}",
        program.name
    );
}
