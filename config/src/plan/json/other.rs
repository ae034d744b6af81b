//! What a document is that is no plan, or none that can be read here.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::read::Text;
use crate::plan::PlanError;

/// The latest major version of the format that is known.
const MAJOR: u64 = 1;

/// What a document is told by.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    format_version: Option<Text<'a>>,
    planned_values: Option<IgnoredAny>,
    resource_changes: Option<IgnoredAny>,
    configuration: Option<IgnoredAny>,
    values: Option<IgnoredAny>,
    provider_schemas: Option<IgnoredAny>,
    encrypted_data: Option<IgnoredAny>,
    remote_plan_format: Option<IgnoredAny>,
    lineage: Option<IgnoredAny>,
    #[serde(rename = "@level")]
    level: Option<IgnoredAny>,
}

/// A better error than the reader's, if there is one: the document is no plan, or of a later
/// format.
pub(super) fn better_error(text: &str) -> Option<PlanError> {
    // The first of several documents; a log has one a line.
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let head = Head::deserialize(&mut deserializer).ok()?;
    if head.level.is_some() {
        return Some(PlanError::OtherJson(
            "the log that `terraform plan -json` prints",
        ));
    }
    if head.encrypted_data.is_some() && head.lineage.is_none() {
        return Some(PlanError::Encrypted);
    }
    if head.remote_plan_format.is_some() {
        return Some(PlanError::Remote);
    }
    let is_plan = head.planned_values.is_some()
        || head.resource_changes.is_some()
        || head.configuration.is_some();
    if !is_plan {
        let what = if head.lineage.is_some() {
            "a state file"
        } else if head.values.is_some() {
            "a state, as `terraform show -json` prints it"
        } else if head.provider_schemas.is_some() {
            "what `terraform providers schema -json` prints"
        } else {
            "JSON of another kind"
        };
        return Some(PlanError::OtherJson(what));
    }
    let found = head.format_version?.0;
    check_version(&found).err()
}

/// Refuses a format that came later, and what is no version.
pub(super) fn check_version(found: &str) -> Result<(), PlanError> {
    let major = found.split('.').next().map(str::parse::<u64>);
    match major {
        Some(Ok(0..=MAJOR)) => Ok(()),
        _ => Err(PlanError::JsonVersion {
            found: found.chars().take(20).collect(),
        }),
    }
}
