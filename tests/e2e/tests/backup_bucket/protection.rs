//! What may be deleted, and when.

use anyhow::{Context, Result, ensure};
use holdfast_e2e::{Scene, on_each_host};
use holdfast_sandbox::{Fault, S3Request};

use crate::{ADDRESS, BUCKET, backups, bucket, call, found, only, settled, start, write_object};

/// The operations that change anything.
fn writes(scene: &Scene) -> Vec<String> {
    let log = scene.sandbox.log().into_iter();
    log.map(|entry| entry.operation)
        .filter(|operation| !operation.starts_with("Get") && !operation.starts_with("Head"))
        .filter(|operation| operation != "GetCallerIdentity")
        .collect()
}

#[test]
fn a_destroy_is_refused_in_the_plan_until_an_apply_allows_it() -> Result<()> {
    on_each_host(|scene| {
        start(scene, &backups(""))?;
        scene.workdir.apply()?;
        let made = settled(scene)?;
        scene.sandbox.clear_log();
        let refused = scene.workdir.fails(&["plan", "-destroy", "-no-color"])?;
        ensure!(refused.contains("deletion_protection = false"), "{refused}");
        scene
            .workdir
            .fails(&["destroy", "-auto-approve", "-no-color"])?;

        // Taken out of the configuration, and protection and bucket together.
        scene.configure("")?;
        let refused = scene.workdir.fails(&["plan", "-no-color"])?;
        ensure!(
            refused.contains("Destroying the bucket would delete"),
            "{refused}"
        );
        scene.configure(&bucket(
            "backups",
            "another-name",
            "deletion_protection = false",
        ))?;
        let refused = scene.workdir.fails(&["plan", "-no-color"])?;
        ensure!(
            refused.contains("Replacing the bucket would delete"),
            "{refused}"
        );
        ensure!(writes(scene).is_empty(), "{:?}", writes(scene));
        ensure!(only(scene)? == made);

        scene.configure(&backups("deletion_protection = false"))?;
        scene.workdir.apply()?;
        scene.configure("")?;
        scene.workdir.apply()?;
        ensure!(scene.sandbox.buckets().is_empty());
        Ok(())
    })
}

#[test]
fn a_replacement_is_refused_before_its_first_call() -> Result<()> {
    on_each_host(|scene| {
        let first = "lifecycle {\n    create_before_destroy = true\n  }";
        for body in ["", first] {
            start(scene, &backups(body))?;
            scene.workdir.apply()?;
            let made = settled(scene)?;
            scene.sandbox.clear_log();
            let refused = |arguments: &[&str]| -> Result<()> {
                let said = scene.workdir.fails(arguments)?;
                ensure!(said.contains("deletion_protection"), "{said}");
                ensure!(writes(scene).is_empty(), "{:?}", writes(scene));
                Ok(())
            };
            let replace = format!("-replace={ADDRESS}");
            refused(&["plan", "-no-color", &replace])?;
            refused(&["apply", "-auto-approve", "-no-color", &replace])?;
            for other in [
                bucket("backups", "another-name", body),
                backups(&format!("region = \"eu-west-1\"\n  {body}")),
            ] {
                scene.configure(&other)?;
                refused(&["apply", "-auto-approve", "-no-color"])?;
            }
            scene.configure(&backups(body))?;

            // Of a tainted bucket the provider hears only when it is to be deleted or made again.
            scene.workdir.ok(&["taint", "-no-color", ADDRESS])?;
            let said = scene
                .workdir
                .fails(&["apply", "-auto-approve", "-no-color"])?;
            let expected = match body {
                "" => "`terraform untaint` its address to keep it",
                _ => "exists already",
            };
            ensure!(said.contains(expected), "{said}");
            ensure!(writes(scene).is_empty(), "{:?}", writes(scene));
            ensure!(only(scene)? == made);
            scene.workdir.ok(&["untaint", "-no-color", ADDRESS])?;
            scene.workdir.plan_is_empty()?;

            scene.configure(&backups("deletion_protection = false"))?;
            scene.workdir.apply()?;
            scene.workdir.apply()?;
            scene
                .workdir
                .ok(&["destroy", "-auto-approve", "-no-color"])?;
        }
        Ok(())
    })
}

