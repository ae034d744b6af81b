//! What DLM refuses: the rules over a whole policy. `schedule` (with `create_rule` and `after`),
//! `event` and `default_policy` hold those of their part, `keep` reads retention, `rule` is what all
//! are made of.

mod after;
mod create_rule;
mod default_policy;
mod event;
mod keep;
pub(super) mod rule;
mod schedule;

use rule::{Checked, length, matches, need, one_of, plain_text, refuse, role_arn, some, tags};

pub(super) use default_policy::default_policy;
pub(super) use keep::goes_from_count_to_age;

use super::error::DlmError;
use super::model::{CreateRequest, Parameters, PolicyDetails, TagMap};

/// What a custom policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PolicyType {
    Snapshot,
    Image,
    Event,
}

impl PolicyType {
    pub(super) const NAMES: [&str; 3] = [
        "EBS_SNAPSHOT_MANAGEMENT",
        "IMAGE_MANAGEMENT",
        "EVENT_BASED_POLICY",
    ];

    pub(super) fn of(details: &PolicyDetails) -> Result<Self, DlmError> {
        match details.policy_type.as_deref() {
            None | Some("EBS_SNAPSHOT_MANAGEMENT") => Ok(Self::Snapshot),
            Some("IMAGE_MANAGEMENT") => Ok(Self::Image),
            Some("EVENT_BASED_POLICY") => Ok(Self::Event),
            Some(other) => {
                one_of("PolicyDetails.PolicyType", other, &Self::NAMES)?;
                Ok(Self::Event)
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Snapshot => Self::NAMES[0],
            Self::Image => Self::NAMES[1],
            Self::Event => Self::NAMES[2],
        }
    }
}

/// What a custom policy's schedules work on.
#[derive(Clone, Copy, Debug)]
struct Target<'a> {
    policy: PolicyType,
    /// Whole instances, not single volumes.
    instances: bool,
    /// CLOUD, OUTPOST or LOCAL_ZONE.
    location: &'a str,
}

/// The members that every create must have, and their form.
pub(super) fn create(request: &CreateRequest, is_default: bool) -> Checked {
    need(&[
        ("ExecutionRoleArn", request.execution_role_arn.is_some()),
        ("Description", request.description.is_some()),
        ("State", request.state.is_some()),
        (
            "PolicyDetails",
            is_default || request.policy_details.is_some(),
        ),
    ])?;
    let text = |member: &Option<String>| member.clone().unwrap_or_default();
    envelope(
        &text(&request.description),
        &text(&request.execution_role_arn),
        &text(&request.state),
    )?;
    request.tags.as_ref().map_or(Ok(()), policy_tags)
}

/// Description, role and state.
pub(super) fn envelope(description: &str, role: &str, state: &str) -> Checked {
    plain_text("Description", description, 1..=500)?;
    role_arn("ExecutionRoleArn", role)?;
    one_of("State", state, &["ENABLED", "DISABLED"])
}

/// Tags of the policy itself: 1 to 45, keys of a narrow alphabet and never AWS's own.
pub(super) fn policy_tags(tags: &TagMap) -> Checked {
    length("Tags", tags.len(), 1..=45)?;
    // The model's pattern, in which `+-=` is a range: digits and `+ , - . / : ; < =` are in.
    let allowed = |c: char| c.is_ascii_alphabetic() || ('+'..='=').contains(&c) || c == '_';
    for (key, value) in tags {
        length("Tags.Key", key.chars().count(), 1..=128)?;
        matches("Tags.Key", key, "^(?!aws:)[a-zA-Z+-=._:/]+$", |key| {
            !key.starts_with("aws:") && key.chars().all(allowed)
        })?;
        length("Tags.Value", value.chars().count(), 0..=256)?;
    }
    Ok(())
}

/// A custom policy's details.
pub(super) fn custom(details: &PolicyDetails) -> Checked {
    let policy = PolicyType::of(details)?;
    if let Some(language) = &details.policy_language {
        one_of("PolicyDetails.PolicyLanguage", language, &["STANDARD"])?;
    }
    refuse(
        "custom policies",
        &[
            ("ResourceType", details.resource_type.is_some()),
            ("CreateInterval", details.create_interval.is_some()),
            ("RetainInterval", details.retain_interval.is_some()),
            ("CopyTags", details.copy_tags.is_some()),
            (
                "CrossRegionCopyTargets",
                details.cross_region_copy_targets.is_some(),
            ),
            ("ExtendDeletion", details.extend_deletion.is_some()),
            ("Exclusions", details.exclusions.is_some()),
        ],
    )?;
    match policy {
        PolicyType::Event => event::event(details),
        PolicyType::Snapshot | PolicyType::Image => scheduled(policy, details),
    }
}

/// A snapshot or AMI policy.
fn scheduled(policy: PolicyType, details: &PolicyDetails) -> Checked {
    need(&[
        ("ResourceTypes", some(&details.resource_types)),
        ("TargetTags", some(&details.target_tags)),
        ("Schedules", some(&details.schedules)),
    ])?;
    refuse(
        &format!("{} policies", policy.name()),
        &[
            ("EventSource", details.event_source.is_some()),
            ("Actions", details.actions.is_some()),
        ],
    )?;
    let target = target(policy, details)?;
    let target_tags = details.target_tags.as_deref().unwrap_or_default();
    tags("PolicyDetails.TargetTags", target_tags, 1..=50)?;
    if let Some(given) = &details.parameters {
        parameters(given, target)?;
    }
    schedule::schedules(details.schedules.as_deref().unwrap_or_default(), target)
}

fn target(policy: PolicyType, details: &PolicyDetails) -> Result<Target<'_>, DlmError> {
    let at = "PolicyDetails.ResourceTypes";
    let types = details.resource_types.as_deref().unwrap_or_default();
    length(at, types.len(), 1..=1)?;
    match policy {
        PolicyType::Image => one_of(at, &types[0], &["INSTANCE"])?,
        _ => one_of(at, &types[0], &["VOLUME", "INSTANCE"])?,
    }
    let at = "PolicyDetails.ResourceLocations";
    let location = match details.resource_locations.as_deref() {
        None => "CLOUD",
        Some(locations) => {
            length(at, locations.len(), 1..=1)?;
            match policy {
                PolicyType::Image => one_of(at, &locations[0], &["CLOUD", "OUTPOST"])?,
                _ => one_of(at, &locations[0], &["CLOUD", "OUTPOST", "LOCAL_ZONE"])?,
            }
            &locations[0]
        }
    };
    Ok(Target {
        policy,
        instances: types[0] == "INSTANCE",
        location,
    })
}

fn parameters(parameters: &Parameters, target: Target<'_>) -> Checked {
    let instance_snapshots = target.policy == PolicyType::Snapshot && target.instances;
    if !instance_snapshots {
        refuse(
            "policies that do not snapshot instances",
            &[
                (
                    "ExcludeBootVolume",
                    parameters.exclude_boot_volume.is_some(),
                ),
                (
                    "ExcludeDataVolumeTags",
                    parameters.exclude_data_volume_tags.is_some(),
                ),
            ],
        )?;
    }
    if target.policy != PolicyType::Image {
        let reboot = [("NoReboot", parameters.no_reboot.is_some())];
        refuse("policies that make no AMIs", &reboot)?;
    }
    match &parameters.exclude_data_volume_tags {
        Some(excluded) => tags(
            "PolicyDetails.Parameters.ExcludeDataVolumeTags",
            excluded,
            0..=50,
        ),
        None => Ok(()),
    }
}
