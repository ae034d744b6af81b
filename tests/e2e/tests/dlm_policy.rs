//! `holdfast_dlm_policy` through real hosts: the life of a policy.

use anyhow::{Context, Result, ensure};
use holdfast_e2e::on_each_host;
use holdfast_e2e::programs::repository;
use holdfast_e2e::scene::{daily, policy};
use holdfast_sandbox::Fault;
use serde_json::json;

const ADDRESS: &str = "holdfast_dlm_policy.daily";

#[test]
fn a_policy_lives_from_create_to_destroy() -> Result<()> {
    on_each_host(|scene| {
        scene.configure(&daily("tags = { Team = \"infra\" }"))?;
        scene.workdir.init()?;
        scene.workdir.ok(&["validate", "-no-color"])?;
        let created = scene.workdir.apply()?;
        ensure!(
            created.stdout.contains("1 added, 0 changed, 0 destroyed"),
            "{}",
            created.stdout
        );

        let made = scene.only_policy()?;
        ensure!(
            made["Tags"] == json!({ "Team": "infra" }),
            "the mark is off: {made:#}"
        );
        let state = scene.workdir.state(ADDRESS)?.context("a state")?;
        ensure!(
            state["id"] == made["PolicyId"] && state["arn"] == made["PolicyArn"],
            "{state:#}"
        );
        ensure!(
            state["region"] == "eu-central-1" && state["state"] == "ENABLED",
            "{state:#}"
        );
        scene.workdir.plan_is_empty()?;

        let text = daily("").replace("count = 7", "count = 14");
        scene.configure(&text)?;
        let changed = scene.workdir.apply()?;
        ensure!(
            changed.stdout.contains("0 added, 1 changed, 0 destroyed"),
            "{}",
            changed.stdout
        );
        let now = scene.only_policy()?;
        ensure!(now["PolicyId"] == made["PolicyId"], "changed in place");
        ensure!(
            now["PolicyDetails"]["Schedules"][0]["RetainRule"]["Count"] == 14,
            "{now:#}"
        );
        ensure!(now["Tags"] == json!({}), "the tag is off: {now:#}");
        scene.workdir.plan_is_empty()?;

        let gone = scene
            .workdir
            .ok(&["destroy", "-auto-approve", "-no-color"])?;
        ensure!(gone.stdout.contains("1 destroyed"), "{}", gone.stdout);
        ensure!(
            scene.sandbox.policies().is_empty(),
            "{:#?}",
            scene.sandbox.policies()
        );
        Ok(())
    })
}

