//! Creates that are cut short: answers lost, the provider killed. Nothing is made twice, nothing is
//! lost track of, and the next apply heals what was left.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use holdfast_e2e::scene::{daily, policy};
use holdfast_e2e::{Scene, on_each_host, on_one_host};
use holdfast_sandbox::Fault;
use serde_json::{Value, json};

const MARK: &str = "holdfast:creating";
/// A guard against a hang; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

fn start(scene: &Scene, text: &str) -> Result<()> {
    scene.configure(text)?;
    scene.workdir.init().map(drop)
}

/// One finished policy, and nothing left to do.
fn settled(scene: &Scene) -> Result<Value> {
    let policy = scene.only_policy()?;
    ensure!(
        policy["Tags"].get(MARK).is_none(),
        "the mark is off: {policy:#}"
    );
    scene.workdir.plan_is_empty()?;
    Ok(policy)
}

#[test]
fn a_create_survives_whatever_passes() -> Result<()> {
    on_one_host(|scene| {
        start(scene, &daily(""))?;
        for fault in [
            Fault::DropAnswer,
            Fault::Reset,
            Fault::InternalError,
            Fault::Throttle,
            Fault::Unavailable,
        ] {
            scene.sandbox.clear_log();
            scene
                .sandbox
                .inject(fault.clone().on("dlm:CreateLifecyclePolicy"));
            scene
                .workdir
                .apply()
                .with_context(|| format!("{fault:?}"))?;
            settled(scene).with_context(|| format!("{fault:?}"))?;
            let creates = scene.sandbox.calls("dlm:CreateLifecyclePolicy");
            let expected = if fault == Fault::DropAnswer { 1 } else { 2 };
            ensure!(creates == expected, "{fault:?}: {creates} creates");
            scene
                .workdir
                .ok(&["destroy", "-auto-approve", "-no-color"])?;
        }
        Ok(())
    })
}

#[test]
fn a_create_that_cannot_be_looked_up_is_found_by_the_next_apply() -> Result<()> {
    on_each_host(|scene| {
        start(scene, &daily(""))?;
        scene
            .sandbox
            .inject(Fault::DropAnswer.on("dlm:CreateLifecyclePolicy"));
        // The first list looks for leftovers; those after the lost answer fail.
        scene.sandbox.inject(
            Fault::AccessDenied
                .on("dlm:GetLifecyclePolicies")
                .nth(2)
                .always(),
        );
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(error.contains("may have been created"), "{error}");
        let first = scene.only_policy()?;
        ensure!(first["Tags"].get(MARK).is_some(), "still marked: {first:#}");
        let state = scene
            .workdir
            .state("holdfast_dlm_policy.daily")?
            .context("partial state")?;
        ensure!(state["id"].is_null(), "{state:#}");

        scene.sandbox.clear_faults();
        scene.workdir.apply()?;
        settled(scene).map(drop)
    })
}

#[test]
fn a_create_that_was_never_made_is_made_by_the_next_apply() -> Result<()> {
    on_each_host(|scene| {
        start(scene, &daily(""))?;
        scene
            .sandbox
            .inject(Fault::Reset.on("dlm:CreateLifecyclePolicy").always());
        scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(scene.sandbox.policies().is_empty());
        scene.sandbox.clear_faults();
        scene.workdir.apply()?;
        settled(scene).map(drop)
    })
}

#[test]
fn a_last_call_that_fails_leaves_state_that_heals() -> Result<()> {
    on_each_host(|scene| {
        start(scene, &daily(""))?;
        scene
            .sandbox
            .inject(Fault::AccessDenied.on("dlm:UntagResource").always());
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(
            error.contains("dlm:UntagResource"),
            "the error names the action: {error}"
        );
        let state = scene
            .workdir
            .state("holdfast_dlm_policy.daily")?
            .context("partial state")?;
        ensure!(state["id"] == scene.only_policy()?["PolicyId"], "{state:#}");
        scene.sandbox.clear_faults();
        scene.workdir.apply()?;
        settled(scene).map(drop)
    })
}

#[test]
fn a_replacement_that_comes_first_takes_the_unfinished_policy_up() -> Result<()> {
    on_each_host(|scene| {
        start(
            scene,
            &daily("lifecycle {\n    create_before_destroy = true\n  }"),
        )?;
        scene
            .sandbox
            .inject(Fault::AccessDenied.on("dlm:UntagResource"));
        scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        let first = scene.only_policy()?;
        // The old state must not delete what the new one has just finished.
        let run = scene.workdir.apply()?.prose();
        ensure!(run.contains("another create has finished it"), "{run}");
        ensure!(settled(scene)?["PolicyId"] == first["PolicyId"]);

        // With the mark not released either, it waits until the first create is surely dead.
        scene
            .workdir
            .ok(&["destroy", "-auto-approve", "-no-color"])?;
        scene
            .sandbox
            .inject(Fault::AccessDenied.on("dlm:UntagResource"));
        scene
            .sandbox
            .inject(Fault::AccessDenied.on("dlm:TagResource"));
        scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        let second = scene.only_policy()?;
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(error.contains("apply again after"), "{error}");
        age(scene, &second)?;
        scene.workdir.apply()?;
        ensure!(settled(scene)?["PolicyId"] == second["PolicyId"]);
        Ok(())
    })
}

