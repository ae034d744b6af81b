//! Between the model and the port: what is sent, and what is read.

use std::collections::{BTreeMap, BTreeSet};

use holdfast_aws::Region;
use holdfast_aws::dlm::{self, AgeUnit, Cycle, NewPolicy, Policy, Tag};
use tfplugin::prelude::*;

use super::model::{CreateRule, DlmPolicy, PolicyDetails, RetainRule, Schedule, TargetTag};
use crate::tags::{TagMap, known_tags, read_own};

/// What a create sends. Every value that a plan can leave unknown may still be.
pub(super) fn new_policy(planned: &DlmPolicy) -> NewPolicy {
    NewPolicy {
        description: text(&planned.description),
        execution_role_arn: text(&planned.execution_role_arn),
        state: text(&planned.state).as_str().into(),
        details: details(planned),
        tags: known_tags(&planned.tags_all),
    }
}

/// The tree under `policy_details`.
pub(super) fn details(planned: &DlmPolicy) -> dlm::PolicyDetails {
    let absent = PolicyDetails::default();
    let model = planned.policy_details.present().unwrap_or(&absent);
    dlm::PolicyDetails {
        policy_type: model.policy_type.as_str().map(Into::into),
        resource_types: texts(&model.resource_types)
            .iter()
            .map(|word| (*word).into())
            .collect(),
        resource_locations: texts(&model.resource_locations)
            .iter()
            .map(|word| (*word).into())
            .collect(),
        target_tags: target_tags(model),
        schedules: model
            .schedule
            .known()
            .unwrap_or_default()
            .iter()
            .map(schedule)
            .collect(),
        // AWS makes it STANDARD; only what differs needs to be said.
        policy_language: None,
        parameters: None,
    }
}

/// Every pair of the map and of the blocks, the map's first.
pub(super) fn target_tags(model: &PolicyDetails) -> Vec<Tag> {
    let blocks = model.target_tag.known().unwrap_or_default().iter();
    let pairs = known_tags(&model.target_tags)
        .into_iter()
        .map(|(key, value)| Tag::new(key, value));
    pairs
        .chain(blocks.map(|tag| Tag::new(text(&tag.key), text(&tag.value))))
        .collect()
}

fn schedule(model: &Schedule) -> dlm::Schedule {
    dlm::Schedule {
        name: model.name.as_str().map(str::to_owned),
        copy_tags: model.copy_tags.known().copied(),
        tags_to_add: tag_list(&model.tags_to_add),
        variable_tags: tag_list(&model.variable_tags),
        create_rule: model.create_rule.present().map(create_rule),
        retain_rule: model.retain_rule.present().and_then(retain_rule),
    }
}

fn create_rule(model: &CreateRule) -> dlm::CreateRule {
    let cycle = match model.cron_expression.as_str() {
        Some(cron) => Cycle::Cron(cron.to_owned()),
        None => Cycle::Every {
            hours: number(&model.interval).unwrap_or_default(),
            times: texts(&model.times)
                .iter()
                .map(|time| (*time).to_owned())
                .collect(),
        },
    };
    dlm::CreateRule {
        cycle,
        location: model.location.as_str().map(Into::into),
    }
}

fn retain_rule(model: &RetainRule) -> Option<dlm::RetainRule> {
    match (number(&model.count), number(&model.interval)) {
        (Some(count), _) => Some(dlm::RetainRule::Count(count)),
        (None, Some(interval)) => {
            let unit = AgeUnit::from(model.interval_unit.as_str().unwrap_or_default());
            Some(dlm::RetainRule::Age { interval, unit })
        }
        (None, None) => None,
    }
}

