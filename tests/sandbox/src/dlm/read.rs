//! GetLifecyclePolicies: summaries of the policies that pass the filters of the query.

use serde_json::{Value, json};

use super::check::rule::{length, one_of};
use super::error::DlmError;
use super::model::Tag;
use super::policy::Policy;
use super::store::{Scope, find};
use crate::query;

/// The filters; each lets a policy pass that fits one of its values.
struct Filters {
    ids: Vec<String>,
    state: Option<String>,
    resource_types: Vec<String>,
    target_tags: Vec<String>,
    tags_to_add: Vec<String>,
    default_type: Option<String>,
}

/// Lists the policies of a scope, oldest first. There are no pages.
pub(super) fn list(policies: &[Policy], scope: &Scope, query: &str) -> Result<Value, DlmError> {
    let filters = Filters::read(query)?;
    let absent: Vec<String> = filters
        .ids
        .iter()
        .filter(|id| find(policies, scope, id).is_none())
        .cloned()
        .collect();
    if !absent.is_empty() {
        return Err(DlmError::NotFound {
            resource_type: "policy",
            ids: absent,
        });
    }
    let passing = policies
        .iter()
        .filter(|policy| scope.holds(policy) && filters.pass(policy));
    Ok(json!({ "Policies": passing.map(Policy::summary).collect::<Vec<_>>() }))
}

impl Filters {
    fn read(text: &str) -> Result<Self, DlmError> {
        let filters = Self {
            ids: query::values(text, "policyIds"),
            state: query::values(text, "state").pop(),
            resource_types: query::values(text, "resourceTypes"),
            target_tags: query::values(text, "targetTags"),
            tags_to_add: query::values(text, "tagsToAdd"),
            default_type: query::values(text, "defaultPolicyType").pop(),
        };
        if let Some(state) = &filters.state {
            one_of("state", state, &["ENABLED", "DISABLED", "ERROR"])?;
        }
        if let Some(kind) = &filters.default_type {
            one_of("defaultPolicyType", kind, &["VOLUME", "INSTANCE", "ALL"])?;
        }
        length("resourceTypes", filters.resource_types.len(), 0..=1)?;
        length("targetTags", filters.target_tags.len(), 0..=50)?;
        length("tagsToAdd", filters.tags_to_add.len(), 0..=50)?;
        for kind in &filters.resource_types {
            one_of("resourceTypes", kind, &["VOLUME", "INSTANCE"])?;
        }
        let tags = filters.target_tags.iter().chain(&filters.tags_to_add);
        match tags.into_iter().find(|tag| !tag.contains('=')) {
            Some(tag) => Err(DlmError::invalid(format!(
                "Tag filter '{tag}' is not key=value"
            ))),
            None => Ok(filters),
        }
    }

    fn pass(&self, policy: &Policy) -> bool {
        let details = &policy.policy_details;
        let types = details
            .resource_types
            .iter()
            .flatten()
            .chain(&details.resource_type);
        let added = details
            .schedules
            .iter()
            .flatten()
            .flat_map(|schedule| schedule.tags_to_add.iter().flatten());
        any(&self.ids, std::iter::once(policy.policy_id.clone()))
            && self
                .state
                .as_ref()
                .is_none_or(|state| *state == policy.state)
            && any(&self.resource_types, types.cloned())
            && any(
                &self.target_tags,
                details.target_tags.iter().flatten().map(pair),
            )
            && any(&self.tags_to_add, added.map(pair))
            && self.default_type.as_deref().is_none_or(|kind| {
                policy.default_policy
                    && (kind == "ALL" || details.resource_type.as_deref() == Some(kind))
            })
    }
}

/// Whether one of `found` is wanted; no wish lets everything pass.
fn any(wanted: &[String], mut found: impl Iterator<Item = String>) -> bool {
    wanted.is_empty() || found.any(|value| wanted.contains(&value))
}

fn pair(tag: &Tag) -> String {
    let text = |member: &Option<String>| member.clone().unwrap_or_default();
    format!("{}={}", text(&tag.key), text(&tag.value))
}
