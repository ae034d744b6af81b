//! Schedules of snapshot and AMI policies.

use super::after::{
    archive_rule, copies, deprecate_rule, fast_restore_rule, needs_a_snapshot, shares,
};
use super::create_rule::create_rule;
use super::keep::Keep;
use super::rule::{Checked, length, need, one_of, plain_text, refuse, some, tags};
use super::{PolicyType, Target};
use crate::dlm::error::DlmError;
use crate::dlm::model::Schedule;

pub(super) fn schedules(schedules: &[Schedule], target: Target<'_>) -> Checked {
    length("PolicyDetails.Schedules", schedules.len(), 1..=4)?;
    let mut first = None;
    for (index, given) in schedules.iter().enumerate() {
        let keep = schedule(&format!("Schedules[{index}]"), given, target)?;
        if !first.get_or_insert(keep).same_kind(keep) {
            return Err(DlmError::invalid(
                "All schedules of a policy must use the same retention type: count or age",
            ));
        }
    }
    if schedules.len() > 1 && schedules.iter().any(|given| given.archive_rule.is_some()) {
        return Err(DlmError::invalid(
            "A policy with an ArchiveRule can have one schedule only",
        ));
    }
    Ok(())
}

fn schedule(at: &str, schedule: &Schedule, target: Target<'_>) -> Result<Keep, DlmError> {
    if let Some(name) = &schedule.name {
        plain_text(&format!("{at}.Name"), name, 0..=120)?;
    }
    let (Some(created), Some(retained)) = (&schedule.create_rule, &schedule.retain_rule) else {
        need(&[
            ("CreateRule", schedule.create_rule.is_some()),
            ("RetainRule", schedule.retain_rule.is_some()),
        ])?;
        return Err(DlmError::Missing(vec!["RetainRule"]));
    };
    members_of(schedule, target)?;
    let cron = create_rule(&format!("{at}.CreateRule"), created, target)?;
    let least = if schedule.archive_rule.is_some() {
        0
    } else {
        1
    };
    let keep = Keep::of(&format!("{at}.RetainRule"), retained, least, 100)?;
    tags(
        &format!("{at}.TagsToAdd"),
        schedule.tags_to_add.as_deref().unwrap_or_default(),
        0..=45,
    )?;
    variable_tags(at, schedule, target)?;
    if let Some(archived) = &schedule.archive_rule {
        archive_rule(archived, keep, cron.as_ref(), target)?;
    }
    if keep.is_nothing() {
        needs_a_snapshot(schedule)?;
    }
    if let Some(deprecated) = &schedule.deprecate_rule {
        deprecate_rule(&format!("{at}.DeprecateRule"), deprecated, keep)?;
    }
    if let Some(restored) = &schedule.fast_restore_rule {
        fast_restore_rule(&format!("{at}.FastRestoreRule"), restored, target)?;
    }
    copies(at, schedule, target)?;
    shares(at, schedule, keep)?;
    Ok(keep)
}

/// Which rules a schedule may have depends on what the policy makes.
fn members_of(schedule: &Schedule, target: Target<'_>) -> Checked {
    match target.policy {
        PolicyType::Image => refuse(
            "AMI policies",
            &[
                ("FastRestoreRule", schedule.fast_restore_rule.is_some()),
                ("ShareRules", some(&schedule.share_rules)),
                ("ArchiveRule", schedule.archive_rule.is_some()),
            ],
        ),
        _ => refuse(
            "snapshot policies",
            &[("DeprecateRule", schedule.deprecate_rule.is_some())],
        ),
    }
}

fn variable_tags(at: &str, schedule: &Schedule, target: Target<'_>) -> Checked {
    let variable = schedule.variable_tags.as_deref().unwrap_or_default();
    if !variable.is_empty() && !target.instances {
        return refuse("policies that target volumes", &[("VariableTags", true)]);
    }
    let at = format!("{at}.VariableTags");
    tags(&at, variable, 0..=45)?;
    variable.iter().try_for_each(|tag| {
        let value = tag.value.as_deref().unwrap_or_default();
        one_of(&at, value, &["$(instance-id)", "$(timestamp)"])
    })
}
