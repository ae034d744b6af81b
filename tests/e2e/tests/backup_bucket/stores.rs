//! Stores that are not AWS.

use anyhow::{Context, Result, ensure};
use holdfast_e2e::on_one_host;
use holdfast_sandbox::{Other, OtherError, S3Settings};
use serde_json::json;

use crate::{ADDRESS, BUCKET, backups, only, settled, start};

#[test]
fn what_a_store_lacks_is_left_out_and_said() -> Result<()> {
    on_one_host(|scene| {
        start(scene, &backups(""))?;
        for (settings, lacking) in [
            (S3Settings::ceph(), json!(["logging", "ownership"])),
            (
                S3Settings::plain_store(),
                json!([
                    "encryption",
                    "logging",
                    "object_lock",
                    "ownership",
                    "policy",
                    "public_access_block",
                    "replication",
                ]),
            ),
        ] {
            scene.sandbox.set_s3_settings(settings);
            let run = scene.workdir.apply()?.prose();
            ensure!(run.contains("goes without"), "{run}");
            let state = scene.workdir.state(ADDRESS)?.context("a state")?;
            ensure!(state["unsupported"] == lacking, "{state:#}");
            ensure!(settled(scene)?["Versioning"] == "Enabled");

            scene.configure(&backups("deletion_protection = false"))?;
            scene.workdir.apply()?;
            scene.workdir.plan_is_empty()?;
            scene
                .workdir
                .ok(&["destroy", "-auto-approve", "-no-color"])?;
            scene.configure(&backups(""))?;
        }
        Ok(())
    })
}

#[test]
fn what_is_asked_for_must_be_there() -> Result<()> {
    on_one_host(|scene| {
        scene.sandbox.set_s3_settings(S3Settings::plain_store());
        for (feature, body) in [
            (
                "encryption",
                "kms_key_arn = \"arn:aws:kms:eu-central-1:123456789012:key/1234abcd\"".to_owned(),
            ),
            ("object_lock", "object_lock {}".to_owned()),
            (
                "logging",
                "logging {\n    target_bucket = \"access-logs\"\n  }".to_owned(),
            ),
            (
                "policy",
                format!(
                    "policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Deny\", \
                     Principal = \"*\", Action = \"s3:PutBucketAcl\", Resource = \"arn:aws:s3:::{BUCKET}\" }}] }})"
                ),
            ),
        ] {
            start(scene, &backups(&body))?;
            let error = scene
                .workdir
                .fails(&["apply", "-auto-approve", "-no-color"])?;
            let words = format!("The store does not offer {feature}");
            ensure!(
                error.contains(&words) || error.contains("the store does not offer"),
                "{feature}: {error}"
            );
            // What was made of it is an unfinished, empty bucket, and goes without asking.
            scene
                .workdir
                .ok(&["destroy", "-auto-approve", "-no-color"])?;
            ensure!(scene.sandbox.buckets().is_empty(), "{feature}");
        }
        Ok(())
    })
}

#[test]
fn a_store_of_its_own_may_have_any_region_and_keep_no_names() -> Result<()> {
    on_one_host(|scene| {
        let provider = format!(
            "provider \"holdfast\" {{\n  region = \"eu-central-1\"\n  s3_use_path_style = true\n  \
             skip_requesting_account_id = true\n  endpoints {{\n    s3 = \"{}\"\n  }}\n}}\n",
            scene.sandbox.url()
        );
        scene.workdir.unset("AWS_ENDPOINT_URL");
        scene.configure_provider(&provider, &backups(""))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        settled(scene)?;
        ensure!(
            scene
                .sandbox
                .log()
                .iter()
                .all(|entry| entry.service == "s3")
        );
        only(scene).map(drop)
    })
}

/// versitygw over a directory, as people run a store of their own.
#[test]
fn versitygw_keeps_a_bucket_and_says_what_it_lacks() -> Result<()> {
    let store = match Other::versitygw() {
        Err(missing @ OtherError::Missing { .. }) => {
            eprintln!("skipped: {missing}");
            return Ok(());
        }
        store => store?,
    };
    on_one_host(|scene| {
        scene.workdir.unset("AWS_ENDPOINT_URL");
        scene.workdir.set("AWS_ACCESS_KEY_ID", Other::ACCESS_KEY);
        scene
            .workdir
            .set("AWS_SECRET_ACCESS_KEY", Other::SECRET_KEY);
        let provider = format!(
            "provider \"holdfast\" {{\n  region = \"{}\"\n  s3_use_path_style = true\n  \
             skip_requesting_account_id = true\n  endpoints {{\n    s3 = \"{}\"\n  }}\n}}\n",
            Other::REGION,
            store.url()
        );
        let unprotected = "deletion_protection = false\n  force_destroy = true";
        scene.configure_provider(&provider, &backups(unprotected))?;
        scene.workdir.init()?;
        let run = scene.workdir.apply()?.prose();
        ensure!(
            run.contains("goes without: encryption, public_access_block."),
            "{run}"
        );
        scene.workdir.plan_is_empty()?;
        let state = scene.workdir.state(ADDRESS)?.context("a state")?;
        let lacking = json!([
            "encryption",
            "logging",
            "public_access_block",
            "replication"
        ]);
        ensure!(state["unsupported"] == lacking, "{state:#}");
        ensure!(state["tags_all"] == json!({}), "the mark is off: {state:#}");

        let offered = format!("{unprotected}\n  tags = {{ Team = \"infra\" }}\n  object_lock {{}}");
        scene.configure_provider(&provider, &backups(&offered))?;
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()?;

        let apply = ["apply", "-auto-approve", "-no-color"];
        let logging = format!("{offered}\n  logging {{\n    target_bucket = \"access-logs\"\n  }}");
        scene.configure_provider(&provider, &backups(&logging))?;
        let error = scene.workdir.fails(&apply)?;
        ensure!(
            error.contains("The store does not offer logging, which `logging` asks for"),
            "{error}"
        );

        let rule = "resource \"holdfast_lifecycle_rule\" \"one\" {\n  \
                    bucket = holdfast_etcd_backup_bucket.backups.bucket\n  rule_id = \"one\"\n  \
                    filter {}\n  noncurrent_version_expiration {\n    noncurrent_days = 7\n  }\n}\n";
        scene.configure_provider(&provider, &(backups(&offered) + rule))?;
        let error = scene.workdir.fails(&apply)?;
        ensure!(
            error.matches("Error:").count() == 1
                && error.contains("The store at this endpoint does not offer lifecycle rules"),
            "{error}"
        );

        scene
            .workdir
            .ok(&["destroy", "-auto-approve", "-no-color"])
            .map(drop)
    })
}
