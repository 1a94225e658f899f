//! `cargo xtask house`: rules for `src/` that no compiler lint knows.
//!
//! The map must not lock, wait or order through a single total order; every `unsafe` has its proof
//! and every ordering its partner beside it; functions and files stay short.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::source::{self, Line, has_word, is_word};
use crate::{arrows, claims, cmd, seeded, surface, width};

/// How far above a line its comment may stand.
const COMMENT_REACH: usize = 10;
const LONGEST_FUNCTION: usize = 60;
const LONGEST_FILE: usize = 500;
/// Parameters of a function of the library, `self` among them.
const MOST_PARAMETERS: usize = 5;

/// Words that lock or that order everything, and where they may stand: the model reclaimer is a
/// stand-in that only the models are built with, and leases have a pair of fences, of which the two
/// files of `crate::sync` have the cheap half.
const LOCKS: [&str; 5] = ["Mutex", "RwLock", "Condvar", "SeqCst", "fence"];
const MAY_LOCK: [&str; 3] = ["src/memory/stub.rs", "src/sync.rs", "src/sync/modelled.rs"];

/// Words that wait. They may stand nowhere.
const WAITS: [&str; 5] = ["yield_now", "spin_loop", "sleep", "park", "Backoff"];

const MAY_IMPORT_ATOMICS: [&str; 2] = ["src/sync.rs", "src/sync/"];

const ORDERINGS: [&str; 4] = ["Relaxed", "Acquire", "Release", "AcqRel"];
/// Spelled in two halves, so that a search of this repository for them finds nothing.
const UNFINISHED: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
];

/// A line that breaks a rule.
#[derive(Debug, PartialEq)]
struct Fault {
    file: String,
    line: usize,
    what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.what)
    }
}

pub fn run() -> Result<()> {
    let root = cmd::root();
    let mut files = Vec::new();
    find_sources(&root.join("src"), &mut files)?;
    files.sort();

    let mut faults = Vec::new();
    let mut longest = Function::default();
    let mut longest_in = String::new();
    for path in &files {
        let source =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let file = File::new(&name, &source);
        faults.extend(file.check());
        if let Some(function) = file.functions().into_iter().max_by_key(|function| function.lines)
            && function.lines > longest.lines
        {
            longest = function;
            longest_in = format!("{name}:{}", longest.first_line);
        }
    }
    for fault in &faults {
        eprintln!("{fault}");
    }
    let mut broken = arrows::broken(&root, &files)?;
    broken.extend(seeded::broken()?);
    broken.extend(claims::broken(&root)?);
    broken.extend(surface::unused(&root, &files)?);
    broken.extend(width::broken(&root)?);
    for line in &broken {
        eprintln!("{line}");
    }
    println!(
        "house: {} files; longest function: {} lines, {longest_in}",
        files.len(),
        longest.lines
    );
    let wrong = faults.len() + broken.len();
    if wrong > 0 {
        bail!("{wrong} faults against the house rules");
    }
    Ok(())
}

