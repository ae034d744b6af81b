//! A policy on its way to AWS ([`NewPolicy`], [`PolicyChange`]) and back ([`Policy`],
//! [`PolicySummary`]).

use super::details::PolicyDetails;
use super::id::{PolicyArn, PolicyId};
use super::words::{PolicyType, ResourceType, State};
use crate::clock::Timestamp;
use crate::found::{Tag, Tags};

/// What a create sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPolicy {
    /// 1 to 500 letters, digits, spaces, `_` and `-`.
    pub description: String,
    /// ARN of the role that DLM takes on.
    pub execution_role_arn: String,
    /// `ENABLED` or `DISABLED`.
    pub state: State,
    /// What the policy does.
    pub details: PolicyDetails,
    /// Tags of the policy itself, at most 45.
    pub tags: Tags,
}

/// What an update sends: what is `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyChange {
    /// A new description.
    pub description: Option<String>,
    /// A new role.
    pub execution_role_arn: Option<String>,
    /// A new state, `ENABLED` or `DISABLED`.
    pub state: Option<State>,
    /// The whole new tree, never a part of it. Policy type and resource type cannot change.
    pub details: Option<PolicyDetails>,
}

/// A policy as AWS has it, defaults filled in by AWS included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Its id.
    pub id: PolicyId,
    /// Its ARN.
    pub arn: PolicyArn,
    /// Its description; empty if AWS has none.
    pub description: String,
    /// ARN of the role that DLM takes on; empty if AWS has none.
    pub execution_role_arn: String,
    /// `ENABLED`, `DISABLED` or `ERROR`.
    pub state: State,
    /// Why it is in `ERROR`. Of a healthy policy AWS repeats the state here.
    pub status_message: Option<String>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
    /// What it does.
    pub details: PolicyDetails,
    /// Tags of the policy itself.
    pub tags: Tags,
    /// Whether it is one of the account's default policies.
    pub is_default: bool,
    /// API paths of members that this policy has and these types do not
    /// (`Schedules[0].FastRestoreRule`): an update of `details` would remove them.
    pub not_managed: Vec<String>,
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySummary {
    /// Its id.
    pub id: PolicyId,
    /// Its description; empty if AWS has none.
    pub description: String,
    /// `ENABLED`, `DISABLED` or `ERROR`.
    pub state: State,
    /// Tags of the policy itself.
    pub tags: Tags,
    /// What kind it is.
    pub policy_type: Option<PolicyType>,
    /// Whether it is one of the account's default policies.
    pub is_default: bool,
}

/// Which policies to list: those that match every part. The default matches all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyFilter {
    /// Only these ids.
    pub ids: Vec<PolicyId>,
    /// Only this state.
    pub state: Option<State>,
    /// Only policies for this kind of resource.
    pub resource_type: Option<ResourceType>,
    /// Only policies with these target tags, as AWS matches them.
    pub target_tags: Vec<Tag>,
}
