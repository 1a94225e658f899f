//! What whoever runs the program sees of it: exit codes, and what is printed where.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An empty folder of that name.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn word_index(args: &[&str], path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_word_index")).args(args).arg(path).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

#[test]
fn a_run_that_skips_every_file_is_no_success_and_reports_nothing() {
    let folder = folder("skipped");
    fs::write(folder.join("latin.txt"), b"caf\xe9").unwrap();
    fs::write(folder.join("other.txt"), b"\xff\xff").unwrap();
    for args in [&[][..], &["--verify"]] {
        let output = word_index(args, &folder);
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
        let told = text(&output.stderr);
        for part in ["skipped 2", "latin.txt: not UTF-8 at byte 3", "error: none of the files"] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}

#[test]
fn where_nothing_is_found_nothing_is_reported() {
    let output = word_index(&[], &folder("empty"));
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    assert!(text(&output.stderr).contains("error: no text files in "));
}

#[test]
fn one_file_beside_one_that_is_skipped() {
    let folder = folder("one");
    fs::write(folder.join("good.txt"), "to be or not to be").unwrap();
    fs::write(folder.join("bad.txt"), b"\xff").unwrap();
    let output = word_index(&["--verify"], &folder);
    let (report, told) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("reading 2 files, 0.0 MiB") && told.contains("skipped 1 "), "{told}");
    for part in ["           2  be", "read     1 file, 0.0 MiB, 6 words, 4 different", "MiB/s"] {
        assert!(report.contains(part), "{part}: {report}");
    }
    assert!(report.ends_with("verified: 6 words, 0.0 MiB, no difference\n"), "{report}");
}
