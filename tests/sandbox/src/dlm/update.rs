//! UpdateLifecyclePolicy: a PATCH that clears nothing.
//!
//! What is not sent stays, at the top level and inside PolicyDetails
//! (hashicorp/terraform-provider-aws#43944: an update without TargetTags succeeds and keeps them).
//! What is sent replaces the old value whole: schedules are not merged with schedules.

use super::check::goes_from_count_to_age;
use super::error::DlmError;
use super::model::{PolicyDetails, UpdateRequest};
use super::policy::{Millis, Policy};
use super::{check, defaults};

/// Checks a request against the policy and changes it; on an error nothing is changed.
pub(super) fn update(policy: &mut Policy, request: UpdateRequest) -> Result<(), DlmError> {
    let mut changed = policy.clone();
    let with_details = request.policy_details.is_some();
    changed.policy_details = if policy.default_policy {
        default_policy(policy, &request)?
    } else {
        custom(policy, &request)?
    };
    if policy.default_policy {
        check::default_policy(&changed.policy_details)?;
    } else if with_details {
        check::custom(&changed.policy_details)?;
    }
    defaults::fill(
        &policy.policy_id,
        policy.default_policy,
        &mut changed.policy_details,
    );

    if let Some(description) = request.description {
        changed.description = description;
    }
    if let Some(role) = request.execution_role_arn {
        changed.execution_role_arn = role;
    }
    // A policy in error stays so until its state is set: that makes the service try again.
    if let Some(state) = request.state {
        check::envelope(&changed.description, &changed.execution_role_arn, &state)?;
        changed.status_message = state.clone();
        changed.state = state;
    } else {
        check::envelope(&changed.description, &changed.execution_role_arn, "ENABLED")?;
    }
    changed.date_modified = Millis::now();
    *policy = changed;
    Ok(())
}

/// The details of a default policy: its values stand at the top level of an update (live:
/// github.com/go-to-k/cdk-real-drift issue 1666).
fn default_policy(policy: &Policy, request: &UpdateRequest) -> Result<PolicyDetails, DlmError> {
    let details = [("PolicyDetails", request.policy_details.is_some())];
    check::rule::refuse("updates of default policies", &details)?;
    let old = policy.policy_details.clone();
    Ok(PolicyDetails {
        create_interval: request.create_interval.or(old.create_interval),
        retain_interval: request.retain_interval.or(old.retain_interval),
        copy_tags: request.copy_tags.or(old.copy_tags),
        extend_deletion: request.extend_deletion.or(old.extend_deletion),
        cross_region_copy_targets: request
            .cross_region_copy_targets
            .clone()
            .or(old.cross_region_copy_targets),
        exclusions: request.exclusions.clone().or(old.exclusions),
        ..old
    })
}

/// The details of a custom policy.
fn custom(policy: &Policy, request: &UpdateRequest) -> Result<PolicyDetails, DlmError> {
    check::rule::refuse(
        "custom policies",
        &[
            ("CreateInterval", request.create_interval.is_some()),
            ("RetainInterval", request.retain_interval.is_some()),
            ("CopyTags", request.copy_tags.is_some()),
            ("ExtendDeletion", request.extend_deletion.is_some()),
            (
                "CrossRegionCopyTargets",
                request.cross_region_copy_targets.is_some(),
            ),
            ("Exclusions", request.exclusions.is_some()),
        ],
    )?;
    let old = &policy.policy_details;
    let Some(sent) = &request.policy_details else {
        return Ok(old.clone());
    };
    if policy.console {
        check::rule::need(&[("Parameters", sent.parameters.is_some())])?;
    }
    fixed(
        "PolicyType",
        sent.policy_type.as_ref(),
        old.policy_type.as_ref(),
    )?;
    fixed(
        "ResourceTypes",
        sent.resource_types.as_ref(),
        old.resource_types.as_ref(),
    )?;
    if goes_from_count_to_age(old, sent) {
        return Err(DlmError::invalid(
            "The retention type of a policy cannot be changed from count-based to age-based",
        ));
    }
    let old = old.clone();
    let sent = sent.clone();
    Ok(PolicyDetails {
        resource_locations: sent.resource_locations.or(old.resource_locations),
        target_tags: sent.target_tags.or(old.target_tags),
        schedules: sent.schedules.or(old.schedules),
        parameters: sent.parameters.or(old.parameters),
        event_source: sent.event_source.or(old.event_source),
        actions: sent.actions.or(old.actions),
        policy_language: sent.policy_language.or(old.policy_language),
        policy_type: old.policy_type,
        resource_types: old.resource_types,
        // The rest belongs to default policies; `check` refuses what was sent of it.
        ..sent
    })
}

fn fixed<T: PartialEq>(name: &str, sent: Option<&T>, old: Option<&T>) -> Result<(), DlmError> {
    if sent.is_none() || sent == old {
        return Ok(());
    }
    Err(DlmError::invalid(format!("{name} cannot be updated")))
}
