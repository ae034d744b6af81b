//! Rules that others wrote, and rules that another resource made.

use anyhow::{Result, ensure};
use holdfast_e2e::{on_each_host, on_one_host};
use holdfast_sandbox::{S3Feature, S3Settings};
use serde_json::json;

use super::{actions, bucket, configuration, document, ids, lifecycle, rule, rule_xml};

const RULE: &str = "holdfast_lifecycle_rule.one";

/// Elements that no SDK knows, attributes and comments included.
const NOVEL: &str = "<Rule><ID>theirs</ID><Filter><Prefix>x/</Prefix><Shape kind=\"round\"/></Filter>\
    <Status>Enabled</Status><Compaction><Level>3</Level></Compaction>\
    <Expiration><Days>9</Days></Expiration></Rule>";
const LEGACY: &str = "<Rule><ID>older</ID><Prefix>old/</Prefix><Status>Enabled</Status>\
    <Expiration><Days>8</Days></Expiration></Rule>";

#[test]
fn rules_of_others_survive_everything_unchanged() -> Result<()> {
    on_each_host(|scene| {
        bucket(scene, "backups")?;
        let planted = configuration(NOVEL);
        let size = Some("varies_by_storage_class");
        scene
            .sandbox
            .plant_lifecycle("backups", Some(&planted), size)?;
        let theirs = rule_xml(scene, "backups", "theirs")?;
        let unharmed = || -> Result<()> {
            let now = rule_xml(scene, "backups", "theirs")?;
            ensure!(now == theirs, "{now}\n{theirs}");
            let size = lifecycle(scene, "backups")?.map(|(_, size)| size);
            ensure!(
                size.as_deref() == Some("varies_by_storage_class"),
                "{size:?}"
            );
            Ok(())
        };
        scene
            .configure(&(rule("one", "backups", "one", 30) + &rule("two", "backups", "two", 30)))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        unharmed()?;
        scene.workdir.plan_is_empty()?;
        scene
            .configure(&(rule("one", "backups", "one", 31) + &rule("three", "backups", "3", 30)))?;
        scene.workdir.apply()?;
        unharmed()?;
        ensure!(ids(scene, "backups")? == ["3", "one", "theirs"]);
        scene
            .workdir
            .ok(&["destroy", "-auto-approve", "-no-color"])?;
        unharmed()?;
        ensure!(document(scene, "backups")?.contains("Compaction"));
        Ok(())
    })
}

#[test]
fn a_rule_of_the_older_form_is_unharmed_and_named_where_it_is_in_the_way() -> Result<()> {
    on_each_host(|scene| {
        bucket(scene, "backups")?;
        scene
            .sandbox
            .plant_lifecycle("backups", Some(&configuration(LEGACY)), None)?;
        let planted = document(scene, "backups")?;
        scene.configure(&rule("one", "backups", "one", 30))?;
        scene.workdir.init()?;
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(error.contains("rule \"older\""), "{error}");
        ensure!(document(scene, "backups")? == planted, "unharmed");

        let older = rule("one", "backups", "one", 30)
            .replace("filter {\n    prefix = \"one/\"\n  }", "prefix = \"one/\"");
        scene.configure(&older)?;
        let run = scene.workdir.apply()?.prose();
        ensure!(run.contains("\"prefix\" is deprecated"), "{run}");
        scene.workdir.plan_is_empty()?;
        ensure!(
            rule_xml(scene, "backups", "older")?
                == LEGACY.replace("<Rule>", "").replace("</Rule>", "")
        );
        ensure!(ids(scene, "backups")? == ["older", "one"]);
        Ok(())
    })
}

#[test]
fn of_rules_that_go_out_together_only_the_one_in_the_way_fails() -> Result<()> {
    on_one_host(|scene| {
        bucket(scene, "backups")?;
        let mut text: String = (0..8)
            .map(|i| rule(&format!("r{i}"), "backups", &format!("r{i}"), 30))
            .collect();
        text += &rule("bad", "backups", "bad", 30)
            .replace("filter {\n    prefix = \"bad/\"\n  }", "prefix = \"bad/\"");
        scene
            .sandbox
            .plant_lifecycle("backups", Some(&configuration(NOVEL)), None)?;
        scene.configure(&text)?;
        scene.workdir.init()?;
        let error =
            scene
                .workdir
                .fails(&["apply", "-auto-approve", "-no-color", "-parallelism=20"])?;
        ensure!(
            error.matches("Error:").count() == 1 && error.contains("holdfast_lifecycle_rule.bad"),
            "{error}"
        );
        ensure!(
            ids(scene, "backups")?.len() == 9,
            "{:?}",
            ids(scene, "backups")?
        );
        Ok(())
    })
}

