//! What a run leaves behind: `benches/results/results.json` and the plots beside it.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Map, Value};

use super::ALLOCATOR;

/// The figures of a run, by part.
pub struct Results {
    parts: Map<String, Value>,
    kept: bool,
}

impl Results {
    /// Those that are not `kept` are never written.
    pub fn new(conditions: String, kept: bool) -> Self {
        Self {
            parts: [("conditions".to_owned(), Value::String(conditions))].into_iter().collect(),
            kept,
        }
    }

    /// Adds a part, and writes what there is so far. A part that is not measured this time stays as
    /// it was in the file.
    pub fn add(&mut self, part: &str, figures: Value) {
        self.parts.insert(part.to_owned(), figures);
        if self.kept {
            self.write();
        }
    }

    /// Has a plot drawn into a file; of figures that are not kept, one that is thrown away.
    pub fn plot(&self, name: &str, draw: impl FnOnce(&Path) -> Result<(), Box<dyn Error>>) {
        let path = path(name, "svg");
        let path =
            if self.kept { path } else { env::temp_dir().join(path.file_name().expect("a file")) };
        make_folder(&path);
        draw(&path).expect("the plot can be drawn");
    }

    fn write(&self) {
        let path = path("results", "json");
        let before =
            fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
        let mut all: Map<String, Value> = before.unwrap_or_default();
        all.extend(self.parts.clone());
        let text = serde_json::to_string_pretty(&all).expect("numbers and strings");
        make_folder(&path);
        fs::write(&path, text + "\n").expect("the figures can be written");
    }
}

fn make_folder(path: &Path) {
    fs::create_dir_all(path.parent().expect("a file in a folder")).expect("the folder can be made");
}

/// A file of this run: those with another allocator than usual have its name in theirs.
fn path(name: &str, extension: &str) -> PathBuf {
    let suffix = if ALLOCATOR == "mimalloc" { String::new() } else { format!("-{ALLOCATOR}") };
    let file = format!("{name}{suffix}.{extension}");
    [env!("CARGO_MANIFEST_DIR"), "results", &file].iter().collect()
}
