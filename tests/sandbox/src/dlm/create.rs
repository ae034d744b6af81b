//! CreateLifecyclePolicy.

use super::error::DlmError;
use super::model::{CreateRequest, PolicyDetails};
use super::policy::{Millis, Policy};
use super::store::Scope;
use super::{check, defaults};

/// Policies per account and region.
const QUOTA: usize = 100;

/// Checks a request, makes the policy and answers its id.
pub(super) fn create(
    policies: &mut Vec<Policy>,
    scope: &Scope,
    request: CreateRequest,
) -> Result<String, DlmError> {
    let is_default = is_default(&request);
    check::create(&request, is_default)?;
    let mut details = details(&request, is_default)?;
    if is_default {
        check::default_policy(&details)?
    } else {
        check::custom(&details)?
    }
    quota(policies, scope, is_default, &details)?;

    let policy_id = Policy::new_id();
    defaults::fill(&policy_id, is_default, &mut details);
    let now = Millis::now();
    let state = request.state.unwrap_or_default();
    policies.push(Policy {
        account: scope.account.clone(),
        region: scope.region.clone(),
        policy_id: policy_id.clone(),
        description: request.description.unwrap_or_default(),
        status_message: state.clone(),
        state,
        execution_role_arn: request.execution_role_arn.unwrap_or_default(),
        date_created: now,
        date_modified: now,
        policy_details: details,
        tags: request.tags.unwrap_or_default(),
        default_policy: is_default,
        console: false,
    });
    Ok(policy_id)
}

/// A default policy is asked for by DefaultPolicy, or by the language of its details.
fn is_default(request: &CreateRequest) -> bool {
    let language = request
        .policy_details
        .as_ref()
        .and_then(|details| details.policy_language.as_deref());
    request.default_policy.is_some() || language == Some("SIMPLIFIED")
}

/// The details; those of a default policy come in the body or in PolicyDetails, not in both.
fn details(request: &CreateRequest, is_default: bool) -> Result<PolicyDetails, DlmError> {
    let in_body = [
        ("CreateInterval", request.create_interval.is_some()),
        ("RetainInterval", request.retain_interval.is_some()),
        ("CopyTags", request.copy_tags.is_some()),
        ("ExtendDeletion", request.extend_deletion.is_some()),
        (
            "CrossRegionCopyTargets",
            request.cross_region_copy_targets.is_some(),
        ),
        ("Exclusions", request.exclusions.is_some()),
    ];
    if !is_default {
        check::rule::refuse("custom policies", &in_body)?;
        return Ok(request.policy_details.clone().unwrap_or_default());
    }
    if let Some(details) = &request.policy_details {
        let mut both = vec!["PolicyDetails"];
        both.extend(
            in_body
                .iter()
                .filter(|(_, there)| *there)
                .map(|(name, _)| *name),
        );
        if both.len() > 1 {
            return Err(DlmError::Exclusive(both));
        }
        let mut details = details.clone();
        details.resource_type = details
            .resource_type
            .or_else(|| request.default_policy.clone());
        return Ok(details);
    }
    Ok(PolicyDetails {
        resource_type: request.default_policy.clone(),
        create_interval: request.create_interval,
        retain_interval: request.retain_interval,
        copy_tags: request.copy_tags,
        extend_deletion: request.extend_deletion,
        cross_region_copy_targets: request.cross_region_copy_targets.clone(),
        exclusions: request.exclusions.clone(),
        ..PolicyDetails::default()
    })
}

/// A hundred policies, and of default policies one per resource type.
fn quota(
    policies: &[Policy],
    scope: &Scope,
    is_default: bool,
    details: &PolicyDetails,
) -> Result<(), DlmError> {
    let mut here = policies.iter().filter(|policy| scope.holds(policy));
    if here.clone().count() >= QUOTA {
        return Err(DlmError::Limit {
            resource_type: "policy",
            message: format!("The limit of {QUOTA} lifecycle policies in this Region is reached"),
        });
    }
    let kind = &details.resource_type;
    if is_default
        && here.any(|other| other.default_policy && other.policy_details.resource_type == *kind)
    {
        return Err(DlmError::Limit {
            resource_type: "default policy",
            message: format!(
                "A default policy for {} exists in this Region",
                kind.as_deref().unwrap_or_default()
            ),
        });
    }
    Ok(())
}