#[test]
fn a_rule_that_is_there_already_is_not_taken_over() -> Result<()> {
    on_each_host(|scene| {
        bucket(scene, "backups")?;
        let planted = configuration(&NOVEL.replace("theirs", "one/two"));
        scene
            .sandbox
            .plant_lifecycle("backups", Some(&planted), None)?;
        let planted = document(scene, "backups")?;
        scene.configure(&rule("one", "backups", "one/two", 30))?;
        scene.workdir.init()?;
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(
            error.contains("terraform import ADDRESS backups/one/two"),
            "{error}"
        );
        ensure!(scene.workdir.state(RULE)?.is_none(), "nothing in the state");
        ensure!(
            document(scene, "backups")? == planted,
            "nothing was changed"
        );
        let run = scene
            .workdir
            .ok(&["import", "-no-color", RULE, "backups/one/two"])?
            .prose();
        ensure!(
            run.contains("does not manage") && run.contains("Compaction"),
            "{run}"
        );
        scene.workdir.apply()?;
        scene.workdir.plan_is_empty()?;
        let rule = rule_xml(scene, "backups", "one/two")?;
        ensure!(
            rule.contains("<Days>30</Days>") && rule.contains("<Compaction>"),
            "{rule}"
        );
        Ok(())
    })
}

#[test]
fn two_resources_for_one_rule_are_an_error() -> Result<()> {
    on_each_host(|scene| {
        bucket(scene, "backups")?;
        scene.configure(
            &(rule("one", "backups", "one", 30) + &rule("twin", "backups", "one", 30)),
        )?;
        scene.workdir.init()?;
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(
            error.contains("Two resources cannot share a rule"),
            "{error}"
        );
        ensure!(ids(scene, "backups")? == ["one"]);
        Ok(())
    })
}

/// hashicorp/aws times out when anything else adds a rule (#41199).
#[test]
fn a_whole_configuration_does_not_stumble_over_a_rule_added_meanwhile() -> Result<()> {
    let meddled = "<Rule><ID>theirs</ID><Filter><Prefix>x/</Prefix></Filter><Status>Enabled</Status>\
        <Expiration><Days>9</Days></Expiration></Rule>";
    on_one_host(|scene| {
        bucket(scene, "whole")?;
        let text = r#"
resource "holdfast_bucket_lifecycle" "all" {
  bucket = "whole"
  rule {
    id = "ours"
    filter {
      prefix = "a/"
    }
    expiration {
      days = 30
    }
  }
}
"#;
        scene.configure(text)?;
        scene.workdir.init()?;
        // After the plan of a create; then, with a rule in state, after that of an update.
        for days in [30, 31] {
            scene.configure(&text.replace("days = 30", &format!("days = {days}")))?;
            scene
                .workdir
                .ok(&["plan", "-no-color", "-out=plan.tfplan"])?;
            let there = lifecycle(scene, "whole")?.map(|(xml, _)| xml);
            let with = match there {
                Some(xml) => xml.replace(
                    "</LifecycleConfiguration>",
                    &format!("{meddled}</LifecycleConfiguration>"),
                ),
                None => configuration(meddled),
            };
            scene.sandbox.plant_lifecycle("whole", Some(&with), None)?;
            let run = scene
                .workdir
                .ok(&["apply", "-no-color", "plan.tfplan"])?
                .prose();
            ensure!(
                run.contains("has \"theirs\", which no plan has shown"),
                "{run}"
            );
            ensure!(
                ids(scene, "whole")? == ["ours", "theirs"],
                "left alone, not adopted"
            );
            let plan = scene.workdir.plan_json(&[])?;
            ensure!(
                actions(&plan, "holdfast_bucket_lifecycle.all") == json!(["update"]),
                "{plan:#}"
            );
            scene.workdir.apply()?;
            ensure!(ids(scene, "whole")? == ["ours"]);
            scene.workdir.plan_is_empty()?;
        }
        Ok(())
    })
}

#[test]
fn rules_move_between_the_two_kinds_without_a_gap() -> Result<()> {
    on_each_host(|scene| {
        bucket(scene, "backups")?;
        scene
            .configure(&(rule("one", "backups", "one", 30) + &rule("two", "backups", "two", 30)))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        let whole = r#"
resource "holdfast_bucket_lifecycle" "all" {
  bucket = "backups"
  dynamic "rule" {
    for_each = ["one", "two"]
    content {
      id = rule.value
      filter {
        prefix = "${rule.value}/"
      }
      expiration {
        days = 30
      }
    }
  }
}
"#;
        // Old states go and the new one begins, in whatever order the host chooses.
        scene.configure(whole)?;
        scene.workdir.apply()?;
        ensure!(
            ids(scene, "backups")? == ["one", "two"],
            "{:?}",
            ids(scene, "backups")?
        );
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn a_store_without_lifecycle_rules_says_so() -> Result<()> {
    on_one_host(|scene| {
        bucket(scene, "backups")?;
        scene.sandbox.set_s3_settings(S3Settings {
            lacks: [S3Feature::Lifecycle].into(),
            ..S3Settings::default()
        });
        scene.configure(&rule("one", "backups", "one", 30))?;
        scene.workdir.init()?;
        let error = scene
            .workdir
            .fails(&["apply", "-auto-approve", "-no-color"])?;
        ensure!(error.contains("does not offer lifecycle rules"), "{error}");
        Ok(())
    })
}
