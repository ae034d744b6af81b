//! What the sandbox holds, in a few lines.

use std::fmt;

use serde_json::Value;

/// What the sandbox holds.
pub(super) struct Held {
    policies: Vec<Value>,
    buckets: Vec<Value>,
}

impl Held {
    /// From the sandbox's state.
    pub(super) fn new(state: &Value) -> Self {
        let all = |value: &Value| value.as_array().cloned().unwrap_or_default();
        Self {
            policies: all(&state["dlm"]["policies"]),
            buckets: all(&state["s3"]["buckets"]),
        }
    }

    /// How many policies.
    pub(super) fn policies(&self) -> usize {
        self.policies.len()
    }

    /// How many buckets.
    pub(super) fn buckets(&self) -> usize {
        self.buckets.len()
    }

    /// The name of the first bucket.
    pub(super) fn bucket(&self) -> Option<&str> {
        self.buckets.first()?["Name"].as_str()
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for policy in &self.policies {
            show_policy(policy, f)?;
        }
        for bucket in &self.buckets {
            show_bucket(bucket, f)?;
        }
        Ok(())
    }
}

fn show_policy(policy: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let [id, region, state] = ["PolicyId", "Region", "State"].map(|name| text(&policy[name]));
    writeln!(f, "  policy {id}  {region}  {state}")?;
    let details = &policy["PolicyDetails"];
    let kind = text(&details["ResourceTypes"][0]).to_lowercase();
    for tag in details["TargetTags"].as_array().into_iter().flatten() {
        let [key, value] = ["Key", "Value"].map(|name| text(&tag[name]));
        writeln!(f, "    every {kind} tagged {key}={value}")?;
    }
    for schedule in details["Schedules"].as_array().into_iter().flatten() {
        let rule = &schedule["CreateRule"];
        let [hours, time] = [&rule["Interval"], &rule["Times"][0]].map(text);
        let count = text(&schedule["RetainRule"]["Count"]);
        writeln!(
            f,
            "    every {hours} hours from {time} UTC, the newest {count} kept"
        )?;
    }
    Ok(())
}

fn show_bucket(bucket: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let [name, region] = ["Name", "Region"].map(|name| text(&bucket[name]));
    writeln!(f, "  bucket {name}  {region}")?;
    let blocks = bucket["PublicAccessBlock"].as_object();
    let shut = blocks.is_some_and(|blocks| blocks.values().all(|on| on == true));
    let facts = [
        (bucket["Versioning"] == "Enabled", "versioned"),
        (text(&bucket["Encryption"]).contains("AES256"), "encrypted"),
        (shut, "no public access"),
        (
            text(&bucket["Policy"]).contains("SecureTransport"),
            "TLS only",
        ),
    ];
    let true_ones: Vec<_> = facts
        .iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, name)| *name)
        .collect();
    writeln!(f, "    {}", true_ones.join(", "))?;
    let document = text(&bucket["Lifecycle"]["Document"]);
    for rule in document.split("<Rule>").skip(1) {
        let days = |element: &str| between(rule, &format!("<{element}>"), "<").unwrap_or("?");
        let id = days("ID");
        writeln!(
            f,
            "    rule {id}: deleted versions go after {} days, unfinished uploads after {}",
            days("NoncurrentDays"),
            days("DaysAfterInitiation")
        )?;
    }
    Ok(())
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?
        .1
        .split_once(after)
        .map(|(found, _)| found)
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
