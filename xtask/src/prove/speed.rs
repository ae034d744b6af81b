//! What `holdfast check` costs as a whole process: one module, a monorepo, how that grows, and
//! what others need for the same input in the same run.
//!
//! - `process`: one run of a program, measured. - `peers`: programs that others wrote.
//! - `plans`: the same for plans.

mod peers;
mod plans;
mod process;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};
use holdfast_e2e::hosts;
use holdfast_e2e::programs::repository;
use holdfast_monorepo::{Monorepo, Written};

use super::release_checker;
use crate::screen::{missing, output, remark, step};
use process::{Cost, Runs, measure};

/// Options of `cargo prove speed`.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// With `speed`: how many teams (100 root modules in 500 files each) peers are given; they
    /// may take hours for all ten.
    #[arg(long, value_name = "N", default_value_t = 10)]
    teams: usize,
}

/// Runs of each program, interleaved so that both meet the same machine.
const RUNS: usize = 60;
/// Runs over a whole monorepo.
const LARGE_RUNS: usize = 9;
/// Times as large as 1,000 root modules.
const FACTORS: [usize; 4] = [1, 2, 4, 8];

/// One ordinary module, from start to end.
const ONE_MODULE: Duration = Duration::from_millis(10);
/// 1,000 root modules in 5,000 files, on two processors.
const MONOREPO: Cost = Cost {
    time: Duration::from_millis(800),
    memory: 200 << 20,
};
/// Eight times as much takes no more than this many times as long, and as much memory.
const GROWTH: f64 = 8.0 * 1.25;

/// Measures everything, or the parts whose name contains `only`.
///
/// # Errors
/// A bound does not hold, or a program cannot be run.
pub(super) fn run(only: Option<&str>, options: &Options) -> Result<()> {
    let checker = release_checker()?;
    let wanted = |part: &str| only.is_none_or(|only| part.contains(only));
    if wanted("module") {
        one_module(&checker)?;
    }
    if wanted("monorepo") {
        monorepo(&checker)?;
    }
    if wanted("growth") {
        growth(&checker)?;
    }
    if wanted("peers") {
        peers(&checker, options.teams)?;
    }
    if wanted("plans") {
        plans::run(&checker)?;
    }
    Ok(())
}

fn one_module(checker: &Path) -> Result<()> {
    let cluster = repository().join("examples/clusters/all-in-one-spot");
    step(
        1,
        "one module, examples/clusters/all-in-one-spot, whole processes",
    );
    let mut ours = Runs::new("holdfast check");
    let host = hosts::available()?.into_iter().next();
    let mut theirs = host
        .as_ref()
        .map(|host| Runs::new(&format!("{host} fmt -check")));
    for _ in 0..RUNS {
        ours.add(measure(check(checker, &cluster))?);
        if let (Some(host), Some(theirs)) = (&host, &mut theirs) {
            let mut command = Command::new(&host.path);
            command.args(["fmt", "-check"]).arg(&cluster);
            command.env("TF_CLI_CONFIG_FILE", "/dev/null");
            theirs.add(measure(command)?);
        }
    }
    output(&ours.row());
    match theirs {
        Some(theirs) => output(&theirs.row_beside(&ours)),
        None => missing(format!("no peer to measure beside: {}", hosts::INSTALL)),
    }
    let median = ours.median().time;
    ensure!(
        median < ONE_MODULE,
        "the median is not under {ONE_MODULE:?}"
    );
    Ok(())
}

fn monorepo(checker: &Path) -> Result<()> {
    let (scratch, written) = written(Monorepo::times(1))?;
    step(2, format!("1,000 root modules: {}", shown(written)));
    let mut runs = Runs::new("holdfast check");
    for _ in 0..LARGE_RUNS {
        runs.add(measure(check(checker, scratch.path()))?);
    }
    output(&runs.row());
    let Cost { time, memory } = runs.median();
    ensure!(
        time < MONOREPO.time && memory < MONOREPO.memory,
        "not under {:?} and {} MiB",
        MONOREPO.time,
        MONOREPO.memory >> 20
    );
    Ok(())
}

fn growth(checker: &Path) -> Result<()> {
    step(3, "how that grows");
    let mut first: Option<Cost> = None;
    for factor in FACTORS {
        let (scratch, written) = written(Monorepo::times(factor))?;
        let name = format!("{factor} x, {}", shown(written));
        let mut runs = Runs::new(&name);
        for _ in 0..LARGE_RUNS {
            runs.add(measure(check(checker, scratch.path()))?);
        }
        // What else the machine does only ever adds.
        let best = runs.best();
        let first = first.get_or_insert(best);
        let times = best.time.as_secs_f64() / first.time.as_secs_f64();
        let memory = best.memory as f64 / first.memory as f64;
        output(&format!(
            "{}   best {times:.2} x time, {memory:.2} x memory",
            runs.row()
        ));
        ensure!(
            times.max(memory) < GROWTH,
            "{factor} times the input takes {times:.2} times as long and {memory:.2} times the memory"
        );
    }
    remark("linear: eight times the input, about eight times the time and memory");
    Ok(())
}

fn peers(checker: &Path, teams: usize) -> Result<()> {
    let monorepo = Monorepo { teams };
    let (scratch, written) = written(monorepo)?;
    let roots = monorepo.roots().count();
    step(
        4,
        format!("peers, {roots} root modules: {}", shown(written)),
    );
    for peer in peers::ALL {
        let Some(found) = peer.find() else {
            missing(format!("{} is not on PATH: skipped", peer.name));
            continue;
        };
        let mut ours = Runs::new("holdfast check");
        let mut theirs = Runs::new(&format!("{} {}", peer.name, found.version));
        ours.add(measure(check(checker, scratch.path()))?);
        theirs.add(measure(peer.command(&found, scratch.path()))?);
        ours.add(measure(check(checker, scratch.path()))?);
        output(&ours.row());
        output(&theirs.row_beside(&ours));
    }
    Ok(())
}

fn check(checker: &Path, folder: &Path) -> Command {
    let mut command = Command::new(checker);
    command.arg("check").current_dir(folder);
    command
}

fn written(monorepo: Monorepo) -> Result<(tempfile::TempDir, Written)> {
    let scratch = tempfile::tempdir()?;
    let written = monorepo.write(scratch.path())?;
    Ok((scratch, written))
}

fn shown(written: Written) -> String {
    let mib = written.bytes as f64 / f64::from(1 << 20);
    format!("{} files, {mib:.1} MiB", written.files)
}
