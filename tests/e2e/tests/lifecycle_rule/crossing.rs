//! Two runs at once, runs that are killed, calls that fail.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use holdfast_e2e::scene::programs;
use holdfast_e2e::{Scene, Workdir, on_each_host, on_one_host};
use holdfast_sandbox::{Fault, S3Settings};
use serde_json::json;

use super::{actions, bucket, ids, lifecycle, rule, rule_xml};

const GET: &str = "s3:GetBucketLifecycleConfiguration";
const PUT: &str = "s3:PutBucketLifecycleConfiguration";
const DELETE: &str = "s3:DeleteBucketLifecycle";
const OURS: &str = "holdfast_lifecycle_rule.ours";
const THEIRS: &str = "holdfast_lifecycle_rule.theirs";
const APPLY: &[&str] = &["apply", "-auto-approve", "-no-color"];
/// A guard against a hang; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// Another directory with another state, on the same host and sandbox.
fn another(scene: &Scene) -> Result<Workdir> {
    let provider = &programs()?.provider;
    let workdir = Workdir::new(scene.workdir.host(), provider, &scene.sandbox.url())?;
    let main = std::fs::read_to_string(scene.workdir.path().join("main.tf"))?;
    workdir.write("main.tf", &main)?;
    workdir.init()?;
    Ok(workdir)
}

/// Two directories, each with a rule of its own for one bucket that has none.
fn two(scene: &Scene) -> Result<Workdir> {
    bucket(scene, "shared")?;
    scene.configure(&rule("theirs", "shared", "theirs", 30))?;
    let other = another(scene)?;
    scene.configure(&rule("ours", "shared", "ours", 30))?;
    scene.workdir.init()?;
    Ok(other)
}

fn spawn(workdir: &Workdir) -> Result<Child> {
    let mut command = workdir.command(APPLY);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0);
    Ok(command.spawn()?)
}

fn finish(run: Child) -> Result<()> {
    let output = run.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(
        output.status.success(),
        "{}{said}",
        String::from_utf8_lossy(&output.stdout)
    );
    Ok(())
}

/// Our apply is stopped at one call, theirs runs from end to end, ours goes on.
#[test]
fn a_whole_run_fits_into_every_step_of_another() -> Result<()> {
    on_one_host(|scene| {
        let other = two(scene)?;
        let steps = [(GET, 1), (GET, 2), (GET, 3), (PUT, 1)];
        for (operation, nth) in steps {
            for before in [true, false] {
                let fault = if before {
                    Fault::Hang
                } else {
                    Fault::HoldAnswer
                };
                let at = format!("{operation} {nth}, {fault:?}");
                let held = scene.sandbox.inject(fault.on(operation).nth(nth));
                let ours = spawn(&scene.workdir)?;
                scene
                    .sandbox
                    .wait_until_held(held, PATIENCE)
                    .context(at.clone())?;
                other.apply().context(at.clone())?;
                scene.sandbox.release(held);
                finish(ours).context(at.clone())?;
                scene.sandbox.clear_faults();
                if (operation, before) == (PUT, true) {
                    // What S3 cannot prevent: a write that is under way for as long as a whole run
                    // of another. The next plan says so, and the next apply heals it.
                    ensure!(ids(scene, "shared")? == ["ours"], "{at}");
                    let plan = other.plan_json(&[])?;
                    ensure!(actions(&plan, THEIRS) == json!(["create"]), "{plan:#}");
                    other.apply()?;
                }
                ensure!(
                    ids(scene, "shared")? == ["ours", "theirs"],
                    "{at}: {:?}",
                    ids(scene, "shared")?
                );
                for workdir in [&scene.workdir, &other] {
                    workdir.plan_is_empty().context(at.clone())?;
                    workdir.ok(&["destroy", "-auto-approve", "-no-color"])?;
                }
            }
        }
        Ok(())
    })
}

/// Both runs at once, with calls that take their time.
#[test]
fn slow_calls_of_two_runs_lose_nothing() -> Result<()> {
    on_one_host(|scene| {
        let other = two(scene)?;
        for (read, write) in [(0, 0), (0, 150), (150, 0), (100, 300), (300, 100)] {
            let at = format!("reads {read} ms, writes {write} ms");
            scene
                .sandbox
                .inject(Fault::Delay { millis: read }.on(GET).always());
            scene
                .sandbox
                .inject(Fault::Delay { millis: write }.on(PUT).always());
            let runs = [spawn(&scene.workdir)?, spawn(&other)?];
            for run in runs {
                finish(run).context(at.clone())?;
            }
            scene.sandbox.clear_faults();
            ensure!(
                ids(scene, "shared")? == ["ours", "theirs"],
                "{at}: {:?}",
                ids(scene, "shared")?
            );
            for workdir in [&scene.workdir, &other] {
                workdir.plan_is_empty().context(at.clone())?;
                workdir.ok(&["destroy", "-auto-approve", "-no-color"])?;
            }
        }
        Ok(())
    })
}

