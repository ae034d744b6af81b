//! From create to destroy.

use anyhow::{Context, Result, ensure};
use holdfast_e2e::on_each_host;
use holdfast_e2e::programs::repository;
use serde_json::json;

use super::{actions, bucket, bucket_in, configuration, document, ids, lifecycle, rule, rule_xml};

const RULE: &str = "holdfast_lifecycle_rule.one";
const WHOLE: &str = "holdfast_bucket_lifecycle.all";

fn whole(rules: &[(&str, u32)]) -> String {
    let blocks: String = rules
        .iter()
        .map(|(id, days)| {
            format!(
                "  rule {{\n    id = \"{id}\"\n    filter {{\n      prefix = \"{id}/\"\n    }}\n    \
                 expiration {{\n      days = {days}\n    }}\n  }}\n"
            )
        })
        .collect();
    format!("resource \"holdfast_bucket_lifecycle\" \"all\" {{\n  bucket = \"whole\"\n{blocks}}}\n")
}

#[test]
fn a_rule_lives_from_create_to_destroy() -> Result<()> {
    on_each_host(|scene| {
        bucket(scene, "backups")?;
        scene.configure(&rule("one", "backups", "old", 30))?;
        scene.workdir.init()?;
        scene.workdir.ok(&["validate", "-no-color"])?;
        scene.workdir.apply()?;
        let state = scene.workdir.state(RULE)?.context("a state")?;
        ensure!(
            state["id"] == "backups/old" && state["status"] == "Enabled",
            "{state:#}"
        );
        ensure!(state["region"] == "eu-central-1", "{state:#}");
        scene.workdir.plan_is_empty()?;

        scene.configure(&rule("one", "backups", "old", 60))?;
        let run = scene.workdir.apply()?;
        ensure!(
            run.stdout.contains("0 added, 1 changed, 0 destroyed"),
            "{}",
            run.stdout
        );
        scene.workdir.plan_is_empty()?;

        scene.configure(&rule("one", "backups", "older", 60))?;
        let run = scene.workdir.apply()?;
        ensure!(
            run.stdout.contains("1 added, 0 changed, 1 destroyed"),
            "{}",
            run.stdout
        );
        ensure!(ids(scene, "backups")? == ["older"]);

        scene.sandbox.clear_log();
        scene
            .workdir
            .ok(&["destroy", "-auto-approve", "-no-color"])?;
        ensure!(lifecycle(scene, "backups")?.is_none());
        ensure!(scene.sandbox.calls("s3:DeleteBucketLifecycle") == 1);
        ensure!(scene.sandbox.calls("s3:PutBucketLifecycleConfiguration") == 0);
        Ok(())
    })
}

#[test]
fn drift_in_every_attribute_shows_and_is_healed() -> Result<()> {
    let text = r#"
resource "holdfast_lifecycle_rule" "one" {
  bucket  = "backups"
  rule_id = "one"
  filter {
    and {
      prefix                   = "a/"
      tags                     = { Team = "infra" }
      object_size_greater_than = 10
      object_size_less_than    = 1000
    }
  }
  expiration {
    days = 365
  }
  transition {
    days          = 30
    storage_class = "STANDARD_IA"
  }
  noncurrent_version_expiration {
    noncurrent_days           = 90
    newer_noncurrent_versions = 3
  }
  noncurrent_version_transition {
    noncurrent_days           = 30
    newer_noncurrent_versions = 2
    storage_class             = "GLACIER"
  }
}
resource "holdfast_lifecycle_rule" "uploads" {
  bucket  = "backups"
  rule_id = "uploads"
  filter {}
  abort_incomplete_multipart_upload {
    days_after_initiation = 7
  }
}
"#;
    on_each_host(|scene| {
        bucket(scene, "backups")?;
        scene.configure(text)?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        let made = document(scene, "backups")?;
        for (from, to) in [
            (
                "<Status>Enabled</Status><Transition>",
                "<Status>Disabled</Status><Transition>",
            ),
            ("<Prefix>a/</Prefix>", "<Prefix>b/</Prefix>"),
            ("<Prefix>a/</Prefix>", ""),
            ("<Value>infra</Value>", "<Value>else</Value>"),
            ("<ObjectSizeGreaterThan>10<", "<ObjectSizeGreaterThan>11<"),
            ("<ObjectSizeLessThan>1000<", "<ObjectSizeLessThan>1001<"),
            ("<Days>365</Days>", "<Days>366</Days>"),
            ("<Days>365</Days>", "<Date>2040-01-01T00:00:00.000Z</Date>"),
            ("<Expiration><Days>365</Days></Expiration>", ""),
            ("<Days>30</Days>", "<Days>31</Days>"),
            ("<StorageClass>STANDARD_IA<", "<StorageClass>GLACIER_IR<"),
            ("<NoncurrentDays>90<", "<NoncurrentDays>91<"),
            ("<NewerNoncurrentVersions>3<", "<NewerNoncurrentVersions>4<"),
            ("<NewerNoncurrentVersions>2<", "<NewerNoncurrentVersions>5<"),
            ("<NoncurrentDays>30<", "<NoncurrentDays>31<"),
            ("<StorageClass>GLACIER<", "<StorageClass>DEEP_ARCHIVE<"),
            ("<DaysAfterInitiation>7<", "<DaysAfterInitiation>8<"),
        ] {
            ensure!(made.contains(from), "{from} is not in {made}");
            let changed = made.replacen(from, to, 1);
            scene
                .sandbox
                .plant_lifecycle("backups", Some(&changed), None)?;
            let plan = scene.workdir.plan_json(&[])?;
            let changes = [
                actions(&plan, RULE),
                actions(&plan, "holdfast_lifecycle_rule.uploads"),
            ];
            let updates = changes
                .iter()
                .filter(|done| **done == json!(["update"]))
                .count();
            ensure!(updates == 1, "{from} -> {to}: {changes:?}");
            scene.workdir.apply()?;
            scene.workdir.plan_is_empty()?;
            ensure!(document(scene, "backups")? == made, "{from} -> {to}");
        }

        // The rule, the configuration, the bucket: gone is made anew.
        let uploads = configuration(&format!(
            "<Rule>{}</Rule>",
            rule_xml(scene, "backups", "uploads")?
        ));
        scene
            .sandbox
            .plant_lifecycle("backups", Some(&uploads), None)?;
        let plan = scene.workdir.plan_json(&[])?;
        ensure!(actions(&plan, RULE) == json!(["create"]), "{plan:#}");
        scene.sandbox.plant_lifecycle("backups", None, None)?;
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()?;
        ensure!(ids(scene, "backups")? == ["one", "uploads"]);
        Ok(())
    })
}

