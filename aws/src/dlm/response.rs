//! From the SDK's types to ours: pure functions. What AWS leaves out becomes `None` or empty;
//! only a missing or malformed id makes an answer unreadable.

use aws_sdk_dlm::types as sdk;
use aws_smithy_types::DateTime;

use super::{
    CreateRule, Cycle, Parameters, Policy, PolicyDetails, PolicySummary, RetainRule, Schedule,
    State, Tag, Tags,
};
use crate::clock::Timestamp;

/// A policy as AWS described it, or why the description makes no sense.
pub(super) fn policy(read: &sdk::LifecyclePolicy) -> Result<Policy, String> {
    let details_read = read.policy_details();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    Ok(Policy {
        id: parse(read.policy_id(), "PolicyId")?,
        arn: parse(read.policy_arn(), "PolicyArn")?,
        description: text(read.description()),
        execution_role_arn: text(read.execution_role_arn()),
        state: state(read.state()),
        status_message: read.status_message().map(str::to_owned),
        created: read.date_created().and_then(timestamp),
        modified: read.date_modified().and_then(timestamp),
        details: details_read.map(details).unwrap_or_else(no_details),
        tags: tag_map(read.tags()),
        is_default: read.default_policy().unwrap_or(false),
        not_managed: details_read.map(not_managed).unwrap_or_default(),
    })
}

/// One line of the list.
pub(super) fn summary(read: &sdk::LifecyclePolicySummary) -> Result<PolicySummary, String> {
    Ok(PolicySummary {
        id: parse(read.policy_id(), "PolicyId")?,
        description: read.description().unwrap_or_default().to_owned(),
        state: state(read.state()),
        tags: tag_map(read.tags()),
        policy_type: read.policy_type().map(|word| word.as_str().into()),
        is_default: read.default_policy().unwrap_or(false),
    })
}

/// An id that AWS must send.
pub(super) fn parse<T: std::str::FromStr>(text: Option<&str>, member: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    let text = text.ok_or_else(|| format!("the answer has no {member}"))?;
    text.parse().map_err(|error| format!("{member}: {error}"))
}

fn state(read: Option<&sdk::GettablePolicyStateValues>) -> State {
    read.map_or_else(|| State::Other(String::new()), |word| word.as_str().into())
}

fn timestamp(read: &DateTime) -> Option<Timestamp> {
    let nanoseconds = i32::try_from(read.subsec_nanos()).ok()?;
    Timestamp::new(read.secs(), nanoseconds).ok()
}

fn tag_map(read: Option<&std::collections::HashMap<String, String>>) -> Tags {
    read.into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn tags(read: &[sdk::Tag]) -> Vec<Tag> {
    read.iter()
        .map(|tag| {
            Tag::new(
                tag.key().unwrap_or_default(),
                tag.value().unwrap_or_default(),
            )
        })
        .collect()
}

fn details(read: &sdk::PolicyDetails) -> PolicyDetails {
    PolicyDetails {
        policy_type: read.policy_type().map(|word| word.as_str().into()),
        resource_types: words(read.resource_types(), sdk::ResourceTypeValues::as_str),
        resource_locations: words(
            read.resource_locations(),
            sdk::ResourceLocationValues::as_str,
        ),
        target_tags: tags(read.target_tags()),
        schedules: read.schedules().iter().map(schedule).collect(),
        policy_language: read.policy_language().map(|word| word.as_str().into()),
        parameters: read.parameters().map(parameters),
    }
}

fn no_details() -> PolicyDetails {
    PolicyDetails {
        policy_type: None,
        resource_types: Vec::new(),
        resource_locations: Vec::new(),
        target_tags: Vec::new(),
        schedules: Vec::new(),
        policy_language: None,
        parameters: None,
    }
}

fn words<S, W: for<'a> From<&'a str>>(read: &[S], text: impl Fn(&S) -> &str) -> Vec<W> {
    read.iter().map(|word| text(word).into()).collect()
}

fn parameters(read: &sdk::Parameters) -> Parameters {
    Parameters {
        exclude_boot_volume: read.exclude_boot_volume(),
        no_reboot: read.no_reboot(),
        exclude_data_volume_tags: tags(read.exclude_data_volume_tags()),
    }
}

fn schedule(read: &sdk::Schedule) -> Schedule {
    Schedule {
        name: read.name().map(str::to_owned),
        copy_tags: read.copy_tags(),
        tags_to_add: tags(read.tags_to_add()),
        variable_tags: tags(read.variable_tags()),
        create_rule: read.create_rule().and_then(create_rule),
        retain_rule: read.retain_rule().and_then(retain_rule),
    }
}

/// `None` if it says neither how often nor when.
fn create_rule(read: &sdk::CreateRule) -> Option<CreateRule> {
    let cycle = match (read.cron_expression(), positive(read.interval())) {
        (Some(cron), _) if !cron.is_empty() => Cycle::Cron(cron.to_owned()),
        (_, Some(hours)) => Cycle::Every {
            hours,
            times: read.times().to_vec(),
        },
        _ => return None,
    };
    Some(CreateRule {
        cycle,
        location: read.location().map(|word| word.as_str().into()),
    })
}

/// AWS fills the member that was not set with 0: a rule by number comes back with `Interval` 0.
fn retain_rule(read: &sdk::RetainRule) -> Option<RetainRule> {
    let interval = read
        .interval()
        .and_then(|number| u32::try_from(number).ok());
    let count = read.count().and_then(|number| u32::try_from(number).ok());
    match (positive(read.interval()), read.interval_unit(), count) {
        (Some(interval), Some(unit), _) => Some(RetainRule::Age {
            interval,
            unit: unit.as_str().into(),
        }),
        (_, None, Some(count)) => Some(RetainRule::Count(count)),
        (_, Some(unit), None) => interval.map(|interval| RetainRule::Age {
            interval,
            unit: unit.as_str().into(),
        }),
        (_, Some(_), Some(count)) => Some(RetainRule::Count(count)),
        (_, None, None) => None,
    }
}

fn positive(number: Option<i32>) -> Option<u32> {
    number
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| *number > 0)
}

/// API paths of members that the policy has and our types do not.
fn not_managed(read: &sdk::PolicyDetails) -> Vec<String> {
    let mut paths: Vec<String> = [
        ("EventSource", read.event_source().is_some()),
        ("Actions", !read.actions().is_empty()),
        ("ResourceType", read.resource_type().is_some()),
        (
            "CrossRegionCopyTargets",
            !read.cross_region_copy_targets().is_empty(),
        ),
        ("Exclusions", read.exclusions().is_some()),
    ]
    .into_iter()
    .filter(|(_, present)| *present)
    .map(|(name, _)| name.to_owned())
    .collect();
    for (index, schedule) in read.schedules().iter().enumerate() {
        let scripts = schedule
            .create_rule()
            .map(|rule| !rule.scripts().is_empty());
        for (name, present) in [
            ("CreateRule.Scripts", scripts.unwrap_or(false)),
            ("FastRestoreRule", schedule.fast_restore_rule().is_some()),
            (
                "CrossRegionCopyRules",
                !schedule.cross_region_copy_rules().is_empty(),
            ),
            ("ShareRules", !schedule.share_rules().is_empty()),
            ("DeprecateRule", schedule.deprecate_rule().is_some()),
            ("ArchiveRule", schedule.archive_rule().is_some()),
        ] {
            if present {
                paths.push(format!("Schedules[{index}].{name}"));
            }
        }
    }
    paths
}
