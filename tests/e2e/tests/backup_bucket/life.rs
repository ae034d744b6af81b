//! From create to destroy, and what other hands do in between.

use anyhow::{Context, Result, ensure};
use holdfast_e2e::on_each_host;
use holdfast_e2e::programs::repository;
use holdfast_sandbox::S3Request;
use serde_json::{Value, json};

use crate::{
    ADDRESS, BUCKET, actions, backups, bucket, call, found, put, put_tags, settled, start,
    take_away,
};

const KEY: &str = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

/// Every argument but object lock.
fn everything() -> String {
    backups(&format!(
        r#"snapshot_folder = "prod/one"
  kms_key_arn     = "{KEY}"
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Sid       = "Readers"
      Effect    = "Allow"
      Principal = {{ AWS = "arn:aws:iam::123456789012:root" }}
      Action    = ["s3:ListBucket", "s3:GetObject"]
      Resource  = ["arn:aws:s3:::{BUCKET}", "arn:aws:s3:::{BUCKET}/*"]
    }}]
  }})
  logging {{
    target_bucket = "access-logs"
    target_prefix = "etcd/"
  }}
  replication {{
    role_arn    = "arn:aws:iam::123456789012:role/replication"
    bucket_arn  = "arn:aws:s3:::etcd-replica"
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/9876dcba"
  }}
  tags = {{ Team = "infra" }}"#
    ))
}

/// The buckets that [`everything`] names, made by somebody else.
fn neighbours(scene: &holdfast_e2e::Scene) -> Result<()> {
    for name in ["access-logs", "etcd-replica"] {
        let location = "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>";
        let request = S3Request::new("PUT", &format!("/{name}")).body(location);
        call(scene, &request.in_region("eu-central-1"))?;
        let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        let versioning = S3Request::new("PUT", &format!("/{name}?versioning")).body(on);
        call(scene, &versioning)?;
    }
    Ok(())
}

#[test]
fn the_name_alone_gives_a_secure_bucket() -> Result<()> {
    on_each_host(|scene| {
        start(scene, &backups(""))?;
        let created = scene.workdir.apply()?;
        ensure!(
            created.stdout.contains("1 added, 0 changed, 0 destroyed"),
            "{}",
            created.stdout
        );
        let made = settled(scene)?;
        ensure!(made["Region"] == "eu-central-1", "{made:#}");
        ensure!(made["Versioning"] == "Enabled", "{made:#}");
        ensure!(made["ObjectOwnership"] == "BucketOwnerEnforced", "{made:#}");
        ensure!(made["Tags"] == json!({}), "{made:#}");
        let text = made.to_string();
        ensure!(
            text.contains("AES256") && text.contains("aws:SecureTransport"),
            "{made:#}"
        );
        let state = scene.workdir.state(ADDRESS)?.context("a state")?;
        ensure!(
            state["arn"] == format!("arn:aws:s3:::{BUCKET}"),
            "{state:#}"
        );
        ensure!(state["deletion_protection"] == true && state["force_destroy"] == false);
        ensure!(state["unsupported"] == json!([]), "{state:#}");
        let writer: Value =
            serde_json::from_str(state["writer_policy_json"].as_str().context("a policy")?)?;
        let keep = &writer["Statement"][1];
        ensure!(
            keep["Resource"] == format!("arn:aws:s3:::{BUCKET}/etcd-snapshots/*")
                && keep["Action"].to_string().contains("s3:DeleteObject"),
            "{writer:#}"
        );

        scene.configure(&backups("deletion_protection = false"))?;
        scene.workdir.apply()?;
        let gone = scene
            .workdir
            .ok(&["destroy", "-auto-approve", "-no-color"])?;
        ensure!(gone.stdout.contains("1 destroyed"), "{}", gone.stdout);
        ensure!(scene.sandbox.buckets().is_empty());
        Ok(())
    })
}

