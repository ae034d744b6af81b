//! The main job from end to end: a real host applies an example through our provider against the
//! sandbox, and the checker judges three clusters.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use holdfast_e2e::programs::{Progress, repository};
use holdfast_e2e::{Host, Programs, Run, Workdir, hosts};
use holdfast_sandbox::Remote;
use serde_json::Value;

use crate::screen::{command, missing, output, remark, step};

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
        Some(host) => provider_half(&programs, host, options)?,
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

fn provider_half(programs: &Programs, host: &Host, options: &Options) -> Result<Option<Kept>> {
    step(
        1,
        format!("{host} applies examples/quickstart through our provider"),
    );
    let sandbox = SandboxProcess::start(&programs.sandbox, options.keep)?;
    remark(format!(
        "the sandbox, an AWS in one process, listens on {}",
        sandbox.url
    ));
    let workdir = Workdir::new(host, &programs.provider, &sandbox.url)?;
    workdir.copy_from(&repository().join("examples/quickstart"))?;
    remark("a CLI configuration of its own; yours is untouched");

    let init = show(&workdir, &["init"])?;
    output(&lines_with(
        &init.stdout,
        &["Installed", "successfully initialized"],
    ));
    let plan = show(&workdir, &["plan", "-out=quickstart.tfplan"])?;
    output(&lines_with(&plan.stdout, &["will be created", "Plan:"]));
    let apply = show(&workdir, &["apply", "quickstart.tfplan"])?;
    output(&apply.stdout);

    let policies = sandbox.policies()?;
    ensure!(
        policies.len() == 1,
        "the sandbox should hold one policy, and holds {}",
        policies.len()
    );
    anstream::println!();
    remark("what now exists in the sandbox:");
    output(&summary(&policies[0]));

    let again = show(&workdir, &["plan", "-detailed-exitcode"])?;
    output(&lines_with(&again.stdout, &["No changes"]));
    remark("the second plan is empty");

    if options.keep {
        return Ok(Some(Kept { workdir, sandbox }));
    }
    let destroy = show(&workdir, &["destroy", "-auto-approve"])?;
    output(&lines_with(&destroy.stdout, &["Destroying...", "complete"]));
    ensure!(
        sandbox.policies()?.is_empty(),
        "the sandbox still holds a policy after destroy"
    );
    remark("the sandbox is empty again");
    Ok(None)
}

/// A policy as AWS holds it, in a few lines.
fn summary(policy: &Value) -> String {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let details = &policy["PolicyDetails"];
    let mut lines = vec![format!(
        "  {}  {}  {}",
        text(&policy["PolicyId"]),
        text(&policy["Region"]),
        text(&policy["State"])
    )];
    for tag in details["TargetTags"].as_array().into_iter().flatten() {
        let kind = text(&details["ResourceTypes"][0]).to_lowercase();
        lines.push(format!(
            "  every {kind} tagged {}={}",
            text(&tag["Key"]),
            text(&tag["Value"])
        ));
    }
    for schedule in details["Schedules"].as_array().into_iter().flatten() {
        let rule = &schedule["CreateRule"];
        lines.push(format!(
            "  every {} hours from {} UTC, the newest {} kept",
            text(&rule["Interval"]),
            text(&rule["Times"][0]),
            text(&schedule["RetainRule"]["Count"])
        ));
    }
    lines.join("\n")
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

/// Runs a command of the host that must succeed, showing it first.
fn show(workdir: &Workdir, arguments: &[&str]) -> Result<Run> {
    let program = workdir
        .host()
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    command(format!("{program} {}", arguments.join(" ")));
    let mut all = arguments.to_vec();
    if !coloured() {
        all.insert(1, "-no-color");
    }
    workdir.ok(&all)
}

/// Whether what the programs print may have colours, as `anstream` decides it for our own lines.
fn coloured() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}

/// The lines that hold one of `words`.
fn lines_with(text: &str, words: &[&str]) -> String {
    let kept = text
        .lines()
        .filter(|line| words.iter().any(|word| line.contains(word)));
    kept.collect::<Vec<_>>().join("\n")
}

/// The sandbox as a program of its own, so that `--keep` can leave it behind.
struct SandboxProcess {
    child: Option<Child>,
    url: String,
}

impl SandboxProcess {
    fn start(program: &Path, keep: bool) -> Result<Self> {
        let mut start = Command::new(program);
        start.args(["--listen", "127.0.0.1:0"]);
        start
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        // Ctrl-C in the shell must not end a sandbox that is kept, and must end any other: the demo
        // that would do so ends with it.
        if keep {
            std::os::unix::process::CommandExt::process_group(&mut start, 0);
        }
        let mut child = start.spawn().context("cannot start the sandbox")?;
        let stdout = child.stdout.take().context("the sandbox has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        match line.trim().strip_prefix("listening on ") {
            Some(url) => Ok(Self {
                url: url.to_owned(),
                child: Some(child),
            }),
            None => {
                let _ = child.kill();
                bail!("the sandbox began with {line:?} instead of its address")
            }
        }
    }
}

impl SandboxProcess {
    /// The policies that it holds.
    fn policies(&self) -> Result<Vec<Value>> {
        let mut state = Remote::new(&self.url)?.state()?;
        match state["dlm"]["policies"].take() {
            Value::Array(policies) => Ok(policies),
            other => bail!("the sandbox holds {other} instead of policies"),
        }
    }
}

impl Drop for SandboxProcess {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Already gone is as good as ended.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
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
    let pid = sandbox.child.take().map_or(0, |child| child.id());
    step(3, format!("The sandbox stays up on {}", sandbox.url));
    anstream::println!("\n   To go on where the demo stopped:\n");
    output(&format!("cd {}\n{exports}{program} plan", folder.display()));
    anstream::println!("\n   To end it:\n");
    output(&format!("cd - ; kill {pid} ; rm -r {}", scratch.display()));
}
