//! TagResource, UntagResource and ListTagsForResource.

use super::check;
use super::error::DlmError;
use super::model::TagMap;
use super::policy::Policy;
use super::store::{Scope, find};

/// The place of the policy that an ARN names.
pub(super) fn policy(policies: &[Policy], scope: &Scope, arn: &str) -> Result<usize, DlmError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "dlm", _, _, resource] = parts[..] else {
        return Err(DlmError::invalid(format!(
            "'{arn}' is not the ARN of a lifecycle policy"
        )));
    };
    let id = resource.strip_prefix("policy/").unwrap_or_default();
    find(policies, scope, id)
        .filter(|at| policies[*at].arn() == arn)
        .ok_or_else(|| DlmError::no_policy(arn))
}

/// Adds tags, replacing values of keys that are there.
pub(super) fn tag(policy: &mut Policy, tags: TagMap) -> Result<(), DlmError> {
    check::policy_tags(&tags)?;
    let mut all = policy.tags.clone();
    all.extend(tags);
    check::policy_tags(&all)?;
    policy.tags = all;
    Ok(())
}

/// Takes tags off; a key that is not there is no error.
pub(super) fn untag(policy: &mut Policy, keys: &[String]) -> Result<(), DlmError> {
    check::rule::need(&[("tagKeys", !keys.is_empty())])?;
    check::rule::length("tagKeys", keys.len(), 1..=200)?;
    policy.tags.retain(|key, _| !keys.contains(key));
    Ok(())
}