#[test]
fn every_argument_reaches_s3_and_comes_back() -> Result<()> {
    on_each_host(|scene| {
        neighbours(scene)?;
        start(scene, &everything())?;
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()?;
        let made = found(scene, BUCKET).context("the bucket")?;
        let text = made.to_string();
        for word in [
            KEY,
            "Readers",
            "HoldfastTlsOnly",
            "access-logs",
            "etcd-replica",
            "9876dcba",
        ] {
            ensure!(text.contains(word), "{word}: {made:#}");
        }
        ensure!(made["Tags"] == json!({ "Team": "infra" }), "{made:#}");
        let state = scene.workdir.state(ADDRESS)?.context("a state")?;
        let writer = state["writer_policy_json"].as_str().context("a policy")?;
        ensure!(
            writer.contains("kms:GenerateDataKey") && writer.contains(KEY),
            "{writer}"
        );

        // Everything that can go, goes in place.
        scene.configure(&backups("object_lock {}"))?;
        let changed = scene.workdir.apply()?;
        ensure!(
            changed.stdout.contains("0 added, 1 changed, 0 destroyed"),
            "{}",
            changed.stdout
        );
        scene.workdir.plan_is_empty()?;
        let plain = found(scene, BUCKET).context("the bucket")?;
        ensure!(plain["Replication"].is_null(), "{plain:#}");
        ensure!(!plain.to_string().contains("Readers"), "{plain:#}");
        ensure!(!plain["ObjectLock"].is_null(), "{plain:#}");
        Ok(())
    })
}

#[test]
fn a_refresh_costs_at_most_ten_calls() -> Result<()> {
    on_each_host(|scene| {
        neighbours(scene)?;
        start(scene, &everything())?;
        scene.workdir.apply()?;
        scene.sandbox.clear_log();
        scene.workdir.plan_is_empty()?;
        let calls = scene.sandbox.log();
        let calls = calls.iter().filter(|entry| entry.service == "s3").count();
        ensure!(calls <= 10, "{calls} calls: {:?}", scene.sandbox.counts());
        Ok(())
    })
}

