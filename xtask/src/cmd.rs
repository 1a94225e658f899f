//! Starting other programs: cargo of this toolchain, cargo of nightly, and a child whose output is
//! read while it is shown.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::{env, fmt, iter};

use anyhow::{Context, Result, bail};
use sysinfo::{Pid, Process, ProcessStatus, ProcessesToUpdate, System};

/// What to say when there is no nightly toolchain.
pub const GET_NIGHTLY: &str =
    "no nightly toolchain: get it with `rustup toolchain install nightly`";

/// The root of the repository.
pub fn root() -> PathBuf {
    let xtask =
        env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&xtask).parent().expect("xtask lies in the repository").to_path_buf()
}

/// The target directory: what `CARGO_TARGET_DIR` says, else `target`.
pub fn target_dir() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) if !dir.is_empty() => root().join(dir),
        _ => root().join("target"),
    }
}

/// The target directory of a build with flags of its own, so that it does not throw out the
/// ordinary one.
pub fn own_target_dir(name: &str) -> PathBuf {
    target_dir().join(name)
}

/// The cargo that started us, at the root, without flags that the caller's environment would add.
pub fn cargo<const N: usize>(args: [&str; N]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    plain_flags(&mut command);
    command
}

/// Another of our commands, as one types it.
pub fn xtask<const N: usize>(args: [&str; N]) -> Result<()> {
    let program = env::current_exe().context("this very program has a path")?;
    run(Command::new(program).args(args))
}

/// `cargo +nightly`, which only rustup's `cargo` understands.
pub fn cargo_nightly<const N: usize>(args: [&str; N]) -> Command {
    let mut command = cargo_of("nightly");
    command.args(args);
    command
}

/// `cargo +TOOLCHAIN`, likewise.
pub fn cargo_of(toolchain: &str) -> Command {
    let mut command = Command::new("cargo");
    command.arg(format!("+{toolchain}")).current_dir(root());
    for inherited in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(inherited);
    }
    plain_flags(&mut command);
    command
}

fn plain_flags(command: &mut Command) {
    for flags in
        ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTDOCFLAGS", "CARGO_ENCODED_RUSTDOCFLAGS"]
    {
        command.env_remove(flags);
    }
}

/// Whether `command` runs and succeeds; its output is thrown away.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

pub fn have_nightly() -> bool {
    succeeds(&mut cargo_nightly(["--version"]))
}

/// Sees that there is a `cargo NAME`, and installs it if not.
pub fn want_tool(name: &str) -> Result<()> {
    let there = || succeeds(&mut cargo([name, "--version"]));
    if there() {
        return Ok(());
    }
    let package = format!("cargo-{name}");
    if run(&mut cargo(["install", &package, "--locked"])).is_err() || !there() {
        bail!("no {package}: get it with `cargo install {package} --locked`");
    }
    Ok(())
}

/// Kills the programs that we have started, and what they have started. How many there were.
pub fn kill_children() -> usize {
    let mut system = System::new();
    system.refresh_processes(ProcessesToUpdate::All, true);
    let ours = sysinfo::get_current_pid().expect("every process has a number");
    let is_ours = |process: &&Process| {
        let parent = |pid: &Pid| system.process(*pid).and_then(Process::parent);
        process.thread_kind().is_none()
            && process.status() != ProcessStatus::Zombie
            && iter::successors(process.parent(), parent).any(|pid| pid == ours)
    };
    let children: Vec<_> = system.processes().values().filter(is_ours).collect();
    children.iter().filter(|child| child.kill()).count()
}

/// Runs `command` to its end with its output shown; an error names the command.
pub fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", Shown(command));
    let status = command.status().with_context(|| format!("cannot start `{}`", Shown(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", Shown(command));
    }
    Ok(())
}

/// Runs `command` and returns what it wrote to standard output; standard error is shown.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{}`", Shown(command)))?;
    if !output.status.success() {
        bail!("`{}` failed ({})", Shown(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The path in one of cargo's JSON messages, if it tells of a finished binary.
pub fn executable(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    Some(PathBuf::from(message.get("executable")?.as_str()?))
}

/// A running child whose lines are shown as they come and kept.
pub struct Watched {
    pub child: Child,
    readers: Vec<JoinHandle<Vec<String>>>,
}

impl Watched {
    /// Starts it, and shows what it writes.
    pub fn start(command: &mut Command) -> Result<Self> {
        println!("$ {}", Shown(command));
        Self::start_with(command, std::io::stdout, std::io::stderr)
    }

    /// Starts it, and keeps what it writes to itself.
    pub fn start_quietly(command: &mut Command) -> Result<Self> {
        Self::start_with(command, std::io::sink, std::io::sink)
    }

    fn start_with<O: Write, E: Write>(
        command: &mut Command,
        out: impl FnOnce() -> O + Send + 'static,
        err: impl FnOnce() -> E + Send + 'static,
    ) -> Result<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start `{}`", Shown(command)))?;
        let stdout = child.stdout.take().expect("standard output is piped");
        let stderr = child.stderr.take().expect("standard error is piped");
        let readers = vec![
            std::thread::spawn(|| show_and_keep(stdout, out())),
            std::thread::spawn(|| show_and_keep(stderr, err())),
        ];
        Ok(Self { child, readers })
    }

    /// Every line that the child wrote; call it when the child has ended.
    pub fn lines(self) -> Vec<String> {
        self.readers
            .into_iter()
            .flat_map(|reader| reader.join().expect("a reader does not panic"))
            .collect()
    }
}

fn show_and_keep(from: impl Read, mut to: impl Write) -> Vec<String> {
    let mut kept = Vec::new();
    for line in BufReader::new(from).split(b'\n') {
        let Ok(line) = line else { break };
        let line = String::from_utf8_lossy(&line).into_owned();
        // Whoever reads us may have gone; the child's result still counts.
        let _ = writeln!(to, "{line}").and_then(|()| to.flush());
        kept.push(line);
    }
    kept
}

/// A command as one would type it: environment, program, arguments.
struct Shown<'a>(&'a Command);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.0.get_envs() {
            if let Some(value) = value {
                write!(f, "{}={} ", name.display(), quoted(&value.to_string_lossy()))?;
            }
        }
        let program = Path::new(self.0.get_program());
        write!(f, "{}", program.file_stem().unwrap_or(program.as_os_str()).display())?;
        for arg in self.0.get_args() {
            write!(f, " {}", quoted(&arg.to_string_lossy()))?;
        }
        Ok(())
    }
}

fn quoted(word: &str) -> String {
    if word.contains([' ', '"']) { format!("'{word}'") } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_about_binaries_name_one() {
        let artifact = r#"{"reason":"compiler-artifact","executable":"/t/models-1"}"#;
        assert_eq!(executable(artifact), Some(PathBuf::from("/t/models-1")));
        assert_eq!(executable(r#"{"reason":"compiler-artifact","executable":null}"#), None);
        assert_eq!(executable(r#"{"reason":"build-finished"}"#), None);
    }
}
