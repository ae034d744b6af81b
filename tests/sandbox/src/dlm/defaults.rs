//! What the service fills in. Each is a place where a reader finds more than was sent.
//!
//! Read live in July 2026 by the corpus of github.com/go-to-k/cdk-real-drift
//! (`AWS__DLM__LifecyclePolicy.*.json`); those of scripts are the model's.

use super::check::PolicyType;
use super::model::{CreateRule, PolicyDetails, Schedule, Script};

/// Fills in a checked policy's details.
pub(super) fn fill(policy_id: &str, is_default: bool, details: &mut PolicyDetails) {
    if is_default {
        default_policy(details)
    } else {
        custom(policy_id, details)
    }
}

fn custom(policy_id: &str, details: &mut PolicyDetails) {
    set(&mut details.policy_type, PolicyType::NAMES[0]);
    set(&mut details.policy_language, "STANDARD");
    // An event-based policy has no resources, so no location of them.
    if details.schedules.is_some() {
        details
            .resource_locations
            .get_or_insert_with(|| vec!["CLOUD".to_owned()]);
    }
    for (index, schedule) in details.schedules.iter_mut().flatten().enumerate() {
        self::schedule(policy_id, index, schedule);
    }
}

fn schedule(policy_id: &str, index: usize, schedule: &mut Schedule) {
    schedule.copy_tags.get_or_insert(false);
    if let Some(rule) = &mut schedule.create_rule {
        create_rule(policy_id, index, rule);
    }
    if let Some(rule) = &mut schedule.retain_rule
        && rule.count.is_some()
    {
        rule.interval = Some(0);
    }
}

fn create_rule(policy_id: &str, index: usize, rule: &mut CreateRule) {
    set(&mut rule.location, "CLOUD");
    if rule.interval.is_some() && rule.times.as_ref().is_none_or(Vec::is_empty) {
        rule.times = Some(vec![chosen_time(policy_id, index)]);
    }
    for script in rule.scripts.iter_mut().flatten() {
        self::script(script);
    }
}

fn script(script: &mut Script) {
    script
        .execute_operation_on_script_failure
        .get_or_insert(true);
    script.maximum_retry_count.get_or_insert(0);
    if script.execution_handler.as_deref() != Some("AWS_VSS_BACKUP") {
        set(&mut script.execution_handler_service, "AWS_SYSTEMS_MANAGER");
        script
            .stages
            .get_or_insert_with(|| vec!["PRE".to_owned(), "POST".to_owned()]);
        script.execution_timeout.get_or_insert(10);
    }
}

fn default_policy(details: &mut PolicyDetails) {
    let instances = details.resource_type.as_deref() == Some("INSTANCE");
    set(
        &mut details.policy_type,
        PolicyType::NAMES[usize::from(instances)],
    );
    set(&mut details.policy_language, "SIMPLIFIED");
    details.create_interval.get_or_insert(1);
    details.retain_interval.get_or_insert(7);
    details.copy_tags.get_or_insert(false);
    details.extend_deletion.get_or_insert(false);
}

fn set(member: &mut Option<String>, value: &str) {
    member.get_or_insert_with(|| value.to_owned());
}

/// The time that the service chooses when none is given: `03:06`, another for each policy. Made
/// from the digits of the policy's id, so that a policy keeps it.
fn chosen_time(policy_id: &str, index: usize) -> String {
    let digits = policy_id.trim_start_matches("policy-");
    let seed = u64::from_str_radix(
        digits.get(digits.len().saturating_sub(12)..).unwrap_or("0"),
        16,
    );
    // 397 is prime to the minutes of a day: schedules of one policy get times far apart.
    let minute = (seed.unwrap_or(0) + 397 * index as u64) % (24 * 60);
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_time_belongs_to_the_policy_and_the_schedule() {
        let time = chosen_time("policy-0b572b0e2d2dcc541", 0);
        assert_eq!(time, chosen_time("policy-0b572b0e2d2dcc541", 0));
        assert_ne!(time, chosen_time("policy-0b572b0e2d2dcc542", 0));
        assert_ne!(time, chosen_time("policy-0b572b0e2d2dcc541", 1));
        assert_eq!(time.len(), 5);
    }

    #[test]
    fn an_id_that_is_not_hexadecimal_gets_a_time_too() {
        assert_eq!(chosen_time("policy-mine", 0), "00:00");
    }
}
