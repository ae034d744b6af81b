//! One load through apply, refresh and destroy.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use holdfast_e2e::{Host, Programs, Workdir};
use holdfast_sandbox::{Fault, Remote};

use crate::load::Load;
use crate::memory::Watch;

/// One command of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// `apply` of nothing yet.
    Apply,
    /// `plan` of what is there, which must find nothing to do.
    Refresh,
    /// `destroy`.
    Destroy,
}

impl Phase {
    /// In their order.
    pub const ALL: [Self; 3] = [Self::Apply, Self::Refresh, Self::Destroy];

    fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Apply => &["apply", "-auto-approve", "-no-color"],
            Self::Refresh => &["plan", "-no-color", "-detailed-exitcode"],
            Self::Destroy => &["destroy", "-auto-approve", "-no-color"],
        }
    }
}

/// What a phase costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// The host's whole command.
    pub time: Duration,
    /// Calls to AWS.
    pub calls: u64,
    /// Peak memory of the provider in KiB, where it can be told.
    pub memory: Option<u64>,
}

/// A load with a latency, and its costs in the order of [`Phase::ALL`].
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// What was applied.
    pub load: Load,
    /// The pause before each answer of AWS.
    pub latency: Duration,
    /// What it cost.
    pub costs: [Cost; 3],
}

/// Measures a load; each call to AWS takes `latency` more.
///
/// # Errors
/// A command fails, or does not do what it should.
pub fn measure(
    programs: &Programs,
    host: &Host,
    load: Load,
    latency: Duration,
) -> Result<Measured> {
    let sandbox = SandboxProcess::start(&programs.sandbox)?;
    load.prepare(&sandbox.remote)?;
    if !latency.is_zero() {
        let millis = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        let slow = Fault::Delay { millis }.on("*").always();
        sandbox.remote.inject(&slow)?;
    }
    let workdir = Workdir::new(host, &programs.provider, &sandbox.url)?;
    workdir.write("main.tf.json", &load.configuration().to_string())?;
    workdir.init()?;
    let cost = |phase| phase_cost(&sandbox, &workdir, phase);
    let costs = [
        cost(Phase::Apply)?,
        cost(Phase::Refresh)?,
        cost(Phase::Destroy)?,
    ];
    Ok(Measured {
        load,
        latency,
        costs,
    })
}

fn phase_cost(sandbox: &SandboxProcess, workdir: &Workdir, phase: Phase) -> Result<Cost> {
    sandbox.remote.call("DELETE", "/_sandbox/log", None)?;
    let folder = workdir.path();
    // The provider lies in the mirror beside the configuration.
    let folder = folder.parent().context("the scratch directory")?;
    let watch = Watch::begin(folder.canonicalize()?);
    let start = Instant::now();
    let run = workdir.run(phase.arguments())?;
    let time = start.elapsed();
    let memory = watch.end();
    ensure!(run.status.success(), "{}: {}", run.command, run.prose());
    let counts = sandbox.remote.call("GET", "/_sandbox/counts", None)?;
    let counts = counts.as_object().context("counts")?;
    let calls = counts.values().filter_map(serde_json::Value::as_u64).sum();
    Ok(Cost {
        time,
        calls,
        memory,
    })
}

/// The sandbox as a process of its own.
struct SandboxProcess {
    child: Child,
    url: String,
    remote: Remote,
}

impl SandboxProcess {
    fn start(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .args(["--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start the sandbox")?;
        let stdout = child.stdout.take().context("the sandbox has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let url = line.trim().strip_prefix("listening on ");
        let url = url.context("the sandbox names no address")?.to_owned();
        let remote = Remote::new(&url)?;
        Ok(Self { child, url, remote })
    }
}

impl Drop for SandboxProcess {
    fn drop(&mut self) {
        // Already gone is as good as ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