#[test]
fn a_killed_create_is_finished_once_its_process_is_surely_dead() -> Result<()> {
    on_each_host(|scene| {
        start(scene, &daily(""))?;
        kill_during_create(scene)?;
        let left = scene.only_policy()?;
        ensure!(
            scene.workdir.state("holdfast_dlm_policy.daily")?.is_none(),
            "nothing reached the state"
        );

        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color", "-lock=false"])?;
        let id = left["PolicyId"].as_str().context("an id")?;
        ensure!(
            error.contains(&format!("terraform import ADDRESS {id}")),
            "{error}"
        );
        ensure!(error.contains("apply again after"), "{error}");
        scene.only_policy()?;

        age(scene, &left)?;
        scene
            .workdir
            .ok(&["apply", "-auto-approve", "-no-color", "-lock=false"])?;
        ensure!(
            settled(scene)?["PolicyId"] == left["PolicyId"],
            "finished, not made anew"
        );
        Ok(())
    })
}

#[test]
fn a_killed_create_of_another_configuration_is_reported_and_importable() -> Result<()> {
    on_each_host(|scene| {
        start(scene, &daily(""))?;
        kill_during_create(scene)?;
        let left = scene.only_policy()?;
        age(scene, &left)?;
        let id = left["PolicyId"].as_str().context("an id")?;

        let other = policy("weekly", "").replace("Daily snapshots", "Other snapshots");
        scene.configure(&other)?;
        let run = scene
            .workdir
            .ok(&["apply", "-auto-approve", "-no-color", "-lock=false"])?
            .prose();
        ensure!(
            run.contains(&format!("terraform import ADDRESS {id}")),
            "{run}"
        );
        ensure!(scene.sandbox.policies().len() == 2, "never taken");

        scene.configure(&(other + &daily("")))?;
        scene.workdir.ok(&[
            "import",
            "-no-color",
            "-lock=false",
            "holdfast_dlm_policy.daily",
            id,
        ])?;
        scene
            .workdir
            .ok(&["apply", "-auto-approve", "-no-color", "-lock=false"])?;
        let policies = scene.sandbox.policies();
        ensure!(
            policies.len() == 2 && policies.iter().all(|p| p["Tags"] == json!({})),
            "{policies:#?}"
        );
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn a_policy_without_the_mark_is_never_taken() -> Result<()> {
    on_each_host(|scene| {
        start(scene, &daily(""))?;
        scene.workdir.apply()?;
        let first = settled(scene)?;
        scene
            .workdir
            .ok(&["state", "rm", "holdfast_dlm_policy.daily"])?;
        scene.workdir.apply()?;
        let policies = scene.sandbox.policies();
        ensure!(policies.len() == 2 && policies[0] == first, "{policies:#?}");
        Ok(())
    })
}

#[test]
fn updates_and_deletes_heal_too() -> Result<()> {
    on_one_host(|scene| {
        start(scene, &daily(""))?;
        scene.workdir.apply()?;
        for (count, operation) in [
            (8, "dlm:UpdateLifecyclePolicy"),
            (9, "dlm:TagResource"),
            (10, "dlm:GetLifecyclePolicy"),
        ] {
            let text = daily(&format!("tags = {{ Count = \"{count}\" }}"));
            scene.configure(&text.replace("count = 7", &format!("count = {count}")))?;
            scene
                .workdir
                .ok(&["plan", "-no-color", "-out=update.tfplan"])?;
            scene
                .sandbox
                .inject(Fault::AccessDenied.on(operation).always());
            let error = scene
                .workdir
                .fails(&["apply", "-no-color", "update.tfplan"])?;
            ensure!(error.contains(operation), "{error}");
            scene.sandbox.clear_faults();
            scene.workdir.apply()?;
            ensure!(settled(scene)?["Tags"]["Count"] == count.to_string());
        }
        for fault in [Fault::DropAnswer, Fault::InternalError, Fault::Throttle] {
            scene.sandbox.inject(fault.on("dlm:DeleteLifecyclePolicy"));
            scene
                .workdir
                .ok(&["destroy", "-auto-approve", "-no-color"])?;
            ensure!(scene.sandbox.policies().is_empty());
            scene.workdir.apply()?;
        }
        Ok(())
    })
}

/// Starts an apply and kills host and provider after AWS has made the policy and before anybody
/// has heard of it.
fn kill_during_create(scene: &Scene) -> Result<()> {
    let rule = scene
        .sandbox
        .inject(Fault::HoldAnswer.on("dlm:CreateLifecyclePolicy"));
    let mut apply = scene
        .workdir
        .command(&["apply", "-auto-approve", "-no-color"]);
    apply
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    let mut host = apply.spawn()?;
    let held = scene.sandbox.wait_until_held(rule, PATIENCE);
    let killed = Command::new("kill")
        .args(["-9", "--", &format!("-{}", host.id())])
        .status()?;
    host.wait()?;
    held?;
    ensure!(killed.success(), "the process group was killed");
    scene.sandbox.clear_faults();
    Ok(())
}

/// Makes a policy's mark an hour older.
fn age(scene: &Scene, policy: &Value) -> Result<()> {
    let mark = policy["Tags"][MARK].as_str().context("a mark")?;
    let (identity, _) = mark.rsplit_once('/').context("a time")?;
    let old = format!("{identity}/2026-01-01T00:00:00Z");
    let id = policy["PolicyId"].as_str().context("an id")?;
    scene
        .sandbox
        .patch_policy(id, &json!({ "Tags": { MARK: old } }))?;
    Ok(())
}
