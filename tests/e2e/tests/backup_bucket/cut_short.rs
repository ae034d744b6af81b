//! Creates that are cut short, and others that want the same name. Nothing is made twice or taken
//! over, and the next apply heals what was left.

use anyhow::{Context, Result, ensure};
use holdfast_e2e::scene::old_mark;
use holdfast_e2e::{Scene, on_each_host, on_one_host};
use holdfast_sandbox::{Fault, S3Request};
use serde_json::Value;

use crate::{
    ADDRESS, BUCKET, MARK, backups, bucket, call, only, put_tags, settled, start, take_away,
};

const UNLOCKED: [&str; 4] = ["apply", "-auto-approve", "-no-color", "-lock=false"];

/// The calls of a create that change something, in their order, but the last.
const STEPS: [&str; 6] = [
    "CreateBucket",
    "PutPublicAccessBlock",
    "PutBucketOwnershipControls",
    "PutBucketEncryption",
    "PutBucketVersioning",
    "PutBucketPolicy",
];

#[test]
fn a_create_survives_whatever_passes() -> Result<()> {
    on_one_host(|scene| {
        start(scene, &backups("deletion_protection = false"))?;
        for fault in [
            Fault::DropAnswer,
            Fault::Reset,
            Fault::InternalError,
            Fault::Throttle,
            Fault::Unavailable,
        ] {
            scene.sandbox.clear_log();
            scene.sandbox.inject(fault.clone().on("s3:CreateBucket"));
            scene
                .workdir
                .apply()
                .with_context(|| format!("{fault:?}"))?;
            settled(scene).with_context(|| format!("{fault:?}"))?;
            let creates = scene.sandbox.calls("s3:CreateBucket");
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
        start(scene, &backups(""))?;
        scene
            .sandbox
            .inject(Fault::DropAnswer.on("s3:CreateBucket"));
        scene
            .sandbox
            .inject(Fault::AccessDenied.on("s3:GetBucketTagging").always());
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(error.contains("may have been created"), "{error}");
        let first = only(scene)?;
        ensure!(first["Tags"].get(MARK).is_some(), "still marked: {first:#}");
        scene.sandbox.clear_faults();
        scene.workdir.apply()?;
        settled(scene).map(drop)
    })
}

#[test]
fn a_create_that_was_never_made_is_made_by_the_next_apply() -> Result<()> {
    on_each_host(|scene| {
        start(scene, &backups(""))?;
        scene
            .sandbox
            .inject(Fault::Reset.on("s3:CreateBucket").always());
        scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(scene.sandbox.buckets().is_empty());
        scene.sandbox.clear_faults();
        scene.workdir.apply()?;
        settled(scene).map(drop)
    })
}

#[test]
fn an_error_at_any_step_leaves_state_that_heals() -> Result<()> {
    on_each_host(|scene| {
        start(scene, &backups(""))?;
        for step in STEPS.iter().skip(1).chain(&["DeleteBucketTagging"]) {
            let step = format!("s3:{step}");
            scene.sandbox.inject(Fault::AccessDenied.on(&step).always());
            let error = scene
                .workdir
                .fails(&["apply", "-auto-approve", "-no-color"])?;
            ensure!(error.contains(BUCKET), "{step}: {error}");
            let state = scene.workdir.state(ADDRESS)?.context("partial state")?;
            ensure!(state["bucket"] == BUCKET, "{state:#}");
            scene.sandbox.clear_faults();
            scene.workdir.apply().with_context(|| step.clone())?;
            settled(scene).with_context(|| step.clone())?;
            scene.workdir.ok(&["state", "rm", ADDRESS])?;
            call(scene, &S3Request::new("DELETE", &format!("/{BUCKET}")))?;
        }
        Ok(())
    })
}

#[test]
fn a_create_that_is_killed_after_any_call_is_finished_by_the_next() -> Result<()> {
    on_one_host(|scene| {
        start(scene, &backups(""))?;
        for (at, step) in STEPS.iter().enumerate() {
            let step = format!("s3:{step}");
            scene.kill_during(&step).with_context(|| step.clone())?;
            let left = only(scene)?;
            ensure!(
                scene.workdir.state(ADDRESS)?.is_none(),
                "{step}: nothing reached the state"
            );
            if at == 0 {
                let error = scene.workdir.fails(&UNLOCKED)?;
                ensure!(error.contains("apply again after"), "{error}");
                ensure!(
                    error.contains(&format!("terraform import ADDRESS {BUCKET}")),
                    "{error}"
                );
                ensure!(only(scene)? == left, "left alone");
            }
            age(scene, &left)?;
            scene.workdir.ok(&UNLOCKED).with_context(|| step.clone())?;
            settled(scene).with_context(|| step.clone())?;
            ensure!(
                scene.sandbox.calls("s3:CreateBucket") == at + 1,
                "{step}: finished, not made anew"
            );
            scene.workdir.ok(&["state", "rm", "-lock=false", ADDRESS])?;
            call(scene, &S3Request::new("DELETE", &format!("/{BUCKET}")))?;
        }

        // After the last call nobody can know whose it is.
        scene.kill_during("s3:DeleteBucketTagging")?;
        let error = scene.workdir.fails(&UNLOCKED)?;
        ensure!(error.contains("exists already"), "{error}");
        scene
            .workdir
            .ok(&["import", "-no-color", "-lock=false", ADDRESS, BUCKET])?;
        settled(scene).map(drop)
    })
}

#[test]
fn a_killed_create_of_another_configuration_is_reported_and_importable() -> Result<()> {
    on_each_host(|scene| {
        start(scene, &backups(""))?;
        scene.kill_during("s3:PutPublicAccessBlock")?;
        age(scene, &only(scene)?)?;
        scene.configure(&backups("tags = { Team = \"infra\" }"))?;
        let error = scene.workdir.fails(&UNLOCKED)?;
        ensure!(error.contains("with another configuration"), "{error}");
        scene
            .workdir
            .ok(&["import", "-no-color", "-lock=false", ADDRESS, BUCKET])?;
        scene.workdir.ok(&UNLOCKED)?;
        let made = settled(scene)?;
        ensure!(made["Tags"]["Team"] == "infra", "{made:#}");
        Ok(())
    })
}

#[test]
fn a_replacement_that_comes_first_takes_the_unfinished_bucket_up() -> Result<()> {
    on_each_host(|scene| {
        let first = "lifecycle {\n    create_before_destroy = true\n  }";
        start(scene, &backups(first))?;
        scene
            .sandbox
            .inject(Fault::AccessDenied.on("s3:PutBucketVersioning"));
        scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        only(scene)?;
        // The old state must not delete what the new one has just finished.
        let run = scene.workdir.apply()?.prose();
        ensure!(run.contains("another create has finished it"), "{run}");
        settled(scene)?;
        ensure!(scene.sandbox.calls("s3:CreateBucket") == 1);

        // With the mark not released either, it waits until the first create is surely dead.
        scene.workdir.ok(&["state", "rm", ADDRESS])?;
        call(scene, &S3Request::new("DELETE", &format!("/{BUCKET}")))?;
        scene
            .sandbox
            .inject(Fault::AccessDenied.on("s3:PutBucketVersioning"));
        scene
            .sandbox
            .inject(Fault::AccessDenied.on("s3:PutBucketTagging"));
        scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(error.contains("apply again after"), "{error}");
        age(scene, &only(scene)?)?;
        scene.workdir.apply()?;
        settled(scene).map(drop)
    })
}

#[test]
fn of_two_resources_with_one_bucket_one_makes_it() -> Result<()> {
    on_one_host(|scene| {
        for region in ["eu-central-1", "us-east-1"] {
            let blocks = format!(
                "provider \"holdfast\" {{\n  region = \"{region}\"\n}}\n\
                 provider \"holdfast\" {{\n  alias  = \"b\"\n  region = \"{region}\"\n}}\n"
            );
            // In one process, and in two.
            for other in ["", "provider = holdfast.b"] {
                let both = backups("") + &bucket("other", BUCKET, other);
                scene.configure_provider(&blocks, &both)?;
                scene.workdir.init()?;
                let slow = Fault::Delay { millis: 200 };
                scene
                    .sandbox
                    .inject(slow.on("s3:PutPublicAccessBlock").always());
                let error = scene
                    .workdir
                    .fails(&["apply", "-auto-approve", "-no-color"])?;
                scene.sandbox.clear_faults();
                let made = only(scene)?;
                ensure!(made["Tags"].get(MARK).is_none(), "finished: {made:#}");
                ensure!(error.matches("Error:").count() == 1, "{error}");
                ensure!(error.contains(BUCKET), "{error}");

                // The loser has nothing in the state to lose the winner's bucket with.
                let run = scene.workdir.ok(&["state", "list"])?;
                ensure!(run.stdout.lines().count() == 1, "{}", run.stdout);
                let left = run.stdout.trim().to_owned();
                scene.workdir.ok(&["state", "rm", &left])?;
                call(scene, &S3Request::new("DELETE", &format!("/{BUCKET}")))?;
            }
        }
        Ok(())
    })
}

#[test]
fn what_others_have_is_never_taken() -> Result<()> {
    on_one_host(|scene| {
        start(scene, &backups(""))?;
        scene.sandbox.plant_foreign_bucket(BUCKET, "eu-central-1");
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(error.contains("choose another one"), "{error}");
        ensure!(scene.workdir.state(ADDRESS)?.is_none());
        scene.sandbox.reset();

        // One's own, finished: as made by hand, or by a run whose state is lost.
        scene.workdir.apply()?;
        let made = settled(scene)?;
        scene.workdir.ok(&["state", "rm", ADDRESS])?;
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(
            error.contains(&format!("terraform import ADDRESS {BUCKET}")),
            "{error}"
        );
        ensure!(only(scene)? == made, "left alone");

        // Somebody finishes, or takes over, what a state holds as unfinished.
        scene.sandbox.reset();
        scene
            .sandbox
            .inject(Fault::AccessDenied.on("s3:PutBucketPolicy"));
        scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        take_away(scene, "tagging")?;
        let run = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(run.contains("not this state's"), "{run}");
        only(scene).map(drop)
    })
}

#[test]
fn a_slow_s3_is_waited_for() -> Result<()> {
    on_one_host(|scene| {
        start(scene, &backups("deletion_protection = false"))?;
        let mut settings = scene.sandbox.s3_settings();
        settings.unseen_bucket_calls = 3;
        settings.aborted_recreations = 2;
        scene.sandbox.set_s3_settings(settings);
        scene.workdir.apply()?;
        settled(scene)?;
        scene
            .workdir
            .ok(&["destroy", "-auto-approve", "-no-color"])?;
        scene.workdir.apply()?;
        settled(scene).map(drop)
    })
}

#[test]
fn updates_and_deletes_heal_too() -> Result<()> {
    on_one_host(|scene| {
        start(scene, &backups(""))?;
        scene.workdir.apply()?;
        for (count, operation) in [
            (1, "PutBucketTagging"),
            (2, "PutBucketPolicy"),
            (3, "GetBucketVersioning"),
        ] {
            let policy = format!(
                "policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Sid = \"S{count}\", \
                 Effect = \"Deny\", Principal = \"*\", Action = \"s3:PutBucketAcl\", \
                 Resource = \"arn:aws:s3:::{BUCKET}\" }}] }})"
            );
            let tags = format!("tags = {{ Count = \"{count}\" }}\n  deletion_protection = false");
            scene.configure(&backups(&format!("{policy}\n  {tags}")))?;
            scene
                .workdir
                .ok(&["plan", "-no-color", "-out=update.tfplan"])?;
            let operation = format!("s3:{operation}");
            scene
                .sandbox
                .inject(Fault::AccessDenied.on(&operation).always());
            let error = scene
                .workdir
                .fails(&["apply", "-no-color", "update.tfplan"])?;
            ensure!(error.contains("AWS denied"), "{error}");
            scene.sandbox.clear_faults();
            scene.workdir.apply()?;
            ensure!(settled(scene)?["Tags"]["Count"] == count.to_string());
        }
        for fault in [Fault::DropAnswer, Fault::InternalError, Fault::Throttle] {
            scene.sandbox.inject(fault.on("s3:DeleteBucket"));
            scene
                .workdir
                .ok(&["destroy", "-auto-approve", "-no-color"])?;
            ensure!(scene.sandbox.buckets().is_empty());
            scene.workdir.apply()?;
        }
        Ok(())
    })
}

/// Makes the mark of the bucket older than any create takes.
fn age(scene: &Scene, bucket: &Value) -> Result<()> {
    put_tags(scene, &[(MARK, &old_mark(bucket)?)])
}