#[test]
fn a_partial_bucket_is_replaced_without_asking_if_it_is_empty() -> Result<()> {
    on_each_host(|scene| {
        start(scene, &backups("force_destroy = true"))?;
        let denied = || Fault::AccessDenied.on("s3:PutBucketPolicy");
        scene.sandbox.inject(denied());
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(error.contains("s3:PutBucketPolicy"), "{error}");
        let state = scene.workdir.state(ADDRESS)?.context("partial state")?;
        ensure!(state["deletion_protection"] == false, "{state:#}");
        // The name is busy for a moment after a delete.
        let mut settings = scene.sandbox.s3_settings();
        settings.aborted_recreations = 2;
        scene.sandbox.set_s3_settings(settings);
        let run = scene.workdir.apply()?;
        ensure!(
            run.stdout.contains("1 added, 0 changed, 1 destroyed"),
            "{}",
            run.stdout
        );
        settled(scene)?;

        // And not if it is not empty, whatever force_destroy says.
        scene.workdir.ok(&["state", "rm", ADDRESS])?;
        call(scene, &S3Request::new("DELETE", &format!("/{BUCKET}")))?;
        scene.sandbox.inject(denied());
        scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        write_object(scene, "somebody/elses")?;
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(error.contains("terraform untaint"), "{error}");
        let kept = only(scene)?;
        ensure!(
            kept["Versions"].to_string().contains("somebody"),
            "{kept:#}"
        );
        scene.workdir.ok(&["untaint", "-no-color", ADDRESS])?;
        scene.workdir.apply()?;
        settled(scene)?;
        let state = scene.workdir.state(ADDRESS)?.context("a state")?;
        ensure!(state["deletion_protection"] == true, "{state:#}");
        Ok(())
    })
}

#[test]
fn objects_stay_unless_that_was_agreed() -> Result<()> {
    on_each_host(|scene| {
        let open = "deletion_protection = false\n  object_lock {}";
        start(scene, &backups(open))?;
        scene.workdir.apply()?;
        for key in ["a", "b", "b"] {
            write_object(scene, key)?;
        }
        call(scene, &S3Request::new("DELETE", &format!("/{BUCKET}/a")))?;
        call(
            scene,
            &S3Request::new("POST", &format!("/{BUCKET}/part?uploads")),
        )?;
        let governed = S3Request::new("PUT", &format!("/{BUCKET}/kept")).body("snapshot");
        let governed = governed
            .header("x-amz-object-lock-mode", "GOVERNANCE")
            .header(
                "x-amz-object-lock-retain-until-date",
                "2099-01-01T00:00:00Z",
            );
        call(scene, &governed)?;
        let error = scene
            .workdir
            .fails(&["destroy", "-auto-approve", "-no-color"])?;
        ensure!(error.contains("force_destroy = true"), "{error}");

        scene.configure(&backups(&format!("{open}\n  force_destroy = true")))?;
        scene.workdir.apply()?;
        scene
            .workdir
            .ok(&["destroy", "-auto-approve", "-no-color"])?;
        ensure!(found(scene, BUCKET).is_none());
        Ok(())
    })
}

#[test]
fn what_compliance_keeps_is_a_clear_error() -> Result<()> {
    on_each_host(|scene| {
        let open = "deletion_protection = false\n  force_destroy = true\n  object_lock {}";
        start(scene, &backups(open))?;
        scene.workdir.apply()?;
        let kept = S3Request::new("PUT", &format!("/{BUCKET}/kept")).body("snapshot");
        let kept = kept.header("x-amz-object-lock-mode", "COMPLIANCE").header(
            "x-amz-object-lock-retain-until-date",
            "2099-01-01T00:00:00Z",
        );
        call(scene, &kept)?;
        write_object(scene, "free")?;
        let error = scene
            .workdir
            .fails(&["destroy", "-auto-approve", "-no-color"])?;
        ensure!(
            error.contains("Compliance retention") && error.contains("kept"),
            "{error}"
        );
        let left = only(scene)?["Versions"].to_string();
        ensure!(left.contains("kept") && !left.contains("free"), "{left}");
        Ok(())
    })
}