#[test]
fn every_argument_reaches_aws_and_comes_back() -> Result<()> {
    on_each_host(|scene| {
        scene.configure(
            r#"
resource "holdfast_dlm_policy" "daily" {
  description        = "Everything at once"
  execution_role_arn = "arn:aws:iam::123456789012:role/service-role/dlm"
  state              = "DISABLED"
  region             = "eu-west-1"
  policy_details {
    resource_types = ["INSTANCE"]
    target_tags    = { Backup = "Daily" }
    target_tag {
      key   = "Role"
      value = "server"
    }
    target_tag {
      key   = "Role"
      value = "agent"
    }
    schedule {
      name          = "every six hours"
      copy_tags     = true
      tags_to_add   = { Made = "DLM" }
      variable_tags = { Instance = "$(instance-id)" }
      create_rule {
        interval      = 6
        interval_unit = "HOURS"
      }
      retain_rule {
        interval      = 3
        interval_unit = "MONTHS"
      }
    }
    schedule {
      name = "monthly"
      create_rule {
        cron_expression = "cron(0 3 1 * ? *)"
      }
      retain_rule {
        interval      = 10
        interval_unit = "YEARS"
      }
    }
  }
  tags = {}
}
"#,
        )?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        let made = scene.only_policy()?;
        ensure!(
            made["State"] == "DISABLED" && made["Region"] == "eu-west-1",
            "{made:#}"
        );
        let targets = &made["PolicyDetails"]["TargetTags"];
        ensure!(
            targets.as_array().is_some_and(|tags| tags.len() == 3),
            "{made:#}"
        );
        let schedule = &made["PolicyDetails"]["Schedules"][0];
        ensure!(
            schedule["TagsToAdd"] == json!([{ "Key": "Made", "Value": "DLM" }]),
            "{made:#}"
        );
        ensure!(
            schedule["VariableTags"][0]["Value"] == "$(instance-id)",
            "{made:#}"
        );
        let state = scene.workdir.state(ADDRESS)?.context("a state")?;
        let times = &state["policy_details"][0]["schedule"][0]["create_rule"][0]["times"];
        ensure!(
            times == &schedule["CreateRule"]["Times"],
            "the time AWS chose: {state:#}"
        );
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn drift_shows_in_the_plan_and_the_next_apply_heals_it() -> Result<()> {
    on_each_host(|scene| {
        scene.configure(&daily("tags = { Team = \"infra\" }"))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        let made = scene.only_policy()?;
        let id = made["PolicyId"].as_str().context("an id")?;
        let schedule = &made["PolicyDetails"]["Schedules"][0];
        let nested = |member: &str, value: serde_json::Value| {
            let mut details = made["PolicyDetails"].clone();
            if let Some(held) = details.pointer_mut(member) {
                *held = value;
            }
            json!({ "PolicyDetails": details })
        };
        for patch in [
            json!({ "State": "DISABLED" }),
            json!({ "Description": "changed by hand" }),
            json!({ "Tags": { "Team": null, "Extra": "1" } }),
            nested(
                "/TargetTags",
                json!([{ "Key": "Backup", "Value": "Weekly" }]),
            ),
            nested("/ResourceLocations", json!(["OUTPOST"])),
            nested("/Schedules/0/CopyTags", json!(true)),
            nested("/Schedules/0/CreateRule/Interval", json!(12)),
            nested("/Schedules/0/CreateRule/Times", json!(["04:00"])),
            nested("/Schedules/0/RetainRule/Count", json!(8)),
            nested("/Schedules", json!([schedule, schedule])),
        ] {
            scene.sandbox.patch_policy(id, &patch)?;
            let plan = scene.workdir.plan_json(&[])?;
            let change = &plan["resource_changes"][0]["change"];
            ensure!(
                change["actions"] == json!(["update"]),
                "{patch}: {change:#}"
            );
            scene.workdir.apply()?;
            scene.workdir.plan_is_empty()?;
        }
        let healed = scene.only_policy()?;
        for member in ["State", "Description", "Tags", "PolicyDetails", "PolicyId"] {
            ensure!(healed[member] == made[member], "{member}: {healed:#}");
        }

        scene.sandbox.remove_policy(id)?;
        let plan = scene.workdir.plan_json(&[])?;
        ensure!(
            plan["resource_changes"][0]["change"]["actions"] == json!(["create"]),
            "{plan:#}"
        );
        scene.workdir.apply()?;
        scene.only_policy().map(drop)
    })
}

#[test]
fn a_policy_made_elsewhere_is_imported_whole() -> Result<()> {
    on_each_host(|scene| {
        let id = scene.sandbox.create_policy(
            "eu-west-3",
            json!({
                "Description": "Daily snapshots",
                "ExecutionRoleArn":
                    "arn:aws:iam::123456789012:role/AWSDataLifecycleManagerDefaultRole",
                "State": "ENABLED",
                "Tags": { "Team": "infra" },
                "PolicyDetails": {
                    "ResourceTypes": ["VOLUME"],
                    "TargetTags": [{ "Key": "Backup", "Value": "Daily" }],
                    "Schedules": [{
                        "Name": "daily",
                        "CreateRule": { "Interval": 24, "IntervalUnit": "HOURS", "Times": ["03:00"] },
                        "RetainRule": { "Count": 7 }
                    }]
                }
            }),
        )?;
        let before = scene.only_policy()?;
        scene.configure(&daily(
            "region = \"eu-west-3\"\n  tags = { Team = \"infra\" }",
        ))?;
        scene.workdir.init()?;
        let wrong = scene
            .workdir
            .fails(&["import", "-no-color", ADDRESS, "vol-1"])?;
        ensure!(wrong.contains("is not the id of a DLM policy"), "{wrong}");
        let absent = scene
            .workdir
            .fails(&["import", "-no-color", ADDRESS, "policy-0badcafe"])?;
        ensure!(absent.contains("non-existent"), "{absent}");
        let other = scene.sandbox.plant_policy(&json!({
            "PolicyId": "policy-0a11a5",
            "Region": "eu-west-3",
            "PolicyDetails": { "PolicyType": "IMAGE_MANAGEMENT", "ResourceTypes": ["INSTANCE"] }
        }))?;
        let kind = format!("{other}@eu-west-3");
        let refused = scene
            .workdir
            .fails(&["import", "-no-color", ADDRESS, &kind])?;
        ensure!(refused.contains("is an AMI policy"), "{refused}");
        scene.sandbox.remove_policy(&other)?;
        let here = format!("{id}@eu-west-3");
        scene.workdir.ok(&["import", "-no-color", ADDRESS, &here])?;
        scene.workdir.plan_is_empty()?;
        ensure!(scene.only_policy()? == before, "an import changes nothing");

        // The same by an import block, from empty state.
        scene.workdir.ok(&["state", "rm", ADDRESS])?;
        scene.workdir.write(
            "import.tf",
            &format!("import {{\n  to = {ADDRESS}\n  id = \"{here}\"\n}}\n"),
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
fn what_aws_cannot_change_is_replaced() -> Result<()> {
    on_each_host(|scene| {
        scene.configure(&daily(""))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        let first = scene.only_policy()?;
        for (from, to) in [
            (
                "count = 7",
                "interval = 1\n        interval_unit = \"WEEKS\"",
            ),
            ("\"VOLUME\"", "\"INSTANCE\""),
        ] {
            scene.configure(&daily("").replace(from, to))?;
            let plan = scene.workdir.plan_json(&[])?;
            let change = &plan["resource_changes"][0]["change"];
            ensure!(
                change["actions"] == json!(["delete", "create"]),
                "{to}: {change:#}"
            );
        }
        scene.workdir.apply()?;
        ensure!(
            scene.only_policy()?["PolicyId"] != first["PolicyId"],
            "a new policy"
        );
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn twins_in_one_configuration_are_two_policies() -> Result<()> {
    on_each_host(|scene| {
        scene.configure(&(policy("one", "") + &policy("two", "")))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        let policies = scene.sandbox.policies();
        ensure!(policies.len() == 2, "{policies:#?}");
        ensure!(
            policies.iter().all(|policy| policy["Tags"] == json!({})),
            "{policies:#?}"
        );
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn twins_of_two_provider_blocks_are_two_policies() -> Result<()> {
    on_each_host(|scene| {
        let blocks = "provider \"holdfast\" {\n  region = \"eu-central-1\"\n}\n\
                      provider \"holdfast\" {\n  alias  = \"b\"\n  region = \"eu-central-1\"\n}\n";
        let twins =
            policy("one", "count = 2") + &policy("two", "count = 2\n  provider = holdfast.b");
        scene.configure_provider(blocks, &twins)?;
        scene.workdir.init()?;
        // Long enough for each process to see what the other is making.
        let slow = Fault::Delay { millis: 300 };
        scene.sandbox.inject(slow.on("dlm:UntagResource").always());
        let run = scene.workdir.apply()?.prose();
        ensure!(!run.contains("Warning"), "{run}");
        ensure!(scene.sandbox.policies().len() == 4, "{run}");
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn default_tags_are_set_and_stay_out_of_tags() -> Result<()> {
    on_each_host(|scene| {
        let provider = r#"
provider "holdfast" {
  region = "eu-central-1"
  default_tags {
    tags = { Owner = "platform", Team = "all" }
  }
}
"#;
        scene.configure_provider(provider, &daily("tags = { Team = \"infra\" }"))?;
        scene.workdir.init()?;
        scene.workdir.apply()?;
        let made = scene.only_policy()?;
        ensure!(
            made["Tags"] == json!({ "Owner": "platform", "Team": "infra" }),
            "{made:#}"
        );
        let state = scene.workdir.state(ADDRESS)?.context("a state")?;
        ensure!(state["tags"] == json!({ "Team": "infra" }), "{state:#}");
        ensure!(state["tags_all"] == made["Tags"], "{state:#}");
        scene.workdir.plan_is_empty()?;
        scene.configure(&daily("tags = { Team = \"infra\" }"))?;
        scene.workdir.apply()?;
        ensure!(
            scene.only_policy()?["Tags"] == json!({ "Team": "infra" }),
            "defaults go too"
        );
        Ok(())
    })
}

#[test]
fn a_provider_configured_by_another_resource_is_no_error() -> Result<()> {
    on_each_host(|scene| {
        let provider = r#"
resource "terraform_data" "region" {
  input = "eu-south-1"
}
provider "holdfast" {
  region = terraform_data.region.output
}
"#;
        scene.configure_provider(provider, &daily(""))?;
        scene.workdir.init()?;
        let plan = scene.workdir.plan_json(&[])?;
        let unknown = plan["resource_changes"]
            .as_array()
            .context("changes")?
            .iter();
        let mut ours = unknown.filter(|change| change["address"] == ADDRESS);
        let change = &ours.next().context("our change")?["change"];
        ensure!(change["after_unknown"]["region"] == true, "{change:#}");
        scene.workdir.apply()?;
        ensure!(scene.only_policy()?["Region"] == "eu-south-1");
        scene.workdir.plan_is_empty()
    })
}

#[test]
fn the_examples_apply_as_they_stand() -> Result<()> {
    on_each_host(|scene| {
        let examples = repository().join("examples");
        scene.workdir.copy_from(&examples.join("quickstart"))?;
        scene.workdir.init()?;
        scene.workdir.ok(&["fmt", "-check", "-no-color"])?;
        scene.workdir.apply()?;
        let schedule = &scene.only_policy()?["PolicyDetails"]["Schedules"][0];
        ensure!(
            schedule["CreateRule"]["Times"] == json!(["03:00"]),
            "{schedule:#}"
        );
        ensure!(schedule["RetainRule"]["Count"] == 7, "{schedule:#}");
        scene.workdir.plan_is_empty()?;
        let refused = scene
            .workdir
            .fails(&["destroy", "-auto-approve", "-no-color"])?;
        ensure!(refused.contains("deletion_protection"), "{refused}");
        for command in ["apply", "destroy"] {
            let unprotected = "-var=deletion_protection=false";
            scene
                .workdir
                .ok(&[command, "-auto-approve", "-no-color", unprotected])?;
        }
        for name in ["variables.tf", "outputs.tf"] {
            std::fs::remove_file(scene.workdir.path().join(name))?;
        }

        scene
            .workdir
            .copy_from(&examples.join("resources/holdfast_dlm_policy"))?;
        std::fs::copy(
            examples.join("provider/provider.tf"),
            scene.workdir.path().join("main.tf"),
        )?;
        scene.workdir.ok(&["fmt", "-check", "-no-color"])?;
        scene.workdir.apply()?;
        ensure!(scene.only_policy()?["Tags"]["ManagedBy"] == "terraform");
        scene.workdir.plan_is_empty()
    })
}