/// Gives every value that the plan left unknown what AWS made of it. What the plan knew stays as
/// planned: Terraform holds us to it, and a refresh shows any difference.
pub(super) fn fill(state: &mut DlmPolicy, policy: &Policy, region: &Region) {
    state.id.fill(policy.id.as_str());
    state.arn.fill(policy.arn.as_str());
    state.region.fill(region.as_str());
    let made = policy
        .details
        .schedules
        .iter()
        .map(Some)
        .chain(std::iter::repeat(None));
    let details = state.policy_details.present_mut();
    let schedules = details
        .and_then(|details| details.schedule.known_mut())
        .unwrap_or_default();
    for (schedule, made) in schedules.iter_mut().zip(made) {
        let Some(rule) = schedule.create_rule.present_mut() else {
            continue;
        };
        let cycle = made
            .and_then(|made| made.create_rule.as_ref())
            .map(|rule| &rule.cycle);
        rule.times.fill(match cycle {
            Some(Cycle::Every { times, .. }) => list(times),
            _ => Attr::Null,
        });
    }
}

/// Makes every unknown null: for a policy of which nothing is known but what was planned.
pub(super) fn forget_unknowns(state: &mut DlmPolicy) {
    state.id.fill(Attr::Null);
    state.arn.fill(Attr::Null);
    state.region.fill(Attr::Null);
    state.tags_all.fill(Attr::Null);
    let details = state.policy_details.present_mut();
    for schedule in details
        .and_then(|d| d.schedule.known_mut())
        .unwrap_or_default()
    {
        if let Some(rule) = schedule.create_rule.present_mut() {
            rule.times.fill(Attr::Null);
        }
    }
}

/// The policy as AWS has it. `prior` decides between spellings of the same thing: null or empty,
/// `target_tags` or `target_tag`.
pub(super) fn read(
    policy: &Policy,
    region: &Region,
    prior: &DlmPolicy,
    defaults: &TagMap,
) -> DlmPolicy {
    let absent = PolicyDetails::default();
    let prior_details = prior.policy_details.present().unwrap_or(&absent);
    DlmPolicy {
        id: policy.id.as_str().into(),
        arn: policy.arn.as_str().into(),
        region: region.as_str().into(),
        description: policy.description.as_str().into(),
        execution_role_arn: policy.execution_role_arn.as_str().into(),
        state: policy.state.as_str().into(),
        policy_details: One::Present(read_details(&policy.details, prior_details)),
        tags: read_own(&policy.tags, defaults, &prior.tags),
        tags_all: StringMap::of(policy.tags.clone()),
    }
}

fn read_details(found: &dlm::PolicyDetails, prior: &PolicyDetails) -> PolicyDetails {
    let (target_tags, target_tag) = read_target_tags(&found.target_tags, prior);
    let priors = prior.schedule.known().unwrap_or_default();
    let schedules = found.schedules.iter().enumerate();
    PolicyDetails {
        policy_type: word(found.policy_type.as_ref(), "EBS_SNAPSHOT_MANAGEMENT"),
        policy_language: word(found.policy_language.as_ref(), "STANDARD"),
        resource_types: list(found.resource_types.iter().map(ToString::to_string)),
        resource_locations: list(found.resource_locations.iter().map(ToString::to_string)),
        target_tags,
        target_tag,
        schedule: schedules
            .map(|(i, schedule)| read_schedule(schedule, priors.get(i)))
            .collect(),
    }
}

/// A pair stays where the prior state has it; a new one goes into the map if its key is free there
/// and has no other value.
fn read_target_tags(found: &[Tag], prior: &PolicyDetails) -> (StringMap, Many<TargetTag>) {
    let blocks: BTreeSet<TargetTag> = prior
        .target_tag
        .known()
        .unwrap_or_default()
        .iter()
        .cloned()
        .collect();
    let mut values: BTreeMap<&str, u32> = BTreeMap::new();
    for tag in found {
        *values.entry(&tag.key).or_default() += 1;
    }
    let prior_map = known_tags(&prior.target_tags);
    let mut map = BTreeMap::new();
    let mut several = BTreeSet::new();
    for tag in found {
        let block = TargetTag {
            key: tag.key.as_str().into(),
            value: tag.value.as_str().into(),
        };
        let in_map = prior_map.get(&tag.key) == Some(&tag.value);
        let alone = values.get(tag.key.as_str()) == Some(&1);
        if in_map || (alone && !blocks.contains(&block)) {
            map.insert(tag.key.clone(), Attr::Known(tag.value.clone()));
        } else {
            several.insert(block);
        }
    }
    let unset = map.is_empty() && prior.target_tags.is_null();
    (
        if unset { Attr::Null } else { Attr::Known(map) },
        several.into_iter().collect(),
    )
}

