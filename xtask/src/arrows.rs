//! Which file of `src/` uses which, read off the paths in the code: arrows between the floors of
//! the house go down only, and no files use each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::source::{self, is_word};

/// From the ground up. What stands together may use each other, as far as no files form a circle.
const FLOORS: [&[&str]; 9] = [
    &["sync", "sizes"],
    &["observe"],
    &["memory"],
    &["garbage"],
    &["layout"],
    &["table"],
    &["engine"],
    &["map", "set", "take", "error"],
    &["integrations", "docs", "lib"],
];

/// A module's path from the root of the crate.
type Module = Vec<String>;

/// A use of something: from a file, by a path that begins at the root of the crate.
#[derive(Debug, PartialEq)]
struct Use {
    path: Module,
    /// `pub use`: passes the thing on, and is followed rather than counted.
    passes_on: bool,
    line: usize,
}

struct File {
    name: String,
    module: Module,
    uses: Vec<Use>,
}

/// What is wrong, a line each.
pub fn broken(root: &Path, files: &[PathBuf]) -> Result<Vec<String>> {
    let mut read = Vec::new();
    for path in files {
        let source = fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
        let name = path.strip_prefix(root.join("src")).unwrap_or(path);
        read.push(File::new(&name.to_string_lossy().replace('\\', "/"), &source));
    }
    Ok(check(&read))
}

fn check(files: &[File]) -> Vec<String> {
    let by_module: BTreeMap<&Module, usize> =
        files.iter().enumerate().map(|(at, file)| (&file.module, at)).collect();
    let mut broken = Vec::new();
    let mut arrows = vec![BTreeSet::new(); files.len()];
    for (from, file) in files.iter().enumerate() {
        for used in file.uses.iter().filter(|used| !used.passes_on) {
            let Some(to) = resolve(files, &by_module, &used.path, 0) else { continue };
            if to == from {
                continue;
            }
            arrows[from].insert(to);
            match (floor(&file.module), floor(&files[to].module)) {
                (Some(mine), Some(other)) if other <= mine => {}
                (Some(_), Some(_)) => broken.push(format!(
                    "src/{}:{}: uses src/{}, which stands above it",
                    file.name, used.line, files[to].name
                )),
                _ => {}
            }
        }
    }
    let homeless = files.iter().filter(|file| floor(&file.module).is_none());
    broken.extend(homeless.map(|file| format!("src/{}: stands on no floor", file.name)));
    broken.extend(circles(&arrows).iter().map(|circle| {
        let names: Vec<_> = circle.iter().map(|at| files[*at].name.as_str()).collect();
        format!("src/: these use each other in a circle: {}", names.join(", "))
    }));
    broken
}

fn floor(module: &Module) -> Option<usize> {
    let top = module.first().map_or("lib", String::as_str);
    FLOORS.iter().position(|floor| floor.contains(&top))
}

/// The file that a path leads to, through what modules pass on.
fn resolve(
    files: &[File],
    by_module: &BTreeMap<&Module, usize>,
    path: &Module,
    depth: usize,
) -> Option<usize> {
    let (at, item) = (0..=path.len()).rev().find_map(|len| {
        let at = *by_module.get(&path[..len].to_vec())?;
        Some((at, path.get(len)))
    })?;
    let Some(item) = item.filter(|_| depth < 8) else { return Some(at) };
    let passed =
        files[at].uses.iter().find(|used| used.passes_on && used.path.last() == Some(item));
    passed.map_or(Some(at), |used| resolve(files, by_module, &used.path, depth + 1))
}

/// Sets of more than one file of which each leads to each.
fn circles(arrows: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let reaches: Vec<BTreeSet<usize>> = (0..arrows.len())
        .map(|start| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![start]);
            while let Some(at) = next.pop() {
                next.extend(arrows[at].iter().filter(|to| seen.insert(**to)));
            }
            seen
        })
        .collect();
    let mut circles: Vec<Vec<usize>> = (0..arrows.len())
        .map(|at| reaches[at].iter().copied().filter(|to| reaches[*to].contains(&at)).collect())
        .filter(|circle: &Vec<usize>| circle.len() > 1)
        .collect();
    circles.sort();
    circles.dedup();
    circles
}

impl File {
    fn new(name: &str, source: &str) -> Self {
        let mut module: Module =
            name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
            module.pop();
        }
        let lines = source::lines(source);
        let code: Vec<&str> = lines.iter().map(|line| line.code.as_str()).collect();
        let uses = uses(&code.join("\n"), &module);
        File { name: name.to_owned(), module, uses }
    }
}

