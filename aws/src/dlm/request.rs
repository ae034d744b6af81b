//! From our types to the SDK's: pure functions, one per type.

use aws_sdk_dlm::types as sdk;

use super::{
    CreateRule, Cycle, Parameters, PolicyDetails, PolicyFilter, RetainRule, Schedule, State, Tag,
};

/// A state to set; `ERROR` comes out as AWS would refuse it, by AWS.
pub(super) fn state(state: &State) -> sdk::SettablePolicyStateValues {
    state.as_str().into()
}

/// The whole tree. Empty lists become absent members: AWS refuses some empty ones.
pub(super) fn details(details: &PolicyDetails) -> sdk::PolicyDetails {
    let words = |words: &[super::ResourceType]| {
        some(words.iter().map(|word| word.as_str().into()).collect())
    };
    sdk::PolicyDetails::builder()
        .set_policy_type(
            details
                .policy_type
                .as_ref()
                .map(|word| word.as_str().into()),
        )
        .set_resource_types(words(&details.resource_types))
        .set_resource_locations(some(
            details
                .resource_locations
                .iter()
                .map(|word| word.as_str().into())
                .collect(),
        ))
        .set_target_tags(tags(&details.target_tags))
        .set_schedules(some(details.schedules.iter().map(schedule).collect()))
        .set_policy_language(
            details
                .policy_language
                .as_ref()
                .map(|word| word.as_str().into()),
        )
        .set_parameters(details.parameters.as_ref().map(parameters))
        .build()
}

/// The filter's target tags as the query wants them: `key=value`.
pub(super) fn target_tags(filter: &PolicyFilter) -> Option<Vec<String>> {
    let pair = |tag: &Tag| format!("{}={}", tag.key, tag.value);
    some(filter.target_tags.iter().map(pair).collect())
}

/// A list that is left out when it is empty.
pub(super) fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn schedule(schedule: &Schedule) -> sdk::Schedule {
    sdk::Schedule::builder()
        .set_name(schedule.name.clone())
        .set_copy_tags(schedule.copy_tags)
        .set_tags_to_add(tags(&schedule.tags_to_add))
        .set_variable_tags(tags(&schedule.variable_tags))
        .set_create_rule(schedule.create_rule.as_ref().map(create_rule))
        .set_retain_rule(schedule.retain_rule.as_ref().map(retain_rule))
        .build()
}

fn create_rule(rule: &CreateRule) -> sdk::CreateRule {
    let builder = sdk::CreateRule::builder()
        .set_location(rule.location.as_ref().map(|word| word.as_str().into()));
    match &rule.cycle {
        Cycle::Cron(expression) => builder.cron_expression(expression),
        Cycle::Every { hours, times } => builder
            .interval(number(*hours))
            .interval_unit(sdk::IntervalUnitValues::Hours)
            .set_times(some(times.clone())),
    }
    .build()
}

fn retain_rule(rule: &RetainRule) -> sdk::RetainRule {
    match rule {
        RetainRule::Count(count) => sdk::RetainRule::builder().count(number(*count)),
        RetainRule::Age { interval, unit } => sdk::RetainRule::builder()
            .interval(number(*interval))
            .interval_unit(unit.as_str().into()),
    }
    .build()
}

fn parameters(parameters: &Parameters) -> sdk::Parameters {
    sdk::Parameters::builder()
        .set_exclude_boot_volume(parameters.exclude_boot_volume)
        .set_no_reboot(parameters.no_reboot)
        .set_exclude_data_volume_tags(tags(&parameters.exclude_data_volume_tags))
        .build()
}

fn tags(tags: &[Tag]) -> Option<Vec<sdk::Tag>> {
    let tag = |tag: &Tag| sdk::Tag::builder().key(&tag.key).value(&tag.value).build();
    some(tags.iter().map(tag).collect())
}

/// The wire has 32-bit integers; what is larger is out of every range that AWS allows, and
/// stays so.
fn number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