fn read_schedule(found: &dlm::Schedule, prior: Option<&Schedule>) -> Schedule {
    let absent = Schedule::default();
    let prior = prior.unwrap_or(&absent);
    Schedule {
        name: found.name.as_deref().unwrap_or_default().into(),
        copy_tags: Attr::Known(found.copy_tags.unwrap_or(false)),
        tags_to_add: read_tag_list(&found.tags_to_add, &prior.tags_to_add),
        variable_tags: read_tag_list(&found.variable_tags, &prior.variable_tags),
        create_rule: found
            .create_rule
            .as_ref()
            .map(|rule| read_create_rule(rule, prior.create_rule.present()))
            .into(),
        retain_rule: found.retain_rule.as_ref().map(read_retain_rule).into(),
    }
}

fn read_create_rule(found: &dlm::CreateRule, prior: Option<&CreateRule>) -> CreateRule {
    // Written as `[]`: any time will do, so none is a difference.
    let any_time = StringList::of::<String>([]);
    let any = prior.is_some_and(|prior| prior.times == any_time);

    let rule = CreateRule {
        location: word(found.location.as_ref(), "CLOUD"),
        ..CreateRule::default()
    };
    match &found.cycle {
        Cycle::Cron(cron) => CreateRule {
            cron_expression: cron.as_str().into(),
            ..rule
        },
        Cycle::Every { hours, times } => CreateRule {
            interval: Attr::Known(i64::from(*hours)),
            interval_unit: "HOURS".into(),
            times: if any { any_time } else { list(times) },
            ..rule
        },
    }
}

fn read_retain_rule(found: &dlm::RetainRule) -> RetainRule {
    match found {
        dlm::RetainRule::Count(count) => RetainRule {
            count: Attr::Known(i64::from(*count)),
            ..RetainRule::default()
        },
        dlm::RetainRule::Age { interval, unit } => RetainRule {
            interval: Attr::Known(i64::from(*interval)),
            interval_unit: unit.as_str().into(),
            ..RetainRule::default()
        },
    }
}

fn read_tag_list(found: &[Tag], prior: &StringMap) -> StringMap {
    let pairs = found.iter().map(|tag| (tag.key.clone(), tag.value.clone()));
    if found.is_empty() && prior.is_null() {
        Attr::Null
    } else {
        StringMap::of(pairs)
    }
}

fn tag_list(tags: &StringMap) -> Vec<Tag> {
    known_tags(tags)
        .into_iter()
        .map(|(key, value)| Tag::new(key, value))
        .collect()
}

/// A number that the plan has found to be in range.
fn number(attr: &Attr<i64>) -> Option<u32> {
    attr.known().and_then(|number| u32::try_from(*number).ok())
}

fn text(attr: &Attr<String>) -> String {
    attr.as_str().unwrap_or_default().to_owned()
}

fn texts(list: &StringList) -> Vec<&str> {
    list.elements()
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect()
}

/// A known list, or null if it is empty: what AWS leaves out, nobody wrote.
fn list(items: impl IntoIterator<Item = impl Into<String>>) -> StringList {
    let list = StringList::of(items);
    if list.known().is_some_and(Vec::is_empty) {
        Attr::Null
    } else {
        list
    }
}

/// A word that AWS may leave out where it means its default.
fn word(found: Option<&impl ToString>, default: &str) -> Attr<String> {
    Attr::Known(found.map_or_else(|| default.to_owned(), ToString::to_string))
}
