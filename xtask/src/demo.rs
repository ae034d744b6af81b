//! The main job from end to end: a real host applies an example through our provider against the
//! sandbox, and the checker judges three clusters.
//!
//! - [`provider`]: the half that a host plays.
//! - [`held`]: what the sandbox holds, in a few lines.
//! - [`sandbox`]: the sandbox as a program of its own.

mod held;
mod provider;
mod sandbox;

use std::process::Command;

use anyhow::{Context, Result, ensure};
use holdfast_e2e::programs::{Progress, repository};
use holdfast_e2e::{Programs, Workdir, hosts};

use crate::screen::{command, missing, output, remark, step};
use sandbox::SandboxProcess;

/// The clusters and what becomes of them: exit code 1 is a rejection.
const CLUSTERS: [(&str, i32, &str); 3] = [
    (
        "all-in-one-spot",
        1,
        "rejected: one reclaim wave takes every etcd member",
    ),
    (
        "retention-unset",
        1,
        "rejected: nobody said how many snapshots to keep",
    ),
    (
        "three-zones",
        0,
        "accepted: three on-demand pools, retention stated",
    ),
];

/// Options of `cargo demo`.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Leave the sandbox, the configuration and what was applied in place, and print how to go on.
    #[arg(long)]
    keep: bool,
}

/// Runs the demo.
///
/// # Errors
/// The first thing that did not go as it should.
pub(crate) fn run(options: &Options) -> Result<()> {
    let host = hosts::available()?.into_iter().next();
    let programs = Programs::build(Progress::Shown)?;
    let kept = match &host {
        Some(host) => provider::run(&programs, host, options.keep)?,
        None => {
            step(1, "terraform apply with the holdfast provider");
            missing(format!("left out: {}", hosts::INSTALL));
            None
        }
    };
    checker_half(&programs, 2)?;
    match kept {
        Some(kept) => leave(kept),
        None => anstream::println!("\nNothing is left behind."),
    }
    Ok(())
}

/// What `--keep` leaves.
struct Kept {
    workdir: Workdir,
    sandbox: SandboxProcess,
}

fn checker_half(programs: &Programs, number: usize) -> Result<()> {
    step(
        number,
        "holdfast check reads three clusters before anybody applies them",
    );
    for (name, expected, verdict) in CLUSTERS {
        let folder = format!("examples/clusters/{name}");
        command(format!("holdfast check {folder}"));
        let mut checker = Command::new(&programs.checker);
        checker.args(["check", &folder]).current_dir(repository());
        if coloured() {
            checker.env("CLICOLOR_FORCE", "1");
        }
        let ran = checker.output().context("cannot start holdfast")?;
        output(&String::from_utf8_lossy(&ran.stdout));
        output(&String::from_utf8_lossy(&ran.stderr));
        let code = ran.status.code();
        ensure!(
            code == Some(expected),
            "holdfast check {folder} ended with {code:?}"
        );
        remark(format!("exit code {expected}, {verdict}"));
    }
    Ok(())
}

/// Whether what the programs print may have colours, as `anstream` decides it for our own lines.
fn coloured() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}

/// Tells how to go on with what `--keep` left.
fn leave(kept: Kept) {
    let Kept {
        workdir,
        mut sandbox,
    } = kept;
    let program = workdir.host().path.display().to_string();
    let mut exports = String::new();
    for (name, value) in workdir.environment() {
        exports += &format!(
            "export {}={}\n",
            name.to_string_lossy(),
            value.to_string_lossy()
        );
    }
    let folder = workdir.path();
    let scratch = workdir.keep();
    // Forgetting the child leaves it running; it is in a process group of its own.
    let pid = sandbox.forget();
    step(3, format!("The sandbox stays up on {}", sandbox.url));
    anstream::println!("\n   To go on where the demo stopped:\n");
    output(&format!("cd {}\n{exports}{program} plan", folder.display()));
    anstream::println!("\n   To end it:\n");
    output(&format!("cd - ; kill {pid} ; rm -r {}", scratch.display()));
}
