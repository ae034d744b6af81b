//! The half that a host plays: plan, apply, an empty plan, a refused destroy, and a destroy.

use anyhow::{Context, Result, ensure};
use holdfast_e2e::programs::repository;
use holdfast_e2e::{Host, Programs, Run, Workdir};
use serde_json::json;

use super::sandbox::SandboxProcess;
use super::{Kept, coloured};
use crate::screen::{command, output, remark, step};

/// Plays it; with `keep` everything stays where it is after the second plan.
pub(super) fn run(programs: &Programs, host: &Host, keep: bool) -> Result<Option<Kept>> {
    step(
        1,
        format!("{host} applies examples/quickstart through our provider"),
    );
    let sandbox = SandboxProcess::start(&programs.sandbox, keep)?;
    remark(format!(
        "the sandbox, an AWS in one process, listens on {}",
        sandbox.url
    ));
    let workdir = Workdir::new(host, &programs.provider, &sandbox.url)?;
    workdir.copy_from(&repository().join("examples/quickstart"))?;
    remark("a CLI configuration of its own; yours is untouched");

    apply(&workdir, &sandbox)?;
    if keep {
        return Ok(Some(Kept { workdir, sandbox }));
    }
    destroy(&workdir, &sandbox)?;
    Ok(None)
}

fn apply(workdir: &Workdir, sandbox: &SandboxProcess) -> Result<()> {
    let init = show(workdir, &["init"])?;
    output(&lines_with(
        &init.stdout,
        &["Installed", "successfully initialized"],
    ));
    let plan = show(workdir, &["plan", "-out=quickstart.tfplan"])?;
    output(&lines_with(&plan.stdout, &["will be created", "Plan:"]));
    let apply = show(workdir, &["apply", "quickstart.tfplan"])?;
    output(&lines_with(&apply.stdout, &[" complete"]));

    let held = sandbox.held()?;
    ensure!(
        held.policies() == 1 && held.buckets() == 1,
        "the sandbox should hold one policy and one bucket, and holds\n{held}"
    );
    anstream::println!();
    remark("what now exists in the sandbox:");
    output(&held.to_string());

    let again = show(workdir, &["plan", "-detailed-exitcode"])?;
    output(&lines_with(&again.stdout, &["No changes"]));
    remark("the second plan is empty");
    Ok(())
}

fn destroy(workdir: &Workdir, sandbox: &SandboxProcess) -> Result<()> {
    save_snapshot(sandbox)?;
    anstream::println!();
    remark("a cluster saves a snapshot to the bucket");

    let arguments = ["destroy", "-auto-approve"];
    type_in(workdir, &arguments);
    let refused = workdir.run(&with_colour(&arguments))?;
    ensure!(
        !refused.status.success() && sandbox.held()?.buckets() == 1,
        "a protected bucket was destroyed"
    );
    output(&refused.stderr);
    remark("a protected bucket is not destroyed, nor anything else");

    let unprotect = ["apply", "-auto-approve", "-var=deletion_protection=false"];
    let apply = show(workdir, &unprotect)?;
    output(&lines_with(&apply.stdout, &[" complete"]));
    let destroy = show(
        workdir,
        &["destroy", "-auto-approve", "-var=deletion_protection=false"],
    )?;
    output(&lines_with(&destroy.stdout, &[" complete"]));
    let held = sandbox.held()?;
    ensure!(
        held.policies() == 0 && held.buckets() == 0,
        "after the destroy the sandbox still holds\n{held}"
    );
    remark("the sandbox is empty again");
    Ok(())
}

/// Does what the servers of a cluster would do.
fn save_snapshot(sandbox: &SandboxProcess) -> Result<()> {
    let held = sandbox.held()?;
    let bucket = held.bucket().context("there is no bucket")?;
    let request = json!({
        "method": "PUT",
        "path": format!("/{bucket}/etcd-snapshots/etcd-snapshot-server-1-1795478400"),
        "body": "a snapshot",
    });
    let path = "/_sandbox/s3/request";
    sandbox.remote()?.call("POST", path, Some(&request))?;
    Ok(())
}

/// Runs a command of the host that must succeed, showing it first.
fn show(workdir: &Workdir, arguments: &[&str]) -> Result<Run> {
    type_in(workdir, arguments);
    workdir.ok(&with_colour(arguments))
}

/// Shows a command of the host.
fn type_in(workdir: &Workdir, arguments: &[&str]) {
    let path = &workdir.host().path;
    let program = path.file_name().unwrap_or_default().to_string_lossy();
    command(format!("{program} {}", arguments.join(" ")));
}

/// The arguments, coloured as our own lines are.
fn with_colour<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let mut all = arguments.to_vec();
    if !coloured() {
        all.insert(1, "-no-color");
    }
    all
}

/// The lines that hold one of `words`.
fn lines_with(text: &str, words: &[&str]) -> String {
    let kept = text
        .lines()
        .filter(|line| words.iter().any(|word| line.contains(word)));
    kept.collect::<Vec<_>>().join("\n")
}
