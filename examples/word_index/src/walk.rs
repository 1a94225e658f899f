//! Which files are read.

use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use crate::cli::Args;
use crate::report::{counted, mebibytes};

/// What is taken below a directory that the user named.
const TEXT: &[&str] = &[
    "bash", "c", "cc", "cpp", "cs", "css", "cxx", "go", "h", "hh", "hpp", "hs", "htm", "html",
    "hxx", "java", "js", "json", "jsx", "kt", "lua", "md", "ml", "php", "pl", "proto", "py", "rb",
    "rs", "rst", "s", "scala", "sh", "sql", "swift", "toml", "ts", "tsx", "txt", "yaml", "yml",
    "zig",
];

/// What is taken below cargo's directory of sources.
const RUST: &[&str] = &["rs"];

/// A file to read.
pub struct File {
    pub path: PathBuf,
    /// Its length when it was found.
    pub bytes: u64,
}

/// A file or directory that is left out, and why.
pub struct Skipped {
    /// Its path, where the reason does not name it.
    pub path: Option<PathBuf>,
    pub reason: String,
}

/// What there is to read.
pub struct Sources {
    /// Largest first, so that no thread is left alone with a large file at the end.
    pub files: Vec<File>,
    pub skipped: Vec<Skipped>,
    /// Where it was looked for.
    pub origin: String,
}

impl Sources {
    /// One line about the whole.
    pub fn describe(&self) -> String {
        let bytes = self.files.iter().map(|file| file.bytes).sum();
        let files = counted(self.files.len() as u64, "file");
        format!("{files}, {}, from {}", mebibytes(bytes), self.origin)
    }
}

/// Why a path cannot be taken.
pub enum Error {
    Missing(PathBuf, std::io::Error),
    NotText(PathBuf),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Missing(path, error) => write!(f, "{}: {error}", path.display()),
            Error::NotText(path) => write!(f, "{}: neither a file nor a directory", path.display()),
        }
    }
}

/// Finds the files that the arguments ask for; there may be none.
pub fn find(args: &Args) -> Result<Sources, Error> {
    let mut walk = Walk { standard_filters: !args.no_ignore, ..Walk::default() };
    let origin =
        if args.paths.is_empty() { walk.default_roots()? } else { walk.named_roots(&args.paths)? };
    let Walk { mut files, skipped, .. } = walk;
    files.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    Ok(Sources { files, skipped, origin })
}

/// A search under way.
#[derive(Default)]
struct Walk {
    standard_filters: bool,
    files: Vec<File>,
    skipped: Vec<Skipped>,
}

impl Walk {
    /// Takes what the user named, all of it or nothing.
    fn named_roots(&mut self, paths: &[PathBuf]) -> Result<String, Error> {
        for path in paths {
            let metadata =
                fs::metadata(path).map_err(|error| Error::Missing(path.clone(), error))?;
            if metadata.is_dir() {
                self.directory(path, TEXT);
            } else if metadata.is_file() {
                self.files.push(File { path: path.clone(), bytes: metadata.len() });
            } else {
                return Err(Error::NotText(path.clone()));
            }
        }
        let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        Ok(names.join(", "))
    }

    /// Takes cargo's sources or, where there are none, the repository.
    fn default_roots(&mut self) -> Result<String, Error> {
        if let Some(registry) = cargo_sources() {
            // A crate's own .gitignore was written for its repository and says nothing about what
            // was published.
            let filters = std::mem::replace(&mut self.standard_filters, false);
            self.directory(&registry, RUST);
            self.standard_filters = filters;
            if !self.files.is_empty() {
                return Ok(registry.display().to_string());
            }
        }
        self.named_roots(&[repository()])
    }

    /// Takes the files below `root` that have one of `extensions`.
    fn directory(&mut self, root: &Path, extensions: &[&str]) {
        let mut builder = WalkBuilder::new(root);
        builder.standard_filters(self.standard_filters);
        if self.standard_filters {
            builder.filter_entry(|entry| !is_cargo_target(entry));
        }
        for entry in builder.build() {
            match entry {
                Ok(entry) => self.entry(entry, extensions),
                Err(error) => self.skipped.push(Skipped { path: None, reason: error.to_string() }),
            }
        }
    }

    fn entry(&mut self, entry: DirEntry, extensions: &[&str]) {
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if !is_file || !has_extension(entry.path(), extensions) {
            return;
        }
        match entry.metadata() {
            Ok(metadata) => {
                self.files.push(File { path: entry.into_path(), bytes: metadata.len() })
            }
            Err(error) => self.skipped.push(Skipped { path: None, reason: error.to_string() }),
        }
    }
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| {
        extensions.iter().any(|known| known.eq_ignore_ascii_case(extension))
    })
}

/// Whether cargo builds into this directory, which no .gitignore need say outside of a repository.
fn is_cargo_target(entry: &DirEntry) -> bool {
    entry.depth() > 0
        && entry.file_name() == "target"
        && entry.path().join("CACHEDIR.TAG").is_file()
}

/// Where cargo unpacks the crates it has downloaded, if it has.
fn cargo_sources() -> Option<PathBuf> {
    let home = match env::var_os("CARGO_HOME") {
        Some(home) if !home.is_empty() => PathBuf::from(home),
        _ => env::home_dir()?.join(".cargo"),
    };
    let sources = home.join("registry").join("src");
    sources.is_dir().then_some(sources)
}

/// The repository of this example under `cargo run`, else the current directory.
fn repository() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let root = package.as_deref().and_then(|package| package.ancestors().nth(2));
    root.unwrap_or(Path::new(".")).to_path_buf()
}
