//! `cargo xtask cross`: the tests on other processors than the one at hand, under qemu where they
//! are foreign. What is seen there: code that is written for one processor, pointers of other
//! sizes, the other order of bytes. What is not: a weaker memory model, for the emulation has that
//! of the machine below it.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::{cmd, suite};

/// Targets, by name; all if there is none.
#[derive(Args)]
pub struct Options {
    targets: Vec<Target>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Tags, the NEON scan, prefetching by `asm!`
    Aarch64,
    /// Pointers of 32 bits
    I686,
    /// The other order of bytes, no tags
    S390x,
}

impl Options {
    pub fn all() -> Self {
        Self { targets: Vec::new() }
    }
}

pub fn run(options: &Options) -> Result<()> {
    let all = Target::value_variants();
    let wanted = if options.targets.is_empty() { all } else { &options.targets };
    wanted.iter().try_for_each(|target| target.test())
}

impl Target {
    /// As Debian calls the processor in the names of its cross compilers.
    fn processor(self) -> &'static str {
        match self {
            Target::Aarch64 => "aarch64",
            Target::I686 => "i686",
            Target::S390x => "s390x",
        }
    }

    fn test(self) -> Result<()> {
        let processor = self.processor();
        let (target, linker) =
            (format!("{processor}-unknown-linux-gnu"), format!("{processor}-linux-gnu-gcc"));
        if !cmd::succeeds(Command::new(&linker).arg("--version")) {
            bail!(
                "no {linker}: get it from your system's packages, for instance with `apt-get install gcc-{processor}-linux-gnu`"
            );
        }
        if !cmd::succeeds(cmd::cargo(["check", "--lib", "--target", &target]).arg("--quiet")) {
            bail!("nothing can be built for {target}: get it with `rustup target add {target}`");
        }
        let test = || cmd::cargo(["test", "--features", "_hooks", "--target", &target]);
        let (mut unit, mut chosen) = (test(), test());
        unit.arg("--lib");
        suite::choose(chosen.arg("--no-fail-fast"), suite::LARGER);
        let (name, runner) = (target.replace('-', "_"), self.runner()?);
        let variable = |what| format!("CARGO_TARGET_{}_{what}", name.to_uppercase());
        for test in [&mut unit, &mut chosen] {
            test.env(format!("CC_{name}"), &linker).env(variable("LINKER"), &linker);
            test.envs(runner.as_ref().map(|runner| (variable("RUNNER"), runner)));
            cmd::run(test)?;
        }
        Ok(())
    }

    /// What runs a program for this processor here, if it does not run by itself.
    fn runner(self) -> Result<Option<String>> {
        let (processor, native) = (self.processor(), std::env::consts::ARCH);
        if processor == native || (self == Target::I686 && native == "x86_64") {
            return Ok(None);
        }
        let qemu = format!("qemu-{}", if self == Target::I686 { "i386" } else { processor });
        if !cmd::succeeds(Command::new(&qemu).arg("--version")) {
            bail!(
                "no {qemu}: get it from your system's packages, for instance with `apt-get install qemu-user`"
            );
        }
        let libraries = format!("/usr/{processor}-linux-gnu");
        let there = Path::new(&libraries).is_dir();
        Ok(Some(if there { format!("{qemu} -L {libraries}") } else { qemu }))
    }
}
