//! What happens to a snapshot or AMI once it is made: archived, deprecated, kept ready to restore,
//! copied, shared.

use super::keep::{Keep, Span};
use super::rule::{
    Checked, account, exclusive, key_arn, length, matches, need, refuse, region, some, target, zone,
};
use super::{PolicyType, Target};
use crate::dlm::cron::{Cron, MINUTES_A_DAY};
use crate::dlm::error::DlmError;
use crate::dlm::model::{
    Age, ArchiveRule, CrossRegionCopyRule, FastRestoreRule, RetainRule, Schedule, ShareRule,
};

/// Archived snapshots are kept, and paid for, at least so long.
const ARCHIVE_DAYS: i64 = 90;

/// Archiving: volumes only, cron only, a month apart at least, 90 days at least in the archive.
pub(super) fn archive_rule(
    rule: &ArchiveRule,
    standard: Keep,
    cron: Option<&Cron>,
    policy: Target<'_>,
) -> Checked {
    if policy.instances {
        return refuse("policies that target instances", &[("ArchiveRule", true)]);
    }
    let outer = rule.retain_rule.clone().unwrap_or_default();
    need(&[("RetainRule", rule.retain_rule.is_some())])?;
    need(&[(
        "RetentionArchiveTier",
        outer.retention_archive_tier.is_some(),
    )])?;
    let tier = outer.retention_archive_tier.unwrap_or_default();
    let keep = Keep::of("ArchiveRule.RetainRule.RetentionArchiveTier", &tier, 1, 100)?;
    if !keep.same_kind(standard) {
        return Err(DlmError::invalid(
            "RetentionArchiveTier must use the same retention type as the schedule's RetainRule",
        ));
    }
    let gaps = cron
        .and_then(Cron::gaps)
        .filter(|gaps| gaps.shortest >= 28 * MINUTES_A_DAY);
    let (Some(cron), Some(gaps)) = (cron, gaps) else {
        return Err(DlmError::invalid(
            "A schedule with an ArchiveRule must have a CronExpression with a period of at least 28 days",
        ));
    };
    let days = match keep {
        Keep::Age(span) => span.days(),
        // A month counts as a month, but the nth weekday of a month may come after four weeks.
        Keep::Count(count) if cron.is_by_weekday() => count * gaps.shortest / MINUTES_A_DAY,
        Keep::Count(count) => count * gaps.average / MINUTES_A_DAY,
    };
    if days >= ARCHIVE_DAYS {
        return Ok(());
    }
    Err(DlmError::invalid(format!(
        "RetentionArchiveTier must keep snapshots for at least {ARCHIVE_DAYS} days, not {days}"
    )))
}

/// With nothing kept in the standard tier there is nothing to copy, share or restore from.
pub(super) fn needs_a_snapshot(schedule: &Schedule) -> Checked {
    refuse(
        "schedules that archive at once",
        &[
            ("FastRestoreRule", schedule.fast_restore_rule.is_some()),
            (
                "CrossRegionCopyRules",
                some(&schedule.cross_region_copy_rules),
            ),
            ("ShareRules", some(&schedule.share_rules)),
        ],
    )
}

pub(super) fn deprecate_rule(at: &str, rule: &RetainRule, keep: Keep) -> Checked {
    let deprecated = Keep::of(at, rule, 1, 10)?;
    let fits = match (deprecated, keep) {
        (Keep::Count(deprecated), Keep::Count(kept)) => deprecated <= kept,
        (Keep::Age(deprecated), Keep::Age(kept)) => deprecated.days() <= kept.days(),
        _ => {
            return Err(DlmError::invalid(format!(
                "'{at}' must use the same retention type as the schedule's RetainRule"
            )));
        }
    };
    if fits {
        return Ok(());
    }
    Err(DlmError::invalid(format!(
        "'{at}' must not exceed the schedule's RetainRule"
    )))
}

pub(super) fn fast_restore_rule(at: &str, rule: &FastRestoreRule, policy: Target<'_>) -> Checked {
    if policy.location == "OUTPOST" {
        return refuse("Outposts", &[("FastRestoreRule", true)]);
    }
    exclusive(&[
        ("AvailabilityZones", some(&rule.availability_zones)),
        ("AvailabilityZoneIds", some(&rule.availability_zone_ids)),
    ])?;
    let zones = rule.availability_zones.as_deref().unwrap_or_default();
    let ids = rule.availability_zone_ids.as_deref().unwrap_or_default();
    need(&[("AvailabilityZones", !zones.is_empty() || !ids.is_empty())])?;
    length(&format!("{at}.AvailabilityZones"), zones.len(), 0..=10)?;
    length(&format!("{at}.AvailabilityZoneIds"), ids.len(), 0..=10)?;
    zones
        .iter()
        .try_for_each(|name| zone(&format!("{at}.AvailabilityZones"), name))?;
    ids.iter().try_for_each(|id| {
        matches(
            &format!("{at}.AvailabilityZoneIds"),
            id,
            r"[a-z]{3,4}\d-az\d+",
            is_zone_id,
        )
    })?;
    let kept = RetainRule {
        count: rule.count,
        interval: rule.interval,
        interval_unit: rule.interval_unit.clone(),
    };
    Keep::of(at, &kept, 1, 100).map(drop)
}