#[test]
fn a_whole_configuration_lives_from_create_to_destroy() -> Result<()> {
    on_each_host(|scene| {
        bucket(scene, "whole")?;
        scene.configure(&whole(&[("b", 30), ("a", 60)]))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()?;
        let state = scene.workdir.state(WHOLE)?.context("a state")?;
        ensure!(
            state["transition_default_minimum_object_size"] == "all_storage_classes_128K",
            "{state:#}"
        );
        ensure!(
            state["rule"][0]["id"] == "b" && state["rule"][1]["id"] == "a",
            "{state:#}"
        );

        scene.configure(&whole(&[("a", 61), ("c", 90)]).replace(
            "  bucket = \"whole\"\n",
            "  bucket = \"whole\"\n  transition_default_minimum_object_size = \"varies_by_storage_class\"\n",
        ))?;
        let run = scene.workdir.apply()?;
        ensure!(
            run.stdout.contains("0 added, 1 changed, 0 destroyed"),
            "{}",
            run.stdout
        );
        scene.workdir.plan_is_empty()?;
        ensure!(ids(scene, "whole")? == ["a", "c"]);
        let (_, size) = lifecycle(scene, "whole")?.context("rules")?;
        ensure!(size == "varies_by_storage_class", "{size}");

        // A rule that somebody adds shows as a difference, and the next apply removes it; so does a
        // minimum size.
        let stranger = document(scene, "whole")?.replace(
            "</LifecycleConfiguration>",
            "<Rule><ID>x</ID><Filter/><Status>Disabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>",
        );
        scene
            .sandbox
            .plant_lifecycle("whole", Some(&stranger), None)?;
        let plan = scene.workdir.plan_json(&[])?;
        ensure!(actions(&plan, WHOLE) == json!(["update"]), "{plan:#}");
        let before = &plan["resource_changes"][0]["change"]["before"];
        ensure!(before["rule"][2]["id"] == "x", "{before:#}");
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()?;
        ensure!(ids(scene, "whole")? == ["a", "c"]);

        scene
            .workdir
            .ok(&["destroy", "-auto-approve", "-no-color"])?;
        ensure!(lifecycle(scene, "whole")?.is_none());
        Ok(())
    })
}

