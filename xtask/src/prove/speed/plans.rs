//! What a plan costs as a whole process: a binary one of ten resources beside `terraform show -json`,
//! one as JSON of 2 MB beside others that read such files, and how that grows.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use holdfast_e2e::hosts::{self, Host};
use holdfast_e2e::programs::repository;
use holdfast_monorepo::Plan;

use super::peers;
use super::process::{Cost, Runs, measure};
use crate::screen::{missing, output, remark, step};

/// Runs of each program.
const RUNS: usize = 40;
/// Runs over a plan that grows.
const LARGE_RUNS: usize = 5;

/// A binary plan of ten resources, from start to end.
const TEN: Duration = Duration::from_millis(10);
/// A plan as JSON of 2 MB.
const TWO_MB: Duration = Duration::from_millis(25);
/// Resources of about that.
const OF_TWO_MB: usize = 1_400;
/// Peak memory beside the size of a large file, the program's own left out.
const MEMORY: f64 = 3.0;
/// What it takes for a plan of ten resources.
const OWN: u64 = 17 << 20;
/// Resources of the largest plan.
const MOST: usize = 100_000;
/// Parts of it.
const FACTORS: [usize; 4] = [1, 2, 4, 8];
/// Eight times as much takes no more than this many times as long.
const GROWTH: f64 = 8.0 * 1.25;

/// Where other hosts find the provider of the plan, as a filesystem mirror.
const MIRROR: &str = "HOLDFAST_RANCHER2_MIRROR";

pub(super) fn run(checker: &Path) -> Result<()> {
    ten_resources(checker)?;
    two_megabytes(checker)?;
    growth(checker)
}

fn ten_resources(checker: &Path) -> Result<()> {
    step(5, "a binary plan of ten resources, whole processes");
    let folder = repository().join("policy/tests/fixtures/ten-resources");
    let scratch = tempfile::tempdir()?;
    fs::copy(folder.join("main.tf"), scratch.path().join("main.tf"))?;
    fs::copy(folder.join("p.tfplan"), scratch.path().join("p.tfplan"))?;
    // A host shows no plan but its own.
    let theirs = match env::var_os(MIRROR) {
        Some(mirror) => planned(Path::new(&mirror), scratch.path())?,
        None => None,
    };
    let mut ours = Runs::new("holdfast check");
    let mut shown = theirs
        .as_ref()
        .map(|host| Runs::new(&format!("{host} show -json")));
    for _ in 0..RUNS {
        ours.add(measure(check(checker, scratch.path(), "p.tfplan"))?);
        if let (Some(host), Some(shown)) = (&theirs, &mut shown) {
            let mut command = terraform(host, scratch.path());
            command.args(["show", "-json", "p.tfplan"]);
            shown.add(measure(command)?);
        }
    }
    output(&ours.row());
    match shown {
        Some(shown) => output(&shown.row_beside(&ours)),
        None => missing(format!(
            "no host with the plan's provider to measure beside: {MIRROR} names a mirror of it"
        )),
    }
    ensure!(ours.median().time < TEN, "the median is not under {TEN:?}");
    Ok(())
}

/// Plans the folder anew with the first host there is.
fn planned(mirror: &Path, folder: &Path) -> Result<Option<Host>> {
    let Some(host) = hosts::available()?.into_iter().next() else {
        return Ok(None);
    };
    let settings = format!(
        "provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
        mirror.display()
    );
    fs::write(folder.join("cli.tfrc"), settings)?;
    for args in [
        &["init", "-input=false"][..],
        &["plan", "-input=false", "-out=p.tfplan"],
    ] {
        let said = terraform(&host, folder).args(args).output()?;
        ensure!(
            said.status.success(),
            "{host} {args:?} failed: {}",
            String::from_utf8_lossy(&said.stderr)
        );
    }
    Ok(Some(host))
}

fn terraform(host: &Host, folder: &Path) -> Command {
    let mut command = Command::new(&host.path);
    command
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", folder.join("cli.tfrc"))
        .env("CHECKPOINT_DISABLE", "1");
    command
}

fn two_megabytes(checker: &Path) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let bytes = written(OF_TWO_MB, scratch.path())?;
    step(6, format!("a plan as JSON of {}", shown(bytes)));
    let mut ours = Runs::new("holdfast check");
    for _ in 0..RUNS {
        ours.add(measure(check(checker, scratch.path(), "plan.json"))?);
    }
    output(&ours.row());
    peers::write_policy(scratch.path())?;
    for peer in peers::OF_PLANS {
        let Some(found) = peer.find() else {
            missing(format!("{} is not on PATH: skipped", peer.name));
            continue;
        };
        let mut theirs = Runs::new(&format!("{} {}", peer.name, found.version));
        theirs.add(measure(peer.command(&found, scratch.path()))?);
        output(&theirs.row_beside(&ours));
    }
    let median = ours.median().time;
    ensure!(median < TWO_MB, "the median is not under {TWO_MB:?}");
    Ok(())
}

fn growth(checker: &Path) -> Result<()> {
    step(7, format!("how that grows, up to {MOST} resources"));
    let mut first: Option<Cost> = None;
    for factor in FACTORS {
        let scratch = tempfile::tempdir()?;
        let resources = MOST / FACTORS[3] * factor;
        let bytes = written(resources, scratch.path())?;
        let name = format!("{factor} x, {resources}, {}", shown(bytes));
        let mut runs = Runs::new(&name);
        for _ in 0..LARGE_RUNS {
            runs.add(measure(check(checker, scratch.path(), "plan.json"))?);
        }
        let best = runs.best();
        let first = first.get_or_insert(best);
        let times = best.time.as_secs_f64() / first.time.as_secs_f64();
        let memory = best.memory.saturating_sub(OWN) as f64 / bytes as f64;
        output(&format!(
            "{}   best {times:.2} x time, memory {memory:.2} x file",
            runs.row()
        ));
        ensure!(
            times < GROWTH,
            "{factor} times the plan takes {times:.2} times as long"
        );
        ensure!(memory < MEMORY, "{memory:.2} times the file in memory");
    }
    remark("linear: eight times the plan, about eight times the time");
    Ok(())
}

fn written(resources: usize, folder: &Path) -> Result<u64> {
    // Whole groups.
    let resources = resources / Plan::GROUP * Plan::GROUP;
    let path = folder.join("plan.json");
    let written = Plan { resources }.write(&path);
    written.with_context(|| format!("cannot write {}", path.display()))
}

fn check(checker: &Path, folder: &Path, plan: &str) -> Command {
    let mut command = Command::new(checker);
    command.args(["check", plan]).current_dir(folder);
    command
}

fn shown(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