/// `use1-az2`.
fn is_zone_id(text: &str) -> bool {
    let Some((region, number)) = text.split_once("-az") else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let letters = region.trim_end_matches(|c: char| c.is_ascii_digit());
    (3..=4).contains(&letters.len())
        && letters.bytes().all(|byte| byte.is_ascii_lowercase())
        && region.len() == letters.len() + 1
        && digits(number)
}

pub(super) fn copies(at: &str, schedule: &Schedule, policy: Target<'_>) -> Checked {
    let rules = schedule
        .cross_region_copy_rules
        .as_deref()
        .unwrap_or_default();
    length(&format!("{at}.CrossRegionCopyRules"), rules.len(), 0..=3)?;
    let made_at = schedule
        .create_rule
        .as_ref()
        .and_then(|rule| rule.location.as_deref());
    if !rules.is_empty() && made_at.is_some_and(|location| location != "CLOUD") {
        let copies = [("CrossRegionCopyRules", true)];
        return refuse("snapshots on an Outpost or in a Local Zone", &copies);
    }
    rules.iter().enumerate().try_for_each(|(index, rule)| {
        copy(&format!("{at}.CrossRegionCopyRules[{index}]"), rule, policy)
    })
}

fn copy(at: &str, rule: &CrossRegionCopyRule, policy: Target<'_>) -> Checked {
    exclusive(&[
        ("Target", rule.target.is_some()),
        ("TargetRegion", rule.target_region.is_some()),
    ])?;
    if policy.policy == PolicyType::Image {
        refuse("AMI policies", &[("Target", rule.target.is_some())])?;
        need(&[
            ("TargetRegion", rule.target_region.is_some()),
            ("Encrypted", rule.encrypted.is_some()),
        ])?;
    } else {
        refuse(
            "snapshot policies",
            &[
                ("TargetRegion", rule.target_region.is_some()),
                ("DeprecateRule", rule.deprecate_rule.is_some()),
            ],
        )?;
        need(&[
            ("Target", rule.target.is_some()),
            ("Encrypted", rule.encrypted.is_some()),
        ])?;
    }
    if let Some(to) = &rule.target {
        target(&format!("{at}.Target"), to)?;
    }
    if let Some(to) = &rule.target_region {
        region(&format!("{at}.TargetRegion"), to)?;
    }
    if let Some(key) = &rule.cmk_arn {
        key_arn(&format!("{at}.CmkArn"), key)?;
    }
    let retained = rule.retain_rule.as_ref();
    let retained = retained
        .map(|age| Span::of_age(&format!("{at}.RetainRule"), age, 100))
        .transpose()?;
    let Some(deprecated) = &rule.deprecate_rule else {
        return Ok(());
    };
    let deprecated = Span::of_age(&format!("{at}.DeprecateRule"), deprecated, 10)?;
    match retained {
        Some(retained) if deprecated.days() > retained.days() => Err(DlmError::invalid(format!(
            "'{at}.DeprecateRule' must not exceed its RetainRule"
        ))),
        _ => Ok(()),
    }
}

pub(super) fn shares(at: &str, schedule: &Schedule, keep: Keep) -> Checked {
    let rules = schedule.share_rules.as_deref().unwrap_or_default();
    length(&format!("{at}.ShareRules"), rules.len(), 0..=1)?;
    rules
        .iter()
        .try_for_each(|rule| share(&format!("{at}.ShareRules[0]"), rule, keep))
}

fn share(at: &str, rule: &ShareRule, keep: Keep) -> Checked {
    need(&[("TargetAccounts", some(&rule.target_accounts))])?;
    let accounts = rule.target_accounts.as_deref().unwrap_or_default();
    accounts
        .iter()
        .try_for_each(|id| account(&format!("{at}.TargetAccounts"), id))?;
    let (interval, unit) = (rule.unshare_interval, rule.unshare_interval_unit.clone());
    if interval.is_none() && unit.is_none() {
        return Ok(());
    }
    need(&[
        ("UnshareInterval", interval.is_some()),
        ("UnshareIntervalUnit", unit.is_some()),
    ])?;
    let age = Age {
        interval,
        interval_unit: unit,
    };
    let unshare = Span::of_age(at, &age, 100)?;
    match keep {
        Keep::Age(kept) if unshare.days() >= kept.days() => Err(DlmError::invalid(format!(
            "'{at}.UnshareInterval' must be shorter than the schedule's retention period"
        ))),
        _ => Ok(()),
    }
}