pub fn find_sources(dir: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            find_sources(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// A function with a body; `first_line` counts from 1.
#[derive(Debug, Default, PartialEq)]
struct Function {
    name: String,
    first_line: usize,
    lines: usize,
    parameters: usize,
}

struct File<'a> {
    name: &'a str,
    lines: Vec<Line>,
    /// Which lines belong to a `use` declaration.
    in_use: Vec<bool>,
    /// The first line of the unit tests, or the number of lines.
    tests: usize,
}

impl<'a> File<'a> {
    fn new(name: &'a str, source: &str) -> Self {
        let mut lines = source::lines(source);
        if lines.last() == Some(&Line::default()) {
            lines.pop();
        }
        let in_use = lines_in_use(&lines);
        let tests = if is_test_file(name) { 0 } else { first_test_line(&lines) };
        Self { name, lines, in_use, tests }
    }

    fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            self.check_words(at, line, &mut faults);
            self.check_comments(at, line, &mut faults);
        }
        self.check_atomic_imports(&mut faults);
        self.check_lengths(&mut faults);
        faults.sort_by_key(|fault| fault.line);
        faults
    }

    fn fault(&self, at: usize, what: impl Into<String>) -> Fault {
        Fault { file: self.name.to_owned(), line: at + 1, what: what.into() }
    }

    fn is_under(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.name.starts_with(place))
    }

    fn check_words(&self, at: usize, line: &Line, faults: &mut Vec<Fault>) {
        for (words, allowed) in [(&LOCKS, &MAY_LOCK[..]), (&WAITS, &[])] {
            let found = words.iter().filter(|word| has_word(&line.code, word));
            let found = found.filter(|_| !self.is_under(allowed));
            faults.extend(
                found.map(|word| self.fault(at, format!("`{word}`: nothing here locks or waits"))),
            );
        }
        for unfinished in UNFINISHED {
            if line.code.contains(unfinished) || line.comment.contains(unfinished) {
                faults.push(self.fault(at, format!("`{unfinished}`: finish it or leave it out")));
            }
        }
    }

    fn check_comments(&self, at: usize, line: &Line, faults: &mut Vec<Fault>) {
        if opens_unsafe(&line.code) && !self.is_explained(at, "SAFETY") {
            faults.push(self.fault(at, "`unsafe` without a `SAFETY` comment above it"));
        }
        let orders = ORDERINGS.iter().any(|ordering| has_word(&line.code, ordering));
        if orders && at < self.tests && !self.in_use[at] && !self.is_explained(at, "ORDERING") {
            faults.push(self.fault(at, "an ordering without an `ORDERING` comment above it"));
        }
    }

    /// Whether a comment with `marker` stands on the line or a little above it.
    fn is_explained(&self, at: usize, marker: &str) -> bool {
        let above = at.saturating_sub(COMMENT_REACH);
        self.lines[above..=at].iter().any(|line| line.comment.contains(marker))
    }

    fn check_atomic_imports(&self, faults: &mut Vec<Fault>) {
        if self.is_under(&MAY_IMPORT_ATOMICS) {
            return;
        }
        let mut statement = String::new();
        for (at, line) in self.lines.iter().enumerate() {
            let starts = self.in_use[at]
                && (at == 0 || !self.in_use[at - 1] || self.lines[at - 1].code.contains(';'));
            if starts || !self.in_use[at] {
                statement.clear();
            }
            let knew = names_atomics(&statement);
            statement.extend(line.code.chars().filter(|c| !c.is_whitespace()));
            if names_atomics(&statement) && !knew {
                faults.push(self.fault(at, "atomics come from `crate::sync` only"));
            }
        }
    }

    fn check_lengths(&self, faults: &mut Vec<Fault>) {
        for function in self.functions() {
            if function.lines > LONGEST_FUNCTION {
                let what = format!(
                    "function `{}` has {} lines, over {LONGEST_FUNCTION}",
                    function.name, function.lines
                );
                faults.push(self.fault(function.first_line - 1, what));
            }
        }
        for function in self.functions() {
            let Function { name, first_line, parameters, .. } = function;
            if parameters > MOST_PARAMETERS && first_line <= self.tests {
                let what = format!(
                    "function `{name}` has {parameters} parameters, over {MOST_PARAMETERS}"
                );
                faults.push(self.fault(first_line - 1, what));
            }
        }
        if self.tests > LONGEST_FILE {
            faults.push(
                self.fault(
                    0,
                    format!("{} lines before the tests, over {LONGEST_FILE}", self.tests),
                ),
            );
        }
    }

    /// The functions with bodies, outermost and nested.
    fn functions(&self) -> Vec<Function> {
        let code: Vec<(usize, char)> = self.numbered_code().collect();
        let mut functions = Vec::new();
        for at in 0..code.len() {
            if let Some(name) = function_name(&code, at)
                && let Some(last) = body_end(&code, at)
            {
                let (first, last) = (code[at].0, code[last].0);
                let (lines, parameters) = (last - first + 1, parameters(&code[at..]));
                functions.push(Function { name, first_line: first + 1, lines, parameters });
            }
        }
        functions
    }

    fn numbered_code(&self) -> impl Iterator<Item = (usize, char)> {
        let lines = self.lines.iter().enumerate();
        lines.flat_map(|(at, line)| line.code.chars().chain(['\n']).map(move |c| (at, c)))
    }
}

/// The name of the function whose `fn` stands at `at`; none for a pointer type such as `fn(u8)`.
fn function_name(code: &[(usize, char)], at: usize) -> Option<String> {
    let is_fn = code[at..].iter().map(|&(_, c)| c).take(3).eq("fn ".chars());
    if !is_fn || (at > 0 && is_word(code[at - 1].1)) {
        return None;
    }
    let name: String =
        code[at + 3..].iter().map(|&(_, c)| c).take_while(|&c| is_word(c) || c == '$').collect();
    (!name.is_empty()).then_some(name)
}

