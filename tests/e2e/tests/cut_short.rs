//! Creates that are cut short: answers lost, the provider killed. Nothing is made twice, nothing is
//! lost track of, and the next apply heals what was left.

use anyhow::{Context, Result, ensure};
use holdfast_e2e::scene::{daily, old_mark, policy};
use holdfast_e2e::{Scene, on_each_host, on_one_host};
use holdfast_sandbox::Fault;
use serde_json::{Value, json};

const MARK: &str = "holdfast:creating";
const CREATE: &str = "dlm:CreateLifecyclePolicy";

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
            scene.sandbox.inject(fault.clone().on(CREATE));
            scene
                .workdir
                .apply()
                .with_context(|| format!("{fault:?}"))?;
            settled(scene).with_context(|| format!("{fault:?}"))?;
            let creates = scene.sandbox.calls(CREATE);
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
        scene.sandbox.inject(Fault::DropAnswer.on(CREATE));
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
        scene.sandbox.inject(Fault::Reset.on(CREATE).always());
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
        scene.kill_during(CREATE)?;
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
        scene.kill_during(CREATE)?;
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

/// Makes a policy's mark older than any create takes.
fn age(scene: &Scene, policy: &Value) -> Result<()> {
    let id = policy["PolicyId"].as_str().context("an id")?;
    let tags = json!({ MARK: old_mark(policy)? });
    scene.sandbox.patch_policy(id, &json!({ "Tags": tags }))?;
    Ok(())
}
