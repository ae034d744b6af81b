//! Proofs in full: each prints its table. CI runs samples of the same things as tests.

mod agreement;
mod faults;
mod scale;
mod syntax;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use holdfast_e2e::hosts;
use holdfast_e2e::programs::repository;

use crate::screen::{missing, output, step};

/// Runs of each program, interleaved so that both meet the same machine.
const RUNS: usize = 60;

/// Options of `cargo prove`.
#[derive(clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// Which proof.
    name: Name,
    /// With `agreement`, `faults` and `scale`: only what has this in its name.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// With `syntax`: folders whose files are read; without any, the repository.
    #[arg(value_name = "DIR")]
    folders: Vec<PathBuf>,
    #[command(flatten)]
    agreement: agreement::Options,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Name {
    /// `holdfast check` of the strategy's cluster as a whole process, beside `terraform fmt -check`
    /// of the same folder.
    Speed,
    /// Every AWS call of every resource fails once in each way, and the provider is killed after
    /// each: what survived and what was lost.
    Faults,
    /// Apply, refresh and destroy of up to 1,000 rules and 50 buckets, with and without latency:
    /// seconds, calls, memory, and how they grow.
    Scale,
    /// Generated configurations, planned by every host and evaluated by us: where they differ, and
    /// what was written how often.
    Agreement,
    /// Every HCL file of some folders, and generated ones: our tree beside hcl-edit's, our verdict
    /// beside that of `terraform fmt -check`.
    Syntax,
}

/// Runs a proof.
///
/// # Errors
/// It does not hold, or cannot be run.
pub(crate) fn run(options: &Options) -> Result<()> {
    match options.name {
        Name::Speed => speed(),
        Name::Faults => faults::run(options.only.as_deref()),
        Name::Scale => scale::run(options.only.as_deref()),
        Name::Agreement => agreement::run(options.only.as_deref(), &options.agreement),
        Name::Syntax => syntax::run(&options.folders),
    }
}

fn speed() -> Result<()> {
    let cluster = "examples/clusters/all-in-one-spot";
    step(
        1,
        format!("holdfast check {cluster}, release build, whole process"),
    );
    let checker = release_checker()?;
    let ours = || {
        let mut command = Command::new(&checker);
        command.args(["check", cluster]);
        command
    };
    let host = hosts::available()?.into_iter().next();
    let peer = host.as_ref().map(|host| {
        let path = host.path.clone();
        move || {
            let mut command = Command::new(&path);
            command
                .args(["fmt", "-check", cluster])
                .env("TF_CLI_CONFIG_FILE", "/dev/null");
            command
        }
    });
    let (mut our_times, mut peer_times) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        our_times.push(time(ours())?);
        if let Some(peer) = &peer {
            peer_times.push(time(peer())?);
        }
    }
    let our_median = median(&mut our_times);
    output(&row("holdfast check", &our_times, our_median));
    match host {
        Some(host) => {
            let peer_median = median(&mut peer_times);
            output(&row(
                &format!("{host} fmt -check"),
                &peer_times,
                peer_median,
            ));
            let ratio = peer_median.as_secs_f64() / our_median.as_secs_f64();
            output(&format!("{ratio:.1} times as fast"));
        }
        None => missing(format!("no peer to measure beside: {}", hosts::INSTALL)),
    }
    ensure!(
        our_median < Duration::from_millis(20),
        "the median is not under 20 ms"
    );
    Ok(())
}

fn release_checker() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| repository().join("target"), PathBuf::from);
    let mut cargo = Command::new(option_env!("CARGO").unwrap_or("cargo"));
    cargo
        .current_dir(repository())
        .args(["build", "--release", "--quiet", "-p", "holdfast"]);
    ensure!(
        cargo.status()?.success(),
        "cargo build --release -p holdfast failed"
    );
    Ok(target.join("release/holdfast"))
}

/// From start to end of one process; its outcome is not the question.
fn time(mut command: Command) -> Result<Duration> {
    command.current_dir(repository());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let start = Instant::now();
    command
        .status()
        .with_context(|| format!("cannot start {command:?}"))?;
    Ok(start.elapsed())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Of sorted times.
fn row(name: &str, times: &[Duration], median: Duration) -> String {
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let at = |share: usize| {
        times
            .get(times.len() * share / 100)
            .copied()
            .unwrap_or_default()
    };
    format!(
        "{name:<32} median {:>6.2} ms   p90 {:>6.2} ms   n={}",
        ms(median),
        ms(at(90)),
        times.len()
    )
}