/// What somebody else does to the bucket, and a word of the plan that shows it.
type Deed = (&'static str, fn(&holdfast_e2e::Scene) -> Result<()>);

const DEEDS: &[Deed] = &[
    ("kms_key_arn", |scene| take_away(scene, "encryption")),
    ("policy", |scene| take_away(scene, "policy")),
    ("HoldfastTlsOnly", |scene| {
        let mine = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Readers","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::123456789012:root"}},"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::{BUCKET}/*","arn:aws:s3:::{BUCKET}"]}}]}}"#
        );
        put(scene, "policy", &mine)
    }),
    ("target_prefix", |scene| {
        put(
            scene,
            "logging",
            "<BucketLoggingStatus><LoggingEnabled><TargetBucket>access-logs</TargetBucket><TargetPrefix>other/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>",
        )
    }),
    ("logging", |scene| {
        put(scene, "logging", "<BucketLoggingStatus/>")
    }),
    ("replication", |scene| take_away(scene, "replication")),
    ("tags", |scene| {
        put_tags(scene, &[("Team", "other"), ("Extra", "1")])
    }),
    ("tags", |scene| take_away(scene, "tagging")),
    ("versioning", |scene| {
        put(
            scene,
            "versioning",
            "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>",
        )
    }),
    ("public_access_block", |scene| {
        take_away(scene, "publicAccessBlock")
    }),
    ("ownership", |scene| take_away(scene, "ownershipControls")),
];

#[test]
fn drift_shows_in_the_plan_and_the_next_apply_heals_it() -> Result<()> {
    on_each_host(|scene| {
        neighbours(scene)?;
        start(scene, &everything())?;
        scene.workdir.apply()?;
        let made = found(scene, BUCKET).context("the bucket")?;
        for (word, deed) in DEEDS {
            // Versions cannot be suspended while they are replicated.
            if *word == "versioning" {
                take_away(scene, "replication")?;
            }
            deed(scene).context(*word)?;
            let plan = scene.workdir.plan_json(&[])?;
            ensure!(*actions(&plan) == json!(["update"]), "{word}: {plan:#}");
            let run = scene.workdir.ok(&["plan", "-no-color"])?.prose();
            let shown = match *word {
                "HoldfastTlsOnly" => "changed policy of",
                other => other,
            };
            ensure!(run.contains(shown), "{word}: {run}");
            scene.workdir.apply().context(*word)?;
            scene.workdir.plan_is_empty().context(*word)?;
            let healed = found(scene, BUCKET).context("the bucket")?;
            for member in ["Versioning", "PublicAccessBlock", "ObjectOwnership", "Tags"] {
                ensure!(healed[member] == made[member], "{word}: {healed:#}");
            }
        }

        call(scene, &S3Request::new("DELETE", &format!("/{BUCKET}")))?;
        let plan = scene.workdir.plan_json(&[])?;
        ensure!(*actions(&plan) == json!(["create"]), "{plan:#}");
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn a_lock_that_other_hands_change_is_set_again() -> Result<()> {
    on_each_host(|scene| {
        let text = backups("object_lock {\n    mode = \"GOVERNANCE\"\n    days = 30\n  }");
        start(scene, &text)?;
        let run = scene.workdir.apply()?.prose();
        ensure!(run.contains("lock the replica instead"), "{run}");
        let made = settled(scene)?;
        put(
            scene,
            "object-lock",
            "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>",
        )?;
        let plan = scene.workdir.plan_json(&[])?;
        ensure!(*actions(&plan) == json!(["update"]), "{plan:#}");
        scene.workdir.apply()?;
        ensure!(settled(scene)?["ObjectLock"] == made["ObjectLock"]);

        scene.configure(&backups(""))?;
        let refused = scene.workdir.fails(&["plan", "-no-color"])?;
        ensure!(refused.contains("never turns object lock off"), "{refused}");
        Ok(())
    })
}

#[test]
fn a_bucket_made_elsewhere_is_imported_and_made_secure() -> Result<()> {
    on_each_host(|scene| {
        let location = "<CreateBucketConfiguration><LocationConstraint>eu-west-3</LocationConstraint></CreateBucketConfiguration>";
        let request = S3Request::new("PUT", &format!("/{BUCKET}")).body(location);
        call(scene, &request.in_region("eu-west-3"))?;
        start(scene, &backups("region = \"eu-west-3\""))?;
        let absent = scene
            .workdir
            .fails(&["import", "-no-color", ADDRESS, "no-such-bucket"])?;
        ensure!(absent.contains("non-existent"), "{absent}");
        scene.sandbox.plant_foreign_bucket("theirs", "eu-west-3");
        let theirs = scene
            .workdir
            .fails(&["import", "-no-color", ADDRESS, "theirs"])?;
        ensure!(theirs.contains("Another account"), "{theirs}");

        scene
            .workdir
            .ok(&["import", "-no-color", ADDRESS, BUCKET])?;
        let state = scene.workdir.state(ADDRESS)?.context("a state")?;
        ensure!(
            state["deletion_protection"] == true
                && state["force_destroy"] == false
                && state["region"] == "eu-west-3",
            "{state:#}"
        );
        let refused = scene.workdir.fails(&["plan", "-destroy", "-no-color"])?;
        ensure!(refused.contains("deletion_protection"), "{refused}");
        let plan = scene.workdir.plan_json(&[])?;
        ensure!(*actions(&plan) == json!(["update"]), "{plan:#}");
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()?;
        ensure!(found(scene, BUCKET).context("the bucket")?["Versioning"] == "Enabled");

        // The same by an import block, from empty state: nothing is left to change.
        scene.workdir.ok(&["state", "rm", ADDRESS])?;
        scene.workdir.write(
            "import.tf",
            &format!("import {{\n  to = {ADDRESS}\n  id = \"{BUCKET}\"\n}}\n"),
        )?;
        let run = scene.workdir.apply()?;
        ensure!(
            run.stdout.contains("1 imported, 0 added, 0 changed"),
            "{}",
            run.stdout
        );
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn a_policy_that_is_only_written_differently_is_no_change() -> Result<()> {
    on_each_host(|scene| {
        let policy = |text: &str| backups(&format!("policy = <<-EOT\n{text}\nEOT"));
        let one = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Principal":"*","Action":["s3:PutObject","s3:GetObject"],"Resource":"arn:aws:s3:::{BUCKET}/*","Condition":{{"Bool":{{"aws:MultiFactorAuthPresent":"false"}}}}}}]}}"#
        );
        start(scene, &policy(&one))?;
        scene.workdir.apply()?;
        settled(scene)?;
        let other = format!(
            r#"{{ "Statement": {{ "Action": ["s3:GetObject", "s3:PutObject"], "Principal": {{ "AWS": ["*"] }},
  "Condition": {{ "Bool": {{ "aws:MultiFactorAuthPresent": false }} }}, "Effect": "Deny",
  "Resource": ["arn:aws:s3:::{BUCKET}/*"] }}, "Version": "2012-10-17" }}"#
        );
        scene.configure(&policy(&other))?;
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn default_tags_and_regions_are_the_providers_to_give() -> Result<()> {
    on_each_host(|scene| {
        let provider = r#"
resource "terraform_data" "region" {
  input = "eu-south-1"
}
provider "holdfast" {
  region = terraform_data.region.output
  default_tags {
    tags = { Owner = "platform", Team = "all" }
  }
}
"#;
        scene.configure_provider(provider, &backups("tags = { Team = \"infra\" }"))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        let made = settled(scene)?;
        ensure!(made["Region"] == "eu-south-1", "{made:#}");
        ensure!(
            made["Tags"] == json!({ "Owner": "platform", "Team": "infra" }),
            "{made:#}"
        );
        let state = scene.workdir.state(ADDRESS)?.context("a state")?;
        ensure!(state["tags"] == json!({ "Team": "infra" }), "{state:#}");

        // It stays where it is when the provider moves on.
        scene.configure(&backups("tags = { Team = \"infra\" }"))?;
        scene.workdir.apply()?;
        let now = settled(scene)?;
        ensure!(now["Region"] == "eu-south-1" && now["Tags"] == json!({ "Team": "infra" }));
        Ok(())
    })
}

#[test]
fn values_that_are_not_known_yet_are_no_reason_to_complain() -> Result<()> {
    on_each_host(|scene| {
        let later = "resource \"terraform_data\" \"later\" {\n  input = \"later\"\n}\n";
        let text = bucket(
            "backups",
            "etcd-${terraform_data.later.output}",
            "snapshot_folder = terraform_data.later.output\n  tags = { When = terraform_data.later.output }\n  \
             policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Deny\", Principal = \"*\", \
             Action = \"s3:PutObject\", Resource = \"arn:aws:s3:::etcd-${terraform_data.later.output}/*\", \
             Condition = { Bool = { \"aws:MultiFactorAuthPresent\" = \"false\" } } }] })",
        );
        start(scene, &(text + later))?;
        scene.workdir.apply()?;
        let made = found(scene, "etcd-later").context("the bucket")?;
        ensure!(made["Tags"]["When"] == "later", "{made:#}");
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn the_example_applies_as_it_stands() -> Result<()> {
    on_each_host(|scene| {
        let logs = S3Request::new("PUT", "/example-access-logs").body(
            "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>",
        );
        call(scene, &logs.in_region("eu-central-1"))?;
        let examples = repository().join("examples");
        scene
            .workdir
            .copy_from(&examples.join("resources/holdfast_etcd_backup_bucket"))?;
        std::fs::copy(
            examples.join("provider/provider.tf"),
            scene.workdir.path().join("main.tf"),
        )?;
        scene.workdir.init()?;
        scene.workdir.ok(&["fmt", "-check", "-no-color"])?;
        scene.workdir.apply()?;
        ensure!(scene.sandbox.buckets().len() == 4);
        scene.workdir.plan_is_empty()
    })
}
