//! Default policies: what they cover, how often and how long.

use super::rule::{Checked, length, need, one_of, refuse, region, tags, within};
use crate::dlm::error::DlmError;
use crate::dlm::model::{Exclusions, PolicyDetails};

/// A default policy's details, all defaults filled in.
pub(crate) fn default_policy(details: &PolicyDetails) -> Checked {
    need(&[("ResourceType", details.resource_type.is_some())])?;
    let kind = details.resource_type.as_deref().unwrap_or_default();
    one_of("PolicyDetails.ResourceType", kind, &["VOLUME", "INSTANCE"])?;
    if let Some(given) = details.policy_type.as_deref() {
        let right = if kind == "VOLUME" {
            "EBS_SNAPSHOT_MANAGEMENT"
        } else {
            "IMAGE_MANAGEMENT"
        };
        one_of("PolicyDetails.PolicyType", given, &[right])?;
    }
    if let Some(language) = &details.policy_language {
        one_of("PolicyDetails.PolicyLanguage", language, &["SIMPLIFIED"])?;
    }
    refuse(
        "default policies",
        &[
            ("ResourceTypes", details.resource_types.is_some()),
            ("ResourceLocations", details.resource_locations.is_some()),
            ("TargetTags", details.target_tags.is_some()),
            ("Schedules", details.schedules.is_some()),
            ("Parameters", details.parameters.is_some()),
            ("EventSource", details.event_source.is_some()),
            ("Actions", details.actions.is_some()),
        ],
    )?;
    intervals(
        details.create_interval.unwrap_or(1),
        details.retain_interval.unwrap_or(7),
    )?;
    let targets = details
        .cross_region_copy_targets
        .as_deref()
        .unwrap_or_default();
    length("CrossRegionCopyTargets", targets.len(), 0..=3)?;
    for target in targets {
        let name = target.target_region.as_deref().unwrap_or_default();
        region("CrossRegionCopyTargets.TargetRegion", name)?;
    }
    details
        .exclusions
        .as_ref()
        .map_or(Ok(()), |given| exclusions(given, kind))
}

fn intervals(create: i64, retain: i64) -> Checked {
    within("CreateInterval", create, 1..=7)?;
    within("RetainInterval", retain, 2..=14)?;
    if retain > create {
        return Ok(());
    }
    Err(DlmError::invalid(format!(
        "RetainInterval ({retain}) must be greater than CreateInterval ({create})"
    )))
}

fn exclusions(exclusions: &Exclusions, kind: &str) -> Checked {
    if kind == "INSTANCE" {
        refuse(
            "default policies for instances",
            &[
                (
                    "ExcludeBootVolumes",
                    exclusions.exclude_boot_volumes.is_some(),
                ),
                (
                    "ExcludeVolumeTypes",
                    exclusions.exclude_volume_types.is_some(),
                ),
            ],
        )?;
    }
    let types = exclusions
        .exclude_volume_types
        .as_deref()
        .unwrap_or_default();
    length("Exclusions.ExcludeVolumeTypes", types.len(), 0..=6)?;
    let excluded = exclusions.exclude_tags.as_deref().unwrap_or_default();
    tags("Exclusions.ExcludeTags", excluded, 0..=50)
}