#[test]
fn a_killed_create_is_taken_up_by_the_next_one() -> Result<()> {
    on_one_host(|scene| {
        bucket(scene, "shared")?;
        scene.configure(&rule("ours", "shared", "ours", 30))?;
        scene.workdir.init()?;
        for (operation, nth) in [(GET, 1), (PUT, 1), (GET, 2), (GET, 3)] {
            let held = scene
                .sandbox
                .inject(Fault::HoldAnswer.on(operation).nth(nth));
            let mut run = spawn(&scene.workdir)?;
            scene.sandbox.wait_until_held(held, PATIENCE)?;
            let group = format!("-{}", run.id());
            let killed = Command::new("kill").args(["-9", "--", &group]).status()?;
            run.wait()?;
            ensure!(killed.success(), "the process group was killed");
            scene.sandbox.clear_faults();
            ensure!(
                scene.workdir.state(OURS)?.is_none(),
                "nothing reached the state"
            );

            let run = scene
                .workdir
                .ok(&["apply", "-auto-approve", "-no-color", "-lock=false"])?;
            let said = run.prose();
            let found = said.contains("was there as planned");
            ensure!(
                found == ((operation, nth) != (GET, 1)),
                "{operation} {nth}: {said}"
            );
            ensure!(ids(scene, "shared")? == ["ours"]);
            scene.workdir.plan_is_empty()?;
            scene
                .workdir
                .ok(&["destroy", "-auto-approve", "-no-color", "-lock=false"])?;
            ensure!(lifecycle(scene, "shared")?.is_none());
        }
        Ok(())
    })
}

#[test]
fn calls_that_fail_once_are_healed() -> Result<()> {
    on_one_host(|scene| {
        bucket(scene, "shared")?;
        scene.configure("")?;
        scene.workdir.init()?;
        for fault in [
            Fault::DropAnswer,
            Fault::Reset,
            Fault::InternalError,
            Fault::Throttle,
            Fault::Unavailable,
        ] {
            for operation in [GET, PUT, DELETE] {
                let at = format!("{operation} {fault:?}");
                for days in [30, 31] {
                    scene.sandbox.inject(fault.clone().on(operation));
                    scene.configure(&rule("ours", "shared", "ours", days))?;
                    scene.workdir.apply().context(at.clone())?;
                    let rule = rule_xml(scene, "shared", "ours")?;
                    ensure!(
                        rule.contains(&format!("<Days>{days}</Days>")),
                        "{at}: {rule}"
                    );
                    scene.workdir.plan_is_empty().context(at.clone())?;
                }
                scene
                    .workdir
                    .ok(&["destroy", "-auto-approve", "-no-color"])
                    .context(at.clone())?;
                ensure!(lifecycle(scene, "shared")?.is_none(), "{at}");
                scene.sandbox.clear_faults();
            }
        }
        Ok(())
    })
}

#[test]
fn a_create_that_cannot_be_seen_through_is_kept_as_tainted_and_heals() -> Result<()> {
    on_each_host(|scene| {
        bucket(scene, "shared")?;
        scene.configure(&rule("ours", "shared", "ours", 30))?;
        scene.workdir.init()?;
        scene.sandbox.inject(Fault::DropAnswer.on(PUT));
        scene
            .sandbox
            .inject(Fault::AccessDenied.on(GET).nth(2).always());
        let error = scene.workdir.fails(APPLY)?;
        ensure!(
            error.contains("s3:GetLifecycleConfiguration"),
            "the action is named: {error}"
        );
        ensure!(scene.workdir.state(OURS)?.is_some(), "partial state");
        scene.sandbox.clear_faults();
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()?;
        ensure!(ids(scene, "shared")? == ["ours"]);

        // Under create_before_destroy the old object must not delete what the new one took up.
        let text = rule("ours", "shared", "ours", 30).replace(
            "  filter {",
            "  lifecycle {\n    create_before_destroy = true\n  }\n  filter {",
        );
        scene.configure(&text)?;
        scene.workdir.ok(&["taint", OURS])?;
        let run = scene.workdir.apply()?.prose();
        ensure!(run.contains("The lifecycle rule stays"), "{run}");
        ensure!(ids(scene, "shared")? == ["ours"]);
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn s3_on_a_slow_day_is_waited_for() -> Result<()> {
    on_one_host(|scene| {
        bucket(scene, "shared")?;
        scene.sandbox.set_s3_settings(S3Settings {
            stale_lifecycle_reads: 3,
            ..S3Settings::default()
        });
        scene.configure(
            &(rule("ours", "shared", "ours", 30) + &rule("theirs", "shared", "theirs", 30)),
        )?;
        scene.workdir.init()?;
        scene
            .workdir
            .ok(&["apply", "-auto-approve", "-no-color", "-parallelism=1"])?;
        ensure!(ids(scene, "shared")? == ["ours", "theirs"]);
        scene.workdir.plan_is_empty()?;
        scene
            .workdir
            .ok(&["destroy", "-auto-approve", "-no-color", "-parallelism=1"])?;
        ensure!(lifecycle(scene, "shared")?.is_none());
        Ok(())
    })
}