/// All paths in some code that begin with `crate`, `super` or `self`, or are passed on.
fn uses(code: &str, file: &Module) -> Vec<Use> {
    let mut found = Vec::new();
    // Modules inside of the file, with the depth of braces at which each ends.
    let (mut inner, mut depth): (Vec<(String, usize)>, usize) = (Vec::new(), 0);
    let (mut rest, mut line, mut in_tests) = (code, 1, None);
    while let Some(c) = rest.chars().next() {
        let here = || file.iter().cloned().chain(inner.iter().map(|(name, _)| name.clone()));
        let word: &str = &rest[..rest.find(|c: char| !is_word(c)).unwrap_or(rest.len())];
        let mut taken = word.len().max(c.len_utf8());
        match word {
            "mod" => {
                let name = rest[3..].trim_start();
                let len = name.find(|c: char| !is_word(c)).unwrap_or(name.len());
                if name[len..].trim_start().starts_with('{') {
                    inner.push((name[..len].to_owned(), depth));
                    in_tests = in_tests.or((&name[..len] == "tests").then_some(depth));
                }
            }
            "use" => {
                let end = rest.find(';').unwrap_or(rest.len());
                let before = code[..code.len() - rest.len()].trim_end();
                let passes_on = before.ends_with("pub")
                    || before.ends_with("pub(crate)")
                    || before.ends_with("pub(super)");
                let tree: String = rest[3..end].split_whitespace().collect::<Vec<_>>().join(" ");
                for path in leaves(&tree) {
                    let path = absolute(&path, here().collect(), passes_on);
                    found.extend(path.map(|path| Use { path, passes_on, line }));
                }
                taken = end;
            }
            // `pub(in super::super)` says who may see something, and uses nothing.
            "in" if code[..code.len() - rest.len()].ends_with("pub(") => {
                taken = rest.find(')').unwrap_or(rest.len());
            }
            "crate" | "super" | "self" if rest[word.len()..].starts_with("::") => {
                let end = rest.find(|c: char| !is_word(c) && c != ':').unwrap_or(rest.len());
                let path = rest[..end].trim_end_matches(':');
                let path = absolute(path, here().collect(), false);
                found.extend(path.map(|path| Use { path, passes_on: false, line }));
                taken = end;
            }
            _ if c == '{' => depth += 1,
            _ if c == '}' => {
                depth = depth.saturating_sub(1);
                inner.pop_if(|(_, at)| *at == depth);
                in_tests = in_tests.filter(|at| *at < depth);
            }
            _ => {}
        }
        line += rest[..taken].matches('\n').count();
        rest = &rest[taken..];
        if in_tests.is_some() {
            // What tests use is no arrow of the house.
            found.retain(|used| used.line < line);
            break;
        }
    }
    found
}

/// The paths in a use tree: `a::{b, c::d}` gives `a::b` and `a::c::d`.
fn leaves(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let tree =
        tree.split_once(" as ").filter(|_| !tree.contains('{')).map_or(tree, |(path, _)| path);
    let Some((head, inside)) = tree.split_once('{') else { return vec![tree.to_owned()] };
    let inside = inside.trim_end().strip_suffix('}').unwrap_or(inside);
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(leaves).map(|leaf| format!("{head}{leaf}").replace("::self", "")).collect()
}

/// A path from the root of the crate; `None` if it leads out of the crate.
fn absolute(path: &str, here: Module, passes_on: bool) -> Option<Module> {
    let mut parts = path.split("::").map(str::trim).peekable();
    let mut at = match *parts.peek()? {
        "crate" => Vec::new(),
        "super" | "self" => here,
        // A child that is passed on.
        _ if passes_on => return Some(here.into_iter().chain(parts.map(str::to_owned)).collect()),
        _ => return None,
    };
    for part in parts {
        match part {
            "crate" | "self" => {}
            "super" => drop(at.pop()),
            part => at.push(part.to_owned()),
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(files: &[(&str, &str)]) -> Vec<String> {
        check(&files.iter().map(|(name, source)| File::new(name, source)).collect::<Vec<_>>())
    }

    #[test]
    fn an_arrow_that_goes_up_is_found_wherever_it_is_drawn() {
        let engine = ("engine/mod.rs", "pub(crate) struct Map;");
        for arrow in [
            "use crate::engine::Map;",
            "use crate::{engine::Map, sync};",
            "fn f(map: crate::engine::Map) {}",
            "mod inner {\n    use super::super::engine::Map;\n}",
        ] {
            let found = broken(&[engine, ("table/mod.rs", arrow)]);
            assert_eq!(found.len(), 1, "{arrow}: {found:?}");
            assert!(found[0].contains("above"), "{found:?}");
        }
        let down = ("engine/mod.rs", "use crate::table::Table;");
        assert_eq!(broken(&[down, ("table/mod.rs", "pub(crate) struct Table;")]), [""; 0]);
    }

    #[test]
    fn comments_and_tests_draw_no_arrows() {
        let engine = ("engine/mod.rs", "pub(crate) struct Map;");
        for source in [
            "//! See crate::engine::Map.",
            "#[cfg(test)]\nmod tests {\n    use crate::engine::Map;\n}",
        ] {
            assert_eq!(broken(&[engine, ("table/mod.rs", source)]), [""; 0]);
        }
    }

    #[test]
    fn a_circle_of_files_is_found_through_what_is_passed_on() {
        let found = broken(&[
            ("table/mod.rs", "mod a;\nmod b;\npub(crate) use a::A;\npub(crate) use b::B;"),
            ("table/a.rs", "use super::B;\npub(crate) struct A;"),
            ("table/b.rs", "use crate::table::A;\npub(crate) struct B;"),
        ]);
        assert_eq!(found, ["src/: these use each other in a circle: table/a.rs, table/b.rs"]);
        let found = broken(&[
            ("table/mod.rs", "mod a;\nmod b;\npub(crate) use a::A;\npub(crate) use b::B;"),
            ("table/a.rs", "use super::b::B;\npub(crate) struct A;"),
            ("table/b.rs", "pub(crate) struct B;"),
        ]);
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn what_stands_nowhere_is_found() {
        let found = broken(&[("attic/mod.rs", "use crate::sync::X;"), ("sync.rs", "")]);
        assert_eq!(found, ["src/attic/mod.rs: stands on no floor"]);
    }
}
