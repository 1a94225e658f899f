//! What a run leaves behind: `benches/results/results.json` and the plots beside it.

use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::ALLOCATOR;

/// The figures of a run, by part.
pub struct Results {
    parts: Map<String, Value>,
}

impl Results {
    pub fn new(conditions: String) -> Self {
        Self { parts: [("conditions".to_owned(), Value::String(conditions))].into_iter().collect() }
    }

    pub fn add(&mut self, part: &str, figures: Value) {
        self.parts.insert(part.to_owned(), figures);
    }

    /// Writes them. A part that was not measured this time stays as it was.
    pub fn save(self) {
        let path = path("results", "json");
        let before = fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
        let mut all: Map<String, Value> = before.unwrap_or_default();
        all.extend(self.parts);
        let text = serde_json::to_string_pretty(&all).expect("numbers and strings");
        fs::create_dir_all(path.parent().expect("a file in a folder")).expect("the folder can be made");
        fs::write(&path, text + "\n").expect("the figures can be written");
        println!("{}", path.display());
    }
}

/// A file of this run: those with another allocator than usual have its name in theirs.
pub fn path(name: &str, extension: &str) -> PathBuf {
    let suffix = if ALLOCATOR == "mimalloc" { String::new() } else { format!("-{ALLOCATOR}") };
    let file = format!("{name}{suffix}.{extension}");
    [env!("CARGO_MANIFEST_DIR"), "benches", "results", &file].iter().collect()
}
