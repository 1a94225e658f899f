//! Comments are at most as wide as code. (rustfmt sees to the code, and leaves comments alone.)

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::house;

/// Characters of a line.
const WIDEST: usize = 100;

/// What has Rust sources.
const FOLDERS: [&str; 8] =
    ["benches", "examples", "fuzz", "loom-tests", "src", "tests", "verify", "xtask"];

/// The comments that are too wide, a line each.
pub fn broken(root: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        house::find_sources(&root.join(folder), &mut files)?;
    }
    files.retain(|path| path.components().all(|part| part.as_os_str() != "target"));
    let mut broken = Vec::new();
    for path in files {
        let source =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let name = path.strip_prefix(root).unwrap_or(&path).display();
        broken.extend(source.lines().enumerate().filter(|(_, line)| is_too_wide(line)).map(
            |(at, line)| {
                let width = line.chars().count();
                format!("{name}:{}: a comment of {width} characters, over {WIDEST}", at + 1)
            },
        ));
    }
    Ok(broken)
}

/// A row of a table cannot be broken, nor can a single word.
fn is_too_wide(line: &str) -> bool {
    let Some(text) = line.trim_start().strip_prefix("//") else { return false };
    let text = text.trim_start_matches(['/', '!']).trim();
    line.chars().count() > WIDEST && text.contains(' ') && !text.starts_with('|')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_can_be_broken_and_rows_cannot() {
        let words = "word ".repeat(30);
        for wide in [format!("// {words}"), format!("    /// {words}"), format!("//! {words}")] {
            assert!(is_too_wide(&wide), "{wide}");
        }
        let word = "w".repeat(120);
        for other in [format!("//! | {words}|"), format!("/// {word}"), words, "// short".into()] {
            assert!(!is_too_wide(&other), "{other}");
        }
    }
}