/// How many parameters the function has that `code` begins with.
fn parameters(code: &[(usize, char)]) -> usize {
    let mut chars = code.iter().map(|&(_, c)| c);
    // Past the generics, of which a bound may have parentheses of its own.
    let (mut angles, mut last) = (0_usize, ' ');
    for c in chars.by_ref() {
        match c {
            '<' => angles += 1,
            '>' if last != '-' => angles = angles.saturating_sub(1),
            '(' if angles == 0 => break,
            _ => {}
        }
        last = c;
    }
    let (mut depth, mut count, mut is_empty) = (0_usize, 0, true);
    for c in chars {
        match c {
            ')' if depth == 0 => break,
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '>' if last != '-' => depth -= 1,
            ',' if depth == 0 => {
                count += 1;
                is_empty = true;
            }
            _ => {}
        }
        last = c;
        is_empty &= c.is_whitespace() || c == ',';
    }
    count + usize::from(!is_empty)
}

/// The index of the brace that ends the function at `at`; none if it has no body.
fn body_end(code: &[(usize, char)], at: usize) -> Option<usize> {
    let mut brackets = 0;
    let mut braces = 0;
    for (index, &(_, c)) in code.iter().enumerate().skip(at) {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            ';' if brackets == 0 && braces == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces == 0 && brackets == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether an unsafe block or an unsafe implementation begins in `code`.
fn opens_unsafe(code: &str) -> bool {
    code.match_indices("unsafe").any(|(at, word)| {
        let is_whole = !code[..at].ends_with(is_word);
        let rest = code[at + word.len()..].trim_start();
        is_whole && (rest.starts_with('{') || rest.starts_with("impl") || rest.is_empty())
    })
}

/// Whether code without spaces names the atomics of std, core or loom.
fn names_atomics(code: &str) -> bool {
    ["std", "core", "loom"].into_iter().any(|library| {
        code.contains(&format!("{library}::sync::atomic"))
            || (code.contains(&format!("{library}::sync::{{")) && has_word(code, "atomic"))
            || (code.contains(&format!("{library}::{{")) && code.contains("sync::atomic"))
    })
}

fn lines_in_use(lines: &[Line]) -> Vec<bool> {
    let mut inside = false;
    let mut in_use = Vec::with_capacity(lines.len());
    for line in lines {
        inside |= starts_use(&line.code);
        in_use.push(inside);
        inside &= !line.code.contains(';');
    }
    in_use
}

fn starts_use(code: &str) -> bool {
    let code = code.trim_start();
    let code = code.strip_prefix("pub").map_or(code, |rest| {
        let rest = rest.trim_start();
        rest.strip_prefix('(')
            .and_then(|rest| rest.split_once(')'))
            .map_or(rest, |(_, rest)| rest)
            .trim_start()
    });
    code.starts_with("use ")
}

fn is_test_file(name: &str) -> bool {
    name.ends_with("/tests.rs") || name.contains("/tests/")
}

/// The first line of the unit tests at the end of a file, or the number of lines.
fn first_test_line(lines: &[Line]) -> usize {
    let is_start = |at: &usize| {
        let attribute = lines[*at].code.trim();
        let next =
            lines[at + 1..].iter().map(|line| line.code.trim()).find(|code| !code.is_empty());
        (attribute == "#[cfg(test)]" || attribute.starts_with("#[cfg(all(test,"))
            && next.is_some_and(|code| code.starts_with("mod ") && code.ends_with('{'))
    };
    (0..lines.len()).find(is_start).unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_at_fault(name: &str, source: &str) -> Vec<usize> {
        File::new(name, source).check().into_iter().map(|fault| fault.line).collect()
    }

    #[track_caller]
    fn assert_clean(name: &str, source: &str) {
        assert_eq!(File::new(name, source).check(), Vec::<Fault>::new());
    }

    #[test]
    fn locks_are_found_in_code_only() {
        assert_eq!(lines_at_fault("src/map.rs", "use std::sync::Mutex;"), [1]);
        assert_eq!(lines_at_fault("src/map.rs", "fence(x);\nx.load(SeqCst);"), [1, 2]);
        assert_clean("src/map.rs", "// no Mutex here\nlet s = \"SeqCst\";");
    }

    #[test]
    fn the_allow_list_names_places() {
        assert_clean("src/memory/stub.rs", "use std::sync::Mutex;");
        assert_eq!(lines_at_fault("src/garbage/batch.rs", "use std::sync::Mutex;"), [1]);
    }

    #[test]
    fn nothing_waits() {
        assert_eq!(
            lines_at_fault("src/engine/resize.rs", "let b = Backoff::new();\nyield_now();"),
            [1, 2]
        );
        assert_eq!(lines_at_fault("src/garbage/batch.rs", "let b = Backoff::new();"), [1]);
    }

    #[test]
    fn unfinished_work_is_found_everywhere() {
        let source = format!("// {}\nfn f() {{ {}() }}\n", UNFINISHED[0], UNFINISHED[2]);
        assert_eq!(lines_at_fault("src/map.rs", &source), [1, 2]);
    }

    #[test]
    fn unsafe_wants_a_proof_nearby() {
        assert_eq!(lines_at_fault("src/map.rs", "let a = unsafe { f() };"), [1]);
        assert_eq!(lines_at_fault("src/map.rs", "unsafe impl Send for A {}"), [1]);
        assert_clean("src/map.rs", "// SAFETY: by I3.\nlet a = unsafe { f() };");
        assert_clean("src/map.rs", "unsafe fn f() {}");
        let far = format!("// SAFETY: by I3.\n{}unsafe {{ f() }};", "\n".repeat(COMMENT_REACH));
        assert_eq!(lines_at_fault("src/map.rs", &far), [12]);
    }

    #[test]
    fn an_ordering_wants_its_partner_nearby() {
        assert_eq!(lines_at_fault("src/map.rs", "a.load(Acquire);"), [1]);
        assert_clean("src/map.rs", "// ORDERING: the Release in `b`.\na.load(Acquire);");
        assert_clean("src/map.rs", "use crate::sync::Ordering::{\n    Acquire,\n    Release,\n};");
        assert_clean("src/map.rs", "#[cfg(test)]\nmod tests {\n    a.load(Relaxed);\n}");
        assert_clean(
            "src/map.rs",
            "#[cfg(all(test, not(x)))]\nmod tests {\n    a.load(Relaxed);\n}",
        );
    }

    #[test]
    fn atomics_come_from_one_file() {
        for import in [
            "use std::sync::atomic::AtomicU64;",
            "use core::sync::{\n    atomic::AtomicU64,\n};",
            "pub(crate) use loom::sync::atomic::AtomicU64;",
            "static N: std::sync::atomic::AtomicU64 = x;",
        ] {
            assert_eq!(lines_at_fault("src/map.rs", import).len(), 1, "{import}");
            assert_clean("src/sync.rs", import);
        }
        assert_clean("src/map.rs", "use crate::sync::atomic::AtomicU64;\nuse std::sync::Arc;");
    }

    #[test]
    fn long_functions_are_found() {
        let function = |lines: usize| {
            format!("fn f(a: [u8; 2]) -> u8 {{\n{}}}\n", "    g();\n".repeat(lines - 2))
        };
        assert_clean("src/map.rs", &function(LONGEST_FUNCTION));
        let long = format!("// first\n{}", function(LONGEST_FUNCTION + 1));
        assert_eq!(lines_at_fault("src/map.rs", &long), [2]);
    }

    #[test]
    fn parameters_are_counted() {
        for (source, count) in [
            ("fn f() {}", 0),
            ("fn f(&self) {}", 1),
            ("fn f<T: Fn(u8, u8) -> u8>(a: T, b: [u8; 2], (c, d): (u8, u8),) {}", 3),
            ("fn f(a: impl Fn(u8, u8) -> Vec<(u8, u8)>, b: HashMap<K, V>) {}", 2),
        ] {
            assert_eq!(
                File::new("src/map.rs", source).functions()[0].parameters,
                count,
                "{source}"
            );
        }
        assert_eq!(lines_at_fault("src/a.rs", "fn f(a: A, b: A, c: A, d: A, e: A, f: A) {}"), [1]);
    }

    #[test]
    fn functions_without_bodies_are_skipped() {
        let source = "trait T {\n    fn a(&self) -> fn(u8) -> u8;\n    fn b() {\n    }\n}\n";
        let found = File::new("src/map.rs", source).functions();
        assert_eq!(found, [Function { name: "b".into(), first_line: 3, lines: 2, parameters: 0 }]);
    }

    #[test]
    fn long_files_are_found_and_tests_do_not_count() {
        let long = "a();\n".repeat(LONGEST_FILE + 1);
        assert_eq!(lines_at_fault("src/map.rs", &long), [1]);
        let tested =
            format!("{}#[cfg(test)]\nmod tests {{\n{long}}}\n", "a();\n".repeat(LONGEST_FILE));
        assert_clean("src/map.rs", &tested);
    }
}