#[test]
fn a_region_is_the_buckets_and_an_import_can_name_it() -> Result<()> {
    on_each_host(|scene| {
        bucket_in(scene, "far", "eu-west-3")?;
        let text = rule("one", "far", "old", 30);
        scene.configure(&text)?;
        scene.workdir.init()?;
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(
            error.contains("eu-west-3"),
            "the right region is named: {error}"
        );
        scene
            .configure(&text.replace("{\n  bucket ", "{\n  region  = \"eu-west-3\"\n  bucket "))?;
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()?;
        scene.workdir.ok(&["state", "rm", RULE])?;
        for wrong in ["far", "far/", "/old", "fa r/old", "far@nowhere!/old"] {
            let error = scene.workdir.fails(&["import", "-no-color", RULE, wrong])?;
            ensure!(error.contains("Error"), "{wrong}: {error}");
        }
        let absent = scene
            .workdir
            .fails(&["import", "-no-color", RULE, "far@eu-west-3/other"])?;
        ensure!(absent.contains("non-existent"), "{absent}");
        scene
            .workdir
            .ok(&["import", "-no-color", RULE, "far@eu-west-3/old"])?;
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn what_s3_would_refuse_is_refused_by_the_plan_with_the_attribute_named() -> Result<()> {
    on_each_host(|scene| {
        bucket(scene, "backups")?;
        scene.configure("")?;
        scene.workdir.init()?;
        scene.sandbox.clear_log();
        for (body, said) in [
            (
                "filter {}\n expiration {\n days = 30\n }",
                "whole_bucket must be true",
            ),
            ("expiration {\n days = 30\n }", "whole_bucket must be true"),
            ("filter {\n prefix = \"a\"\n }", "needs an action"),
            (
                "prefix = \"a\"\n filter {\n prefix = \"a\"\n }\n expiration {\n days = 1\n }",
                "prefix excludes filter",
            ),
            (
                "filter {\n prefix = \"a\"\n }\n expiration {\n days = 0\n }",
                "expiration.days must be at least 1",
            ),
            (
                "filter {\n prefix = \"a\"\n }\n expiration {\n date = \"2033-10-11T01:00:00Z\"\n }",
                "midnight UTC",
            ),
            (
                "filter {\n prefix = \"a\"\n }\n transition {\n days = 29\n storage_class = \"STANDARD_IA\"\n }",
                "must be at least 30 for STANDARD_IA",
            ),
            (
                "filter {\n prefix = \"a\"\n tag {\n key = \"a\"\n value = \"b\"\n }\n }\n expiration {\n days = 1\n }",
                "filter has prefix and tag",
            ),
            (
                "status = \"On\"\n filter {\n prefix = \"a\"\n }\n expiration {\n days = 1\n }",
                "status must be Enabled or Disabled",
            ),
        ] {
            let resources = format!(
                "resource \"holdfast_lifecycle_rule\" \"one\" {{\n bucket = \"backups\"\n rule_id = \"one\"\n {body}\n}}\n\
                 resource \"holdfast_bucket_lifecycle\" \"all\" {{\n bucket = \"backups\"\n rule {{\n id = \"one\"\n {body}\n }}\n}}\n"
            );
            scene.configure(&resources)?;
            let error = scene.workdir.fails(&["plan", "-no-color"])?;
            ensure!(error.matches("Error:").count() == 2, "{body}: {error}");
            ensure!(error.matches(said).count() == 2, "{body}: {error}");
        }
        ensure!(scene.sandbox.log().is_empty(), "nothing was asked");

        // What is not known yet is not held against anyone.
        scene.configure(
            "resource \"terraform_data\" \"days\" {\n  input = 30\n}\n\
             resource \"holdfast_lifecycle_rule\" \"one\" {\n  bucket = \"backups\"\n  rule_id = \"one\"\n  \
             filter {\n    prefix = terraform_data.days.id\n  }\n  expiration {\n    days = terraform_data.days.output\n  }\n}\n",
        )?;
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn two_kinds_that_would_fight_over_a_bucket_are_warned_of() -> Result<()> {
    on_each_host(|scene| {
        bucket(scene, "whole")?;
        scene.configure(&(whole(&[("a", 30)]) + &rule("one", "whole", "b", 30)))?;
        scene.workdir.init()?;
        let run = scene.workdir.ok(&["plan", "-no-color"])?.prose();
        ensure!(run.contains("fight over the rules of one bucket"), "{run}");
        ensure!(run.contains("\"b\""), "the rule is named: {run}");
        bucket(scene, "other")?;
        scene.configure(&(whole(&[("a", 30)]) + &rule("one", "other", "b", 30)))?;
        let run = scene.workdir.ok(&["plan", "-no-color"])?.prose();
        ensure!(!run.contains("fight"), "{run}");
        Ok(())
    })
}

#[test]
fn the_examples_apply_as_they_stand() -> Result<()> {
    on_each_host(|scene| {
        let examples = repository().join("examples");
        bucket(scene, "example-etcd-backups")?;
        bucket(scene, "example-access-logs")?;
        std::fs::copy(
            examples.join("provider/provider.tf"),
            scene.workdir.path().join("main.tf"),
        )?;
        for kind in ["lifecycle_rule", "bucket_lifecycle"] {
            let from = examples.join(format!("resources/holdfast_{kind}/resource.tf"));
            std::fs::copy(from, scene.workdir.path().join(format!("{kind}.tf")))?;
        }
        scene.workdir.init()?;
        scene.workdir.ok(&["fmt", "-check", "-no-color"])?;
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()?;
        ensure!(ids(scene, "example-etcd-backups")? == ["archives/team-a", "etcd-snapshots"]);
        Ok(())
    })
}
