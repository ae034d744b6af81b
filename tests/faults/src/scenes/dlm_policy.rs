//! `holdfast_dlm_policy`, beside a policy of somebody else.

use anyhow::Result;
use holdfast_sandbox::Sandbox;
use serde_json::{Value as Json, json};

use crate::life::HOME;
use crate::scene::Scene;

pub(crate) struct DlmPolicy;

const ROLE: &str = "arn:aws:iam::123456789012:role/AWSDataLifecycleManagerDefaultRole";
/// By this description the other policy is known.
const OTHER: &str = "Made by others";

impl Scene for DlmPolicy {
    fn type_name(&self) -> &'static str {
        "holdfast_dlm_policy"
    }

    fn prepare(&self, sandbox: &Sandbox) -> Result<()> {
        let request = json!({
            "ExecutionRoleArn": ROLE,
            "Description": OTHER,
            "State": "ENABLED",
            "PolicyDetails": {
                "ResourceTypes": ["VOLUME"],
                "TargetTags": [{ "Key": "Backup", "Value": "Daily" }],
                "Schedules": [{
                    "Name": "daily",
                    "CreateRule": { "Interval": 24, "IntervalUnit": "HOURS", "Times": ["03:00"] },
                    "RetainRule": { "Count": 7 },
                }],
            },
            "Tags": { "Team": "others" },
        });
        sandbox.create_policy(HOME, request)?;
        Ok(())
    }

    fn first(&self) -> Json {
        policy("Daily snapshots", 7, json!({ "Team": "infra", "Old": "1" }))
    }

    fn second(&self) -> Json {
        policy(
            "Daily snapshots kept longer",
            14,
            json!({ "Team": "platform", "New": "1" }),
        )
    }

    fn volatile(&self) -> &'static [&'static str] {
        &[
            "PolicyId",
            "PolicyArn",
            "DateCreated",
            "DateModified",
            "id",
            "arn",
        ]
    }

    // Names need not be unique, so nothing tells it from somebody else's policy.
    fn knows_finished(&self) -> bool {
        false
    }

    fn made(&self, stored: &Json) -> Vec<String> {
        let policies = stored["dlm"]["policies"].as_array();
        let ours = policies
            .into_iter()
            .flatten()
            .filter(|policy| policy["Description"] != OTHER);
        ours.filter_map(|policy| policy["PolicyId"].as_str().map(str::to_owned))
            .collect()
    }
}

fn policy(description: &str, count: u32, tags: Json) -> Json {
    json!({
        "description": description,
        "execution_role_arn": ROLE,
        "tags": tags,
        "policy_details": [{
            "resource_types": ["VOLUME"],
            "target_tags": { "Backup": "Daily" },
            "schedule": [{
                "name": "daily",
                "create_rule": [{ "interval": 24, "times": ["03:00"] }],
                "retain_rule": [{ "count": count }],
            }],
        }],
    })
}
